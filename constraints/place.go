package constraints

import (
	"cmp"
	"fmt"
	"path"
	"sort"
	"strings"
)

// Place is where something stands in a file. Line and Col count from 1, Col in
// bytes; a zero Line means the file as a whole.
type Place struct {
	File string `json:"file"`
	Line int    `json:"line,omitempty"`
	Col  int    `json:"column,omitempty"`
}

// String returns "FILE:LINE:COL", as editors and terminals link it.
func (p Place) String() string {
	switch {
	case p.Line == 0:
		return p.File
	case p.Col == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col)
}

// Compare orders places by file, line and column.
func (p Place) Compare(q Place) int {
	return cmp.Or(strings.Compare(p.File, q.File), cmp.Compare(p.Line, q.Line), cmp.Compare(p.Col, q.Col))
}

// Lines is where the lines of a text begin, in bytes, so that offsets become places.
type Lines []int

// LinesOf returns the lines of a text, which end with "\n".
func LinesOf(text []byte) Lines {
	starts := Lines{0}
	for i, b := range text {
		if b == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}

// Index returns which line the byte at an offset is in, from 0.
func (l Lines) Index(offset int) int { return sort.SearchInts(l, offset+1) - 1 }

// Place returns the place of the byte at an offset of a file.
func (l Lines) Place(file string, offset int) Place {
	line := l.Index(offset)
	return Place{File: file, Line: line + 1, Col: offset - l[line] + 1}
}

// Under returns the place as seen from further up: with its file below dir.
func (p Place) Under(dir string) Place {
	if dir != "" && p.File != "" {
		p.File = path.Join(dir, p.File)
	}
	return p
}
