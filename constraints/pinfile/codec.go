package pinfile

import (
	"bytes"
	"encoding/binary"
	"regexp"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// A codec is a character encoding that a file can be written in. It knows how
// many bytes text takes in the file, so that places and edits can be exact in
// encodings other than UTF-8 too.
type codec struct {
	name  string
	unit  int              // bytes of a code unit
	order binary.ByteOrder // of units of 2 and 4 bytes
	above rune             // one byte a character: the first that does not exist
	odd   []rune           // one byte a character: pairs of byte and character that are not the same number
}

func utf8Codec() codec { return codec{name: "utf-8", unit: 1} }

func latin1Codec() codec { return codec{name: "latin-1", unit: 1, above: 0x100} }

// cp1252Odd is where code page 1252 differs from Latin-1. A zero character means
// that the byte has no meaning.
var cp1252Odd = []rune{
	0x80, '€', 0x81, 0, 0x82, '‚', 0x83, 'ƒ', 0x84, '„', 0x85, '…', 0x86, '†', 0x87, '‡',
	0x88, 'ˆ', 0x89, '‰', 0x8a, 'Š', 0x8b, '‹', 0x8c, 'Œ', 0x8d, 0, 0x8e, 'Ž', 0x8f, 0,
	0x90, 0, 0x91, '‘', 0x92, '’', 0x93, '“', 0x94, '”', 0x95, '•', 0x96, '–', 0x97, '—',
	0x98, '˜', 0x99, '™', 0x9a, 'š', 0x9b, '›', 0x9c, 'œ', 0x9d, 0, 0x9e, 'ž', 0x9f, 'Ÿ',
}

// latin9Odd is where ISO 8859-15 differs from Latin-1.
var latin9Odd = []rune{
	0xa4, '€', 0xa6, 'Š', 0xa8, 'š', 0xb4, 'Ž', 0xb8, 'ž', 0xbc, 'Œ', 0xbd, 'œ', 0xbe, 'Ÿ',
}

// namedCodec returns the codec for an encoding as a PEP 263 comment names it.
func namedCodec(name string) (codec, bool) {
	switch strings.ReplaceAll(strings.ToLower(name), "_", "-") {
	case "utf-8", "utf8", "u8", "utf", "utf-8-sig":
		return utf8Codec(), true
	case "ascii", "us-ascii", "646":
		return codec{name: "ascii", unit: 1, above: 0x80}, true
	case "latin-1", "latin1", "latin", "l1", "iso-8859-1", "iso8859-1", "8859", "cp819":
		return latin1Codec(), true
	case "iso-8859-15", "iso8859-15", "latin-9", "l9":
		return codec{name: "iso-8859-15", unit: 1, above: 0x100, odd: latin9Odd}, true
	case "cp1252", "windows-1252", "1252":
		return codec{name: "cp1252", unit: 1, above: 0x100, odd: cp1252Odd}, true
	}
	return codec{}, false
}

// byteOrderMarks is in the order in which the marks are tried: that of UTF-16 is
// the beginning of that of UTF-32.
var byteOrderMarks = []struct {
	mark  string
	codec codec
}{
	{"\xef\xbb\xbf", codec{name: "utf-8", unit: 1}},
	{"\xff\xfe\x00\x00", codec{name: "utf-32-le", unit: 4, order: binary.LittleEndian}},
	{"\x00\x00\xfe\xff", codec{name: "utf-32-be", unit: 4, order: binary.BigEndian}},
	{"\xff\xfe", codec{name: "utf-16-le", unit: 2, order: binary.LittleEndian}},
	{"\xfe\xff", codec{name: "utf-16-be", unit: 2, order: binary.BigEndian}},
}

// codingComment is how pip looks for the encoding in a comment of the first two
// lines (PEP 263).
var codingComment = regexp.MustCompile(`coding[:=]\s*([-\w.]+)`)

// detect returns the encoding of data and the length of its byte order mark. A
// comment that names an encoding unknown here comes back as unknown.
func detect(data []byte) (c codec, mark int, unknown string) {
	for _, b := range byteOrderMarks {
		if bytes.HasPrefix(data, []byte(b.mark)) {
			return b.codec, len(b.mark), ""
		}
	}
	rest := data
	for range 2 {
		line, after, _ := bytes.Cut(rest, []byte("\n"))
		rest = after
		if len(line) == 0 || line[0] != '#' {
			continue
		}
		if m := codingComment.FindSubmatch(line); m != nil {
			if c, ok := namedCodec(string(m[1])); ok {
				return c, 0, ""
			}
			return utf8Codec(), 0, string(m[1])
		}
	}
	return utf8Codec(), 0, ""
}

// decode returns data as UTF-8 text, and the offset of the first byte that is not
// valid in c, or -1.
func (c codec) decode(data []byte) (text string, bad int) {
	switch {
	case c.name == "utf-8":
		return string(data), firstInvalid(data)
	case c.unit == 1:
		return c.decodeBytes(data)
	}
	var b strings.Builder
	b.Grow(len(data))
	for i := 0; i < len(data); {
		r, n := c.next(data[i:])
		if n == 0 {
			return b.String(), i
		}
		b.WriteRune(r)
		i += n
	}
	return b.String(), -1
}

func firstInvalid(data []byte) int {
	if utf8.Valid(data) {
		return -1
	}
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

func (c codec) decodeBytes(data []byte) (string, int) {
	var b strings.Builder
	b.Grow(len(data))
	for i, x := range data {
		r := c.character(rune(x))
		if r < 0 {
			return b.String(), i
		}
		b.WriteRune(r)
	}
	return b.String(), -1
}

// character returns what the byte x means in an encoding of one byte a
// character, or -1.
func (c codec) character(x rune) rune {
	if x >= c.above {
		return -1
	}
	for i := 0; i < len(c.odd); i += 2 {
		if c.odd[i] == x && c.odd[i+1] == 0 {
			return -1
		}
		if c.odd[i] == x {
			return c.odd[i+1]
		}
	}
	return x
}

// next returns the first character of data in an encoding of wide units and the
// bytes it takes, 0 where there is none.
func (c codec) next(data []byte) (rune, int) {
	if len(data) < c.unit {
		return 0, 0
	}
	if c.unit == 4 {
		r := rune(c.order.Uint32(data))
		if !utf8.ValidRune(r) {
			return 0, 0
		}
		return r, 4
	}
	r := rune(c.order.Uint16(data))
	if !utf16.IsSurrogate(r) {
		return r, 2
	}
	if len(data) < 4 {
		return 0, 0
	}
	if r = utf16.DecodeRune(r, rune(c.order.Uint16(data[2:]))); r == utf8.RuneError {
		return 0, 0
	}
	return r, 4
}

// size returns the number of bytes that text takes in the file.
func (c codec) size(text string) int {
	if c.name == "utf-8" {
		return len(text)
	}
	n := utf8.RuneCountInString(text)
	if c.unit == 2 {
		for _, r := range text {
			if r > 0xffff {
				n++
			}
		}
	}
	return n * c.unit
}

// encode returns text as it stands in the file; false when the encoding lacks
// one of its characters.
func (c codec) encode(text string) ([]byte, bool) {
	if c.name == "utf-8" {
		return []byte(text), utf8.ValidString(text)
	}
	out := make([]byte, 0, c.unit*len(text))
	for _, r := range text {
		switch c.unit {
		case 1:
			x, ok := c.byteFor(r)
			if !ok {
				return nil, false
			}
			out = append(out, x)
		case 2:
			for _, u := range utf16.AppendRune(nil, r) {
				out = append(out, 0, 0)
				c.order.PutUint16(out[len(out)-2:], u)
			}
		case 4:
			out = append(out, 0, 0, 0, 0)
			c.order.PutUint32(out[len(out)-4:], uint32(r))
		}
	}
	return out, true
}

func (c codec) byteFor(r rune) (byte, bool) {
	for i := 0; i < len(c.odd); i += 2 {
		if c.odd[i+1] == r && r != 0 {
			return byte(c.odd[i]), true
		}
	}
	if r < 0x100 && c.character(r) == r {
		return byte(r), true
	}
	return 0, false
}
