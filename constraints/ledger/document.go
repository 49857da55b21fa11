package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"

	"sluice/constraints"
)

// MaxFile is how many bytes a ledger may have. A thousand entries are some 200 KB.
const MaxFile = 16 << 20

// maxProblems bounds how many problems are listed.
const maxProblems = 1000

// document is a ledger.toml as tables and fields, which know where they stand. Whatever
// a ledger has no use for is a problem, and left out.
type document struct {
	name     string
	mark     int    // the bytes of a byte order mark
	data     []byte // without it
	lines    constraints.Lines
	tables   []*table
	problems constraints.Problems
}

// table is what stands below a header "[[KIND]]".
type table struct {
	document *document
	kind     Kind // "" where it is no entry
	place    constraints.Place
	start    int // offset of the line of the header
	end      int // offset behind the line of the last field
	fields   []*field
	faulty   bool // something in it could not be read
}

// field is "KEY = VALUE".
type field struct {
	key   string
	place constraints.Place
	value value
}

// value is a scalar, as its text and how it is written, or an array of them.
type value struct {
	kind   unstable.Kind
	place  constraints.Place
	text   string
	offset int // of what is written
	length int // of what is written, of a scalar
	items  []value
}

const byteOrderMark = "\ufeff"

// parseDocument reads TOML 1.0 (go-toml), up to the first error of syntax.
func parseDocument(name string, data []byte) *document {
	rest := bytes.TrimPrefix(data, []byte(byteOrderMark))
	d := &document{name: name, mark: len(data) - len(rest), data: rest, lines: constraints.LinesOf(rest)}
	if len(data) > MaxFile {
		d.problems = constraints.Problems{{Place: constraints.Place{File: name}, Msg: fmt.Sprintf("%d bytes are more than a ledger may have (%d)", len(data), MaxFile), Hint: "sluice ledger expire takes out what counts no more"}}
		return d
	}
	var p unstable.Parser
	p.Reset(rest)
	var into *table // nil before the first header
	for p.NextExpression() {
		switch node := p.Expression(); node.Kind {
		case unstable.Table, unstable.ArrayTable:
			into = d.header(node)
		case unstable.KeyValue:
			d.field(into, node)
		}
	}
	var fault *unstable.ParserError
	if err := p.Error(); errors.As(err, &fault) {
		offset := min(max(cap(rest)-cap(fault.Highlight), 0), len(rest))
		d.complain(d.place(offset), "TOML: "+fault.Message, "")
		if into != nil {
			into.faulty = true
		}
	}
	return d
}

// header returns the table that a header opens. One that is no entry keeps what is below it
// from being taken for something else.
func (d *document) header(node *unstable.Node) *table {
	keys, offset := path(node)
	t := &table{document: d, kind: Kind(keys[0]), place: d.place(offset), start: d.lineStart(offset), end: d.lineEnd(offset)}
	shown := quoteShort(strings.Join(keys, "."))
	switch known := slices.Contains(Kinds(), t.kind); {
	case !known:
		d.complain(t.place, shown+" is no kind of entry", nearestOr(keys[0], KindNames(), "there are "+strings.Join(KindNames(), ", ")))
	case len(keys) > 1:
		d.complain(t.place, shown+" is no entry", "entries have no tables in them")
	case node.Kind == unstable.Table:
		d.complain(t.place, shown+" must be an array of tables", "write [["+keys[0]+"]]")
	default:
		d.tables = append(d.tables, t)
		return t
	}
	return &table{document: d}
}

// field adds "KEY = VALUE" to a table, nil for none.
func (d *document) field(t *table, node *unstable.Node) {
	keys, offset := path(node)
	f := &field{key: keys[0], place: d.place(offset)}
	switch {
	case t == nil && slices.Contains(Kinds(), Kind(f.key)):
		d.complain(f.place, quoteShort(f.key)+" must be an array of tables", "write [["+f.key+"]], and its keys below")
		return
	case t == nil:
		d.complain(f.place, quoteShort(f.key)+" is in no entry", "an entry begins with its kind: [[hold]], [[rejection]], ...")
		return
	case t.kind == "":
		return
	}
	t.end = d.lineEnd(int(node.Raw.Offset + node.Raw.Length))
	switch {
	case len(keys) > 1:
		t.complain(f.place, quoteShort(strings.Join(keys, "."))+" is a key with dots", "entries have no tables in them")
	case t.field(f.key) != nil:
		t.complain(f.place, f.key+" appears twice in one entry", "remove one of them")
	default:
		f.value = d.value(node.Value())
		if f.value.kind == unstable.Array {
			f.value.place = f.place // the parser does not tell where an array opens
		}
		t.fields = append(t.fields, f)
	}
}

// field returns the field of a key, nil for none.
func (t *table) field(key string) *field {
	for _, f := range t.fields {
		if f.key == key {
			return f
		}
	}
	return nil
}

// path returns the key of a header or field, in parts, and its offset.
func path(node *unstable.Node) (keys []string, offset int) {
	for it := node.Key(); it.Next(); {
		if keys == nil {
			offset = int(it.Node().Raw.Offset)
		}
		keys = append(keys, string(it.Node().Data))
	}
	return keys, offset
}

// value returns a value, one level of an array deep: there is no use for more.
func (d *document) value(node *unstable.Node) value {
	v := d.scalar(node)
	if node.Kind == unstable.Array {
		for it := node.Children(); it.Next(); {
			v.items = append(v.items, d.scalar(it.Node()))
		}
	}
	return v
}

func (d *document) scalar(node *unstable.Node) value {
	offset := int(node.Raw.Offset)
	return value{kind: node.Kind, text: string(node.Data), offset: offset, length: int(node.Raw.Length), place: d.place(offset)}
}

// lineStart returns the offset of the line that an offset is in.
func (d *document) lineStart(offset int) int { return d.lines[d.lines.Index(offset)] }

// lineEnd returns the offset behind the line that an offset is in.
func (d *document) lineEnd(offset int) int {
	if next := d.lines.Index(offset) + 1; next < len(d.lines) {
		return d.lines[next]
	}
	return len(d.data)
}

func (d *document) place(offset int) constraints.Place { return d.lines.Place(d.name, offset) }

func (d *document) complain(place constraints.Place, msg, hint string) {
	if len(d.problems) < maxProblems {
		d.problems = append(d.problems, constraints.Problem{Place: place, Msg: msg, Hint: hint})
	}
}

// complain reports a problem in a table, which is no entry then.
func (t *table) complain(place constraints.Place, msg, hint string) {
	t.faulty = true
	t.document.complain(place, msg, hint)
}

func quoteShort(text string) string { return fmt.Sprintf("%q", constraints.Shorten(text, 60)) }

// nearestOr returns a hint: the word that was probably meant, or else what other says.
func nearestOr(word string, known []string, other string) string {
	if near := constraints.Nearest(word, known); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return other
}
