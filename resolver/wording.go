package resolver

import (
	"fmt"
	"strings"

	"sluice/constraints"
	"sluice/resolver/pubgrub"
)

// How the leaves and conclusions of a proof read. Of several versions only what is so of
// each of them is told, and sets of versions by those that exist.

// fact tells a leaf.
func (x *explainer) fact(d *pubgrub.Derivation) Fact {
	m := &x.meanings[d.Requirement]
	on := &x.packages[x.demands[d.Requirement].Package]
	switch m.kind {
	case meansConstraint:
		return Fact{Text: "only " + unmarked(m.requirement) + " is allowed", Place: m.root.Place}
	case meansExclusion:
		text := string(on.node.name) + m.exclusion.Range.String() + " is excluded"
		if m.exclusion.Reason != "" {
			text += ": " + m.exclusion.Reason
		}
		return Fact{Text: text, Place: m.exclusion.Place}
	case meansFinal:
		return Fact{Text: "pre-releases of " + string(on.node.name) + " are not wanted", Source: "the policy for pre-releases"}
	}
	if d.From < 0 {
		return Fact{Text: unmarked(m.requirement) + " is required", Place: m.root.Place}
	}
	from := &x.packages[d.From]
	who := x.versions(d, from)
	latest := x.latest(d, from)
	switch m.kind {
	case meansDefect:
		text, of := x.defect(m.defect, from, d)
		return Fact{Text: who + " " + text, Source: of + latest}
	case meansYanked:
		return Fact{Text: who + " was yanked", Source: "the index, of " + latest}
	}
	text := who + " requires " + x.demanded(m, on)
	if m.kind == meansDemand && constraints.IsUnreadable(m.requirement.Range) {
		text = who + " has a requirement that is not valid: " + unmarked(m.requirement)
	}
	if o := x.override(m.requirement); o != nil {
		return Fact{Text: text + ", by an override", Place: o.Place}
	}
	source := "metadata of " + latest
	if from.node.pinned != nil && from.node.pinned.pin.Place.File != "" {
		source += ", pinned at " + from.node.pinned.pin.Place.String()
	}
	return Fact{Text: text, Source: source}
}

// unmarked writes a requirement without its marker, which holds here.
func unmarked(r *constraints.Requirement) string {
	bare := *r
	bare.Marker = nil
	return bare.String()
}

// demanded tells what several versions require in one: a range or an extra. Each may say
// more, under a marker of its own.
func (x *explainer) demanded(m *meaning, on *entry) string {
	switch m.kind {
	case meansExtra:
		return string(on.node.name) + "[" + string(on.extra) + "]"
	case meansMember:
		return string(on.node.name)
	}
	if m.requirement.URL != "" {
		return string(on.node.name) + " @ " + constraints.Redact(m.requirement.URL)
	}
	return string(on.node.name) + m.requirement.Range.String()
}

// override returns the override that a requirement is, nil if it is none.
func (x *explainer) override(r *constraints.Requirement) *Root {
	for i := range x.plan.Overrides {
		if o := &x.plan.Overrides[i]; &o.Requirement == r {
			return o
		}
	}
	return nil
}

// defect tells what keeps versions from being installed, and where that is said.
func (x *explainer) defect(k Kind, from *entry, d *pubgrub.Derivation) (text, source string) {
	switch k {
	case WrongRuntime:
		c := x.someCandidate(from, d)
		return fmt.Sprintf("requires Python %s, and %s has %s", c.release.RequiresRuntime, x.world.env.Name(), x.world.env.Runtime()), "metadata of "
	case NoFile:
		return "has no file that " + x.world.env.Name() + " can install", "the index, of "
	case BadMetadata:
		return "has metadata that is not valid", "metadata of "
	case Unpublished:
		return "is not published", "the index, of "
	}
	return "cannot be installed: " + k.String(), "the index, of "
}

// own returns the versions of which a leaf speaks.
func (x *explainer) own(d *pubgrub.Derivation, from *entry) pubgrub.Set {
	base := x.number(from.node, "", from.group, from.own)
	for _, t := range d.Terms {
		if t.Package == base {
			return t.Set
		}
	}
	return nil
}

// versions tells which versions a leaf speaks of.
func (x *explainer) versions(d *pubgrub.Derivation, from *entry) string {
	name := string(from.node.name)
	if from.extra != "" {
		name += "[" + string(from.extra) + "]"
	}
	if pinned := from.node.pinned; pinned != nil {
		return name + " " + pinned.version.String()
	}
	return restate(name, from.node.versions, x.own(d, from))
}

// latest names the newest of the versions that a leaf speaks of.
func (x *explainer) latest(d *pubgrub.Derivation, from *entry) string {
	return string(from.node.name) + " " + x.someCandidate(from, d).version.String()
}

// someCandidate returns the newest candidate that a leaf speaks of.
func (x *explainer) someCandidate(from *entry, d *pubgrub.Derivation) *candidate {
	if from.node.pinned != nil {
		return from.node.pinned
	}
	return x.world.candidate(from.node, x.own(d, from).Highest())
}

// conclusion tells that not all of some terms are true.
func (x *explainer) conclusion(terms []pubgrub.Term) string {
	var are, not []string
	for _, t := range terms {
		e := &x.packages[t.Package]
		n := x.Size(t.Package)
		if t.Set.Has(n) { // that one of the others is there is what follows
			not = append(not, x.some(e, t.Set.Not(n), n))
		} else {
			are = append(are, x.some(e, t.Set, n))
		}
	}
	switch {
	case len(not) == 0 && len(are) == 1:
		return are[0] + " cannot be installed"
	case len(not) == 0:
		return strings.Join(are, " and ") + " cannot be installed together"
	case len(are) == 0:
		return strings.Join(not, " or ") + " is needed"
	}
	return strings.Join(are, " with ") + " needs " + strings.Join(not, " or ")
}

// some tells versions of a package or extra.
func (x *explainer) some(e *entry, set pubgrub.Set, n int) string {
	name := string(e.node.name)
	switch {
	case e.extra != "":
		return name + "[" + string(e.extra) + "]"
	case e.along:
		return name
	case e.node.pinned != nil && set.Has(0):
		return name + " " + e.node.pinned.version.String()
	case e.node.pinned != nil:
		return "another " + name
	}
	return restate(name, e.node.versions, set)
}

// restate tells a set of versions by those that exist.
func restate(name string, versions []constraints.Version, set pubgrub.Set) string {
	type run struct{ from, to int }
	var runs []run
	for i := range versions {
		switch {
		case !set.Has(i):
		case len(runs) > 0 && runs[len(runs)-1].to == i-1:
			runs[len(runs)-1].to = i
		default:
			runs = append(runs, run{i, i})
		}
	}
	last := len(versions) - 1
	var parts []string
	for _, r := range runs {
		switch {
		case r.from == 0 && r.to == last:
			return "every version of " + name
		case r.from == r.to:
			parts = append(parts, versions[r.from].String())
		case r.to == last:
			parts = append(parts, versions[r.from].String()+" and later")
		case r.from == 0:
			parts = append(parts, versions[r.to].String()+" and earlier")
		default:
			parts = append(parts, versions[r.from].String()+" to "+versions[r.to].String())
		}
	}
	const shown = 3
	if len(parts) > shown {
		parts = append(parts[:1], fmt.Sprintf("%d other ranges", len(parts)-2), parts[len(parts)-1])
	}
	if len(parts) == 0 {
		return "no version of " + name
	}
	return name + " " + strings.Join(parts, ", ")
}
