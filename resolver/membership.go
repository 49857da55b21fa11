package resolver

import "sluice/constraints"

// membership remembers which of a package's versions are in a range. The same
// few requirements are met by search after search, and each would hold all
// versions against them anew.
type membership struct {
	of          constraints.Range
	versions    []constraints.Version
	asked, in   []uint64 // a bit for each version
	prereleases bool     // the range mentions one
	exact       bool     // the range admits one version only
}

func newMembership(r constraints.Range, versions []constraints.Version) *membership {
	words := (len(versions) + 63) / 64
	bits := make([]uint64, 2*words)
	return &membership{
		of: r, versions: versions, asked: bits[:words], in: bits[words:],
		prereleases: r.MentionsPrerelease(), exact: isExact(r),
	}
}

// has reports whether the i-th version is in the range.
func (m *membership) has(i int) bool {
	word, bit := i/64, uint64(1)<<(i%64)
	if m.asked[word]&bit == 0 {
		m.asked[word] |= bit
		if m.of.Contains(m.versions[i]) {
			m.in[word] |= bit
		}
	}
	return m.in[word]&bit != 0
}

// membership returns the versions of a package that a requirement on it admits.
func (n *node) membership(r *constraints.Requirement) *membership {
	m, ok := n.members[r]
	if !ok {
		m = newMembership(r.Range, n.versions)
		if n.members == nil {
			n.members = make(map[*constraints.Requirement]*membership)
		}
		n.members[r] = m
	}
	return m
}
