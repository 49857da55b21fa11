package configparser

import (
	"strings"
	"unicode/utf8"

	"sluice/constraints"
)

// Parser is how a program sets its parser up. The zero value is RawConfigParser().
type Parser struct {
	// KeepCase leaves keys as spelled (optionxform = str); else they become lower case,
	// by strings.ToLower: Python's str.lower differs in "İ" and in a "Σ" that ends a word.
	KeepCase bool

	// KeepLast keeps the last of several options of one key, as where a parser is not
	// strict, instead of the first. A fault they are in any case.
	KeepLast bool

	// MaxFaults is how many faults are kept, 0 for all. Reading does not end there.
	MaxFaults int
}

// Parse reads a file; name is for the places. What is wrong is a fault, and the rest
// of the file is read all the same.
func (p Parser) Parse(name string, data []byte) *File {
	r := reader{Parser: p, name: name, file: &File{contents: map[string]*section{Default: newSection(Default)}}}
	text, marked := strings.CutPrefix(string(data), "\ufeff")
	if r.number = 1; marked {
		r.fault(ByteOrderMark, 0, "")
	}
	for ; text != ""; r.number++ {
		var line string
		line, text = cutLine(text)
		r.line(line)
	}
	return r.file
}

// cutLine cuts text after its first line.
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

// reader is the state of reading line by line. Offsets are those of bytes in the line.
type reader struct {
	Parser
	name    string
	file    *File
	number  int      // of the line
	section *section // nil before the first
	option  *Option  // that lines with more indent go on with, nil for none
	indent  int      // that they must exceed, in characters

	undecodable, headless bool // NotUTF8 and MissingHeader are said
}

// line reads a line, given without its end.
func (r *reader) line(line string) {
	if bad := invalidUTF8(line); bad >= 0 && !r.undecodable {
		r.undecodable = true
		r.fault(NotUTF8, bad, "")
	}
	text := strings.TrimLeftFunc(line, IsSpace)
	start := len(line) - len(text)
	text = strings.TrimRightFunc(text, IsSpace)
	indent := utf8.RuneCountInString(line[:start])
	switch {
	case text == "":
		if r.option != nil {
			r.option.Lines = append(r.option.Lines, Line{"", r.place(0)})
		}
	case text[0] == '#' || text[0] == ';':
	case r.option != nil && indent > r.indent:
		r.option.Lines = append(r.option.Lines, Line{text, r.place(start)})
	default:
		r.indent = indent
		r.statement(start, text)
	}
}

// statement reads a line that begins something.
func (r *reader) statement(start int, text string) {
	end := strings.LastIndexByte(text, ']')
	switch {
	case text[0] == '[' && end >= 2: // what follows the last "]" does not count
		r.header(start, text[1:end])
	case r.section != nil:
		r.keyAndValue(start, text)
	case !r.headless:
		r.headless = true
		r.fault(MissingHeader, start, "")
	}
}

// header begins a section, or goes on with one.
func (r *reader) header(start int, name string) {
	s, again := r.file.contents[name]
	if !again {
		s = newSection(name)
		r.file.contents[name] = s
		r.file.Sections = append(r.file.Sections, name)
	}
	r.section, r.option = s, nil
	if again && name != Default {
		r.fault(DuplicateSection, start, "")
	}
}

// keyAndValue begins an option.
func (r *reader) keyAndValue(start int, text string) {
	at := strings.IndexAny(text, "=:")
	if at <= 0 {
		if at == 0 {
			r.option = nil // as in Python; without a delimiter the value above goes on
		}
		r.fault(Malformed, start, "")
		return
	}
	key := strings.TrimRightFunc(text[:at], IsSpace)
	if !r.KeepCase {
		key = strings.ToLower(key)
	}
	value := strings.TrimLeftFunc(text[at+1:], IsSpace)
	r.option = &Option{Key: key, Place: r.place(start), Lines: []Line{{value, r.place(start + len(text) - len(value))}}}
	kept, again := r.section.byKey[key]
	switch {
	case !again:
		r.section.byKey[key] = r.option
		r.section.options = append(r.section.options, r.option)
		return
	case r.KeepLast:
		*kept = *r.option
		r.option = kept
	}
	r.fault(DuplicateKey, start, key)
}

func (r *reader) fault(kind Kind, offset int, key string) {
	if r.MaxFaults > 0 && len(r.file.Faults) == r.MaxFaults {
		return
	}
	f := Fault{Kind: kind, Place: r.place(offset), Key: key}
	if r.section != nil {
		f.Section = r.section.name
	}
	r.file.Faults = append(r.file.Faults, f)
}

func (r *reader) place(offset int) constraints.Place {
	return constraints.Place{File: r.name, Line: r.number, Col: offset + 1}
}

// invalidUTF8 returns the offset of the first byte that is not UTF-8, -1 if there is
// none.
func invalidUTF8(text string) int {
	for i, c := range text {
		if c == utf8.RuneError && !strings.HasPrefix(text[i:], "\ufffd") {
			return i
		}
	}
	return -1
}
