package index

import (
	"slices"
	"strings"
)

// AllowsLicense reports whether a release under the terms of a text is under licenses that
// are allowed: where an expression offers several, one of them, and else all. A vague name,
// such as "BSD License", is allowed where a license is that it may stand for. What names no
// license is not.
func AllowsLicense(allowed []string, text string) bool {
	var names []string
	for _, a := range allowed {
		names = append(names, identifiers(a)...)
	}
	isAllowed := func(ids []string) bool {
		return slices.ContainsFunc(ids, func(id string) bool { return slices.Contains(names, id) })
	}
	t := readTerms(text)
	switch {
	case len(t.licenses) == 0 || strings.Count(text, "(") > maxNesting:
		return false
	case t.form == nil:
		return !slices.ContainsFunc(t.licenses, func(ids []string) bool { return !isAllowed(ids) })
	}
	c := choice{t.form, isAllowed}
	return c.or() && len(c.words) == 0
}

// choice judges an expression of licenses, of which AND binds closer than OR.
type choice struct {
	words     []string // that are not judged yet
	isAllowed func(ids []string) bool
}

func (c *choice) or() bool {
	allowed := c.and()
	for c.take("OR") {
		allowed = c.and() || allowed
	}
	return allowed
}

func (c *choice) and() bool {
	allowed := c.one()
	for c.take("AND") {
		allowed = c.one() && allowed
	}
	return allowed
}

// one judges a license or an expression in parentheses.
func (c *choice) one() bool {
	if c.take("(") {
		allowed := c.or()
		return c.take(")") && allowed
	}
	if len(c.words) == 0 {
		return false
	}
	license := c.words[0]
	c.words = c.words[1:]
	return c.isAllowed(strings.Split(license, licenseSeparator))
}

// take passes a word if it comes next.
func (c *choice) take(word string) bool {
	if len(c.words) == 0 || c.words[0] != word {
		return false
	}
	c.words = c.words[1:]
	return true
}
