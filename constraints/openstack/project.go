package openstack

import (
	"fmt"
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/constraints/pep440"
)

// Stated is what a project requires, and in which of its lists: those of a file, or of one
// extra of a file, are held against each other.
type Stated struct {
	Line
	List string
}

// Reads reports whether the rules look at a file of a project, by its path there. Of setup.cfg
// they look at the extras alone.
func Reads(file string) bool {
	return slices.Contains([]string{
		"requirements.txt", "test-requirements.txt", "doc/requirements.txt", "pyproject.toml", "setup.cfg",
		"tools/pip-requires", "tools/test-requires", "requirements-py2.txt", "requirements-py3.txt", "test-requirements-py2.txt", "test-requirements-py3.txt",
	}, file)
}

// CheckProject applies the rules to what a project requires, for the environments of a
// matrix. What the deny list has is left to projects.
func (t *Tree) CheckProject(project string, stated []Stated, matrix []*constraints.Environment) []Finding {
	type group struct {
		list string
		name constraints.Name
	}
	lines := make(map[group][]Line)
	var groups []group
	for _, s := range stated {
		g := group{s.List, s.Name}
		if lines[g] == nil {
			groups = append(groups, g)
		}
		lines[g] = append(lines[g], s.Line)
	}
	var all []Finding
	for _, g := range groups {
		c := &check{tree: t, matrix: matrix}
		if _, denied := t.Denied[g.name]; !denied {
			c.requirements(lines[g])
		}
		c.compare(lines[g][0], t.refSpellings(lines[g]))
		all = append(all, c.found...)
	}
	for i := range all {
		all[i].Project = project
	}
	return all
}

// check gathers what is found of one package in one list.
type check struct {
	tree   *Tree
	matrix []*constraints.Environment
	found  []Finding
}

// add adds a finding about a line in some environments.
func (c *check) add(rule string, l Line, environments []string, message string) *Finding {
	c.found = append(c.found, Finding{
		Rule: rule, Package: l.Spelling, Name: l.Name, Place: l.Place, Line: l.Text, Environments: environments, Message: message,
	})
	return &c.found[len(c.found)-1]
}

// where returns the names of the environments in which a requirement applies.
func (c *check) where(r constraints.Requirement) []string {
	var names []string
	for _, env := range c.matrix {
		if r.Applies(env, "") {
			names = append(names, env.Name())
		}
	}
	return names
}

// requirements applies the rules to the requirements of one package.
func (c *check) requirements(lines []Line) {
	for i, l := range lines {
		c.duplicate(lines[:i], l)
		c.listed(l)
		if l.URL == "" && !hasMinimum(l.Range) {
			f := c.add("global-bound", l, c.where(l.Requirement), l.Spelling+" has no lower bound")
			f.Lifts = []string{"the lowest version that works, such as " + l.Spelling + ">=VERSION; sluice floor finds it"}
		}
	}
}

// duplicate finds a requirement that an earlier one of the same list already makes.
func (c *check) duplicate(before []Line, l Line) {
	for _, other := range before {
		if !slices.Equal(other.Extras, l.Extras) {
			continue
		}
		both := slices.DeleteFunc(c.where(l.Requirement), func(env string) bool { return !slices.Contains(c.where(other.Requirement), env) })
		if len(both) > 0 {
			f := c.add("global-duplicate", l, both, l.Spelling+" is there twice")
			f.Details = []string{other.Place.String() + "  " + other.Text}
			f.Lifts = []string{"one line for both, or markers that keep them apart"}
			return
		}
	}
}

// listed finds where the global list does not have a requirement, or admits more of it.
func (c *check) listed(l Line) {
	var missing, narrower []string
	var counterexample constraints.Version
	var against Line
	for _, env := range c.matrix {
		if !l.Applies(env, "") {
			continue
		}
		global := c.tree.applying(l.Name, env)
		if len(global) == 0 {
			missing = append(missing, env.Name())
			continue
		}
		if v, more := c.tree.narrowest(l, global); more {
			narrower, counterexample, against = append(narrower, env.Name()), v, global[0]
		}
	}
	if len(missing) > 0 {
		f := c.add("global-listed", l, missing, l.Spelling+" is not in the global list")
		f.Lifts = []string{"add it to " + globalFile + ", with its licence"}
		for _, g := range c.tree.global[l.Name] {
			f.Details = append(f.Details, "listed for other environments: "+g.Place.String()+"  "+g.Text)
		}
	}
	if len(narrower) > 0 {
		message := l.Spelling + " excludes more than the global list does"
		if !counterexample.IsZero() {
			message = fmt.Sprintf("%s excludes %s, which the global list admits", l.Spelling, counterexample)
		}
		f := c.add("global-exclusion", l, narrower, message)
		f.Version = counterexample
		f.Details = []string{against.Place.String() + "  " + against.Text}
		f.Lifts = []string{"exclude it in " + globalFile + " first, or not at all"}
	}
}

// applying returns the global entries of a package that apply in an environment.
func (t *Tree) applying(name constraints.Name, env *constraints.Environment) []Line {
	var lines []Line
	for _, g := range t.global[name] {
		if g.Applies(env, "") {
			lines = append(lines, g)
		}
	}
	return lines
}

// narrowest reports whether a requirement excludes versions that each of the global entries
// admits, above its own minimum, and returns one.
func (t *Tree) narrowest(l Line, global []Line) (counterexample constraints.Version, more bool) {
	project, known := l.Range.(pep440.SpecifierSet)
	if !known || l.URL != "" {
		return constraints.Version{}, false
	}
	for i, g := range global {
		set, known := g.Range.(pep440.SpecifierSet)
		if !known {
			return constraints.Version{}, false
		}
		v, is := excludesMore(project, set)
		if !is {
			return constraints.Version{}, false
		}
		if i == 0 {
			counterexample = v
		}
	}
	return counterexample, true
}

// compare tells where the reference says something else of the lines, of which this is the
// first.
func (c *check) compare(first Line, reference string) {
	switch {
	case len(c.found) == 0 && reference != "":
		f := c.add(referenceRule, first, c.where(first.Requirement), "requirements-check would reject it: "+reference)
		f.Details = []string{"by meaning nothing is wrong with it"}
	case len(c.found) > 0 && reference == "":
		for i := range c.found {
			c.found[i].Reference = "requirements-check would let it pass, by the words"
		}
	}
}

// texts returns lines as places with their texts.
func texts(lines []Line) string {
	words := make([]string, len(lines))
	for i, l := range lines {
		words[i] = l.Place.String() + "  " + l.Text
	}
	return strings.Join(words, ", ")
}
