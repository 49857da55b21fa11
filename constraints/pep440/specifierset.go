package pep440

import (
	"slices"
	"strings"

	"sluice/constraints"
)

// SpecifierSet is a set of versions, written as specifiers that all must hold,
// such as ">=1.2,!=1.4.*,<2". It is compiled when it is parsed. It is immutable,
// implements constraints.Range, and its zero value is the set of every version.
//
// It is one pointer, so that passing it on and calling it through an interface
// cost next to nothing.
type SpecifierSet struct{ meaning *meaning }

// meaning is what a list of specifiers amounts to. Its zero value is that of an
// empty list.
type meaning struct {
	specs       []Specifier // as written
	spans       []span      // sorted and disjoint; nothing unless bounded
	literals    []string    // the texts after "===", all of which must be equal
	bounded     bool        // there is a specifier other than "==="
	prereleases bool        // a specifier asks for pre-releases
}

// get returns the meaning of s, which is never nil.
func (s SpecifierSet) get() *meaning {
	if s.meaning == nil {
		return &meaning{}
	}
	return s.meaning
}

// ParseSpecifierSet reads a list of specifiers separated by commas (PEP 440,
// "Version specifiers"). Blanks around specifiers and superfluous commas are
// allowed; the empty text is every version. An error is a
// *constraints.SyntaxError.
func ParseSpecifierSet(text string) (SpecifierSet, error) {
	var room [4]clause
	clauses := room[:0]
	for i := skipBlanks(text, 0); i < len(text); i = skipBlanks(text, i) {
		if text[i] == ',' {
			i++
			continue
		}
		c, end, err := scanClause(text, i, literalEndInList)
		if err != nil {
			return SpecifierSet{}, err
		}
		if i = skipBlanks(text, end); i < len(text) && text[i] != ',' {
			return SpecifierSet{}, afterVersionError(text, end)
		}
		clauses = append(clauses, c)
	}
	return compile(clauses), nil
}

// ScanSpecifierSet reads the list of specifiers that text begins with, as it
// stands inside a requirement line (PEP 508), and returns how many bytes of text
// it takes, blanks after it not counted. Only blanks and tabs may surround its
// commas, and a single comma may end it. n is 0 when text does not begin with an
// operator. The list ends before the first byte that cannot continue it, such as
// ')' or ';', and it is for the caller to judge that byte. An error is a
// *constraints.SyntaxError whose Input is text.
func ScanSpecifierSet(text string) (set SpecifierSet, n int, err error) {
	var room [4]clause
	clauses := room[:0]
	i := skipTabs(text, 0)
	for beginsOperator(text, i) {
		c, end, err := scanClause(text, i, literalEndInList)
		if err != nil {
			return SpecifierSet{}, 0, err
		}
		clauses = append(clauses, c)
		n, i = end, skipTabs(text, end)
		if beginsOperator(text, i) {
			return SpecifierSet{}, 0, afterVersionError(text, end)
		}
		if i == len(text) || text[i] != ',' {
			break
		}
		n, i = i+1, skipTabs(text, i+1)
	}
	return compile(clauses), n, nil
}

func beginsOperator(text string, i int) bool {
	return i < len(text) && strings.IndexByte("<>=!~", text[i]) >= 0
}

func skipTabs(text string, i int) int {
	for i < len(text) && (text[i] == ' ' || text[i] == '\t') {
		i++
	}
	return i
}

// compile returns the set in which all clauses hold.
func compile(clauses []clause) SpecifierSet {
	if len(clauses) == 0 {
		return SpecifierSet{}
	}
	m := &meaning{specs: make([]Specifier, len(clauses))}
	for i := range clauses {
		c := &clauses[i]
		m.specs[i] = c.Specifier
		m.prereleases = m.prereleases || c.mentionsPrerelease()
		if c.Op == "===" {
			m.literals = append(m.literals, c.Version)
		} else {
			m.bounded = true
		}
	}
	if m.bounded {
		m.spans = spansOf(clauses)
	}
	return SpecifierSet{m}
}

// spansOf intersects the clauses by halves, so that a long list of exclusions
// takes time in proportion to its length and not to the square.
func spansOf(clauses []clause) []span {
	if len(clauses) == 1 {
		return clauses[0].spans()
	}
	half := len(clauses) / 2
	return intersect(spansOf(clauses[:half]), spansOf(clauses[half:]))
}

// Contains reports whether v is in the set. Whether pre-releases should be chosen
// is not asked here; see Filter. "===" compares v.String(), ignoring case. The
// zero Version is in no set with another specifier.
func (s SpecifierSet) Contains(v constraints.Version) bool {
	m := s.meaning
	if m == nil {
		return true
	}
	return (!m.bounded || holds(m.spans, v.Key())) && (len(m.literals) == 0 || m.spells(v.String()))
}

// spells reports whether each "===" is followed by text, in any case.
func (m *meaning) spells(text string) bool {
	for _, literal := range m.literals {
		if literal != text && !strings.EqualFold(literal, text) {
			return false
		}
	}
	return true
}

// MentionsPrerelease reports whether a specifier other than "!=" names a
// pre-release, by which its author asks for pre-releases (PEP 440, "Handling of
// pre-releases").
func (s SpecifierSet) MentionsPrerelease() bool { return s.get().prereleases }

// Specifiers returns the specifiers in the order written.
func (s SpecifierSet) Specifiers() []Specifier { return slices.Clone(s.get().specs) }

// Exact returns the version text of a set that is a single "==V" without a
// wildcard or a single "===V": a pin.
func (s SpecifierSet) Exact() (text string, ok bool) {
	specs := s.get().specs
	if len(specs) != 1 {
		return "", false
	}
	only := specs[0]
	if only.Op == "===" || only.Op == "==" && !strings.HasSuffix(only.Version, ".*") {
		return only.Version, true
	}
	return "", false
}

// Textual reports whether the set is a single "===V", which compares spellings.
func (s SpecifierSet) Textual() bool {
	specs := s.get().specs
	return len(specs) == 1 && specs[0].Op == "==="
}

// String returns the canonical text: the specifiers sorted, separated by commas
// without blanks, each meaning once. Versions keep their spelling.
func (s SpecifierSet) String() string {
	specs := s.Specifiers()
	slices.SortFunc(specs, func(a, b Specifier) int { return strings.Compare(a.String(), b.String()) })
	seen := make(map[Specifier]bool, len(specs))
	var texts []string
	for _, spec := range specs {
		if id := spec.canonical(); !seen[id] {
			seen[id] = true
			texts = append(texts, spec.String())
		}
	}
	return strings.Join(texts, ",")
}

// canonical returns the specifier with a canonical version, so that two spellings
// of one specifier become equal. "~=" cares for trailing zeros, and neither
// wildcards nor the texts after "===" have other spellings.
func (s Specifier) canonical() Specifier {
	v, err := Parse(s.Version)
	switch {
	case err != nil || s.Op == "===":
		return s
	case s.Op == "~=":
		return Specifier{s.Op, v.String()}
	}
	return Specifier{s.Op, v.Key()}
}
