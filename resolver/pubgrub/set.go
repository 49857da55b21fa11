package pubgrub

import "math/bits"

// Set is a set of versions of one package, a bit for each, and one bit after them: that
// the package is absent. With it, "p is one of these" and "p is not one of these" are
// both a Set, and all that the search does with them is AND, OR and NOT (ALGORITHM 1).
type Set []uint64

// words returns how many words a set of n versions and absence takes.
func words(n int) int { return n/64 + 1 }

// NewSet returns an empty set for a package of n versions.
func NewSet(n int) Set { return make(Set, words(n)) }

// Everything returns the set of all n versions and absence.
func Everything(n int) Set {
	s := NewSet(n)
	s.fill(n)
	return s
}

func (s Set) fill(n int) {
	for i := range s {
		s[i] = ^uint64(0)
	}
	if rest := (n + 1) % 64; rest != 0 {
		s[len(s)-1] = 1<<rest - 1
	}
}

// Has reports whether a version is in the set; that of the number of versions is absence.
// No number is below 0: to say so saves the machine asking.
func (s Set) Has(i int) bool { return s[uint(i)/64]>>(uint(i)%64)&1 != 0 }

// Add puts a version into the set.
func (s Set) Add(i int) { s[uint(i)/64] |= 1 << (uint(i) % 64) }

// Remove takes a version out of the set.
func (s Set) Remove(i int) { s[uint(i)/64] &^= 1 << (uint(i) % 64) }

// And returns what is in both sets.
func (s Set) And(t Set) Set {
	both := make(Set, len(s))
	for i, w := range s {
		both[i] = w & t[i]
	}
	return both
}

// Not returns all of n versions, and absence, that are not in the set.
func (s Set) Not(n int) Set {
	others := Everything(n)
	for i := range others {
		others[i] &^= s[i]
	}
	return others
}

// Count returns how many versions are in the set, absence counted.
func (s Set) Count() int {
	n := 0
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

// Highest returns the highest version, -1 for an empty set.
func (s Set) Highest() int {
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] != 0 {
			return i*64 + 63 - bits.LeadingZeros64(s[i])
		}
	}
	return -1
}

// Lowest returns the lowest version, -1 for an empty set.
func (s Set) Lowest() int {
	for i, w := range s {
		if w != 0 {
			return i*64 + bits.TrailingZeros64(w)
		}
	}
	return -1
}

// subset reports whether all of s is in t.
func (s Set) subset(t Set) bool {
	t = t[:len(s)]
	for i, w := range s {
		if w&^t[i] != 0 {
			return false
		}
	}
	return true
}

// disjoint reports whether nothing is in both.
func (s Set) disjoint(t Set) bool {
	t = t[:len(s)]
	for i, w := range s {
		if w&t[i] != 0 {
			return false
		}
	}
	return true
}

// single reports whether exactly one is in s.
func (s Set) single() bool {
	seen := false
	for _, w := range s {
		if w == 0 {
			continue
		}
		if seen || w&(w-1) != 0 {
			return false
		}
		seen = true
	}
	return seen
}
