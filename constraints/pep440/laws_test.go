package pep440

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sluice/constraints"
)

func TestEverySpellingHasTheNormalForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := genModel.Draw(t, "version")
		text := drawSpelling(t, m)
		v, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		normal := mustModel(t, m)
		if v.String() != m.String() || !v.Equal(normal) || v.IsPrerelease() != m.isPrerelease() {
			t.Fatalf("Parse(%q) = %v (pre-release %v), want %v", text, v, v.IsPrerelease(), m)
		}
		if again := FieldsOf(v).String(); again != m.String() {
			t.Fatalf("fields of %v format as %q", v, again)
		}
	})
}

func TestKeysOrderVersionsAsThePEP(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		models := rapid.SliceOfN(genModel, 3, 3).Draw(t, "versions")
		var vs []constraints.Version
		for _, m := range models {
			vs = append(vs, mustModel(t, m))
		}
		for i, a := range models {
			for j, b := range models {
				if got, want := vs[i].Compare(vs[j]), a.compare(b); got != want {
					t.Fatalf("Compare(%v, %v) = %d, want %d", a, b, got, want)
				}
			}
		}
		sorted := slices.SortedFunc(slices.Values(vs), constraints.Version.Compare)
		if sorted[0].Compare(sorted[1]) > 0 || sorted[1].Compare(sorted[2]) > 0 || sorted[0].Compare(sorted[2]) > 0 {
			t.Fatalf("not sorted: %v", sorted)
		}
	})
}

func TestHugeNumbersAreOrderedByLengthThenDigits(t *testing.T) {
	digits := rapid.StringMatching(`[1-9][0-9]{0,40}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := digits.Draw(t, "a"), digits.Draw(t, "b")
		want := cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
		for _, around := range [][2]string{{"", ""}, {"", "!1"}, {"1.", ".1"}, {"1a", ""}, {"1.post", ""}, {"1.dev", ""}, {"1+", ""}} {
			v, w := mustVersion(t, around[0]+a+around[1]), mustVersion(t, around[0]+b+around[1])
			if got := v.Compare(w); got != want {
				t.Fatalf("Compare(%v, %v) = %d, want %d", v, w, got, want)
			}
		}
		next := successor(a)
		if v, w := mustVersion(t, a), mustVersion(t, next); v.Compare(w) != -1 {
			t.Fatalf("successor of %s is %s", a, next)
		}
	})
}

func TestContainsIsTheConjunctionOfTheOperators(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules := rapid.SliceOfN(genRule, 0, 4).Draw(t, "rules")
		m := nearby(t, rules)
		want := true
		for _, r := range rules {
			want = want && r.admits(m)
		}
		set := setOf(t, rules)
		if got := set.Contains(mustModel(t, m)); got != want {
			t.Fatalf("%v contains %v: %v, want %v", set, m, got, want)
		}
	})
}

// nearby draws a version that often shares most parts with one of the rules.
func nearby(t *rapid.T, rules []rule) model {
	m := genModel.Draw(t, "version")
	if len(rules) == 0 || rapid.IntRange(0, 3).Draw(t, "unrelated") == 0 {
		return m
	}
	near := rapid.SampledFrom(rules).Draw(t, "near").model
	m.epoch, m.release = near.epoch, near.release
	if rapid.Bool().Draw(t, "longer") {
		m.release = append(slices.Clone(m.release), rapid.SampledFrom([]int{0, 1}).Draw(t, "last"))
	}
	if rapid.Bool().Draw(t, "same phase") {
		m.phase, m.pre = near.phase, near.pre
	}
	if rapid.Bool().Draw(t, "same post") {
		m.post = near.post
	}
	if rapid.Bool().Draw(t, "same dev") {
		m.dev = near.dev
	}
	if rapid.Bool().Draw(t, "same local") {
		m.local = near.local
	}
	return m
}

// tinyModels are versions made of the numbers 0 and 1 only, for specifiers.
var tinyModels = rapid.Custom(func(t *rapid.T) model {
	optional := rapid.Map(rapid.IntRange(-2, 1), func(n int) int { return max(n, -1) })
	m := model{
		release: rapid.SliceOfN(rapid.IntRange(0, 1), 1, 2).Draw(t, "release"),
		pre:     -1,
		post:    optional.Draw(t, "post"),
		dev:     optional.Draw(t, "dev"),
		local:   rapid.SampledFrom([][]string{nil, nil, {"a"}, {"1"}}).Draw(t, "local"),
	}
	if rapid.Bool().Draw(t, "pre-release") {
		m.phase, m.pre = "a", rapid.IntRange(0, 1).Draw(t, "pre")
	}
	return m
})

var tinySet = rapid.Custom(func(t *rapid.T) []rule {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) rule { return drawRule(t, tinyModels) }), 0, 4).Draw(t, "rules")
})

// neighbourhood returns versions among which there is one in every gap that
// specifiers over tinyModels can leave, so that what holds for all of them holds
// for all versions.
func neighbourhood(t *testing.T) []constraints.Version {
	var vs []constraints.Version
	for _, release := range []string{"0", "0.0.0.1", "0.1", "0.1.0.1", "0.2", "1", "1.0.0.1", "1.1", "1.1.0.1", "1.2", "2", "1!0"} {
		for _, pre := range []string{"", "a0", "a1", "a2", "rc1"} {
			for _, post := range []string{"", ".post0", ".post1", ".post2"} {
				for _, dev := range []string{"", ".dev0", ".dev1", ".dev2"} {
					for _, local := range []string{"", "+00a", "+a", "+a.00a", "+1", "+1.00a"} {
						vs = append(vs, mustParse(t, release+pre+post+dev+local))
					}
				}
			}
		}
	}
	return vs
}

func TestAlgebraIsTheAlgebraOfMembers(t *testing.T) {
	universe := neighbourhood(t)
	rapid.Check(t, func(t *rapid.T) {
		a, b := setOf(t, tinySet.Draw(t, "a")), setOf(t, tinySet.Draw(t, "b"))
		both := a.Intersect(b)
		subset, disjoint, empty, finals := true, true, true, false
		for _, v := range universe {
			inA, inB := a.Contains(v), b.Contains(v)
			if both.Contains(v) != (inA && inB) {
				t.Fatalf("%v and %v: intersection contains %v: %v", a, b, v, both.Contains(v))
			}
			subset = subset && (!inA || inB)
			disjoint = disjoint && !(inA && inB)
			empty = empty && !inA
			finals = finals || inA && !v.IsPrerelease()
		}
		if hasLiteral(a) || hasLiteral(b) || len(a.Specifiers()) == 0 {
			return // these also hold texts that are no version of the universe
		}
		if got := [4]bool{a.IsSubset(b), a.IsDisjoint(b), a.IsEmpty(), hasFinal(a)}; got != [4]bool{subset, disjoint, empty, finals} {
			t.Fatalf("%v and %v: subset, disjoint, empty, final = %v, want %v", a, b, got, [4]bool{subset, disjoint, empty, finals})
		}
		if both.String() != setOfText(t, a.String()+","+b.String()).String() {
			t.Fatalf("%v and %v make %v", a, b, both)
		}
	})
}

func TestSetTextIsStableAndMeansTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules := rapid.SliceOfN(genRule, 0, 5).Draw(t, "rules")
		set := setOf(t, rules)
		again := setOfText(t, set.String())
		m := nearby(t, rules)
		if v := mustModel(t, m); again.String() != set.String() || set.Contains(v) != again.Contains(v) {
			t.Fatalf("%v formats as %v, then as %v", rules, set, again)
		}
		if set.MentionsPrerelease() != again.MentionsPrerelease() {
			t.Fatalf("%v lost or gained a pre-release", set)
		}
	})
}

func TestSpansAreSortedDisjointAndNotEmpty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		set := setOf(t, rapid.SliceOfN(genRule, 0, 6).Draw(t, "rules"))
		end := ""
		for _, s := range set.get().spans {
			if s.lo.key < end || s.lo.key >= s.hi.key {
				t.Fatalf("%v: %v", set, set.get().spans)
			}
			end = s.hi.key
		}
	})
}

func hasLiteral(s SpecifierSet) bool { return len(s.get().literals) > 0 }

func setOf(t *rapid.T, rules []rule) SpecifierSet {
	var texts []string
	for _, r := range rules {
		texts = append(texts, r.String())
	}
	return setOfText(t, strings.Join(texts, ", "))
}

func setOfText(t *rapid.T, text string) SpecifierSet {
	s, err := ParseSpecifierSet(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func mustModel(t *rapid.T, m model) constraints.Version { return mustVersion(t, m.String()) }

func mustVersion(t *rapid.T, text string) constraints.Version {
	v, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
