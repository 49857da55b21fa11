package pep440

import "sluice/constraints"

// Prereleases says what Filter does with pre-releases.
type Prereleases int

const (
	// Default takes pre-releases when the set mentions one, and otherwise only
	// where the set holds no other version of those to choose from (PEP 440,
	// "Handling of pre-releases"). This is what pip does.
	Default Prereleases = iota
	// Allow takes pre-releases as all other versions.
	Allow
	// Deny takes none, even where the set mentions one.
	Deny
)

// Filter returns those of vs that the set holds and pre permits, in their order.
func (s SpecifierSet) Filter(vs []constraints.Version, pre Prereleases) []constraints.Version {
	var held []constraints.Version
	prereleases, finals := 0, 0
	for _, v := range vs {
		if !s.Contains(v) {
			continue
		}
		held = append(held, v)
		switch {
		case v.IsPrerelease():
			prereleases++
		case !isLiteral(v):
			finals++
		}
	}
	if pre == Default && (s.MentionsPrerelease() || finals == 0) {
		pre = Allow
	}
	if pre == Allow || prereleases == 0 {
		return held
	}
	return withoutPrereleases(held)
}

func withoutPrereleases(vs []constraints.Version) []constraints.Version {
	var kept []constraints.Version
	for _, v := range vs {
		if !v.IsPrerelease() {
			kept = append(kept, v)
		}
	}
	return kept
}
