package constraints

import "strings"

// Marker is a condition on the environment under which a requirement applies.
type Marker interface {
	// Holds reports whether the condition is met in env while extra is being
	// asked for ("" when no extra is). A comparison that its specification leaves
	// undefined does not hold.
	Holds(env *Environment, extra Name) bool
	String() string
}

// Requirement is one demand for a package: "NAME[EXTRAS] RANGE; MARKER", or
// "NAME @ URL". It is immutable.
type Requirement struct {
	Name     Name
	Spelling string // the name as its author wrote it
	Extras   []Name // sorted, each once
	Range    Range  // never nil
	URL      string // of a direct reference, else ""
	Marker   Marker // nil: applies always
}

// Applies reports whether the requirement applies in env while extra is being
// asked for ("" when none is).
func (r Requirement) Applies(env *Environment, extra Name) bool {
	return r.Marker == nil || r.Marker.Holds(env, extra)
}

// String returns the requirement as it is shown: as Line does, without a user and password
// in its URL.
func (r Requirement) String() string { return Redact(r.Line()) }

// Line returns the requirement as one line, in the order name, extras, range or URL,
// marker. It may hold a password.
func (r Requirement) Line() string {
	var b strings.Builder
	b.WriteString(r.Spelling)
	if len(r.Extras) > 0 {
		b.WriteByte('[')
		for i, extra := range r.Extras {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(string(extra))
		}
		b.WriteByte(']')
	}
	if r.URL != "" {
		b.WriteString(" @ " + r.URL)
	} else if r.Range != nil {
		b.WriteString(r.Range.String())
	}
	if r.Marker != nil {
		if r.URL != "" {
			b.WriteByte(' ') // else the marker would be read as part of the URL
		}
		b.WriteString("; " + r.Marker.String())
	}
	return b.String()
}
