package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"sluice/constraints"
	"sluice/constraints/pep440"
	"sluice/constraints/pep508"
)

// part is one of the lines that pin a package together: its marker, "" for none, and the
// version where that holds.
type part struct{ marker, version string }

// nothing is the version of a cell whose environment must not have the pin.
const nothing = "nothing"

// cell is what a package is to have in one environment; "" where it does not matter.
type cell struct {
	env     *constraints.Environment
	version string
}

// partition returns the fewest lines that it can find which give each environment its
// version: one without a marker where all agree, else lines of whose markers exactly one
// holds in any environment, be it one of these or not. The error is that the markers
// which it knows cannot tell two environments apart.
func partition(cells []cell) ([]part, error) {
	// Cells that do not matter take what others have: of their own they have no line.
	mattering := slices.DeleteFunc(slices.Clone(cells), func(c cell) bool { return c.version == "" })
	parts, ok := divide(mattering)
	if !ok {
		return nil, usageError{
			msg:  names(cells) + " need different versions, and no marker tells them apart",
			hint: "lines can be parted by python_version, sys_platform, platform_machine and implementation_name",
		}
	}
	return parts, checkParts(cells, parts)
}

func names(cells []cell) string {
	var all []string
	for _, c := range cells {
		all = append(all, c.env.Name()+" ("+c.version+")")
	}
	return strings.Join(all, ", ")
}

// agreed returns the version that all cells have, or can have.
func agreed(cells []cell) (version string, ok bool) {
	for _, c := range cells {
		switch {
		case c.version == "" || c.version == version:
		case version != "":
			return "", false
		default:
			version = c.version
		}
	}
	return version, true
}

// divide divides cells by the variable that takes the fewest lines.
func divide(cells []cell) (best []part, ok bool) {
	if version, ok := agreed(cells); ok {
		return []part{{"", version}}, true
	}
	for _, by := range []func([]cell) []share{byPython, byValue("sys_platform"), byValue("platform_machine"), byValue("implementation_name")} {
		if parts, can := conquer(by(cells)); can && (!ok || len(parts) < len(best)) {
			best, ok = parts, true
		}
	}
	return best, ok
}

// share is cells that a marker holds in, and in no others.
type share struct {
	marker string
	cells  []cell
}

// conquer divides each share further; false if there is only one, or one that cannot be.
func conquer(shares []share) (parts []part, ok bool) {
	if len(shares) < 2 {
		return nil, false
	}
	for _, s := range shares {
		inner, ok := divide(s.cells)
		if !ok {
			return nil, false
		}
		for _, p := range inner {
			parts = append(parts, part{both(s.marker, p.marker), p.version})
		}
	}
	return parts, true
}

// both returns the marker that two hold.
func both(outer, inner string) string {
	if inner == "" {
		return outer
	}
	return grouped(outer) + " and " + grouped(inner)
}

func grouped(marker string) string {
	if strings.Contains(marker, " or ") {
		return "(" + marker + ")"
	}
	return marker
}

// byPython shares cells out into spans of Pythons, as long as each agrees.
func byPython(cells []cell) []share {
	groups := make(map[string][]cell)
	for _, c := range cells {
		v, _ := c.env.Var("python_version")
		groups[v.Text] = append(groups[v.Text], c)
	}
	pythons := slices.SortedFunc(maps.Keys(groups), func(a, b string) int { return pythonVersion(a).Compare(pythonVersion(b)) })
	var spans []share
	var from []string // the first Python of each span
	for _, python := range pythons {
		last := len(spans) - 1
		if last >= 0 {
			if _, ok := agreed(append(slices.Clip(spans[last].cells), groups[python]...)); ok {
				spans[last].cells = append(spans[last].cells, groups[python]...)
				continue
			}
		}
		spans = append(spans, share{cells: groups[python]})
		from = append(from, python)
	}
	for i := range spans {
		switch {
		case i == 0 && len(spans) > 1:
			spans[i].marker = "python_version<'" + from[1] + "'"
		case i == len(spans)-1:
			spans[i].marker = "python_version>='" + from[i] + "'"
		case nextMinor(from[i]) == from[i+1]:
			spans[i].marker = "python_version=='" + from[i] + "'"
		default:
			spans[i].marker = "python_version>='" + from[i] + "' and python_version<'" + from[i+1] + "'"
		}
	}
	return spans
}

func pythonVersion(text string) constraints.Version {
	v, _ := pep440.Parse(text) // it is that of an environment
	return v
}

// nextMinor returns 3.10 for 3.9.
func nextMinor(python string) string {
	var major, minor int
	if _, err := fmt.Sscanf(python, "%d.%d", &major, &minor); err != nil {
		return ""
	}
	return fmt.Sprintf("%d.%d", major, minor+1)
}

// byValue shares cells out by a variable, those together that agree. The share with the most
// values is what is none of the others.
func byValue(variable string) func([]cell) []share {
	return func(cells []cell) []share {
		groups := make(map[string][]cell)
		for _, c := range cells {
			v, _ := c.env.Var(variable)
			groups[v.Text] = append(groups[v.Text], c)
		}
		type bundle struct {
			values []string
			cells  []cell
		}
		var bundles []bundle
	next:
		for _, value := range slices.Sorted(maps.Keys(groups)) {
			for i := range bundles {
				if _, ok := agreed(append(slices.Clip(bundles[i].cells), groups[value]...)); ok {
					bundles[i].values, bundles[i].cells = append(bundles[i].values, value), append(bundles[i].cells, groups[value]...)
					continue next
				}
			}
			bundles = append(bundles, bundle{[]string{value}, groups[value]})
		}
		slices.SortStableFunc(bundles, func(a, b bundle) int { return cmp.Compare(len(a.values), len(b.values)) })
		var parts []share
		var others []string
		for i, b := range bundles {
			var is []string
			for _, value := range b.values {
				is = append(is, variable+"=='"+value+"'")
			}
			if i == len(bundles)-1 {
				parts = append(parts, share{strings.Join(others, " and "), b.cells})
				break
			}
			parts = append(parts, share{strings.Join(is, " or "), b.cells})
			for _, value := range b.values {
				others = append(others, variable+"!='"+value+"'")
			}
		}
		return parts
	}
}

// checkParts holds lines against the environments that they are for, and against many
// others: in each exactly one must be active, and in these that of the version.
func checkParts(cells []cell, parts []part) error {
	if len(parts) == 1 {
		return nil
	}
	markers := make([]constraints.Marker, len(parts))
	for i, p := range parts {
		m, err := pep508.ParseMarker(p.marker)
		if err != nil {
			return fmt.Errorf("an error in this program: %w", err)
		}
		markers[i] = m
	}
	active := func(env *constraints.Environment) (which []int) {
		for i, m := range markers {
			if m.Holds(env, "") {
				which = append(which, i)
			}
		}
		return which
	}
	for _, c := range cells {
		if which := active(c.env); len(which) != 1 || c.version != "" && parts[which[0]].version != c.version {
			return fmt.Errorf("an error in this program: the lines %v do not give %s the version %s", parts, c.env.Name(), c.version)
		}
	}
	for _, env := range farAndWide() {
		if which := active(env); len(which) != 1 {
			return fmt.Errorf("an error in this program: of the lines %v, %d are active in %s", parts, len(which), env.Name())
		}
	}
	return nil
}

// farAndWide returns environments of all kinds.
var farAndWide = sync.OnceValue(func() (all []*constraints.Environment) {
	for minor := 6; minor <= 14; minor++ {
		for _, platform := range []string{"linux-x86_64", "linux-aarch64", "windows-amd64", "macos-arm64"} {
			if env, err := pep508.ParseEnvironment(fmt.Sprintf("py3%d-%s", minor, platform)); err == nil {
				all = append(all, env)
			}
		}
	}
	return all
})
