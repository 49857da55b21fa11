package openstack

import (
	"fmt"
	"slices"

	"sluice/constraints"
	"sluice/constraints/pep440"
	"sluice/constraints/pinfile"
)

// CheckLists applies the rules to the lists themselves, for the environments of a matrix.
func (t *Tree) CheckLists(matrix []*constraints.Environment) []Finding {
	var all []Finding
	seen := make(map[constraints.Name]bool)
	for _, l := range t.Global {
		if !seen[l.Name] {
			seen[l.Name] = true
			c := &check{tree: t, matrix: matrix}
			c.globalEntries(t.global[l.Name])
			all = append(all, c.found...)
		}
	}
	for _, pin := range t.Pins {
		c := &check{tree: t, matrix: matrix}
		c.pin(pin)
		all = append(all, c.found...)
	}
	return append(all, t.checkBackports(matrix)...)
}

// globalEntries judges the entries that the global list has for one package. The reference
// looks only at whether they are pinned.
func (c *check) globalEntries(lines []Line) {
	for i, l := range lines {
		c.duplicate(lines[:i], l)
		if l.URL == "" && hasMinimum(l.Range) {
			f := c.add("global-minimum", l, c.where(l.Requirement), l.Spelling+" has a lower bound in the global list")
			f.Lifts = []string{"leave the bound to the projects, and exclude single versions here"}
		}
		if licenceOf(l.Comment) == "" {
			f := c.add("global-licence", l, c.where(l.Requirement), l.Spelling+" has no comment that names its licence")
			f.Lifts = []string{"such as  # Apache-2.0"}
		}
	}
	for i := range c.found {
		c.found[i].Reference = "requirements-check does not look at it"
	}
	c.coverage(lines)
}

// licenceOf returns what a comment says.
func licenceOf(comment string) string {
	for len(comment) > 0 && (comment[0] == '#' || comment[0] == ' ' || comment[0] == '\t') {
		comment = comment[1:]
	}
	return comment
}

// coverage finds a package that is neither pinned nor denied where the global list has it.
func (c *check) coverage(lines []Line) {
	name := lines[0].Name
	if _, denied := c.tree.Denied[name]; denied || slices.Contains(unconstrainable, string(name)) {
		return
	}
	var open []string
	for _, env := range c.matrix {
		if len(c.tree.applying(name, env)) > 0 && !slices.ContainsFunc(c.tree.Pins, func(p Line) bool { return p.Name == name && p.Applies(env, "") }) {
			open = append(open, env.Name())
		}
	}
	constrained := c.tree.refHas(c.tree.Pins, refKey(lines[0].Spelling))
	switch {
	case len(open) > 0:
		f := c.add("global-coverage", lines[0], open, lines[0].Spelling+" is in the global list, and neither pinned nor denied")
		f.Lifts = []string{"sluice generate pins it; or add it to " + denyFile}
		if constrained {
			f.Reference = "requirements-check would let it pass: it is pinned for another environment"
		}
	case !constrained:
		f := c.add(referenceRule, lines[0], nil, fmt.Sprintf("requirements-check would reject it: %s is in the global list and not pinned under that name", lines[0].Spelling))
		f.Details = []string{"by meaning it is pinned, or not installed in any environment of the matrix"}
	}
}

// pin judges a pin against the other lists.
func (c *check) pin(pin Line) {
	version, _, pinned := pinfile.Entry{Kind: pinfile.Requirement, Requirement: pin.Requirement}.Pin()
	where := c.where(pin.Requirement)
	reference := ""
	switch {
	case pin.URL != "":
		return // a source is what it is
	case !pinned || !isTextual(pin):
		c.add("global-format", pin, where, pin.Spelling+" is not pinned by ===").Lifts = []string{pin.Spelling + "===VERSION"}
		return
	default:
		reference = c.tree.refPin(pin, version)
	}
	if denied, is := c.tree.Denied[pin.Name]; is {
		f := c.add("global-denied", pin, where, pin.Spelling+" is pinned, and on the deny list")
		f.Version, f.Details = version, []string{denied.Place.String() + "  " + denied.Text}
		f.Lifts = []string{"take it out of one of them"}
		if !c.tree.refHas(c.tree.deniedLines(), refKey(pin.Spelling)) {
			f.Reference = "requirements-check would let it pass: the names are spelled in different ways"
		}
	}
	c.compatible(pin, version, reference)
}

// isTextual reports whether a line has a ===.
func isTextual(l Line) bool {
	set, ok := l.Range.(pep440.SpecifierSet)
	return ok && set.Textual()
}

// compatible finds a pin that no global entry admits where it is active.
func (c *check) compatible(pin Line, version constraints.Version, reference string) {
	var clashing []string
	for _, env := range c.matrix {
		global := c.tree.applying(pin.Name, env)
		if pin.Applies(env, "") && len(global) > 0 && !slices.ContainsFunc(global, func(g Line) bool { return g.Range.Contains(version) }) {
			clashing = append(clashing, env.Name())
		}
	}
	switch {
	case len(clashing) > 0:
		f := c.add("global-compatible", pin, clashing, fmt.Sprintf("%s %s is not within the global list", pin.Spelling, version))
		f.Version, f.Details = version, []string{texts(c.tree.global[pin.Name])}
		f.Lifts = []string{"move the pin, or the range of the global list"}
		if reference == "" {
			f.Reference = "requirements-check would let it pass, by an entry for other environments or another spelling of the name"
		}
	case reference != "":
		f := c.add(referenceRule, pin, c.where(pin.Requirement), "requirements-check would reject it: "+reference)
		f.Version, f.Details = version, []string{"by meaning it is within the global list wherever it is active"}
	}
}

// checkBackports finds backports that are pinned in some environments of the matrix only:
// which Pythons need them is for their users to know.
func (t *Tree) checkBackports(matrix []*constraints.Environment) []Finding {
	var backports []Line
	for _, l := range t.Backports {
		backports = append(backports, l)
	}
	slices.SortFunc(backports, func(a, b Line) int { return a.Place.Compare(b.Place) })
	var all []Finding
	for _, l := range backports {
		c := &check{tree: t, matrix: matrix}
		var open []string
		for _, env := range matrix {
			if !slices.ContainsFunc(t.Pins, func(p Line) bool { return p.Name == l.Name && p.Applies(env, "") }) {
				open = append(open, env.Name())
			}
		}
		if 0 < len(open) && len(open) < len(matrix) {
			f := c.add("global-backport", l, open, l.Spelling+" is a backport, and pinned in other environments only")
			f.Lifts, f.Reference = []string{"pin it without a marker"}, "requirements-check does not look at it"
		}
		all = append(all, c.found...)
	}
	return all
}
