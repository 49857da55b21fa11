package pep508

import (
	"fmt"

	"sluice/constraints"
)

// Negate returns the marker that is met exactly where m is not: what an author
// would write, comparison by comparison. The error is a *NegationError where a
// comparison has no exact opposite.
func (m Marker) Negate() (Marker, error) {
	if m.root == nil {
		return Marker{}, &NegationError{Reason: "it is met everywhere"}
	}
	root, err := m.root.opposite()
	if err != nil {
		return Marker{}, err
	}
	root.grouped = false
	return Marker{root: &root}, nil
}

// NegationError says why a marker has no opposite.
type NegationError struct {
	Comparison string // the comparison in question, "" for the whole marker
	Reason     string // without a capital or a full stop
}

// Error returns "marker COMPARISON cannot be negated: REASON".
func (e *NegationError) Error() string {
	return fmt.Sprintf("marker %s cannot be negated: %s", constraints.Shorten(e.Comparison, 120), e.Reason)
}

// opposite negates by De Morgan's laws. Alternatives within an "and" get the
// parentheses that they need; others stay as they were written.
func (n *node) opposite() (node, error) {
	if n.comparison != nil {
		return n.comparison.opposite()
	}
	o := node{any: !n.any, grouped: n.grouped, parts: make([]node, len(n.parts))}
	for i := range n.parts {
		part, err := n.parts[i].opposite()
		if err != nil {
			return node{}, err
		}
		part.grouped = part.grouped || part.any && !o.any
		o.parts[i] = part
	}
	return o, nil
}

// opposite returns the condition that is met exactly where the comparison is not.
func (c *comparison) opposite() (node, error) {
	refuse := func(reason string) (node, error) {
		return node{}, &NegationError{Comparison: c.String(), Reason: reason}
	}
	switch {
	case c.bare || c.quoted:
		return refuse("it does not compare a variable with a text")
	case isSetVariable(c.variable):
		return refuse("an environment may not have " + c.variable)
	case c.op == opIdentical || c.op == opCompatible:
		return refuse(c.op.String() + " has no opposite")
	case c.op == opIn || c.op == opNotIn:
		return c.flipped(), nil
	case !isVersionVariable(c.variable) && (c.op == opEqual || c.op == opUnequal):
		return c.flipped(), nil
	case !isVersionVariable(c.variable):
		return refuse("texts have no order")
	case c.variable == "platform_release" && (c.reversed || c.right.valid):
		return refuse("platform_release may be no version, for which neither holds")
	case c.op == opEqual || c.op == opUnequal:
		if c.reversed && c.version.IsZero() {
			return refuse("the left side is no version")
		}
		return c.flipped(), nil
	}
	return c.otherSide()
}

// otherSide negates an order of versions. Of python_version, which is never a
// pre-release, that is the other operator. Elsewhere it may not be: neither < 3.12
// nor >= 3.12 holds for 3.12.0rc1 (PEP 440, "Exclusive ordered comparison").
func (c *comparison) otherSide() (node, error) {
	bound, err := c.bound()
	switch {
	case err != nil:
		return node{}, err
	case c.variable == "python_version":
		return c.flipped(), nil
	case c.op == opAtLeast:
		return both(c.with(opAtMost, c.text), c.with(opUnequal, c.text)), nil
	case c.op == opLess && isPlain(bound):
		return leaf(c.with(opAtLeast, c.text+".dev0")), nil // the first that < leaves out
	case c.op == opLess && bound.IsPrerelease(), c.op == opMore && isPlain(bound):
		return c.flipped(), nil
	case c.op == opAtMost && isPlain(bound):
		return c.flipped(), nil // no Python is a post-release
	case c.op == opAtMost:
		return both(c.with(opAtLeast, c.text), c.with(opUnequal, c.text)), nil
	}
	return node{}, &NegationError{Comparison: c.String(), Reason: "it does not reach up to a final release"}
}

// bound returns the version that an order compares with.
func (c *comparison) bound() (constraints.Version, error) {
	v := c.version
	if !c.reversed {
		v = parseVersion(c.text)
	}
	switch {
	case v.IsZero() || !c.reversed && !c.right.valid:
		return v, &NegationError{Comparison: c.String(), Reason: "what is compared with is no version"}
	case c.reversed && (c.variable != "python_version" || !isPlain(v)):
		return v, &NegationError{Comparison: c.String(), Reason: "the variable stands on the right"}
	}
	return v, nil
}

// flipped returns the comparison with the opposite operator.
func (c *comparison) flipped() node {
	op := map[operator]operator{
		opEqual: opUnequal, opUnequal: opEqual, opIn: opNotIn, opNotIn: opIn,
		opLess: opAtLeast, opAtLeast: opLess, opMore: opAtMost, opAtMost: opMore,
	}[c.op]
	return leaf(c.with(op, c.text))
}

// with returns the comparison of the same variable with another operator and text.
func (c *comparison) with(op operator, text string) *comparison {
	variable, other := operand{variable: true, text: c.variable}, operand{text: text}
	if c.reversed {
		return newComparison(other, op, variable)
	}
	return newComparison(variable, op, other)
}

func leaf(c *comparison) node { return node{comparison: c} }

func both(a, b *comparison) node { return node{parts: []node{leaf(a), leaf(b)}} }
