package constraints

import (
	"cmp"
	"fmt"
	"path"
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

// Under returns the place as seen from further up: with its file below dir.
func (p Place) Under(dir string) Place {
	if dir != "" && p.File != "" {
		p.File = path.Join(dir, p.File)
	}
	return p
}
