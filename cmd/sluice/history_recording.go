package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sluice/constraints"
	"sluice/constraints/pep508"
	"sluice/constraints/pinfile"
)

// The files of a recorded history. The first two have to be there.
const (
	recordedStart    = "upper-constraints.start.txt"
	recordedEdits    = "constraints-diffs.jsonl"
	recordedMessages = "bumps.jsonl"
	recordedListings = "global-requirements-changes.jsonl"
)

// Bounds on what is read of a recorded history.
const (
	maxRecording     = 1 << 30 // bytes of a file, unpacked
	maxRecordedLine  = 4 << 20 // bytes
	maxRecordedLines = 1 << 20 // of the constraints file
)

// recording is a history as a folder of files: the constraints before the first commit and
// what each commit changes in them.
type recording struct {
	dir, shown string
	messages   map[string]recordedMessage
	listings   []recordedListing
}

// recordedEdit is what a commit changes: "replace lines A to B, without B, by these",
// counted from 0, from the last to the first.
type recordedEdit struct {
	Commit string            `json:"commit"`
	Date   time.Time         `json:"date"`
	Ops    []recordedReplace `json:"ops"`
	EOL    *bool             `json:"eol"` // the file ends with a line feed
}

type recordedReplace struct {
	from, to int
	lines    []string
}

// UnmarshalJSON reads [FROM, TO, [LINE, ...]].
func (r *recordedReplace) UnmarshalJSON(text []byte) error {
	return unmarshalTuple(text, &r.from, &r.to, &r.lines)
}

// unmarshalTuple reads an array of parts of different types.
func unmarshalTuple(text []byte, parts ...any) error {
	var raw []json.RawMessage
	if err := json.Unmarshal(text, &raw); err != nil {
		return err
	}
	if len(raw) != len(parts) {
		return fmt.Errorf("an array has %d parts, not %d", len(raw), len(parts))
	}
	for i, part := range raw {
		if err := json.Unmarshal(part, parts[i]); err != nil {
			return err
		}
	}
	return nil
}

// recordedMessage is what a commit says of itself.
type recordedMessage struct {
	Commit  string   `json:"commit"`
	Author  string   `json:"author"`
	Subject string   `json:"subject"`
	Body    string   `json:"body"`
	Reverts []string `json:"reverts"`
}

// recordedListing is how a commit changed the list of requirements beside the file.
type recordedListing struct {
	recordedMessage
	Date    time.Time `json:"date"`
	Changes []struct {
		Name string   `json:"name"`
		From []string `json:"from"` // nil: it was not listed
		To   []string `json:"to"`   // nil: it is listed no more
	} `json:"changes"`
}

// openRecording opens a folder of recorded changes.
func openRecording(dir, shown string) (history, error) {
	r := &recording{dir: dir, shown: shown, messages: make(map[string]recordedMessage)}
	if _, err := os.Stat(filepath.Join(dir, recordedEdits)); err != nil {
		return nil, usageError{msg: fmt.Sprintf("%s is no recorded history: there is no %s in it", shown, recordedEdits), hint: "without --history the git repository of the constraints file is read"}
	}
	for m, err := range optional(recordedLines[recordedMessage](r.file(recordedMessages))) {
		if err != nil {
			return nil, err
		}
		r.messages[m.Commit] = m
	}
	for l, err := range optional(recordedLines[recordedListing](r.file(recordedListings))) {
		if err != nil {
			return nil, err
		}
		r.listings = append(r.listings, l)
	}
	return r.revisions, nil
}

// file returns the path of one of the files, and how it is shown.
func (r *recording) file(name string) (path, shown string) {
	return filepath.Join(r.dir, name), filepath.Join(r.shown, name)
}

// revisions is the history.
func (r *recording) revisions(yield func(*revision, error) bool) {
	path, shown := r.file(recordedStart)
	data, err := readFile(path, pinfile.MaxFile)
	if err != nil {
		yield(nil, usageError{msg: fmt.Sprintf("%s cannot be read: %s", shown, cause(err))})
		return
	}
	reader := lineReader{name: strings.Replace(recordedStart, ".start", "", 1)}
	before, err := reader.read(data)
	if err != nil {
		yield(nil, err)
		return
	}
	var lines []string
	if len(data) > 0 {
		lines = strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	}
	listings, err := r.listed()
	if err != nil {
		yield(nil, err)
		return
	}
	path, shown = r.file(recordedEdits)
	number := 0
	for edit, err := range recordedLines[recordedEdit](path, shown) {
		if number++; err != nil {
			yield(nil, err)
			return
		}
		if lines, err = edit.apply(lines); err != nil {
			yield(nil, badLine(shown, number, "%s", err))
			return
		}
		m := r.messages[edit.Commit]
		next := &revision{
			commit:   commit{ID: edit.Commit, Date: edit.Date.UTC(), Author: m.Author, Subject: m.Subject},
			Reverts:  append(revertedIn(m.Body), m.Reverts...),
			Admitted: admittedBy(m.Body),
			Before:   before,
		}
		next.Listed, listings = until(listings, next.commit)
		next.After, next.Unread = reader.read(edit.text(lines))
		if next.Unread != nil {
			next.After = before
		}
		if before = next.After; !yield(next, nil) {
			return
		}
	}
}

// apply returns the lines with the edit made.
func (e *recordedEdit) apply(lines []string) ([]string, error) {
	for _, op := range slices.Backward(e.Ops) {
		if op.from < 0 || op.from > op.to || op.to > len(lines) {
			return nil, fmt.Errorf("lines %d to %d are not there to be replaced", op.from, op.to)
		}
		lines = slices.Replace(lines, op.from, op.to, op.lines...)
	}
	if len(lines) > maxRecordedLines {
		return nil, fmt.Errorf("the constraints have more than %d lines", maxRecordedLines)
	}
	return lines, nil
}

// text returns the file that the lines are.
func (e *recordedEdit) text(lines []string) []byte {
	text := strings.Join(lines, "\n")
	if len(lines) > 0 && (e.EOL == nil || *e.EOL) {
		text += "\n"
	}
	return []byte(text)
}

// listed returns what the list of requirements says of packages and when, in order. What it
// said at first is known of packages that were changed later.
func (r *recording) listed() ([]listing, error) {
	var first, all []listing
	seen := make(map[constraints.Name]bool)
	for i, l := range r.listings {
		by := commit{ID: l.Commit, Date: l.Date.UTC(), Author: l.Author, Subject: l.Subject}
		for _, c := range l.Changes {
			if !pep508.ValidName(c.Name) {
				return nil, badLine(filepath.Join(r.shown, recordedListings), i+1, "%q is not the name of a package", c.Name)
			}
			name := pep508.NormalizeName(c.Name)
			if !seen[name] && len(c.From) > 0 {
				first = append(first, listing{commit{Subject: "the first state of the list of requirements"}, name, listedRequirements(c.From)})
			}
			seen[name] = true
			all = append(all, listing{by, name, listedRequirements(c.To)})
		}
	}
	return append(first, all...), nil
}

// listedRequirements reads the lines of a package. Those that are no requirements hold
// nobody to anything.
func listedRequirements(lines []string) []constraints.Requirement {
	var all []constraints.Requirement
	for _, line := range lines {
		if r, err := pep508.ParseRequirement(line); err == nil {
			all = append(all, r)
		}
	}
	return all
}

// until divides listings into those that are in force with a commit, in order, and the rest.
func until(all []listing, by commit) (now, later []listing) {
	n := 0
	for i, l := range all {
		if l.ID == by.ID || !l.Date.After(by.Date) {
			n = i + 1
		}
	}
	return all[:n], all[n:]
}

// recordedLines reads a file of one JSON object a line, which may be compressed.
func recordedLines[T any](path, shown string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		f, err := os.Open(path)
		if err != nil {
			yield(none, fmt.Errorf("%s cannot be read: %w", shown, err))
			return
		}
		defer f.Close()
		in := bufio.NewReader(f)
		text := io.Reader(in)
		if magic, _ := in.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
			if text, err = gzip.NewReader(in); err != nil {
				yield(none, badLine(shown, 1, "%s", err))
				return
			}
		}
		lines := bufio.NewScanner(io.LimitReader(text, maxRecording))
		lines.Buffer(nil, maxRecordedLine)
		for n := 1; lines.Scan(); n++ {
			var value T
			if err := json.Unmarshal(lines.Bytes(), &value); err != nil {
				yield(none, badLine(shown, n, "no line of a recorded history: %s", err))
				return
			}
			if !yield(value, nil) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			yield(none, fmt.Errorf("%s cannot be read: %w", shown, err))
		}
	}
}

// optional is what a file has, nothing where there is none.
func optional[T any](all iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for value, err := range all {
			if errors.Is(err, fs.ErrNotExist) || !yield(value, err) {
				return
			}
		}
	}
}
