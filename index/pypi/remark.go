package pypi

import (
	"fmt"
	"strings"

	"sluice/constraints"
)

// Remark says that a part of a document is not as its specification says. With a
// Leniency it was read all the same; without one it was left out.
type Remark struct {
	About    string // the file, version, key or field; "" is the whole document
	Line     int    // where, counted from 1; 0 when that is not known
	Leniency string // the name of the rule by which it was read, or ""
	Msg      string // what is wrong, and what became of it
}

// Error says what is wrong, and where.
func (r Remark) Error() string {
	var b strings.Builder
	if r.About != "" {
		fmt.Fprintf(&b, "%s: ", printable(r.About))
	}
	if r.Line > 0 {
		fmt.Fprintf(&b, "line %d: ", r.Line)
	}
	b.WriteString(r.Msg)
	if r.Leniency != "" {
		fmt.Fprintf(&b, "; read leniently (%s)", r.Leniency)
	}
	return b.String()
}

// printable returns text that is short and has no control characters: text
// itself, or quoted where it must be.
func printable(text string) string {
	short := constraints.Shorten(text, 80)
	if quoted := fmt.Sprintf("%q", short); quoted != `"`+short+`"` {
		return quoted
	}
	return short
}

// remarks gathers the first of what there is to say, and counts the rest.
type remarks struct {
	list []Remark
	more int
}

func (r *remarks) add(about, format string, args ...any) {
	r.put(Remark{About: about, Msg: fmt.Sprintf(format, args...)})
}

func (r *remarks) put(remark Remark) {
	if len(r.list) < maxRemarks {
		r.list = append(r.list, remark)
	} else {
		r.more++
	}
}

// all returns the remarks, with one more for those that were only counted.
func (r *remarks) all() []Remark {
	if r.more == 0 {
		return r.list
	}
	return append(r.list, Remark{Msg: fmt.Sprintf("%d more remarks are not listed", r.more)})
}
