package pep508

import (
	"strings"

	"sluice/constraints"
	"sluice/constraints/pep440"
)

// comparison is one comparison of a marker variable with a text. What can be
// worked out without an environment is worked out when it is parsed.
type comparison struct {
	variable string // the canonical name
	op       operator
	text     string // the other side
	reversed bool   // the variable stands on the right
	bare     bool   // the other side is written as a variable, see newComparison
	quoted   bool   // the variable is written as a text, see newComparison

	right   specifier           // op and text, when the variable is on the left
	version constraints.Version // text as a version, when it is on the right
}

// operator compares two sides. Those that begin with another one come before it.
type operator uint8

const (
	opIdentical operator = iota
	opEqual
	opUnequal
	opAtMost
	opAtLeast
	opCompatible
	opLess
	opMore
	opIn
	opNotIn
)

// String returns the operator as it is written.
func (op operator) String() string {
	switch op {
	case opIdentical:
		return "==="
	case opEqual:
		return "=="
	case opUnequal:
		return "!="
	case opAtMost:
		return "<="
	case opAtLeast:
		return ">="
	case opCompatible:
		return "~="
	case opLess:
		return "<"
	case opMore:
		return ">"
	case opIn:
		return "in"
	}
	return "not in"
}

// answer is what a comparison comes to.
type answer uint8

const (
	no answer = iota
	yes
	undefinedOperator // the operator has no meaning for these values
	undefinedVariable // the environment does not have the variable
)

// newComparison prepares a comparison. The grammar allows a variable or a text on
// either side, and pip makes of the two odd cases what nobody would expect: of
// two variables it compares the value of the left one with the *name* of the
// right one, and of two texts it takes the right one for the name of a variable.
// An answer that differs from pip's would be worse than a strange one.
func newComparison(left operand, op operator, right operand) *comparison {
	c := &comparison{variable: left.text, op: op, text: right.text, bare: right.variable}
	if !left.variable {
		c.variable, c.text, c.reversed = right.text, left.text, true
		c.bare, c.quoted = false, !right.variable
	}
	if c.variable == "extra" && !c.bare && !c.quoted || c.reversed && isSetVariable(c.variable) {
		c.text = string(NormalizeName(c.text))
	}
	if !isVersionVariable(c.variable) || op >= opIn {
		return c
	}
	if c.reversed {
		c.version, _ = pep440.Parse(c.text) // zero when it is none
	} else {
		c.right = newSpecifier(op, c.text)
	}
	return c
}

// specifier is a single version specifier that may be invalid.
type specifier struct {
	valid bool
	exact string // the text after "==="
	set   pep440.SpecifierSet
}

func newSpecifier(op operator, text string) specifier {
	if op == opIdentical {
		identity, err := pep440.ParseSpecifier(op.String() + text)
		return specifier{valid: err == nil, exact: identity.Version}
	}
	if strings.IndexByte(text, ',') >= 0 {
		return specifier{} // several specifiers are not one
	}
	set, err := pep440.ParseSpecifierSet(op.String() + text)
	return specifier{valid: err == nil, set: set}
}

// judge returns what the comparison comes to in env while extra is asked for.
func (c *comparison) judge(env *constraints.Environment, extra constraints.Name) answer {
	if c.variable == "extra" {
		return c.compareText(string(extra))
	}
	value, ok := env.Var(c.variable)
	switch {
	case !ok:
		return undefinedVariable
	case isSetVariable(c.variable):
		return c.compareSet(value.Text)
	case isVersionVariable(c.variable) && c.op < opIn:
		return c.compareVersion(value)
	}
	return c.compareText(value.Text)
}

// compareVersion judges by the order of versions where the right hand side is a
// version, and as text where it is not. In `"3.8" <= python_version` the right
// hand side is the value of the environment.
func (c *comparison) compareVersion(value constraints.Value) answer {
	text, version, right := value.Text, value.Version, &c.right
	if c.reversed {
		if c.op.isOrder() && isPlain(c.version) && isPlain(version) {
			return truth(c.op.allows(c.version.Compare(version)))
		}
		reversed := newSpecifier(c.op, text)
		text, version, right = c.text, c.version, &reversed
	}
	switch {
	case !right.valid:
		return c.compareText(value.Text)
	case c.op == opIdentical:
		return truth(strings.EqualFold(text, right.exact))
	case version.IsZero():
		return no
	}
	return truth(right.set.Contains(version))
}

// isPlain reports whether v is a final release without local or post-release
// parts. Among such versions an order is what its symbol says, which spares
// building a specifier.
func isPlain(v constraints.Version) bool {
	return !v.IsZero() && !v.IsPrerelease() && !strings.ContainsAny(v.String(), "+p")
}

// isOrder reports whether the operator is one of == != < <= > >=.
func (op operator) isOrder() bool {
	return op < opIn && op != opIdentical && op != opCompatible
}

// allows reports whether the operator holds for versions that compare so.
func (op operator) allows(order int) bool {
	switch op {
	case opEqual:
		return order == 0
	case opUnequal:
		return order != 0
	case opAtMost:
		return order <= 0
	case opAtLeast:
		return order >= 0
	case opLess:
		return order < 0
	case opMore:
		return order > 0
	}
	return false
}

// compareText judges a value that is not a version: the order of texts is not
// defined, so only equal ones are "at most" or "at least" one another.
func (c *comparison) compareText(value string) answer {
	left, right := value, c.text
	if c.reversed {
		left, right = right, left
	}
	switch c.op {
	case opEqual, opAtMost, opAtLeast:
		return truth(left == right)
	case opUnequal:
		return truth(left != right)
	case opLess, opMore:
		return no
	case opIn:
		return truth(strings.Contains(right, left))
	case opNotIn:
		return truth(!strings.Contains(right, left))
	}
	return undefinedOperator
}

// compareSet judges a variable that holds a set of names, which only
// `"name" in set` asks about sensibly. A name is never equal to a set.
func (c *comparison) compareSet(set string) answer {
	if !c.reversed {
		return undefinedOperator
	}
	switch c.op {
	case opIn:
		return truth(hasItem(set, c.text))
	case opNotIn:
		return truth(!hasItem(set, c.text))
	case opUnequal:
		return yes
	case opIdentical, opCompatible:
		return undefinedOperator
	}
	return no
}

// hasItem reports whether item is one of a comma-separated list.
func hasItem(list, item string) bool {
	for list != "" {
		var first string
		first, list, _ = strings.Cut(list, ",")
		if first == item {
			return true
		}
	}
	return false
}

func truth(b bool) answer {
	if b {
		return yes
	}
	return no
}

// reason says why the comparison has no answer.
func (c *comparison) reason(why answer) string {
	switch {
	case why == undefinedVariable && c.quoted:
		return "the environment has no " + quote(c.variable) + ", and there is no variable without quotes"
	case why == undefinedVariable:
		return "the environment has no " + c.variable
	case isSetVariable(c.variable):
		return c.variable + ` is a set, of which one can ask only "NAME" in ` + c.variable
	case isVersionVariable(c.variable):
		return c.op.String() + " compares versions, and the right side is none"
	}
	return c.op.String() + " compares versions, and " + c.variable + " is none"
}

// String returns the comparison as pip's library writes it.
func (c *comparison) String() string {
	variable, text := c.variable, c.text
	if c.quoted {
		variable = quote(variable)
	}
	if !c.bare {
		text = quote(text)
	}
	if c.reversed {
		variable, text = text, variable
	}
	return variable + " " + c.op.String() + " " + text
}
