package manifest

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"sluice/constraints"
)

// A cfgFile is an INI file as Python's configparser.ConfigParser reads it with its
// defaults, in strict mode, keys as spelled: what both setuptools and pbr do with
// setup.cfg. Sections and keys are in the order of their first line.
type cfgFile struct {
	name     string
	sections map[string]*cfgSection
	problems constraints.Problems
	budget   int // bytes of interpolated values still allowed
}

// cfgDefaults is the section whose keys every other section has too.
const cfgDefaults = "DEFAULT"

type cfgSection struct {
	name    string
	options []*cfgOption
	byKey   map[string]*cfgOption
}

type cfgOption struct {
	key   string
	place constraints.Place
	lines []cfgLine // of the value: the first may be empty, the last ones too
}

// A cfgLine is a line of a value, stripped.
type cfgLine struct {
	text  string
	place constraints.Place
}

// value returns the whole value, as configparser gives it without interpolation.
func (o *cfgOption) value() string {
	lines := make([]string, len(o.lines))
	for i, line := range o.lines {
		lines[i] = line.text
	}
	return strings.TrimRightFunc(strings.Join(lines, "\n"), isPythonSpace)
}

// parseCfg reads an INI file. What configparser refuses is a problem; the rest of
// the file is read all the same.
func parseCfg(name string, data []byte) *cfgFile {
	r := cfgReader{file: &cfgFile{name: name, sections: map[string]*cfgSection{}, budget: maxInterpolation}}
	if text, found := bytes.CutPrefix(data, []byte("\ufeff")); found {
		r.report(1, 1, "the file begins with a byte order mark, which Python refuses here", "save it as UTF-8 without a byte order mark")
		data = text
	}
	if bad := invalidUTF8(data); bad >= 0 {
		line, col := lineAndColumn(data, bad)
		r.report(line, col, "the file is not UTF-8", "save it as UTF-8")
	}
	text := string(data)
	for number := 1; text != "" && !r.stopped; number++ {
		var line string
		line, text = cutLine(text)
		r.line(number, line)
	}
	return r.file
}

// A cfgReader is the state of reading line by line.
type cfgReader struct {
	file    *cfgFile
	section *cfgSection
	option  *cfgOption
	indent  int // of the option or header that continuation lines must exceed, in characters
	stopped bool
}

// line reads one line, without its end.
func (r *cfgReader) line(number int, line string) {
	text := strings.TrimFunc(line, isPythonSpace)
	start := strings.Index(line, text)
	switch {
	case text == "":
		if r.option != nil {
			r.option.lines = append(r.option.lines, cfgLine{"", r.place(number, 1)})
		}
		return
	case text[0] == '#' || text[0] == ';':
		return
	}
	indent := utf8.RuneCountInString(line[:start])
	if r.option != nil && indent > r.indent {
		r.option.lines = append(r.option.lines, cfgLine{text, r.place(number, start+1)})
		return
	}
	r.indent = indent
	if end := strings.LastIndexByte(text, ']'); text[0] == '[' && end >= 2 {
		r.header(number, start+1, text[1:end])
		return
	}
	if r.section == nil {
		r.report(number, start+1, "a line before the first section", "begin with a section such as [metadata]")
		r.stopped = true
		return
	}
	r.keyAndValue(number, start, text)
}

// header begins a section.
func (r *cfgReader) header(number, col int, name string) {
	r.option = nil
	section, again := r.file.sections[name]
	if !again {
		section = &cfgSection{name: name, byKey: map[string]*cfgOption{}}
		r.file.sections[name] = section
	} else if name != cfgDefaults {
		r.report(number, col, "section ["+constraints.Shorten(name, 40)+"] appears twice", "put all of it under one header")
	}
	r.section = section
}

// keyAndValue begins an option: "KEY = VALUE" or "KEY : VALUE".
func (r *cfgReader) keyAndValue(number, start int, text string) {
	at := strings.IndexAny(text, "=:")
	key := ""
	if at >= 0 {
		key = strings.TrimRightFunc(text[:at], isPythonSpace)
	}
	if key == "" {
		if at >= 0 {
			r.option = nil // as configparser does; without a delimiter it goes on with the value above
		}
		r.report(number, start+1, "neither a section nor KEY = VALUE", "indent the line if it continues the value above")
		return
	}
	value := strings.TrimLeftFunc(text[at+1:], isPythonSpace)
	col := start + len(text) - len(value) + 1
	r.option = &cfgOption{key: key, place: r.place(number, start+1), lines: []cfgLine{{value, r.place(number, col)}}}
	if _, again := r.section.byKey[key]; again {
		r.report(number, start+1, "key "+constraints.Shorten(key, 40)+" appears twice in ["+constraints.Shorten(r.section.name, 40)+"]", "put its values under one key")
		return
	}
	r.section.byKey[key] = r.option
	r.section.options = append(r.section.options, r.option)
}

func (r *cfgReader) place(line, col int) constraints.Place {
	return constraints.Place{File: r.file.name, Line: line, Col: col}
}

func (r *cfgReader) report(line, col int, msg, hint string) {
	report(&r.file.problems, constraints.Problem{Place: r.place(line, col), Msg: msg, Hint: hint})
}

// cutLine cuts text after its first line, at what Python's universal newlines end
// a line with.
func cutLine(text string) (line, rest string) {
	i := strings.IndexAny(text, "\r\n")
	switch {
	case i < 0:
		return text, ""
	case strings.HasPrefix(text[i:], "\r\n"):
		return text[:i], text[i+2:]
	}
	return text[:i], text[i+1:]
}

// isPythonSpace reports whether str.isspace holds of r.
func isPythonSpace(r rune) bool {
	return unicode.IsSpace(r) || 0x1c <= r && r <= 0x1f
}

// invalidUTF8 returns the offset of the first byte that is not UTF-8, -1 if there
// is none.
func invalidUTF8(data []byte) int {
	if utf8.Valid(data) {
		return -1
	}
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// lineAndColumn returns where the byte at offset is, both from 1.
func lineAndColumn(data []byte, offset int) (line, col int) {
	before := data[:offset]
	return 1 + bytes.Count(before, []byte("\n")), offset - bytes.LastIndexByte(before, '\n')
}
