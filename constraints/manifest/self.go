package manifest

import (
	"fmt"
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/constraints/pep508"
)

// expandSelf replaces each requirement of an extra or a dependency group on the
// project itself, "NAME[EXTRA]", by what that extra requires: the project need not
// be published to have extras. Those in requirements files stay: pip would take
// the published release. But a line ".[EXTRA]" there, editable or not, which means
// the project's folder, is expanded too. Without extras such lines add nothing.
func (l *loader) expandSelf(declared []Declared) []Declared {
	if !slices.ContainsFunc(declared, l.isSelf) {
		return declared
	}
	x := selfExpander{loader: l, byExtra: map[constraints.Name][]Declared{}, budget: maxExpansion}
	for _, d := range declared {
		if d.Group.Kind == Extra {
			x.byExtra[d.Group.Name] = append(x.byExtra[d.Group.Name], d)
		}
	}
	for _, d := range declared {
		if !l.isSelf(d) {
			x.out = append(x.out, d)
			continue
		}
		l.consumer.Notes = append(l.consumer.Notes, constraints.Problem{Place: d.Place, Msg: "the project requires itself; read as the extras that it names"})
		x.expand(d, d.Group, nil, map[constraints.Name]bool{})
	}
	if x.budget < 0 {
		l.problem(constraints.Place{File: l.consumer.Dir}, fmt.Sprintf("extras that ask for extras come to more than %d requirements; the rest is left out", maxExpansion), "")
	}
	return x.out
}

// isSelf reports whether d is to be expanded.
func (l *loader) isSelf(d Declared) bool {
	named := d.Name == l.consumer.Dist && d.Name != ""
	return named && isSheet(d.Place.File) && d.Group.Kind != Build || l.selves[d.Place]
}

// selfPath reads ".[EXTRA,EXTRA]", the project's own folder; false if text is none.
func selfPath(text string) (extras []constraints.Name, ok bool) {
	rest, dot := strings.CutPrefix(text, ".")
	rest, _ = strings.CutPrefix(rest, "/")
	if !dot || rest == "" {
		return nil, dot
	}
	if rest[0] != '[' || rest[len(rest)-1] != ']' {
		return nil, false
	}
	for extra := range strings.SplitSeq(rest[1:len(rest)-1], ",") {
		extras = append(extras, pep508.NormalizeName(strings.TrimSpace(extra)))
	}
	return extras, true
}

// isSheet reports whether a file is no requirements file.
func isSheet(name string) bool {
	return strings.HasSuffix(name, ".toml") || strings.HasSuffix(name, ".cfg")
}

type selfExpander struct {
	*loader
	byExtra map[constraints.Name][]Declared
	budget  int
	out     []Declared
}

// expand adds what the extras of d require, for the group and under the condition
// of outer. An extra that leads back to itself adds nothing more (as in pip).
func (x *selfExpander) expand(d Declared, group Group, outer constraints.Marker, seen map[constraints.Name]bool) {
	outer = bothMarkers(outer, d.Marker)
	for _, extra := range d.Extras {
		if x.budget--; x.budget < 0 {
			return
		}
		if !x.extras[extra] {
			x.problem(d.Place, fmt.Sprintf("the project has no extra %q", extra), "")
			continue
		}
		if seen[extra] || group.Kind == Extra && group.Name == extra {
			continue
		}
		seen[extra] = true
		for _, inner := range x.byExtra[extra] {
			if x.budget--; x.budget < 0 {
				return
			}
			if x.isSelf(inner) {
				x.expand(inner, group, outer, seen)
				continue
			}
			inner.Group = group
			inner.Marker = bothMarkers(outer, inner.Marker)
			x.out = append(x.out, inner)
		}
	}
}

// A conjunction is the marker that holds where both of its parts do.
type conjunction struct{ a, b constraints.Marker }

// bothMarkers returns the marker for a and b, either of which may be nil.
func bothMarkers(a, b constraints.Marker) constraints.Marker {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return conjunction{a, b}
}

// Holds implements constraints.Marker.
func (c conjunction) Holds(env *constraints.Environment, extra constraints.Name) bool {
	return c.a.Holds(env, extra) && c.b.Holds(env, extra)
}

// String returns the marker as PEP 508 writes it.
func (c conjunction) String() string { return "(" + c.a.String() + ") and (" + c.b.String() + ")" }
