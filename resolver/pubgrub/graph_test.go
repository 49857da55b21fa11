package pubgrub

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"sluice/fixtures/vectors"
)

// graph is a universe that is read from a file.
type graph struct {
	names    []string
	sizes    []int
	numbers  map[string]Package
	requires [][][]Requirement // by package and version
	demands  []Demand
	known    map[string]Requirement
	roots    []Requirement
}

func (g *graph) Packages() int                                        { return len(g.sizes) }
func (g *graph) Size(p Package) int                                   { return g.sizes[p] }
func (g *graph) Owner(Package) (Package, bool)                        { return 0, false }
func (g *graph) Requirements(p Package, v int) ([]Requirement, error) { return g.requires[p][v], nil }
func (g *graph) Facts(Package) []Requirement                          { return nil }
func (g *graph) Known(Package, int) bool                              { return true }
func (g *graph) Demand(r Requirement) Demand                          { return g.demands[r] }
func (g *graph) Choose(_ Package, among Set) int                      { return among.Highest() }

// link is what a graph requires: a package, and ranges of its versions.
type link struct {
	name   string
	ranges [][2]int
}

func (l *link) UnmarshalJSON(data []byte) error {
	return json.Unmarshal(data, &[]any{&l.name, &l.ranges})
}

// readGraph reads a graph of ../shared/graphs.
func readGraph(t testing.TB, path string) *graph {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var raw struct {
		Root     []link
		Packages map[string]struct {
			N    int
			Deps [][]link
		}
	}
	if err := json.NewDecoder(unzipped).Decode(&raw); err != nil {
		t.Fatal(err)
	}
	g := &graph{numbers: make(map[string]Package), known: make(map[string]Requirement)}
	for _, name := range slices.Sorted(maps.Keys(raw.Packages)) {
		g.number(name, raw.Packages[name].N)
	}
	for _, l := range raw.Root {
		g.roots = append(g.roots, g.requirement(l))
	}
	for p := range len(raw.Packages) {
		requires := make([][]Requirement, g.sizes[p])
		for v, links := range raw.Packages[g.names[p]].Deps {
			for _, l := range links {
				requires[v] = append(requires[v], g.requirement(l))
			}
		}
		g.requires = append(g.requires, requires)
	}
	for len(g.requires) < len(g.sizes) { // what is required and not there
		g.requires = append(g.requires, nil)
	}
	return g
}

// number returns the number of a package, a new one of so many versions.
func (g *graph) number(name string, size int) Package {
	p, ok := g.numbers[name]
	if !ok {
		p = Package(len(g.names))
		g.numbers[name] = p
		g.names, g.sizes = append(g.names, name), append(g.sizes, size)
	}
	return p
}

// requirement returns the number of a requirement, the same for the same.
func (g *graph) requirement(l link) Requirement {
	key := fmt.Sprint(l)
	r, ok := g.known[key]
	if !ok {
		p := g.number(l.name, 0)
		d := Demand{p, Everything(g.sizes[p])}
		for _, span := range l.ranges {
			for v := span[0]; v < min(span[1], g.sizes[p]); v++ {
				d.Excluded.Remove(v)
			}
		}
		r = Requirement(len(g.demands))
		g.demands = append(g.demands, d)
		g.known[key] = r
	}
	return r
}

// check holds a choice against all that is required.
func (g *graph) check(t testing.TB, versions []int) {
	t.Helper()
	require := func(by string, requirements []Requirement) {
		for _, r := range requirements {
			if d := g.demands[r]; versions[d.Package] == none || d.Excluded.Has(versions[d.Package]) {
				t.Errorf("%s requires %s, and version %d of it is chosen", by, g.names[d.Package], versions[d.Package])
			}
		}
	}
	require("a root", g.roots)
	for p, v := range versions {
		if v != none {
			require(g.names[p], g.requires[p][v])
		}
	}
}

// eachGraph calls do with each of the graphs, or skips the test where there are none.
func eachGraph(t testing.TB, do func(name string, g *graph)) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(vectors.ModuleRoot(t), "..", "shared", "graphs", "*.json.gz"))
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) == 0 {
		t.Skip("skip: no graphs: ../shared/graphs")
	}
	for _, path := range paths {
		do(strings.TrimSuffix(filepath.Base(path), ".json.gz"), readGraph(t, path))
	}
}

// unsatisfiable are the graphs that have no solution.
var unsatisfiable = []string{"real_uc", "syn_boto3_pin1500", "syn_chain_unsat"}

func TestGraphsAreSolved(t *testing.T) {
	eachGraph(t, func(name string, g *graph) {
		got, err := Solve(context.Background(), g, g.roots, 100_000)
		var not *Unsatisfiable
		if wanted := !slices.Contains(unsatisfiable, name); (err == nil) != wanted || err != nil && !errors.As(err, &not) {
			t.Errorf("%s: %v", name, err)
			return
		}
		if err != nil {
			t.Logf("%s: no solution, which rests on %d of %d roots", name, len(not.Facts()), len(g.roots))
			return
		}
		g.check(t, got.Versions)
		chosen, behind := 0, 0
		for p, v := range got.Versions {
			if v != none {
				chosen++
				behind += g.sizes[p] - 1 - v
			}
		}
		t.Logf("%s: %d chosen, %d versions behind the newest", name, chosen, behind)
	})
}

// BenchmarkGraph solves what ../shared/SOLVER.md has figures of.
func BenchmarkGraph(b *testing.B) {
	if os.Getenv("GOGC") == "" { // garbage is collected as seldom as in the program itself
		defer debug.SetGCPercent(debug.SetGCPercent(800))
	}
	eachGraph(b, func(name string, g *graph) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Solve(context.Background(), g, g.roots, 1_000_000)
			}
		})
	})
}
