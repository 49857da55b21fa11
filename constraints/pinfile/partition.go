package pinfile

import (
	"fmt"
	"slices"
	"strings"

	"sluice/constraints"
)

// Pin is all that a file says about the version of one package: a line, or the
// lines of a split pin with their markers.
type Pin struct {
	Name    constraints.Name
	Entries []Entry // in file order, at least one
}

// Active returns the entries that apply in env.
func (p Pin) Active(env *constraints.Environment) []Entry {
	var active []Entry
	for _, e := range p.Entries {
		if e.Requirement.Applies(env, "") {
			active = append(active, e)
		}
	}
	return active
}

// Pins returns what the file pins, in the order of each package's first line.
// Lines that only bound a version are not among them.
func (f *File) Pins() []Pin {
	at := make(map[constraints.Name]int, len(f.entries))
	pins := make([]Pin, 0, len(f.entries))
	for _, e := range f.entries {
		if !e.Pins() {
			continue
		}
		i, ok := at[e.Requirement.Name]
		if !ok {
			i = len(pins)
			at[e.Requirement.Name] = i
			pins = append(pins, Pin{Name: e.Requirement.Name})
		}
		pins[i].Entries = append(pins[i].Entries, e)
	}
	return pins
}

// FaultKind says how a pin fails to name one version in an environment.
type FaultKind string

// The kinds of fault.
const (
	// Gap: the pin is split, and no line of it applies.
	Gap FaultKind = "gap"
	// Overlap: lines with different versions or sources apply together.
	Overlap FaultKind = "overlap"
	// Duplicate: lines that say the same apply together.
	Duplicate FaultKind = "duplicate"
	// Conditional: the only line has a marker that does not hold. Often meant so,
	// for a package that only some environments need.
	Conditional FaultKind = "conditional"
)

// Fault is a pin that does not partition the matrix of environments.
type Fault struct {
	Kind         FaultKind
	Name         constraints.Name
	Entries      []Entry  // the lines that are active together; in a gap all lines
	Environments []string // where, in the order of the matrix; the first is the counterexample
}

// Problem returns the fault at its first line, with the counterexample and the
// other lines in its message.
func (f Fault) Problem() constraints.Problem {
	p := constraints.Problem{Place: f.Entries[0].Place}
	where := "in " + f.Environments[0]
	if n := len(f.Environments) - 1; n > 0 {
		where += fmt.Sprintf(" and %d more", n)
	}
	switch f.Kind {
	case Gap:
		p.Msg = fmt.Sprintf("no line of %s applies %s: lines %s", f.Name, where, f.lines())
		p.Hint = "widen a marker, so that each environment has exactly one"
	case Conditional:
		p.Msg = fmt.Sprintf("%s is not pinned %s", f.Name, where)
		p.Hint = "fine if nothing there needs it"
	case Overlap:
		p.Msg = fmt.Sprintf("%s is pinned to several versions %s: lines %s", f.Name, where, f.lines())
		p.Hint = "narrow the markers, so that each environment has exactly one"
	default:
		p.Msg = fmt.Sprintf("%s is pinned more than once %s: lines %s", f.Name, where, f.lines())
		p.Hint = "remove all but one"
	}
	return p
}

// lines lists the lines of the fault, each with what it pins.
func (f Fault) lines() string {
	texts := make([]string, len(f.Entries))
	for i, e := range f.Entries {
		texts[i] = fmt.Sprintf("%d (%s)", e.Place.Line, short(e.Arg))
	}
	return strings.Join(texts, ", ")
}

// CheckPartition judges each pin in each environment of the matrix, where exactly
// one of its lines should apply. It returns one fault for each pin, kind and set
// of lines, in file order and then in the order of the environments.
func (f *File) CheckPartition(envs []*constraints.Environment) []Fault {
	var faults []Fault
	for _, p := range f.Pins() {
		if len(p.Entries) > 1 || p.Entries[0].Requirement.Marker != nil {
			faults = append(faults, p.check(envs)...)
		}
	}
	return faults
}

func (p Pin) check(envs []*constraints.Environment) []Fault {
	var faults []Fault
	for _, env := range envs {
		fault, ok := p.judge(env)
		if !ok {
			continue
		}
		i := slices.IndexFunc(faults, func(f Fault) bool {
			return f.Kind == fault.Kind && slices.EqualFunc(f.Entries, fault.Entries, sameEntry)
		})
		if i >= 0 {
			faults[i].Environments = append(faults[i].Environments, env.Name())
		} else {
			faults = append(faults, fault)
		}
	}
	return faults
}

func sameEntry(a, b Entry) bool { return a.first == b.first }

// judge returns what is wrong with the pin in env, false when nothing is.
func (p Pin) judge(env *constraints.Environment) (Fault, bool) {
	active := p.Active(env)
	fault := Fault{Name: p.Name, Entries: active, Environments: []string{env.Name()}}
	switch {
	case len(active) == 1:
		return Fault{}, false
	case len(active) == 0 && len(p.Entries) == 1:
		fault.Kind, fault.Entries = Conditional, p.Entries
	case len(active) == 0:
		fault.Kind, fault.Entries = Gap, p.Entries
	case slices.ContainsFunc(active[1:], func(e Entry) bool { return !samePin(active[0], e) }):
		fault.Kind = Overlap
	default:
		fault.Kind = Duplicate
	}
	return fault, true
}

// samePin reports whether two lines can be satisfied together by one version:
// "===" compares text, so 1.0 and 1.0.0 are two of them, "==" versions.
func samePin(a, b Entry) bool {
	if a.Requirement.URL != b.Requirement.URL {
		return false
	}
	va, ta, _ := a.Pin()
	vb, tb, _ := b.Pin()
	if strings.EqualFold(ta, tb) {
		return true
	}
	textual := strings.HasPrefix(a.Requirement.Range.String(), "===") && strings.HasPrefix(b.Requirement.Range.String(), "===")
	return !textual && !va.IsZero() && va.Equal(vb)
}
