package gate

import (
	"time"

	"sluice/constraints"
	"sluice/resolver"
)

// Question is all that a verdict depends on. It is not changed.
type Question struct {
	Environments []*constraints.Environment

	// Before are the constraints of today, After the ones that are asked about,
	// both in file order.
	Before, After []Line

	Consumers []Consumer
	Source    resolver.Source
	Now       time.Time // when it is asked
	Law
}

// Line is one entry of a constraints file.
type Line struct {
	Requirement constraints.Requirement
	Version     constraints.Version // that it pins; zero when it fixes none
	Place       constraints.Place
}

// IsPin reports whether the line fixes what is installed, as opposed to
// narrowing it.
func (l Line) IsPin() bool { return !l.Version.IsZero() || l.Requirement.URL != "" }

// Consumer is a project that installs under the constraints.
type Consumer struct {
	Name    string
	Owner   string
	Jobs    []Job
	Runtime constraints.Range // of language runtimes that it supports; nil for all

	// Problems is why the consumer could not be read, or not wholly.
	Problems []constraints.Problem
}

// Job is a set of requirements that a consumer installs together: its runtime
// requirements ("") or these with those of a group or an extra.
type Job struct {
	Name string
	resolver.Job
}

// at returns the line with another version.
func (l Line) at(v constraints.Version) Line {
	l.Version = v
	l.Requirement.URL = ""
	l.Requirement.Range = constraints.Exactly(v)
	return l
}

// Active returns the pins and limits of the lines that hold in an environment.
func Active(lines []Line, env *constraints.Environment) (pins []resolver.Pin, limits []resolver.Root) {
	pins = make([]resolver.Pin, 0, len(lines))
	for i := range lines {
		l := &lines[i]
		if !l.Requirement.Applies(env, "") {
			continue
		}
		if !l.IsPin() {
			limits = append(limits, resolver.Root{Requirement: l.Requirement, Place: l.Place})
			continue
		}
		pins = append(pins, resolver.Pin{
			Name: l.Requirement.Name, Spelling: l.Requirement.Spelling, Version: l.Version,
			Range: l.Requirement.Range, URL: l.Requirement.URL, Place: l.Place,
		})
	}
	return pins, limits
}

// spellingOf returns a name as the lines that pin it have it.
func spellingOf(lines []Line, name constraints.Name) string {
	for _, l := range lines {
		if l.Requirement.Name == name && l.IsPin() {
			return l.Requirement.Spelling
		}
	}
	return string(name)
}
