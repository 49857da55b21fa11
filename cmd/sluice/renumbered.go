package main

import (
	"fmt"
	"strings"
	"time"

	"sluice/constraints"
	"sluice/constraints/pep440"
	"sluice/resolver"
)

// renumbered returns the versions that stand above a pin only by their number, as 2012.1
// does above 18.4.0 where a project left years for numbers: they were uploaded before the
// pin, and before all that is numbered like the pin up to where the two numbers part. So
// 2.0.1 is no such version for 1.9.9, a later mending of a series that is older.
func renumbered(facts *facts, pin resolver.Pin) ([]resolver.Exclusion, error) {
	pinned, err := facts.uploaded(pin.Name, pin.Version)
	if err != nil || pinned.IsZero() {
		return nil, err
	}
	versions, err := facts.Versions(pin.Name)
	if err != nil {
		return nil, err
	}
	times := make([]time.Time, len(versions))
	for i, v := range versions {
		if times[i], err = facts.uploaded(pin.Name, v); err != nil {
			return nil, err
		}
	}
	var all []resolver.Exclusion
	for i, v := range versions {
		if v.Compare(pin.Version) <= 0 || times[i].IsZero() {
			continue
		}
		series, began := seriesApart(pin.Version, v), pinned
		for j, w := range versions {
			if series.has(w) && !times[j].IsZero() && times[j].Before(began) {
				began = times[j]
			}
		}
		if times[i].Before(began) {
			reason := fmt.Sprintf("%s was uploaded before %s%s", v, pin.Version, series)
			all = append(all, resolver.Exclusion{Name: pin.Name, Range: constraints.Exactly(v), Reason: reason, Place: theIndex})
		}
	}
	return all, nil
}

// theIndex is the place of what is known of the index.
var theIndex = constraints.Place{File: "the index"}

// series is the versions whose numbers begin alike.
type series struct {
	epoch string
	begin []string // empty: of the epoch
	whole bool     // no number tells the two versions apart
}

// seriesApart returns the series of a version that another is the first to stand outside
// of.
func seriesApart(of, other constraints.Version) series {
	f, g := pep440.FieldsOf(of), pep440.FieldsOf(other)
	if f.Epoch != g.Epoch {
		return series{epoch: f.Epoch}
	}
	for i := range max(len(f.Release), len(g.Release)) {
		if number(f, i) != number(g, i) {
			s := series{epoch: f.Epoch}
			for j := range i + 1 {
				s.begin = append(s.begin, number(f, j))
			}
			return s
		}
	}
	return series{whole: true}
}

// number returns a number of a release; those that are not written are 0.
func number(f pep440.Fields, i int) string {
	if i < len(f.Release) {
		return f.Release[i]
	}
	return "0"
}

func (s series) has(v constraints.Version) bool {
	f := pep440.FieldsOf(v)
	if s.whole || f.Epoch != s.epoch {
		return false
	}
	for i, n := range s.begin {
		if number(f, i) != n {
			return false
		}
	}
	return true
}

// String names the series behind one of its versions.
func (s series) String() string {
	if len(s.begin) == 0 {
		return ""
	}
	return " and all of " + strings.Join(s.begin, ".")
}

// uploaded returns when a version was published, zero where that is not known.
func (f *facts) uploaded(name constraints.Name, version constraints.Version) (first time.Time, err error) {
	p, err := f.pkg(name)
	if err != nil || p == nil {
		return first, err
	}
	i, ok := p.Find(version)
	if !ok {
		return first, nil
	}
	release, err := p.Outline(i)
	if err != nil {
		return first, err
	}
	first = release.Uploaded
	for _, file := range release.Files {
		if t := file.Uploaded; first.IsZero() || !t.IsZero() && t.Before(first) {
			first = t
		}
	}
	return first, nil
}
