package pypi

import (
	"bytes"
	"strings"
)

// field is one field of a header block.
type field struct {
	name string
	raw  []byte // the value with its continuation lines, as it stands there
	line int    // counted from 1
}

// text returns the value as Python's email parser does: without white space before
// it and without line breaks behind it.
func (f field) text() string {
	return string(bytes.TrimLeft(bytes.TrimRight(f.raw, "\r\n"), " \t\r\n"))
}

// headerReader reads the header block of a document as the email parser of
// Python's standard library does with the policy compat32, which is what tools
// write core metadata for. Lines end in LF, CRLF or CR. A line that begins with
// white space continues the field before it. The block ends at the first empty
// line, or before the first line that cannot be a part of it.
type headerReader struct {
	rest    []byte
	line    int // of the line read last, counted from 1
	fields  []field
	strays  []int // lines that Python passes over
	early   int   // the line that ended the block without being empty; 0 when none did
	current int   // the bytes of the last field's value; -1 where no field can go on
}

// readHeader reads the header block of data.
func readHeader(data []byte) *headerReader {
	h := &headerReader{rest: data, current: -1}
	for len(h.rest) > 0 {
		line := h.nextLine()
		if line[0] == '\n' || line[0] == '\r' {
			break
		}
		if !h.take(line) {
			h.early = h.line
			break
		}
	}
	return h
}

// nextLine returns the next line with what ends it.
func (h *headerReader) nextLine() []byte {
	end := bytes.IndexAny(h.rest, "\r\n") + 1
	switch {
	case end == 0:
		end = len(h.rest)
	case h.rest[end-1] == '\r' && end < len(h.rest) && h.rest[end] == '\n':
		end++
	}
	line := h.rest[:end]
	h.rest = h.rest[end:]
	h.line++
	return line
}

// take adds a line to the block; false when it cannot belong there.
func (h *headerReader) take(line []byte) bool {
	if line[0] == ' ' || line[0] == '\t' {
		if h.current < 0 {
			h.strays = append(h.strays, h.line)
			return true
		}
		// The lines of a field follow each other, so its value is one part of data.
		f := &h.fields[len(h.fields)-1]
		h.current += len(line)
		f.raw = f.raw[:h.current]
		return true
	}
	name, value, found := cutName(line)
	switch {
	case bytes.HasPrefix(line, []byte("From ")), found && name == "":
		h.strays = append(h.strays, h.line)
		h.current = -1
		return true
	case !found:
		return false
	}
	h.fields = append(h.fields, field{name: name, raw: value, line: h.line})
	h.current = len(value)
	return true
}

// cutName splits a line after the name of a field, which is any text of visible
// ASCII without a colon, even none.
func cutName(line []byte) (name string, value []byte, found bool) {
	i := 0
	for i < len(line) && line[i] > ' ' && line[i] < 0x7f && line[i] != ':' {
		i++
	}
	if i == len(line) || line[i] != ':' {
		return "", nil, false
	}
	return string(line[:i]), line[i+1:], true
}

// unfold returns a value of several lines as one, its lines joined by sep.
func unfold(value, sep string) string {
	lines := strings.FieldsFunc(value, func(c rune) bool { return c == '\n' || c == '\r' })
	for i, line := range lines {
		lines[i] = strings.TrimSpace(line)
	}
	return strings.TrimSpace(strings.Join(lines, sep))
}
