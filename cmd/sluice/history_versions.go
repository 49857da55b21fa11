package main

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"sluice/constraints"
	"sluice/constraints/pep440"
	"sluice/constraints/pep508"
	"sluice/resolver/gate"
)

// recordedVersions is what a commit changed in a history of versions alone. Where a package
// has several versions each has its marker, "" for none.
type recordedVersions struct {
	Commit  string          `json:"commit"`
	Date    time.Time       `json:"date"`
	Author  string          `json:"author"`
	Subject string          `json:"subject"`
	Body    string          `json:"body"`
	Raised  []versionChange `json:"raised"`
	Lowered []versionChange `json:"lowered"`
	Added   []markedVersion `json:"added"`
	Removed []markedVersion `json:"removed"`
	Changed []markedChange  `json:"changed"`
}

// versionChange is [NAME, FROM, TO].
type versionChange [3]string

// markedVersion is [NAME, {MARKER: VERSION}].
type markedVersion struct {
	name     string
	versions map[string]string
}

// UnmarshalJSON reads the array.
func (m *markedVersion) UnmarshalJSON(text []byte) error {
	return unmarshalTuple(text, &m.name, &m.versions)
}

// markedChange is [NAME, {MARKER: VERSION}, {MARKER: VERSION}], before and after.
type markedChange struct {
	name     string
	from, to map[string]string
}

// UnmarshalJSON reads the array.
func (m *markedChange) UnmarshalJSON(text []byte) error {
	return unmarshalTuple(text, &m.name, &m.from, &m.to)
}

// openVersions opens a file of raised and lowered versions.
func openVersions(path, shown string) (history, error) {
	return func(yield func(*revision, error) bool) {
		n := 0
		for row, err := range recordedLines[recordedVersions](path, shown) {
			n++
			var r *revision
			if err == nil {
				r, err = row.revision()
				if err != nil {
					err = badLine(shown, n, "%s", err)
				}
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}, nil
}

// revision returns the commit with the lines that it changes, and no others.
func (v *recordedVersions) revision() (*revision, error) {
	r := &revision{
		commit:  commit{ID: v.Commit, Date: v.Date.UTC(), Author: v.Author, Subject: v.Subject},
		Reverts: revertedIn(v.Body), Admitted: admittedBy(v.Body),
	}
	var errs []error
	add := func(lines *[]gate.Line, name string, versions map[string]string) {
		for _, marker := range slices.Sorted(maps.Keys(versions)) {
			line, err := recordedPin(name, versions[marker], marker)
			if err != nil {
				errs = append(errs, err)
			}
			*lines = append(*lines, line)
		}
	}
	for _, c := range slices.Concat(v.Raised, v.Lowered) {
		add(&r.Before, c[0], map[string]string{"": c[1]})
		add(&r.After, c[0], map[string]string{"": c[2]})
	}
	for _, c := range v.Added {
		add(&r.After, c.name, c.versions)
	}
	for _, c := range v.Removed {
		add(&r.Before, c.name, c.versions)
	}
	for _, c := range v.Changed {
		add(&r.Before, c.name, c.from)
		add(&r.After, c.name, c.to)
	}
	if len(errs) > 0 {
		return nil, errs[0]
	}
	return r, nil
}

// recordedPin returns the line that pins a version where a marker holds.
func recordedPin(name, version, marker string) (gate.Line, error) {
	v, err := pep440.Parse(version)
	switch {
	case !pep508.ValidName(name):
		return gate.Line{}, fmt.Errorf("%q is not the name of a package", name)
	case err != nil:
		return gate.Line{}, err
	}
	requirement := constraints.Requirement{Name: pep508.NormalizeName(name), Spelling: name, Range: constraints.Exactly(v)}
	if marker != "" {
		if requirement.Marker, err = pep508.ParseMarker(marker); err != nil {
			return gate.Line{}, err
		}
	}
	return gate.Line{Requirement: requirement, Version: v}, nil
}
