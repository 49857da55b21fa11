package pep508

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sluice/constraints"
	"sluice/constraints/pep440"
)

// Equivalent reports whether two markers are met in the same environments.
//
// It looks at every environment that could tell them apart: the texts and versions
// that either compares with and their neighbours, under each Python, system and
// implementation there is. Of markers with too many variables for that only those
// are equivalent that differ in order and parentheses alone.
func Equivalent(m, n Marker) bool {
	return m.canonical() == n.canonical() || everywhere(m, n, func(m, n bool) bool { return m == n })
}

// Implies reports whether n is met wherever m is, by the look of Equivalent.
func Implies(m, n Marker) bool {
	return n.root == nil || m.canonical() == n.canonical() || everywhere(m, n, func(m, n bool) bool { return !m || n })
}

// canonical returns a text that markers share which differ in order and parentheses
// alone.
func (m Marker) canonical() string {
	if m.root == nil {
		return ""
	}
	return m.root.canonical()
}

func (n *node) canonical() string {
	if n.comparison != nil {
		return n.comparison.String()
	}
	var parts []string
	for _, part := range n.flat(nil) {
		parts = append(parts, part.canonical())
	}
	slices.Sort(parts)
	word := " and "
	if n.any {
		word = " or "
	}
	return "(" + strings.Join(slices.Compact(parts), word) + ")"
}

// flat appends the parts of a node, and in place of those that are joined by the
// same word their own.
func (n *node) flat(parts []*node) []*node {
	for i := range n.parts {
		if part := &n.parts[i]; part.comparison == nil && part.any == n.any {
			parts = part.flat(parts)
		} else {
			parts = append(parts, part)
		}
	}
	return parts
}

// maxSpread is how many environments are looked at.
const maxSpread = 1 << 17

// everywhere reports whether two markers fit in every environment of their spread.
func everywhere(m, n Marker, fit func(m, n bool) bool) bool {
	axes := spread(m, n)
	size := 1
	for _, axis := range axes {
		if size *= len(axis); size > maxSpread {
			return false
		}
	}
	for i := range size {
		env, extra := nth(i, axes)
		if !fit(m.Holds(env, extra), n.Holds(env, extra)) {
			return false
		}
	}
	return true
}

// nth returns the i-th of all combinations of values.
func nth(i int, axes [][]values) (*constraints.Environment, constraints.Name) {
	vars := make(map[string]constraints.Value)
	for _, axis := range axes {
		for name, text := range axis[i%len(axis)] {
			setVariable(vars, name, text)
		}
		i /= len(axis)
	}
	return constraints.NewEnvironment("", constraints.Version{}, vars, nil), constraints.Name(vars["extra"].Text)
}

// values are marker variables with their values.
type values map[string]string

// spread returns the values that the variables of the markers may have, those that
// depend on one another together.
func spread(markers ...Marker) [][]values {
	texts := make(map[string][]string) // what each variable is compared with
	for _, m := range markers {
		if m.root != nil {
			m.root.gather(texts)
		}
	}
	var axes [][]values
	for _, related := range [...]struct {
		names  []string
		spread func(names []string, texts map[string][]string) []values
	}{
		{[]string{"python_version", "python_full_version"}, pythons},
		{[]string{"os_name", "sys_platform", "platform_system"}, systems},
		{[]string{"implementation_name", "platform_python_implementation"}, implementations},
	} {
		if slices.ContainsFunc(related.names, func(name string) bool { return texts[name] != nil }) {
			axes = append(axes, related.spread(related.names, texts))
		}
		for _, name := range related.names {
			delete(texts, name)
		}
	}
	for _, name := range variableNames() {
		if texts[name] != nil {
			axes = append(axes, lone(name, texts[name]))
		}
	}
	return axes
}

// gather collects what each variable is compared with: of a text that it is looked
// for in, the words.
func (n *node) gather(texts map[string][]string) {
	if c := n.comparison; c != nil {
		compared := []string{c.text}
		if c.op >= opIn && !c.reversed {
			compared = strings.FieldsFunc(c.text, func(r rune) bool { return strings.ContainsRune(" ,;|", r) })
		}
		texts[c.variable] = append(append([]string{}, texts[c.variable]...), compared...) // not nil, though "in" may name none
	}
	for i := range n.parts {
		n.parts[i].gather(texts)
	}
}

// pythons returns the Pythons of every minor version, and those about the versions
// mentioned.
func pythons(names []string, texts map[string][]string) []values {
	var all []values
	for _, full := range neighbours(append(slices.Concat(texts[names[0]], texts[names[1]]), "2.7.18", fmt.Sprintf("3.%d.0", newestMinor+1), "4.0.0")) {
		v := parseVersion(full)
		release := strings.SplitN(v.String(), ".", 3)
		if len(release) == 3 {
			all = append(all, values{names[0]: release[0] + "." + release[1], names[1]: full})
		}
	}
	for minor := oldestMinor - 1; minor <= newestMinor; minor++ {
		all = append(all, values{names[0]: fmt.Sprintf("3.%d", minor), names[1]: fmt.Sprintf("3.%d.1", minor)})
	}
	return all
}

// neighbours returns the versions that the texts name and those just below and
// above, as three numbers.
func neighbours(texts []string) []string {
	var all []string
	for _, text := range texts {
		var n [3]int
		parts := strings.SplitN(strings.TrimSuffix(text, ".*"), ".", 4)
		for i := range min(len(parts), 3) {
			n[i], _ = strconv.Atoi(parts[i][:countDigits(parts[i])])
		}
		for _, step := range [...][3]int{{0, 0, 0}, {0, 0, -1}, {0, 0, 1}, {0, -1, 0}, {0, 1, 0}, {-1, 0, 0}, {1, 0, 0}} {
			all = append(all, fmt.Sprintf("%d.%d.%d", max(0, n[0]+step[0]), max(0, n[1]+step[1]), max(0, n[2]+step[2])))
		}
		all = append(all, fmt.Sprintf("%d.%d.%drc1", n[0], n[1], n[2]), fmt.Sprintf("%d.%d.%d+local", n[0], n[1], n[2]))
		if v := parseVersion(text); strings.Count(text, ".") > 1 && !v.IsZero() && !strings.Contains(v.String(), "post") {
			all = append(all, text) // no Python is a post-release
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// systems returns the operating systems there are, and one for each text that is
// mentioned besides.
func systems(names []string, texts map[string][]string) []values {
	return known(names, texts, [][]string{
		{"posix", "linux", "Linux"}, {"posix", "darwin", "Darwin"}, {"nt", "win32", "Windows"}, {"posix", "linux2", "Linux"},
		{"posix", "cygwin", "CYGWIN_NT-10.0"}, {"posix", "freebsd14", "FreeBSD"}, {"posix", "aix", "AIX"}, {"java", "java17", "Java"},
	})
}

// implementations is systems for the implementations of Python.
func implementations(names []string, texts map[string][]string) []values {
	return known(names, texts, [][]string{
		{"cpython", "CPython"}, {"pypy", "PyPy"}, {"graalpy", "GraalVM"}, {"jython", "Jython"}, {"ironpython", "IronPython"},
	})
}

// known returns the rows of a table, and for each text that none of them has, the
// first row with that text in its place, and a longer one.
func known(names []string, texts map[string][]string, table [][]string) []values {
	var all []values
	for _, row := range table {
		v := make(values)
		for i, name := range names {
			v[name] = row[i]
		}
		all = append(all, v)
	}
	for i, name := range names {
		for _, text := range texts[name] {
			if slices.ContainsFunc(table, func(row []string) bool { return row[i] == text }) {
				continue
			}
			for _, other := range []string{text, text + "~"} {
				v := values{name: other}
				for j, more := range names {
					if j != i {
						v[more] = "other"
					}
				}
				all = append(all, v)
			}
		}
	}
	return all
}

// lone returns the values of a variable that no other depends on.
func lone(name string, texts []string) []values {
	var all []string
	if isVersionVariable(name) {
		all = neighbours(texts)
	}
	if name != "implementation_version" { // which is always a version
		all = append(all, "other")
		for _, text := range texts {
			all = append(all, text, text+"~")
		}
	}
	if name != "implementation_version" && name != "platform_machine" { // which are never empty
		all = append(all, "")
	}
	slices.Sort(all)
	var spread []values
	for _, text := range slices.Compact(all) {
		spread = append(spread, values{name: text})
	}
	return spread
}

// parseVersion returns the version that a text is, zero for none.
func parseVersion(text string) constraints.Version {
	v, _ := pep440.Parse(text)
	return v
}
