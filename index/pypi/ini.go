package pypi

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"sluice/constraints"
)

// iniDefault is the section whose options every other section has too.
const iniDefault = "DEFAULT"

// maxProblems is how many problems of one file are worth listing.
const maxProblems = 20

// iniFile is a file as Python's configparser.RawConfigParser reads it: lower case
// options, no interpolation, comments on lines of their own.
type iniFile struct {
	sections []string // in the order of their first line, without DEFAULT
	options  map[string][]iniOption
	problems constraints.Problems
}

// iniOption is "KEY = VALUE". Its value has a line for each in the file, of which the
// first may be empty.
type iniOption struct {
	key   string
	lines []iniText
}

// iniText is a part of a value, stripped.
type iniText struct {
	text  string
	place constraints.Place
}

// text returns the whole value.
func (o iniOption) text() string {
	lines := make([]string, len(o.lines))
	for i, line := range o.lines {
		lines[i] = line.text
	}
	return strings.TrimRightFunc(strings.Join(lines, "\n"), isPythonBlank)
}

// words returns the parts of a value that are apart by blanks.
func (o iniOption) words() []iniText {
	var words []iniText
	for _, line := range o.lines {
		for rest, at := line.text, 0; ; {
			start := strings.IndexFunc(rest, func(r rune) bool { return !isPythonBlank(r) })
			if start < 0 {
				break
			}
			rest, at = rest[start:], at+start
			word := rest
			if end := strings.IndexFunc(rest, isPythonBlank); end >= 0 {
				word = rest[:end]
			}
			place := line.place
			if place.Col > 0 {
				place.Col += at
			}
			words = append(words, iniText{word, place})
			rest, at = rest[len(word):], at+len(word)
		}
	}
	return words
}

// section returns the options of a section and those of DEFAULT that it does not have
// itself, in the order in which configparser lists them.
func (f *iniFile) section(name string) []iniOption {
	all := append([]iniOption{}, f.options[iniDefault]...)
	at := make(map[string]int)
	for i, o := range all {
		at[o.key] = i
	}
	for _, o := range f.options[name] {
		if i, inherited := at[o.key]; inherited {
			all[i] = o
		} else {
			all = append(all, o)
		}
	}
	return all
}

// parseINI reads a file. What configparser refuses is a problem.
func parseINI(name string, data []byte) *iniFile {
	r := iniReader{name: name, file: &iniFile{options: make(map[string][]iniOption)}, seen: make(map[[2]string]bool)}
	if bytes.HasPrefix(data, []byte("\ufeff")) {
		r.problem(1, 1, "a byte order mark, which pip does not accept", "save the file as UTF-8 without one")
		return r.file
	}
	text := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(data))
	for i, line := range strings.Split(text, "\n") {
		if !utf8.ValidString(line) {
			r.problem(i+1, 1, "not UTF-8", "save the file as UTF-8")
			return r.file
		}
		if r.line(i+1, line); len(r.file.problems) >= maxProblems {
			break
		}
	}
	return r.file
}

// iniReader is the state of reading line by line.
type iniReader struct {
	name    string
	file    *iniFile
	seen    map[[2]string]bool // sections and keys
	inside  bool               // of a section
	section string             // its name
	option  *iniOption         // that lines with more indent continue, nil for none
	indent  int                // of the last line that is no continuation, in characters
}

// line reads one line.
func (r *iniReader) line(number int, line string) {
	text := strings.TrimFunc(line, isPythonBlank)
	start := strings.Index(line, text)
	switch {
	case text == "":
		if r.option != nil {
			r.option.lines = append(r.option.lines, iniText{"", r.place(number, 1)})
		}
		return
	case text[0] == '#' || text[0] == ';':
		return
	}
	indent := utf8.RuneCountInString(line[:start])
	if r.option != nil && indent > r.indent {
		r.option.lines = append(r.option.lines, iniText{text, r.place(number, start+1)})
		return
	}
	r.indent = indent
	if end := strings.LastIndexByte(text, ']'); text[0] == '[' && end >= 2 {
		r.header(number, start+1, text[1:end])
		return
	}
	if !r.inside {
		r.problem(number, start+1, "stands before the first section", "begin with a section such as [global]")
		r.inside = true // once is enough
		return
	}
	r.keyAndValue(number, start, text)
}

// header begins a section.
func (r *iniReader) header(number, col int, name string) {
	r.inside, r.section, r.option = true, name, nil
	if name == iniDefault {
		return
	}
	if r.again(name, "") {
		r.problem(number, col, "a second section of the same name", "put all its options under one header")
		return
	}
	r.file.sections = append(r.file.sections, name)
}

// keyAndValue begins an option: "KEY = VALUE" or "KEY : VALUE".
func (r *iniReader) keyAndValue(number, start int, text string) {
	at := strings.IndexAny(text, "=:")
	if at <= 0 {
		r.problem(number, start+1, "neither a section nor KEY = VALUE", "a line that continues a value is indented")
		return
	}
	key := strings.ToLower(strings.TrimRightFunc(text[:at], isPythonBlank))
	value := strings.TrimLeftFunc(text[at+1:], isPythonBlank)
	place := r.place(number, start+len(text)-len(value)+1)
	if r.again(r.section, key) {
		r.problem(number, start+1, "a second value for the same key", "put all values under one key")
	}
	options := append(r.file.options[r.section], iniOption{key, []iniText{{value, place}}})
	r.file.options[r.section] = options
	r.option = &options[len(options)-1]
}

// again reports whether a section, or a key in it, has been there before.
func (r *iniReader) again(section, key string) bool {
	name := [2]string{section, key}
	again := r.seen[name]
	r.seen[name] = true
	return again
}

func (r *iniReader) place(line, col int) constraints.Place {
	return constraints.Place{File: r.name, Line: line, Col: col}
}

func (r *iniReader) problem(line, col int, msg, hint string) {
	r.file.problems = append(r.file.problems, constraints.Problem{Place: r.place(line, col), Msg: msg, Hint: hint})
}

// isPythonBlank reports whether Python's str.isspace holds of r.
func isPythonBlank(r rune) bool { return unicode.IsSpace(r) || 0x1c <= r && r <= 0x1f }
