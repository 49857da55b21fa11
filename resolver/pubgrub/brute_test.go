package pubgrub

import (
	"context"
	"errors"
	"iter"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// table is a universe that is written down.
type table struct {
	sizes    []int
	owners   []Package // none for an ordinary package
	demands  []Demand
	requires map[[2]int][]Requirement // by package and version
	facts    map[Package][]Requirement
	known    int             // packages: the rest is met on the way
	ready    map[[2]int]bool // of which it is known without asking
	asked    map[[2]int]bool
}

func (u *table) Packages() int      { return u.known }
func (u *table) Size(p Package) int { return u.sizes[p] }
func (u *table) Owner(p Package) (Package, bool) {
	return u.owners[p], u.owners[p] != none
}
func (u *table) Requirements(p Package, v int) ([]Requirement, error) {
	u.asked[[2]int{int(p), v}] = true
	for _, r := range u.requires[[2]int{int(p), v}] {
		u.known = max(u.known, int(u.demands[r].Package)+1)
	}
	return u.requires[[2]int{int(p), v}], nil
}
func (u *table) Facts(p Package) []Requirement { return u.facts[p] }
func (u *table) Known(p Package, v int) bool {
	return u.ready[[2]int{int(p), v}] || u.asked[[2]int{int(p), v}]
}
func (u *table) Demand(r Requirement) Demand     { return u.demands[r] }
func (u *table) Choose(_ Package, among Set) int { return among.Highest() }

// draw draws a small universe and facts about it, but not the smallest most often, as rapid
// would by itself: there the search hardly ever goes back.
func draw(t *rapid.T) (u *table, facts []Requirement) {
	u = &table{ready: make(map[[2]int]bool), asked: make(map[[2]int]bool), requires: make(map[[2]int][]Requirement), facts: make(map[Package][]Requirement)}
	ordinary := rapid.SampledFrom([]int{1, 2, 3, 3, 4, 4}).Draw(t, "packages")
	for range ordinary {
		u.sizes = append(u.sizes, rapid.SampledFrom([]int{0, 1, 2, 3, 3, 4, 4}).Draw(t, "versions"))
		u.owners = append(u.owners, none)
	}
	for range rapid.IntRange(0, 2).Draw(t, "extras") {
		u.sizes = append(u.sizes, 1)
		u.owners = append(u.owners, Package(rapid.IntRange(0, ordinary-1).Draw(t, "owner")))
	}
	demand := func() Requirement {
		p := rapid.IntRange(0, len(u.sizes)-1).Draw(t, "on")
		d := Demand{Package(p), NewSet(u.sizes[p])}
		for v := range u.sizes[p] {
			if u.owners[p] == none && rapid.IntRange(0, 2).Draw(t, "excluded") == 0 {
				d.Excluded.Add(v)
			}
		}
		if u.owners[p] != none || rapid.IntRange(0, 5).Draw(t, "needed") > 0 {
			d.Excluded.Add(u.sizes[p])
		}
		u.demands = append(u.demands, d)
		return Requirement(len(u.demands) - 1)
	}
	var shared []Requirement
	for range rapid.SampledFrom([]int{1, 3, 6, 9, 12}).Draw(t, "requirements") {
		shared = append(shared, demand())
	}
	for p, size := range u.sizes {
		if u.owners[p] != none {
			size = u.sizes[u.owners[p]]
		}
		for v := range size {
			u.ready[[2]int{p, v}] = rapid.Bool().Draw(t, "ready")
			u.requires[[2]int{p, v}] = rapid.SliceOfNDistinct(rapid.SampledFrom(shared), 0, min(3, len(shared)), rapid.ID).Draw(t, "requires")
		}
	}
	for p := range ordinary {
		if rapid.IntRange(0, 3).Draw(t, "constrained") > 0 {
			continue
		}
		d := Demand{Package(p), NewSet(u.sizes[p])}
		for v := range u.sizes[p] {
			if rapid.Bool().Draw(t, "forbidden") {
				d.Excluded.Add(v)
			}
		}
		u.demands = append(u.demands, d)
		u.facts[Package(p)] = []Requirement{Requirement(len(u.demands) - 1)}
	}
	for range rapid.SampledFrom([]int{0, 1, 2, 3, 4}).Draw(t, "facts") {
		facts = append(facts, demand())
	}
	u.known = rapid.IntRange(0, len(u.sizes)).Draw(t, "known")
	return u, facts
}

// meets reports whether a choice, none for a package that is absent, meets a requirement.
func (u *table) meets(choice []int, r Requirement) bool {
	d := u.demands[r]
	v := choice[d.Package]
	if v == none {
		v = u.sizes[d.Package]
	}
	return !d.Excluded.Has(v)
}

// fits reports whether a choice meets the facts and all that it requires itself.
func (u *table) fits(choice []int, facts []Requirement) bool {
	unmet := func(r Requirement) bool { return !u.meets(choice, r) }
	if slices.ContainsFunc(facts, unmet) {
		return false
	}
	for p, v := range choice {
		if slices.ContainsFunc(u.facts[Package(p)], unmet) {
			return false
		}
		if v != none && u.owners[p] != none {
			v = choice[u.owners[p]]
		}
		if v != none && slices.ContainsFunc(u.requires[[2]int{p, v}], unmet) {
			return false
		}
	}
	return true
}

// choices goes through all choices of versions.
func (u *table) choices() iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		choice := make([]int, len(u.sizes))
		var extend func(p int) bool
		extend = func(p int) bool {
			if p == len(choice) {
				return yield(choice)
			}
			for choice[p] = none; choice[p] < u.sizes[p]; choice[p]++ {
				if !extend(p + 1) {
					return false
				}
			}
			return true
		}
		extend(0)
	}
}

// solutions returns all choices that fit.
func (u *table) solutions(facts []Requirement) (all [][]int) {
	for choice := range u.choices() {
		if u.fits(choice, facts) {
			all = append(all, slices.Clone(choice))
		}
	}
	return all
}

// Against trying everything: there is a solution where one is found and none where none
// is; each decision takes the newest version with which, after those before it, there is
// one; and the facts that a proof rests on do not go together.
func TestWhatIsFoundIsRight(t *testing.T) {
	found, proven := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		u, facts := draw(t)
		all := u.solutions(facts)
		got, err := Solve(context.Background(), u, facts, 100_000)
		var not *Unsatisfiable
		switch {
		case err == nil:
			found++
			for len(got.Versions) < len(u.sizes) {
				got.Versions = append(got.Versions, none)
			}
			if !u.fits(got.Versions, facts) {
				t.Fatalf("%v does not fit", got.Versions)
			}
			for _, p := range got.Decided {
				v := got.Versions[p]
				for _, other := range all {
					if other[p] > v {
						t.Fatalf("%v: package %d could be in version %d: %v", got.Versions, p, other[p], other)
					}
				}
				all = slices.DeleteFunc(all, func(other []int) bool { return other[p] != v })
			}
		case errors.As(err, &not):
			proven++
			if len(all) > 0 {
				t.Fatalf("no solution is found, and there is %v", all[0])
			}
			if rest := u.solutions(not.Facts()); len(rest) > 0 {
				t.Fatalf("the proof rests on %v, and %v meets them", not.Facts(), rest[0])
			}
			checkDerivation(t, u, facts, not.Derivation())
		default:
			t.Fatal(err)
		}
	})
	t.Logf("%d solutions, %d proofs", found, proven)
}

// What follows from a look at a version that is then decided on does not follow from the
// decision: it stays, with all that follows from it, when the decision is taken back. Here
// version 1 of package 0 is needed whichever version of package 1 is taken, and forbids itself.
func TestWhatIsNeededWithoutADecisionStays(t *testing.T) {
	u := &table{
		sizes: []int{2, 4}, owners: []Package{none, none},
		demands:  []Demand{{0, Set{0b101}}, {0, Set{0b011}}, {1, Set{0b10100}}},
		requires: map[[2]int][]Requirement{{0, 1}: {1}, {1, 0}: {0}, {1, 1}: {1, 0}, {1, 3}: {0, 1}},
		ready:    map[[2]int]bool{{1, 0}: true}, asked: make(map[[2]int]bool),
	}
	got, err := Solve(context.Background(), u, []Requirement{2}, 100)
	if not := (*Unsatisfiable)(nil); !errors.As(err, &not) {
		t.Errorf("%+v, %v, want that there is no solution", got, err)
	}
}

// A version that shares a requirement of others, and is met when it is known already who
// makes that, stays ruled out when the search goes back. Here versions 1 to 3 of package 0
// forbid themselves, and 1 is met last.
func TestWhatIsMetLateIsSaidAgain(t *testing.T) {
	u := &table{
		sizes: []int{4, 3}, owners: []Package{none, none},
		demands: []Demand{{0, Set{0b1111}}, {0, Set{0b10011}}, {0, Set{0b11100}}, {1, Set{0b1110}}, {1, Set{0b1000}}, {0, Set{0b10000}}},
		requires: map[[2]int][]Requirement{
			{0, 3}: {0}, {0, 2}: {0}, {0, 1}: {0}, {0, 0}: {3},
			{1, 2}: {1}, {1, 1}: {2},
		},
		asked: make(map[[2]int]bool),
	}
	got, err := Solve(context.Background(), u, []Requirement{4, 5}, 100)
	if err != nil || !slices.Equal(got.Versions, []int{0, 0}) {
		t.Errorf("%+v, %v, want version 0 of both", got, err)
	}
}

// A requirement that was met when its version was looked at is a clause as soon as what met
// it is taken back, and stays none as long as something else meets it.
func TestWhatIsNoLongerMetIsEntered(t *testing.T) {
	tests := []struct {
		u     *table
		facts []Requirement
	}{
		// version 0 of package 2 is looked at while version 2 of package 0 is chosen, which is not 0
		{&table{
			sizes: []int{3, 2, 2}, owners: []Package{none, none, none},
			demands:  []Demand{{1, Set{0b111}}, {0, Set{0b1101}}, {0, Set{0b1100}}, {0, Set{0b1001}}, {2, Set{0b111}}, {0, Set{0b1000}}, {1, Set{0b100}}, {2, Set{0b100}}},
			requires: map[[2]int][]Requirement{{0, 1}: {0}, {1, 1}: {1}, {2, 0}: {2, 3}, {2, 1}: {4}},
			ready:    map[[2]int]bool{{1, 1}: true, {2, 0}: true, {2, 1}: true},
		}, []Requirement{5, 6, 7}},
		// what meets a requirement is taken back to where something else does, and that as well
		{&table{
			sizes: []int{2, 2, 3}, owners: []Package{none, none, none},
			demands:  []Demand{{1, Set{0b100}}, {2, Set{0b1100}}, {0, Set{0b101}}, {0, Set{0b110}}, {2, Set{0b1000}}, {0, Set{0b110}}, {0, Set{0b100}}, {1, Set{0b100}}, {2, Set{0b1010}}},
			requires: map[[2]int][]Requirement{{0, 0}: {0, 1}, {2, 0}: {2, 3}, {2, 2}: {4, 5}},
			ready:    map[[2]int]bool{{0, 0}: true, {0, 1}: true},
		}, []Requirement{6, 7, 8}},
	}
	for i, test := range tests {
		test.u.asked, test.u.known = make(map[[2]int]bool), len(test.u.sizes)
		got, err := Solve(context.Background(), test.u, test.facts, 100)
		if not := (*Unsatisfiable)(nil); !errors.As(err, &not) {
			t.Errorf("%d: %+v, %v, want that there is no solution", i, got, err)
		}
	}
}

// checkDerivation holds every step of a proof against all choices: where all its terms are
// true, so are those of a step that it rests on, or, at a leaf, the choice does not fit.
func checkDerivation(t *rapid.T, u *table, facts []Requirement, d *Derivation) {
	if len(d.Terms) > 0 {
		t.Fatalf("the proof is of %v", d.Terms)
	}
	seen := make(map[*Derivation]bool)
	var follow func(d *Derivation)
	follow = func(d *Derivation) {
		if seen[d] {
			return
		}
		seen[d] = true
		for _, p := range d.Parents {
			follow(p)
		}
		for choice := range u.choices() {
			switch {
			case !u.allTrue(choice, d):
			case len(d.Parents) > 0 && !slices.ContainsFunc(d.Parents, func(p *Derivation) bool { return u.allTrue(choice, p) }):
				t.Fatalf("%v does not follow: %v", d.Terms, choice)
			case len(d.Parents) == 0 && u.fits(choice, facts):
				t.Fatalf("%v is not so: %v", d.Terms, choice)
			}
		}
	}
	follow(d)
}

func (u *table) allTrue(choice []int, d *Derivation) bool {
	return !slices.ContainsFunc(d.Terms, func(term Term) bool {
		v := choice[term.Package]
		if v == none {
			v = u.sizes[term.Package]
		}
		return !term.Set.Has(v)
	})
}
