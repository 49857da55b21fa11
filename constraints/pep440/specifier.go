package pep440

import (
	"strings"

	"sluice/constraints"
)

// Specifier is one clause of a set of specifiers: an operator and what it is
// applied to, as written, for example {"==", "1.4.*"}. The operators are those of
// PEP 440, "Version specifiers".
type Specifier struct {
	Op      string
	Version string
}

// String returns the clause without blanks.
func (s Specifier) String() string { return s.Op + s.Version }

// ParseSpecifier reads a single clause. Unlike ParseSpecifierSet it takes commas
// into the text after "===". An error is a *constraints.SyntaxError.
func ParseSpecifier(text string) (Specifier, error) {
	c, end, err := scanClause(text, skipBlanks(text, 0), literalEnd)
	if err == nil && skipBlanks(text, end) < len(text) {
		err = afterVersionError(text, end)
	}
	if err != nil {
		err.What = "specifier"
		return Specifier{}, err
	}
	return c.Specifier, nil
}

// clause is a specifier with its version taken to pieces.
type clause struct {
	Specifier
	parts
	wildcard bool
	valid    bool // the text is a version, which only "===" does not demand
}

// What ends the text after "===", beside white space.
const (
	literalEnd       = ";)"
	literalEndInList = ";),"
)

// scanClause reads the clause at text[i:], and returns where it ends.
func scanClause(text string, i int, literalEnd string) (clause, int, *constraints.SyntaxError) {
	op := operatorAt(text[i:])
	if op == "" {
		return clause{}, i, operatorError(text, i)
	}
	start := skipBlanks(text, i+len(op))
	if op == "===" {
		c, end := scanLiteral(text, start, literalEnd)
		return c, end, nil
	}
	return scanComparison(text, op, start)
}

// operatorAt returns the operator that s begins with, or "".
func operatorAt(s string) string {
	switch {
	case strings.HasPrefix(s, "==="):
		return s[:3]
	case len(s) >= 2 && s[1] == '=' && strings.IndexByte("=!<>~", s[0]) >= 0:
		return s[:2]
	case s != "" && (s[0] == '<' || s[0] == '>') && !strings.HasPrefix(s, "<>"):
		return s[:1]
	}
	return ""
}

// scanLiteral reads the text after "===", which may be anything and is compared
// as it stands.
func scanLiteral(text string, start int, ends string) (clause, int) {
	end := start
	if i := strings.IndexFunc(text[start:], func(r rune) bool { return isBlank(r) || strings.ContainsRune(ends, r) }); i >= 0 {
		end += i
	} else {
		end = len(text)
	}
	c := clause{Specifier: Specifier{"===", text[start:end]}}
	stop, ok := c.scan(c.Version, 0)
	c.valid = ok && stop == len(c.Version)
	return c, end
}

// scanComparison reads the version of a clause with any operator but "===".
func scanComparison(text, op string, start int) (clause, int, *constraints.SyntaxError) {
	c := clause{valid: true}
	end, ok := c.scan(text, start)
	if !ok {
		return clause{}, 0, operandError(text, start, end)
	}
	if strings.HasPrefix(text[end:], ".*") {
		if !c.takesWildcard(op) {
			return clause{}, 0, wildcardError(text, op, end)
		}
		c.wildcard = true
		end += len(".*")
	}
	c.Specifier = Specifier{op, text[start:end]}
	switch {
	case op == "~=" && strings.IndexByte(c.release, '.') < 0:
		return clause{}, 0, listError(text, start, "~= with a single release number",
			"~= needs at least two release numbers, as in ~="+c.release+".0")
	case c.local != "" && op != "==" && op != "!=":
		return clause{}, 0, listError(text, end-len(c.local)-1, "a local version after "+op,
			"only == and != compare local versions")
	}
	return c, end, nil
}

// takesWildcard reports whether a wildcard may follow the version after op.
func (p *parts) takesWildcard(op string) bool {
	return (op == "==" || op == "!=") && !p.isPrerelease() && !p.hasPost && p.local == ""
}

// mentionsPrerelease reports whether the author of the clause named a
// pre-release, other than to exclude it.
func (c *clause) mentionsPrerelease() bool {
	return c.Op != "!=" && c.valid && !c.wildcard && c.isPrerelease()
}

func listError(text string, offset int, msg, hint string) *constraints.SyntaxError {
	return &constraints.SyntaxError{What: "specifier set", Input: text, Offset: offset, Msg: msg, Hint: hint}
}

func operatorError(text string, i int) *constraints.SyntaxError {
	return listError(text, i, "expected an operator, found "+found(text, i), operatorHint(text[i:]))
}

func operandError(text string, start, end int) *constraints.SyntaxError {
	if start == end && (start == len(text) || text[start] == ',') {
		return listError(text, start, "a version is missing after the operator", "")
	}
	if strings.HasPrefix(text[start:], "*") {
		return listError(text, start, "a wildcard without a release", "leave the specifier out to allow every version")
	}
	return listError(text, end, "expected a version, found "+found(text, end), "")
}

func wildcardError(text, op string, end int) *constraints.SyntaxError {
	if op != "==" && op != "!=" {
		return listError(text, end, "a wildcard after "+op, "wildcards such as 1.0.* go with == and != only")
	}
	return listError(text, end, "a wildcard after more than a release", "write release numbers only before the .*")
}

func afterVersionError(text string, end int) *constraints.SyntaxError {
	i := skipBlanks(text, end)
	msg := "unexpected " + found(text, i) + " after a version"
	if strings.IndexByte("<>=!~", text[i]) >= 0 {
		msg = "a comma is missing before the next operator"
	}
	return listError(text, i, msg, afterVersionHint(text[end:]))
}
