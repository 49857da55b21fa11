package pep440

import "slices"

// Intersect returns the set of the versions in both sets.
func (s SpecifierSet) Intersect(t SpecifierSet) SpecifierSet {
	a, b := s.get(), t.get()
	both := &meaning{
		specs:       slices.Concat(a.specs, b.specs),
		literals:    slices.Concat(a.literals, b.literals),
		bounded:     a.bounded || b.bounded,
		prereleases: a.prereleases || b.prereleases,
	}
	switch {
	case a.bounded && b.bounded:
		both.spans = intersect(a.spans, b.spans)
	case a.bounded:
		both.spans = a.spans
	case b.bounded:
		both.spans = b.spans
	}
	return SpecifierSet{both}
}

// IsEmpty reports whether no version can be in the set, published or not. The
// text after a "===" counts as a possible version, in its own spelling.
func (s SpecifierSet) IsEmpty() bool {
	m := s.get()
	if len(m.literals) > 0 {
		return !s.Contains(Literal(m.literals[0]))
	}
	return m.bounded && len(m.spans) == 0
}

// IsSubset reports whether every version in s is in t.
func (s SpecifierSet) IsSubset(t SpecifierSet) bool {
	a, b := s.get(), t.get()
	switch {
	case s.IsEmpty():
		return true
	case len(a.literals) > 0:
		return t.Contains(Literal(a.literals[0]))
	case len(b.literals) > 0:
		return false
	case !b.bounded:
		return true
	}
	// Without bounds s also holds what is no version of the PEP, and t does not.
	return a.bounded && covers(b.spans, a.spans)
}

// IsDisjoint reports whether no version is in both sets.
func (s SpecifierSet) IsDisjoint(t SpecifierSet) bool { return s.Intersect(t).IsEmpty() }
