package index

import (
	"bytes"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// jsonCursor reads one JSON value (RFC 8259) strictly and in one pass. It is here
// instead of encoding/json because a snapshot wants what that does not give: the
// place of every problem, all of them at once, and keys that are there twice
// seen rather than merged.
//
// A syntax error ends the reading (broken); a value of the wrong kind is noted
// and skipped.
type jsonCursor struct {
	data   []byte
	pos    int
	depth  int
	broken bool
	notes  []note
}

// note is a problem at a byte of the input.
type note struct {
	offset    int
	msg, hint string
}

func (c *jsonCursor) note(offset int, msg, hint string) {
	if len(c.notes) < maxProblems {
		c.notes = append(c.notes, note{offset, msg, hint})
	}
}

// fail notes a syntax error at the current place and ends the reading.
func (c *jsonCursor) fail(msg string) {
	if !c.broken {
		c.note(c.pos, "invalid JSON: "+msg, "")
	}
	c.broken = true
	c.pos = len(c.data)
}

// peek passes white space and returns the next byte, 0 at the end.
func (c *jsonCursor) peek() byte {
	for c.pos < len(c.data) {
		switch b := c.data[c.pos]; b {
		case ' ', '\t', '\r', '\n':
			c.pos++
		default:
			return b
		}
	}
	return 0
}

// take passes the byte b if it is next.
func (c *jsonCursor) take(b byte) bool {
	if c.peek() != b || c.pos >= len(c.data) {
		return false
	}
	c.pos++
	return true
}

// word passes the literal if it is next.
func (c *jsonCursor) word(literal string) bool {
	c.peek()
	if !bytes.HasPrefix(c.data[c.pos:], []byte(literal)) {
		return false
	}
	c.pos += len(literal)
	return true
}

// mismatch notes that the next value is not what was wanted, and skips it.
func (c *jsonCursor) mismatch(want string) {
	b := c.peek()
	at := c.pos
	c.skip()
	if !c.broken {
		c.note(at, "want "+want+", not "+kindOf(b), "")
	}
}

func kindOf(first byte) string {
	switch first {
	case '{':
		return "an object"
	case '[':
		return "an array"
	case '"':
		return "a string"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	}
	return "a number"
}

// object reads an object. It calls member with each key, valid until the next
// read, and the offset of the key; member reads the value.
func (c *jsonCursor) object(member func(key []byte, at int)) {
	if !c.take('{') {
		c.mismatch("an object")
		return
	}
	c.sequence('}', func() {
		at := c.pos
		key, ok := c.bytes()
		if ok && c.take(':') {
			member(key, at)
		} else {
			c.fail("want a key and a colon")
		}
	})
}

// array reads an array; element reads each of its values.
func (c *jsonCursor) array(element func()) {
	if !c.take('[') {
		c.mismatch("an array")
		return
	}
	c.sequence(']', element)
}

// sequence reads what stands between brackets, up to the closing one.
func (c *jsonCursor) sequence(closing byte, item func()) {
	if c.take(closing) {
		return
	}
	if c.depth++; c.depth > maxNesting {
		c.fail("nested too deeply")
	}
	for !c.broken {
		c.peek()
		item()
		if c.take(closing) {
			break
		}
		if !c.take(',') {
			c.fail("want a comma or " + string(closing))
		}
	}
	c.depth--
}

// text reads a string; false, with a note, when the value is none.
func (c *jsonCursor) text() ([]byte, bool) {
	if c.peek() != '"' {
		c.mismatch("a string")
		return nil, false
	}
	return c.bytes()
}

// bytes reads a string that must be next. The result may be a part of the input.
func (c *jsonCursor) bytes() ([]byte, bool) {
	if !c.take('"') {
		return nil, false
	}
	start := c.pos
	ascii := true
	for c.pos < len(c.data) {
		switch b := c.data[c.pos]; {
		case b == '"':
			c.pos++
			return c.checked(c.data[start:c.pos-1], start, ascii)
		case b == '\\':
			return c.unescape(start)
		case b < ' ':
			c.fail("a control character in a string")
			return nil, false
		case b >= utf8.RuneSelf:
			ascii = false
			c.pos++
		default:
			c.pos++
		}
	}
	c.fail("a string without an end")
	return nil, false
}

// checked returns s, unless it is not UTF-8.
func (c *jsonCursor) checked(s []byte, start int, ascii bool) ([]byte, bool) {
	if !ascii && !utf8.Valid(s) {
		c.pos = start
		c.fail("a string that is not UTF-8")
		return nil, false
	}
	return s, true
}

// unescape reads the rest of a string that began at start and has a backslash at
// the current place.
func (c *jsonCursor) unescape(start int) ([]byte, bool) {
	s := bytes.Clone(c.data[start:c.pos])
	for c.pos < len(c.data) && !c.broken {
		switch b := c.data[c.pos]; {
		case b == '"':
			c.pos++
			return c.checked(s, start, false)
		case b == '\\':
			s = utf8.AppendRune(s, c.escape())
		case b < ' ':
			c.fail("a control character in a string")
		default:
			s = append(s, b)
			c.pos++
		}
	}
	c.fail("a string without an end")
	return nil, false
}

// escape reads a backslash and what belongs to it.
func (c *jsonCursor) escape() rune {
	if c.pos+1 >= len(c.data) {
		c.fail("a string without an end")
		return 0
	}
	const letters, values = `"\/bfnrt`, "\"\\/\b\f\n\r\t"
	b := c.data[c.pos+1]
	if i := bytes.IndexByte([]byte(letters), b); i >= 0 {
		c.pos += 2
		return rune(values[i])
	}
	r := c.unit()
	if utf16.IsSurrogate(r) {
		r = utf16.DecodeRune(r, c.unit())
		if r == utf8.RuneError {
			c.fail("half of a surrogate pair")
		}
	}
	return r
}

// unit reads \uXXXX.
func (c *jsonCursor) unit() rune {
	if c.pos+6 <= len(c.data) && c.data[c.pos] == '\\' && c.data[c.pos+1] == 'u' && isHex(c.data[c.pos+2:c.pos+6]) {
		n, _ := strconv.ParseUint(string(c.data[c.pos+2:c.pos+6]), 16, 16)
		c.pos += 6
		return rune(n)
	}
	c.fail("an invalid escape in a string")
	return 0
}

func isHex(s []byte) bool {
	return len(bytes.Trim(s, "0123456789abcdefABCDEF")) == 0
}
