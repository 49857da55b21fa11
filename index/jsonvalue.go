package index

import (
	"strconv"
)

// null passes a null if that is the next value.
func (c *jsonCursor) null() bool { return c.peek() == 'n' && c.word("null") }

// boolean reads true or false; false, with a note, for any other value.
func (c *jsonCursor) boolean() bool {
	if c.word("true") {
		return true
	}
	if !c.word("false") {
		c.mismatch("true or false")
	}
	return false
}

// whole reads a number that is whole and not negative.
func (c *jsonCursor) whole() int64 {
	c.peek()
	start := c.pos
	c.skip()
	n, err := strconv.ParseUint(string(c.data[start:c.pos]), 10, 63)
	if err != nil && !c.broken {
		c.note(start, "want a whole number of 0 or more", "")
	}
	return int64(n)
}

// skip reads a value of any kind, checking its syntax.
func (c *jsonCursor) skip() {
	switch b := c.peek(); {
	case b == '{':
		c.object(func([]byte, int) { c.skip() })
	case b == '[':
		c.array(c.skip)
	case b == '"':
		c.bytes()
	case b == '-' || '0' <= b && b <= '9':
		c.number()
	case c.word("true"), c.word("false"), c.word("null"):
	default:
		c.fail("want a value")
	}
}

// number passes a number.
func (c *jsonCursor) number() {
	c.take('-')
	if !c.passByte('0') && !c.digits() {
		c.fail("an invalid number")
	}
	if c.passByte('.') && !c.digits() {
		c.fail("an invalid number")
	}
	if c.passByte('e') || c.passByte('E') {
		if !c.passByte('+') {
			c.passByte('-')
		}
		if !c.digits() {
			c.fail("an invalid number")
		}
	}
}

// passByte passes b if it is next, without white space before it.
func (c *jsonCursor) passByte(b byte) bool {
	if c.pos < len(c.data) && c.data[c.pos] == b {
		c.pos++
		return true
	}
	return false
}

// digits passes digits and reports whether there was one.
func (c *jsonCursor) digits() bool {
	start := c.pos
	for c.pos < len(c.data) && '0' <= c.data[c.pos] && c.data[c.pos] <= '9' {
		c.pos++
	}
	return c.pos > start
}

// extent returns the bytes of the object that is next, found by its brackets
// alone; nil when they do not match. It moves nothing and checks nothing else.
func (c *jsonCursor) extent() []byte {
	if c.peek() != '{' {
		return nil
	}
	depth := 0
	for i := c.pos; i < len(c.data); i++ {
		switch c.data[i] {
		case '"':
			i = stringEnd(c.data, i+1)
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return c.data[c.pos : i+1]
			}
		}
	}
	return nil
}

// stringEnd returns where the string ends that i is in: at its closing quote, or
// at the end of the data.
func stringEnd(data []byte, i int) int {
	for i < len(data) && data[i] != '"' {
		if data[i] == '\\' {
			i++
		}
		i++
	}
	return i
}
