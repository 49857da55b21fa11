package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"sluice/constraints"
	"sluice/constraints/pep508"
	"sluice/constraints/pinfile"
)

// edit is one change to the constraints file: a pin that is set, or, where there is
// no candidate, one that is replaced by a source or removed.
type edit struct {
	candidate *candidate
	spelling  string
	source    string // "" removes
}

type edits []edit

// parseEdits reads edits from the command line; the error has all that is wrong with
// them.
func parseEdits(args []string) (edits, error) {
	if len(args) == 0 {
		return nil, usageError{msg: "nothing to edit", hint: "write NAME==VERSION, NAME= or NAME=PATH"}
	}
	var all edits
	var errs []error
	var once given
	for _, arg := range args {
		e, err := parseEdit(arg)
		if err == nil && !once.take(pep508.NormalizeName(e.spelling), e.candidate != nil && e.candidate.marker != nil) {
			err = usageError{msg: fmt.Sprintf("%s is to be edited twice", e.spelling), hint: "give each edit a marker, or make one after the other"}
		}
		errs = append(errs, err)
		all = append(all, e)
	}
	return all, errors.Join(errs...)
}

func parseEdit(arg string) (edit, error) {
	name, source, ok := strings.Cut(arg, "=")
	if !ok || strings.HasPrefix(source, "=") || strings.ContainsAny(name, "<>!~;") {
		c, err := parseCandidate(arg)
		return edit{candidate: &c, spelling: c.spelling}, err
	}
	if !pep508.ValidName(name) {
		return edit{}, usagef("%q is not the name of a package", name)
	}
	return edit{spelling: name, source: source}, nil
}

// carryOut returns the file with the edits made, and what that does beyond what
// they say.
func (all edits) carryOut(s *settings, before *pinfile.File) (*pinfile.File, []note, error) {
	var candidates []candidate
	for _, e := range all {
		if e.candidate != nil {
			candidates = append(candidates, *e.candidate)
		}
	}
	environments, err := markedEnvironments(s, candidates)
	if err != nil {
		return nil, nil, err
	}
	after, err := apply(before, candidates, environments)
	for _, e := range all {
		if err == nil && e.candidate == nil {
			after, err = e.carryOut(s, after)
		}
	}
	if err != nil {
		return nil, nil, err
	}
	return after, append(s.notes, remarks(before, after, candidates, environments, "is")...), nil
}

// markedEnvironments returns the matrix, which only markers ask for.
func markedEnvironments(s *settings, candidates []candidate) ([]*constraints.Environment, error) {
	for _, c := range candidates {
		if c.marker != nil {
			return s.environments()
		}
	}
	return nil, nil
}

// carryOut removes or replaces a pin.
func (e edit) carryOut(s *settings, file *pinfile.File) (*pinfile.File, error) {
	if err := listed(file, e.spelling); err != nil {
		return nil, err
	}
	name := pep508.NormalizeName(e.spelling)
	if e.source == "" {
		return file.Remove(name, nil)
	}
	source, err := localSource(s, e.source)
	if err != nil {
		return nil, err
	}
	return file.Replace(name, source, nil)
}

// listed complains about a name that the constraints file has no line for.
func listed(file *pinfile.File, name string) error {
	if lists(file, pep508.NormalizeName(name)) {
		return nil
	}
	e := usageError{msg: fmt.Sprintf("%s is not in %s", name, file.Name())}
	var names []string
	for _, entry := range file.Entries() {
		names = append(names, entry.Requirement.Spelling)
	}
	if near := constraints.Nearest(name, names); near != "" {
		e.hint = "did you mean " + near + "?"
	}
	return e
}

// localSource returns a URL as it is, and a path as the absolute path of
// something that exists.
func localSource(s *settings, value string) (string, error) {
	if strings.Contains(value, "://") {
		return value, nil
	}
	path := s.abs(value)
	if _, err := os.Stat(path); err != nil {
		return "", usageError{msg: fmt.Sprintf("there is no %s", value), hint: "a pin is replaced by an existing folder or archive, or by a URL"}
	}
	return path, nil
}
