package pinfile

import (
	"sort"

	"sluice/constraints"
)

// The bounds on what is read. What goes beyond them is a Problem.
const (
	MaxFile     = 16 << 20 // bytes of a file
	MaxLine     = 1 << 20  // bytes of a logical line, variables expanded
	MaxNesting  = 32       // files that include one another, in Load
	MaxIncludes = 1000     // -r and -c that Load follows
)

// Options changes how files are read. The zero value is right for most.
type Options struct {
	// Lookup gives the value of ${NAME}, as the environment would. Without it,
	// and where it has none or "", the text stays as it is, as it does in pip.
	Lookup func(name string) (value string, ok bool)

	// Constraint says that the file is read as a constraints file (pip's -c), in
	// which pip refuses editables, extras and what has no name.
	Constraint bool

	// Memo, where there is one, spares parsing a line that was met before.
	Memo *Memo
}

// File is a requirements or constraints file. It does not change.
type File struct {
	name     string
	data     []byte
	opts     Options
	codec    codec
	text     string
	lines    []physical
	entries  []Entry
	problems constraints.Problems
	notes    constraints.Problems
}

// Name returns the name that the file was parsed under.
func (f *File) Name() string { return f.name }

// Bytes returns the file as it was read, or as it is after the edits that made
// it. The caller must not change the slice.
func (f *File) Bytes() []byte { return f.data }

// Entries returns the entries in file order. The caller must not change the
// slice.
func (f *File) Entries() []Entry { return f.entries }

// Problems returns what pip would refuse, in file order: what Parse returned as
// its error.
func (f *File) Problems() constraints.Problems { return f.problems }

// Notes returns what pip accepts and is hardly meant: words that it ignores, a
// line that a comment swallows, text that is pinned and no version.
func (f *File) Notes() constraints.Problems { return f.notes }

// place returns where the byte at offset i of the text stands.
func (f *File) place(i int) constraints.Place {
	if len(f.lines) == 0 {
		return constraints.Place{File: f.name, Line: 1, Col: 1}
	}
	n := sort.Search(len(f.lines), func(n int) bool { return f.lines[n].start > i })
	line := f.lines[max(n-1, 0)]
	return constraints.Place{File: f.name, Line: max(n, 1), Col: f.codec.size(f.text[line.start:i]) + 1}
}

// raw returns where in the file the byte at offset i of the text stands.
func (f *File) raw(i int) int {
	if len(f.lines) == 0 {
		return len(f.data)
	}
	n := sort.Search(len(f.lines), func(n int) bool { return f.lines[n].start > i })
	line := f.lines[max(n-1, 0)]
	return line.raw + f.codec.size(f.text[line.start:i])
}
