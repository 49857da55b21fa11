package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"sluice/constraints/pinfile"
	"sluice/resolver/gate"
)

// generateAnswer is the answer as JSON.
type generateAnswer struct {
	SchemaVersion int                `json:"schema_version"`
	Command       string             `json:"command"`
	Environments  []string           `json:"environments"`
	Facts         string             `json:"facts,omitempty"`
	Verdict       gate.Verdict       `json:"verdict"`             // as sluice check has it, of the file; a no where nothing fits
	Pins          []generatedPin     `json:"pins"`                // in the order of the file; none where nothing fits
	Conflicts     []generateConflict `json:"conflicts,omitempty"` // why nothing fits
	LeaveOut      []string           `json:"leave_out,omitempty"` // the packages without which the rest fits
	More          bool               `json:"more,omitempty"`      // there may be more conflicts
	Notes         []note             `json:"notes,omitempty"`

	found conflicts
}

// generatedPin is a line of the file that fixes a version or a source.
type generatedPin struct {
	Name         string   `json:"name"`
	Version      string   `json:"version,omitempty"`
	URL          string   `json:"url,omitempty"`
	Marker       string   `json:"marker,omitempty"`
	Environments []string `json:"environments"` // of the matrix, in which it holds
}

// generateConflict is why nothing fits in some environments.
type generateConflict struct {
	Environments []string         `json:"environments"`
	Because      []gate.Deduction `json:"because"`
	Conflict     *gate.Conflict   `json:"conflict"`
	Hints        []string         `json:"hints,omitempty"`
}

// tell takes over the file, and what sluice check says of it: a package that is left out
// may not fit beside the pins, in whatever version a consumer takes it.
func (x *generateAnswer) tell(in *inputs, file *pinfile.File) {
	x.Pins = pinsOfFile(in, file)
	report := gate.Check(in.question(linesOf(file)))
	x.Verdict = report.Verdict
	failing := make(map[string]bool)
	for _, r := range report.Results {
		if r.State == gate.Fails || r.State == gate.Unjudged {
			failing[r.Consumer] = true
		}
	}
	if names := slices.Sorted(maps.Keys(failing)); len(names) > 0 {
		x.note("what is left out does not fit beside the pins for %s, such as %s: sluice check tells why", count(len(names), "consumer"), names[0])
	} else if report.Verdict == gate.Reject {
		x.note("sluice check rejects the file: %s", report.Findings[0].Message)
	}
	for _, c := range in.consumers {
		if len(c.judged.Problems) > 0 {
			x.note("%s could not be read, or not wholly: sluice check tells why", c.name)
		}
	}
}

func (x *generateAnswer) note(format string, args ...any) {
	x.Notes = append(x.Notes, note{Message: fmt.Sprintf(format, args...)})
}

// pinsOfFile returns the pins of a file, and where each holds.
func pinsOfFile(in *inputs, file *pinfile.File) []generatedPin {
	pins := []generatedPin{}
	for _, e := range file.Entries() {
		if e.Kind != pinfile.Requirement || !e.Fixes() {
			continue
		}
		p := generatedPin{Name: e.Requirement.Spelling, URL: e.Requirement.URL, Marker: markerText(&e), Environments: []string{}}
		if _, text, ok := e.Pin(); ok && p.URL == "" {
			p.Version = text
		}
		for _, env := range in.environments {
			if e.Requirement.Applies(env, "") {
				p.Environments = append(p.Environments, env.Name())
			}
		}
		pins = append(pins, p)
	}
	return pins
}

// fail takes over why nothing fits, and the packages that are left out already and would
// have to be, if the rest fits then.
func (x *generateAnswer) fail(found conflicts, leftOut []string, restFits bool) {
	x.found, x.More = found, found.more
	for _, c := range found.all {
		x.Conflicts = append(x.Conflicts, generateConflict{c.environments, c.Because, c.Conflict, c.Hints})
	}
	if !restFits {
		x.More = true
		x.note("there may be more conflicts behind the last of these")
		return
	}
	x.LeaveOut = slices.Clone(leftOut)
	for _, name := range found.without {
		x.LeaveOut = append(x.LeaveOut, string(name))
	}
	slices.Sort(x.LeaveOut)
	x.LeaveOut = slices.Compact(x.LeaveOut)
	x.note("if consumers may have versions of their own of these, the rest fits: --leave-out %s", strings.Join(x.LeaveOut, ","))
}

// answerGenerated writes the answer, but for the file.
func (a *app) answerGenerated(in *inputs, g *generation, x *generateAnswer) (int, error) {
	x.Notes = slices.Concat(in.settings.notes, x.Notes)
	if g.format == "json" {
		x.Facts = in.facts.digest()
		a.tell(x.Notes)
		return x.Verdict.ExitStatus(), writeJSON(a.stdout, x)
	}
	for _, c := range x.found.all {
		p := newPrinter(a.stderr, a.color())
		c.Environment = strings.Join(c.environments, " ")
		c.printConflict(p)
		p.printf("\n")
		if err := p.flush(); err != nil {
			return 0, err
		}
	}
	a.tell(x.Notes)
	return x.Verdict.ExitStatus(), nil
}
