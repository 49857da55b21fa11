package pinfile

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/constraints/pep440"
)

// Parse reads a file. name is what places in it are called; data may be
// anything. The error, where there is one, is a constraints.Problems with all
// that pip would refuse; the File is there all the same, with what could be
// read.
func Parse(name string, data []byte) (*File, error) {
	return ParseWith(name, data, Options{})
}

// ParseWith is Parse with options.
func ParseWith(name string, data []byte, opts Options) (*File, error) {
	return parse(name, bytes.Clone(data), opts)
}

// parse is ParseWith for data that nobody else changes.
func parse(name string, data []byte, opts Options) (*File, error) {
	f := &File{name: name, data: data, opts: opts, codec: utf8Codec()}
	if len(data) > MaxFile {
		f.problem(constraints.Place{File: name}, fmt.Sprintf("the file is larger than %d MiB", MaxFile>>20), "")
		return f, f.problems
	}
	f.decode()
	f.entries = make([]Entry, 0, min(len(f.lines), 1024)) // most lines of most files are entries
	for i := 0; i < len(f.lines); {
		l := join(f.text, f.lines, i)
		f.read(l)
		i = l.last + 1
	}
	if opts.Constraint {
		f.problems = append(f.problems, f.RefusedAsConstraints()...)
		slices.SortStableFunc(f.problems, func(a, b constraints.Problem) int { return a.Place.Compare(b.Place) })
	}
	return f, f.problems.Err()
}

func (f *File) problem(at constraints.Place, msg, hint string) {
	f.problems = append(f.problems, constraints.Problem{Place: at, Msg: msg, Hint: hint})
}

func (f *File) note(at constraints.Place, msg, hint string) {
	f.notes = append(f.notes, constraints.Problem{Place: at, Msg: msg, Hint: hint})
}

// decode finds the encoding and cuts the text into lines. Bytes that are not
// valid in an encoding of single bytes or UTF-8 are read as Latin-1, so that the
// entries can be seen; in the others the text ends there.
func (f *File) decode() {
	var mark, bad int
	var unknown string
	f.codec, mark, unknown = detect(f.data)
	named := f.codec.name
	f.text, bad = f.codec.decode(f.data[mark:])
	if bad >= 0 && f.codec.unit == 1 {
		f.codec = latin1Codec()
		f.text, _ = f.codec.decode(f.data[mark:])
	}
	f.lines = splitLines(f.text, f.codec, mark)
	if unknown != "" {
		f.problem(constraints.Place{File: f.name, Line: 1}, "unknown encoding "+short(unknown), "save the file as UTF-8")
	}
	if bad >= 0 {
		f.problem(f.placeOfByte(mark+bad), "not valid "+named, "save the file as UTF-8, or name its encoding in the first line: # -*- coding: latin-1 -*-")
	}
}

// placeOfByte returns the place of a byte of the file, which may stand behind
// the last one that could be decoded.
func (f *File) placeOfByte(raw int) constraints.Place {
	at := constraints.Place{File: f.name, Line: 1, Col: 1}
	for i, line := range f.lines {
		if line.raw > raw {
			break
		}
		at.Line, at.Col = i+1, raw-line.raw+1
	}
	return at
}

// read makes an entry of a logical line, unless it is blank.
func (f *File) read(l logical) {
	start, end, comment := l.content()
	if start == end {
		return
	}
	last := f.lines[l.last]
	e := Entry{first: l.first, last: l.last, EndLine: l.last + 1}
	e.Place = f.place(l.origin(start))
	e.Origin = e.Place
	// A line that goes on after its first backslash counts from its first line.
	e.Start, e.End = f.lines[l.first].raw, last.raw+f.codec.size(f.text[last.start:last.end])
	e.Raw = f.text[f.lines[l.first].start:last.end]
	e.Comment = strings.TrimRightFunc(l.text[comment:], isBlank)
	e.Requirement.Range = pep440.SpecifierSet{}
	e.Constraint = f.opts.Constraint
	if swallowed := l.origin(comment); comment < len(l.text) && swallowed < last.start {
		f.note(f.place(swallowed), fmt.Sprintf("the comment goes on to line %d, as its line ends in a backslash", l.last+1), "remove the backslash")
	}
	body, ok := f.expand(l.text[start:end])
	e.expanded = body != l.text[start:end]
	if !ok || len(body) > MaxLine {
		f.problem(e.Place, fmt.Sprintf("the line is longer than %d MiB", MaxLine>>20), "")
	} else {
		f.fill(&e, body, func(i int) constraints.Place { return f.place(l.origin(start + i)) })
	}
	f.entries = append(f.entries, e)
}

// variable is the only form in which pip expands variables.
var variable = regexp.MustCompile(`\$\{([A-Z0-9_]+)\}`)

// expand replaces ${NAME} by its value, each name in turn as pip does, so that a
// value may name one that comes later; false when the line becomes too long.
func (f *File) expand(line string) (string, bool) {
	if f.opts.Lookup == nil || !strings.Contains(line, "${") || len(line) > MaxLine {
		return line, true
	}
	seen := map[string]bool{}
	for _, m := range variable.FindAllStringSubmatch(line, -1) {
		value, _ := f.opts.Lookup(m[1])
		if value == "" || seen[m[1]] {
			continue
		}
		seen[m[1]] = true
		if len(line)+strings.Count(line, m[0])*len(value) > 2*MaxLine {
			return line, false
		}
		line = strings.ReplaceAll(line, m[0], value)
	}
	return line, true
}

// fill reads what body, the line without comment and blanks, means. at gives the
// place of a byte of body.
func (f *File) fill(e *Entry, body string, at func(int) constraints.Place) {
	if e.expanded {
		start := e.Place
		at = func(int) constraints.Place { return start }
	}
	arg, options, from := cutOptions(body)
	words, err := splitWords(options)
	if err != nil {
		f.problem(at(from), "cannot split the options: "+err.Error(), "close the quotation, or write a backslash before the quote")
		return
	}
	var ignored []string
	var fault *complaint
	if e.Options, ignored, fault = parseOptions(words); fault != nil {
		f.problem(at(from), fault.msg, fault.hint)
		return
	}
	if len(ignored) > 0 {
		f.note(at(from), "pip ignores "+short(strings.Join(ignored, " ")), "write it in a line of its own")
	}
	if arg != "" {
		f.fillArg(e, arg, at)
		return
	}
	f.fillOptions(e)
}

// cutOptions cuts a line before the first word that begins with a dash, as pip
// does: words here are what single blanks part. from is where the options begin.
func cutOptions(line string) (arg, options string, from int) {
	if strings.HasPrefix(line, "-") {
		return "", line, 0
	}
	if i := strings.Index(line, " -"); i >= 0 {
		return line[:i], line[i+1:], i + 1
	}
	return line, "", len(line)
}

func (f *File) fillArg(e *Entry, arg string, at func(int) constraints.Place) {
	e.Arg = arg
	kind, r, err := f.opts.Memo.classify(arg)
	if err == nil {
		e.Kind, e.Requirement = kind, r
		if v, text, ok := e.Pin(); ok && v.IsZero() {
			f.note(e.Place, fmt.Sprintf("%s is pinned to %q, which is no version, so no release can match", r.Spelling, short(text)), "")
		}
		return
	}
	var fault *constraints.SyntaxError
	if !errors.As(err, &fault) {
		f.problem(e.Place, err.Error(), "")
		return
	}
	offset := min(max(fault.Offset, 0), len(arg))
	f.problem(at(offset), fmt.Sprintf("invalid requirement %q: %s", short(arg), fault.Msg), fault.Hint)
}

// fillOptions reads a line of options only. pip looks for an editable first, then
// for -r, then for -c, and takes only the first of each.
func (f *File) fillOptions(e *Entry) {
	e.Kind = Settings
	for _, one := range []struct {
		option string
		kind   Kind
	}{{"--editable", Editable}, {"--requirement", Include}, {"--constraint", Constrain}} {
		if value, ok := e.option(one.option); ok {
			e.Kind, e.Arg = one.kind, value
			break
		}
	}
	if e.Kind == Editable {
		e.Requirement = named(e.Arg)
	}
	if n := e.targets(); n > 1 {
		f.note(e.Place, fmt.Sprintf("pip follows only one of the %d files and projects of this line: %s", n, short(e.Arg)), "write each in a line of its own")
	}
	if e.Kind == Settings && len(e.Hashes()) > 0 {
		f.note(e.Place, "pip ignores a --hash without a requirement", "write it in the requirement's line")
	}
}

// targets counts the -e, -r and -c of a line.
func (e *Entry) targets() int {
	n := 0
	for _, o := range e.Options {
		if o.Name == "--editable" || o.Name == "--requirement" || o.Name == "--constraint" {
			n++
		}
	}
	return n
}

// short shortens text for a message.
func short(text string) string { return constraints.Shorten(text, 80) }
