package openstack

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"sluice/constraints"
	"sluice/constraints/pep440"
	"sluice/constraints/pep508"
)

// A model of what requirements-check says, with which ours is compared: the tool of
// openstack/requirements (openstack_requirements/check.py, constraints.py) as it is run for
// the master branch. It compares the texts of names, markers and specifiers.

// refLine is a requirement as the tool reads it.
type refLine struct {
	name       string // as written, with "-" for each run of what no name has
	specifiers []string
	marker     string
	extras     []string
}

// unsafe is what the tool replaces in names (setuptools, safe_name). It keeps dots.
var unsafe = regexp.MustCompile(`[^A-Za-z0-9.]+`)

func safeName(text string) string { return unsafe.ReplaceAllString(text, "-") }

// refKey is what the tool knows a package by. Names that differ in dots are different.
func refKey(spelling string) string { return strings.ToLower(safeName(spelling)) }

// refOf returns a line as the tool reads it.
func refOf(l Line) refLine {
	r := refLine{name: safeName(l.Spelling)}
	if set, ok := l.Range.(pep440.SpecifierSet); ok {
		for _, s := range set.Specifiers() {
			r.specifiers = append(r.specifiers, s.String())
		}
	}
	slices.Sort(r.specifiers)
	if _, marker, marked := strings.Cut(l.Text, ";"); marked {
		r.marker = strings.TrimSpace(marker)
	}
	for _, extra := range l.Extras {
		r.extras = append(r.extras, string(extra))
	}
	return r
}

// exclusions returns the specifiers that the tool takes for exclusions.
func (r refLine) exclusions() []string {
	return slices.DeleteFunc(slices.Clone(r.specifiers), func(s string) bool { return !strings.Contains(s, "!=") && !strings.Contains(s, "<") })
}

func (r refLine) equal(other refLine) bool {
	return r.name == other.name && r.marker == other.marker && slices.Equal(r.specifiers, other.specifiers) && slices.Equal(r.extras, other.extras)
}

// refSpellings returns what the tool complains of in the requirements that one file has for one
// package, "" for nothing. Spellings that differ in dots are packages of their own to it.
func (t *Tree) refSpellings(lines []Line) string {
	spelled := make(map[string][]Line)
	var keys []string
	for _, l := range lines {
		key := refKey(l.Spelling)
		if spelled[key] == nil {
			keys = append(keys, key)
		}
		spelled[key] = append(spelled[key], l)
	}
	for _, key := range keys {
		if why := t.refRequirements(spelled[key]); why != "" {
			return why
		}
	}
	return ""
}

// refRequirements returns what the tool complains of in the requirements that one file of a
// project has for one package, "" for nothing.
func (t *Tree) refRequirements(lines []Line) string {
	reqs := make([]refLine, len(lines))
	for i, l := range lines {
		reqs[i] = refOf(l)
	}
	for i := range reqs {
		if slices.ContainsFunc(reqs[:i], reqs[i].equal) {
			return "the file has duplicate entries for " + reqs[i].name
		}
	}
	key := refKey(lines[0].Spelling)
	if t.refHas(t.deniedLines(), key) {
		return ""
	}
	var global []refLine
	comments := make(map[string]bool) // entries that differ in their comments are two to the tool
	for _, l := range t.global[lines[0].Name] {
		g := refOf(l)
		again := slices.ContainsFunc(global, g.equal) && comments[l.Comment]
		if comments[l.Comment] = true; refKey(l.Spelling) == key && !again {
			global = append(global, g)
		}
	}
	if len(global) == 0 {
		return reqs[0].name + " is not in the global list"
	}
	for _, r := range reqs {
		if why := r.mismatch(global); why != "" {
			return why
		}
		if !slices.ContainsFunc(r.specifiers, func(s string) bool { return strings.Contains(s, ">") }) {
			return r.name + " has no lower bound"
		}
	}
	return refCount(reqs, global)
}

// mismatch returns why the tool finds no global entry for a requirement, "" where it does.
// A requirement without a marker passes for one of Python 3.
func (r refLine) mismatch(global []refLine) string {
	for _, g := range global {
		if r.name != g.name || r.marker != g.marker && (r.marker != "" || !python3.MatchString(g.marker)) {
			continue
		}
		known := g.exclusions()
		if other := slices.DeleteFunc(r.exclusions(), func(s string) bool { return slices.Contains(known, s) }); len(other) > 0 {
			return fmt.Sprintf("%s is not excluded in the global list in these words", strings.Join(other, ","))
		}
		return ""
	}
	return fmt.Sprintf("no global entry for %s has this name and marker in these words", r.name)
}

// python3 is the marker of an entry that projects for Python 3 alone need not repeat.
var python3 = regexp.MustCompile(`^python_version(==|>=|>)['"]3\.\d+['"]`)

// refCount returns that there are fewer or more lines than in the global list, for an extra
// or without one; "" where the numbers agree.
func refCount(reqs, global []refLine) string {
	counts := make(map[string]int)
	for _, r := range reqs {
		for _, extra := range r.extras {
			counts[extra]++
		}
		if len(r.extras) == 0 {
			counts[""]++
		}
	}
	current := 0
	for _, g := range global {
		if g.isCurrent() {
			current++
		}
	}
	for _, n := range counts {
		if n != len(global) && n < current {
			return fmt.Sprintf("%s has another number of lines than in the global list (%d)", reqs[0].name, len(global))
		}
	}
	return ""
}

// isCurrent reports whether an entry is for the oldest Python that the tool counts, on Linux.
func (r refLine) isCurrent() bool {
	if r.marker == "" {
		return true
	}
	marker, err := pep508.ParseMarker(r.marker)
	return err == nil && marker.Holds(oldestPython(), "")
}

// oldestPython is what the tool takes for the oldest Python: the one that it runs on, under
// Linux, with 3.5 for the one variable.
var oldestPython = sync.OnceValue(func() *constraints.Environment {
	vars := map[string]constraints.Value{"python_version": {Text: "3.5", Version: mustParse("3.5")}, "python_full_version": {Text: "3.11.0", Version: mustParse("3.11.0")}}
	for name, text := range map[string]string{
		"os_name": "posix", "sys_platform": "linux", "platform_system": "Linux", "platform_machine": "x86_64",
		"platform_python_implementation": "CPython", "implementation_name": "cpython",
	} {
		vars[name] = constraints.Value{Text: text}
	}
	return constraints.NewEnvironment("py35", mustParse("3.5.10"), vars, nil)
})

// refHas reports whether a list has a package, by the tool's key.
func (t *Tree) refHas(lines []Line, key string) bool {
	return slices.ContainsFunc(lines, func(l Line) bool { return refKey(l.Spelling) == key })
}

// deniedLines returns the deny list, sorted.
func (t *Tree) deniedLines() []Line {
	var lines []Line
	for _, l := range t.Denied {
		lines = append(lines, l)
	}
	slices.SortFunc(lines, func(a, b Line) int { return a.Place.Compare(b.Place) })
	return lines
}

// unconstrainable are packages that the tool does not want pinned, nor listed as denied.
var unconstrainable = []string{"argparse", "pip", "setuptools", "wmi", "pywin32"}

// refPin returns what the tool complains of in a pin, "" for nothing: its form, and a version
// that no global entry admits, whatever the markers. A pre-release is only admitted by
// specifiers that name one (packaging, SpecifierSet.contains).
func (t *Tree) refPin(pin Line, version constraints.Version) string {
	if r := refOf(pin); len(r.specifiers) != 1 || !strings.HasPrefix(r.specifiers[0], "===") {
		return "the pin has no ==="
	}
	key, listed := safeName(pin.Spelling), false
	for _, g := range t.global[pin.Name] {
		if refKey(g.Spelling) == key { // a pin whose name has capitals finds none: the tool does not fold them here
			listed = true
			if g.Range.Contains(version) && (!version.IsPrerelease() || g.Range.MentionsPrerelease()) {
				return ""
			}
		}
	}
	if !listed {
		return ""
	}
	return fmt.Sprintf("%s matches no global entry", cmp.Or(version.String(), pin.Text))
}
