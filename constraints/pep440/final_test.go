package pep440

import "slices"

// hasFinal reports whether a version that is not a pre-release can be in the set.
func hasFinal(s SpecifierSet) bool {
	m := s.get()
	switch {
	case len(m.literals) > 0:
		return !s.IsEmpty() && !Literal(m.literals[0]).IsPrerelease()
	case !m.bounded:
		return true
	}
	return slices.ContainsFunc(m.spans, func(s span) bool { return at(nextFinal(s.lo.key)).before(s.hi) })
}

// nextFinal returns the first point from point on that does not lie right before
// a pre-release: the release or post-release that pre-releases lead to.
func nextFinal(point string) string {
	i := 0
	for point[i] >= number0 {
		i += numberSize(point[i:])
	}
	switch point[i] {
	case afterPosts:
		return point
	case phaseFinal:
	default:
		return point[:i] + string([]byte{phaseFinal, tailNone})
	}
	if i++; point[i] == tailPost {
		i += 1 + numberSize(point[i+1:])
	}
	if point[i] == tailDev {
		return point[:i] + string([]byte{tailNone})
	}
	return point
}

// numberSize returns how many bytes the number at the beginning of key takes.
func numberSize(key string) int {
	switch first := key[0]; {
	case first <= numberMax:
		return 1
	case first < numberBig:
		return 1 + int(first-numberLen)
	}
	size := numberSize(key[1:])
	return 1 + size + countOf(key[1:1+size])
}

// countOf decodes a number that appendUint encoded.
func countOf(key string) int {
	if len(key) == 1 {
		return int(key[0] - number0)
	}
	n := 0
	for i := 1; i < len(key); i++ {
		n = n<<8 | int(key[i])
	}
	return n
}
