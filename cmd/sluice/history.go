package main

import (
	"fmt"
	"iter"
	"os"
	"strings"
	"time"

	"sluice/constraints"
	"sluice/constraints/pinfile"
	"sluice/resolver/gate"
)

// history is the past of a constraints file: the commits that changed it, oldest first. An
// error ends it.
type history iter.Seq2[*revision, error]

// commit identifies a change of the past.
type commit struct {
	ID      string    `json:"commit"`
	Date    time.Time `json:"date"`
	Author  string    `json:"author,omitempty"`
	Subject string    `json:"subject"`
}

// revision is a commit, with the constraints before and after it.
type revision struct {
	commit
	Before, After []gate.Line
	Listed        []listing // what the list of requirements beside the file says anew
	Reverts       []string  // identifiers of the commits that it takes back
	Admitted      []string  // who or what let it in, as its trailers say
	Rules         *rules    // that were in force before it; nil where the history has none
	Unread        error     // why the constraints after it could not be read; then they are those before it
}

// rules are what a change is judged by, as a state of the repository has them.
type rules struct {
	eras []era
	law  gate.Law
}

// listing is what a list of requirements says of a package from a commit on: nothing, where
// it lists the package no more.
type listing struct {
	commit
	Name         constraints.Name
	Requirements []constraints.Requirement
}

// short returns the beginning of the identifier, by which people know a commit.
func (c commit) short() string { return c.ID[:min(len(c.ID), 8)] }

// day returns the day of the commit, UTC.
func (c commit) day() string { return c.Date.UTC().Format(time.DateOnly) }

// purpose returns the subject without the words that only say that it merges another one.
func (c commit) purpose() string {
	if inner, ok := strings.CutPrefix(c.Subject, `Merge "`); ok && strings.HasSuffix(inner, `"`) {
		return strings.TrimSuffix(inner, `"`)
	}
	return c.Subject
}

// String returns the commit as people would cite it.
func (c commit) String() string { return fmt.Sprintf("%s %s %s", c.short(), c.day(), c.Subject) }

// revertOf are the words by which git's messages name the commit that is taken back.
const revertOf = "This reverts commit "

// revertedIn returns the identifiers of the commits that a message says it takes back, as
// git revert writes them.
func revertedIn(body string) []string {
	var ids []string
	for {
		_, rest, found := strings.Cut(body, revertOf)
		if !found {
			return ids
		}
		ids = append(ids, rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789abcdef"))])
		body = rest
	}
}

// admittedBy returns the trailers of a message (git interpret-trailers) that say who let it in,
// "Reviewed-by: NAME" and others that end so, or by what evidence.
func admittedBy(body string) []string {
	var all []string
	for line := range strings.Lines(body) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), ": ")
		lower := strings.ToLower(key)
		told := lower == "evidence" || strings.HasSuffix(lower, "-by") && lower != "signed-off-by" && lower != "co-authored-by"
		if ok && told && value != "" && !strings.ContainsAny(key, " \t") && len(all) < maxTrailers {
			all = append(all, key+": "+value)
		}
	}
	return all
}

// maxTrailers bounds how many trailers of a commit are told.
const maxTrailers = 32

// minAbbreviation is the least number of digits of a commit's identifier that git accepts.
const minAbbreviation = 4

// lineReader reads the states of a constraints file, which share most of their lines.
type lineReader struct {
	name string
	memo pinfile.Memo
}

// read returns the lines of a state.
func (r *lineReader) read(data []byte) ([]gate.Line, error) {
	file, err := parseConstraintsWith(r.name, data, &r.memo)
	return linesOf(file), err
}

// openHistory opens what a person names as a history: a folder of recorded changes, or a
// file of raised and lowered versions.
func openHistory(name, shown string) (history, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, usageError{msg: fmt.Sprintf("the history %s cannot be read: %s", shown, cause(err))}
	case info.IsDir():
		return openRecording(name, shown)
	}
	return openVersions(name, shown)
}

// ahead returns a history that is read while the commits before are still looked at.
func ahead(h history) history {
	type read struct {
		r   *revision
		err error
	}
	return func(yield func(*revision, error) bool) {
		revisions, enough := make(chan read, readAhead), make(chan struct{})
		go func() {
			defer close(revisions)
			for r, err := range h {
				select {
				case revisions <- read{r, err}:
				case <-enough:
					return
				}
			}
		}()
		defer func() { // when nobody reads any more, and nothing is read
			close(enough)
			for range revisions {
			}
		}()
		for next := range revisions {
			if !yield(next.r, next.err) {
				return
			}
		}
	}
}

// readAhead is how many commits may be read before they are looked at.
const readAhead = 16

// within returns the part of a history that follows a commit and ends with another. Either
// is the beginning of a commit's identifier or a day; "" leaves that end open.
func within(h history, from, to string) history {
	if from == "" && to == "" {
		return h
	}
	return func(yield func(*revision, error) bool) {
		begun := from == ""
		for r, err := range h {
			if err != nil {
				yield(nil, err)
				return
			}
			if isDay(from) && r.day() >= from {
				begun = true
			}
			if isDay(to) && r.day() > to {
				return
			}
			if begun && !yield(r, nil) {
				return
			}
			switch {
			case !isDay(from) && from != "" && strings.HasPrefix(r.ID, from):
				begun = true
			case !isDay(to) && to != "" && strings.HasPrefix(r.ID, to):
				return
			}
		}
	}
}

// isDay reports whether text is a day, such as 2026-11-26.
func isDay(text string) bool {
	_, err := time.Parse(time.DateOnly, text)
	return err == nil
}

// badLine is a problem of a line of a recording.
func badLine(file string, line int, format string, args ...any) error {
	return constraints.Problem{Place: constraints.Place{File: file, Line: line, Col: 1}, Msg: fmt.Sprintf(format, args...)}
}
