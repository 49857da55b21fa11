package pep508

import (
	"fmt"
	"strings"

	"sluice/constraints"
)

// Marker is a condition on the environment, such as
//
//	python_version < "3.11" and sys_platform == "linux"
//
// It is immutable and small; the zero Marker is met everywhere. Evaluating one
// allocates nothing.
type Marker struct {
	root *node
}

// node is a comparison, or else "and" or "or" over two or more nodes.
type node struct {
	comparison *comparison // of a leaf, else nil
	any        bool        // "or" rather than "and"
	grouped    bool        // written in parentheses, which String keeps
	parts      []node
}

// ParseMarker reads a marker as it stands behind the ';' of a requirement.
//
// The variables are those of PEP 508 with "extra" (PEP 685 decides when two
// extras are equal), the sets "extras" and "dependency_groups" (PEP 751), and
// the old spellings os.name, sys.platform, platform.version, platform.machine,
// platform.python_implementation and python_implementation. Parentheses may be
// nested 250 deep.
func ParseMarker(text string) (Marker, error) {
	s := scanner{what: "marker", text: text}
	return s.marker()
}

// Holds reports whether the marker is met in env while extra is being asked for
// ("" when none is). A comparison without a defined answer does not hold; ask
// Evaluate whether there is one.
func (m Marker) Holds(env *constraints.Environment, extra constraints.Name) bool {
	return m.root == nil || m.root.holds(env, extra)
}

// Evaluate is Holds with an *UndefinedError if any comparison of the marker has
// no defined answer in env, even one that would not change the result.
func (m Marker) Evaluate(env *constraints.Environment, extra constraints.Name) (bool, error) {
	if m.root == nil {
		return true, nil
	}
	if c, why := m.root.undefined(env, extra); c != nil {
		return false, &UndefinedError{Comparison: c.String(), Variable: c.variable, Reason: c.reason(why)}
	}
	return m.root.holds(env, extra), nil
}

// MentionsExtra reports whether the marker asks for an extra, so that whether it
// holds depends on more than the environment.
func (m Marker) MentionsExtra() bool {
	return m.root != nil && m.root.mentions("extra")
}

// Any returns the marker that is met where one of the markers is.
func Any(markers ...Marker) Marker {
	root := &node{any: true}
	for _, m := range markers {
		if m.root == nil {
			return Marker{}
		}
		part := *m.root
		part.grouped = part.comparison == nil
		root.parts = append(root.parts, part)
	}
	if len(root.parts) == 1 {
		return markers[0]
	}
	return Marker{root: root}
}

// IsAlternative reports whether the marker is one condition or another, so that
// beside an "and" it needs parentheses.
func (m Marker) IsAlternative() bool { return m.root != nil && m.root.any }

// String returns the marker in the form that pip's library gives it: variables by
// their new names, double quotes, extras normalised, parentheses kept except
// around a single comparison and around the whole.
func (m Marker) String() string {
	if m.root == nil {
		return ""
	}
	var b strings.Builder
	m.root.write(&b)
	return b.String()
}

// UndefinedError says that a marker has no answer in an environment.
type UndefinedError struct {
	Comparison string // the comparison in question
	Variable   string // the variable that it asks for
	Reason     string // without a capital or a full stop
}

// Error returns "marker COMPARISON is undefined: REASON".
func (e *UndefinedError) Error() string {
	return fmt.Sprintf("marker %s is undefined: %s", constraints.Shorten(e.Comparison, 120), e.Reason)
}

func (n *node) holds(env *constraints.Environment, extra constraints.Name) bool {
	if n.comparison != nil {
		return n.comparison.judge(env, extra) == yes
	}
	for i := range n.parts {
		if n.parts[i].holds(env, extra) == n.any {
			return n.any
		}
	}
	return !n.any
}

// undefined returns the first comparison without a defined answer, or nil.
func (n *node) undefined(env *constraints.Environment, extra constraints.Name) (*comparison, answer) {
	if n.comparison != nil {
		if a := n.comparison.judge(env, extra); a >= undefinedOperator {
			return n.comparison, a
		}
		return nil, yes
	}
	for i := range n.parts {
		if c, why := n.parts[i].undefined(env, extra); c != nil {
			return c, why
		}
	}
	return nil, yes
}

func (n *node) mentions(variable string) bool {
	if n.comparison != nil {
		return n.comparison.variable == variable
	}
	for i := range n.parts {
		if n.parts[i].mentions(variable) {
			return true
		}
	}
	return false
}

func (n *node) write(b *strings.Builder) {
	if n.comparison != nil {
		b.WriteString(n.comparison.String())
		return
	}
	word := " and "
	if n.any {
		word = " or "
	}
	for i := range n.parts {
		if i > 0 {
			b.WriteString(word)
		}
		n.parts[i].writePart(b)
	}
}

func (n *node) writePart(b *strings.Builder) {
	if !n.grouped {
		n.write(b)
		return
	}
	b.WriteByte('(')
	n.write(b)
	b.WriteByte(')')
}
