// Package resolvertest draws small universes of packages as text, for tests of the
// resolver and of what stands on it.
package resolvertest

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"sluice/constraints"
	"sluice/constraints/pep440"
	"sluice/constraints/pep508"
	"sluice/resolver"
)

// Universe is an index that a test draws in text, one release a line:
//
//	a 1.0                       nothing required
//	a 2.0: b>=1 | c[x]<2        two requirements
//	a 3.0 {yanked} {python >=3.12} {extras x y}: d; extra == "x"
//
// {unknown} has no metadata, {incomplete} not all of it, {malformed} metadata that
// is not valid; {files py3-none-any} lists the tags of its files.
type Universe map[constraints.Name][]*resolver.Release

// Parse reads a universe.
func Parse(t testing.TB, text string) Universe {
	t.Helper()
	u := make(Universe)
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		head, body, _ := strings.Cut(line, ": ")
		words := strings.Fields(head[:indexOrEnd(head, "{")])
		if len(words) != 2 {
			t.Fatalf("a release is NAME VERSION: %q", line)
		}
		r := &resolver.Release{Version: Version(t, words[1])}
		for attribute := range attributes(head) {
			set(t, r, attribute)
		}
		for text := range strings.SplitSeq(body, " | ") {
			if strings.TrimSpace(text) != "" {
				r.Requirements = append(r.Requirements, Requirement(t, text))
			}
		}
		name := constraints.Name(words[0])
		u[name] = append(u[name], r)
	}
	for _, releases := range u {
		slices.SortFunc(releases, func(a, b *resolver.Release) int { return a.Version.Compare(b.Version) })
	}
	return u
}

// indexOrEnd returns where sub stands in s, the end of s when it does not.
func indexOrEnd(s, sub string) int {
	if i := strings.Index(s, sub); i >= 0 {
		return i
	}
	return len(s)
}

// attributes returns what stands between braces.
func attributes(head string) func(func([]string) bool) {
	return func(yield func([]string) bool) {
		for {
			_, rest, found := strings.Cut(head, "{")
			if !found {
				return
			}
			inner, tail, _ := strings.Cut(rest, "}")
			if !yield(strings.Fields(inner)) {
				return
			}
			head = tail
		}
	}
}

func set(t testing.TB, r *resolver.Release, words []string) {
	t.Helper()
	switch words[0] {
	case "yanked":
		r.Yanked = true
	case "unknown":
		r.Unknown = true
	case "malformed":
		r.Malformed = "a requirement that is none"
	case "incomplete":
		r.Incomplete = true
	case "python":
		python, err := pep440.ParseSpecifierSet(words[1])
		if err != nil {
			t.Fatal(err)
		}
		r.RequiresRuntime = python
	case "extras":
		for _, extra := range words[1:] {
			r.Extras = append(r.Extras, constraints.Name(extra))
		}
	case "files":
		r.Files = []resolver.File{{Name: "file", Tags: words[1:]}}
	default:
		t.Fatalf("unknown attribute %q", words[0])
	}
}

// Version reads a version.
func Version(t testing.TB, text string) constraints.Version {
	t.Helper()
	v, err := pep440.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Requirement reads a requirement.
func Requirement(t testing.TB, text string) constraints.Requirement {
	t.Helper()
	r, err := pep508.ParseRequirement(strings.TrimSpace(text))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Versions implements resolver.Source. An index that has a package named broken
// does not answer about it.
func (u Universe) Versions(name constraints.Name) ([]constraints.Version, error) {
	if name == "broken" {
		return nil, fmt.Errorf("the index is down")
	}
	var versions []constraints.Version
	for _, r := range u[name] {
		versions = append(versions, r.Version)
	}
	return versions, nil
}

// Release implements resolver.Source.
func (u Universe) Release(name constraints.Name, v constraints.Version) (*resolver.Release, error) {
	for _, r := range u[name] {
		if r.Version.Equal(v) {
			return r, nil
		}
	}
	return nil, nil
}

// python311 is where worlds are. It is made once: brute force asks for thousands of them.
var python311 = sync.OnceValues(func() (*constraints.Environment, error) { return pep508.ParseEnvironment("py311") })

// World returns the world of a universe under pins such as "a===1 b<2 c@URL", for
// Python 3.11 on Linux.
func (u Universe) World(t testing.TB, pins string) *resolver.World {
	t.Helper()
	env, err := python311()
	if err != nil {
		t.Fatal(err)
	}
	fixed, limits := Pins(t, pins)
	return resolver.NewWorld(env, fixed, limits, u)
}

// Pins reads pins and limits such as "a===1 b<2 c@URL".
func Pins(t testing.TB, pins string) (fixed []resolver.Pin, limits []resolver.Root) {
	t.Helper()
	for i, word := range strings.Fields(pins) {
		r := Requirement(t, word)
		place := constraints.Place{File: "pins", Line: i + 1}
		if r.URL != "" {
			fixed = append(fixed, resolver.Pin{Name: r.Name, Range: r.Range, URL: r.URL, Place: place})
			continue
		}
		text, exact := r.Range.(pep440.SpecifierSet).Exact()
		if !exact {
			limits = append(limits, resolver.Root{Requirement: r, Place: place})
			continue
		}
		fixed = append(fixed, resolver.Pin{Name: r.Name, Version: Version(t, text), Range: r.Range, Place: place})
	}
	return fixed, limits
}

// Job returns a job whose roots are written "a>=1 | b[x]".
func Job(t testing.TB, roots string) resolver.Job {
	t.Helper()
	var j resolver.Job
	for text := range strings.SplitSeq(roots, " | ") {
		j.Roots = append(j.Roots, resolver.Root{Requirement: Requirement(t, text), Place: constraints.Place{File: "roots", Line: len(j.Roots) + 1}})
	}
	return j
}

// Installed writes an answer as "a 1, b 2".
func Installed(o *resolver.Outcome) string {
	var all []string
	for _, c := range o.Installed() {
		all = append(all, string(c.Name)+" "+c.Version.String())
	}
	return strings.Join(all, ", ")
}

// Clashes writes what does not fit, one a line.
func Clashes(o *resolver.Outcome) string {
	var lines []string
	for i := range o.Clashes {
		lines = append(lines, clashText(&o.Clashes[i]))
	}
	return strings.Join(lines, "\n")
}

func clashText(c *resolver.Clash) string {
	by := c.Demand.Place.String()
	if c.Demand.From != nil {
		by = string(c.Demand.From.Name) + " " + c.Demand.From.Version.String()
	}
	return fmt.Sprintf("%s: %s wants %s of %s %s", c.Kind, by, c.Demand.Requirement.Range, c.Target.Name, c.Target.Version)
}
