package manifest

import (
	"bytes"
	"errors"

	"github.com/pelletier/go-toml/v2/unstable"

	"sluice/constraints"
)

// A tomlFile is a TOML document as a tree that knows where everything stands.
type tomlFile struct {
	name     string
	data     []byte
	root     *tomlNode
	lines    constraints.Lines // from the first place on
	problems constraints.Problems
}

// A tomlNode is a value of a document. The nil node is a value that is not there.
type tomlNode struct {
	kind   unstable.Kind        // Table, Array, String or what other scalar it is
	offset int                  // of the value, for a table of its header or key, for an array of its key
	text   string               // of a String, and of other scalars as written
	start  int                  // offset of the first byte of text
	exact  bool                 // text is at start byte by byte, no escape in it
	items  []*tomlNode          // of an Array
	keys   []tomlKey            // of a Table, in the order they appear
	index  map[string]*tomlNode // of a Table with many keys
	state  tableState
}

// manyKeys is how many keys a table may have before it gets an index.
const manyKeys = 8

type tomlKey struct {
	name   string
	offset int
	value  *tomlNode
}

// A tableState says who may add keys to a table, which TOML restricts.
type tableState uint8

const (
	implied tableState = iota // by a header or key below it: a header may still define it
	dotted                    // by a dotted key: no header may define it
	defined                   // by a header
	closed                    // written inline, or an array: nothing may be added
)

// parseTOML reads a document as TOML 1.0 (go-toml). The first error of syntax ends
// it; what stands before that is there.
func parseTOML(name string, data []byte) *tomlFile {
	data, marked := bytes.CutPrefix(data, []byte("\ufeff"))
	f := &tomlFile{name: name, data: data, root: &tomlNode{kind: unstable.Table, state: defined}}
	if marked { // TOML leaves it open, Python's tomllib does not
		f.report(0, "the file begins with a byte order mark, which Python refuses here", "save it as UTF-8 without a byte order mark")
	}
	var p unstable.Parser
	p.Reset(data)
	table := f.root
	for p.NextExpression() {
		node := p.Expression()
		switch node.Kind {
		case unstable.Table, unstable.ArrayTable:
			table = f.header(node)
		case unstable.KeyValue:
			f.keyValue(table, node)
		}
	}
	var fault *unstable.ParserError
	if err := p.Error(); errors.As(err, &fault) {
		f.report(offsetIn(data, fault.Highlight), "TOML: "+fault.Message, "")
	}
	return f
}

// offsetIn returns where part, a slice of data, begins.
func offsetIn(data, part []byte) int {
	return min(max(cap(data)-cap(part), 0), len(data))
}

// header returns the table that a header opens.
func (f *tomlFile) header(node *unstable.Node) *tomlNode {
	table := f.root
	for it := node.Key(); it.Next(); {
		key := it.Node()
		name := string(key.Data)
		if !it.IsLast() {
			table = f.descend(table, name, key, implied)
			continue
		}
		if node.Kind == unstable.ArrayTable {
			return f.appendTable(table, name, key)
		}
		table = f.descend(table, name, key, implied)
		if table.state != implied {
			f.report(int(key.Raw.Offset), "TOML: table "+quoteKey(name)+" is defined twice", "put all its keys under one header")
		}
		table.state = defined
	}
	return table
}

// appendTable returns a new table at the end of the array of tables called name.
func (f *tomlFile) appendTable(table *tomlNode, name string, key *unstable.Node) *tomlNode {
	array := table.get(name)
	if array == nil {
		array = &tomlNode{kind: unstable.Array, offset: int(key.Raw.Offset)}
		table.add(name, int(key.Raw.Offset), array)
	}
	if array.kind != unstable.Array || array.state == closed {
		f.report(int(key.Raw.Offset), "TOML: "+quoteKey(name)+" is no array of tables", "")
		return &tomlNode{kind: unstable.Table}
	}
	item := &tomlNode{kind: unstable.Table, offset: int(key.Raw.Offset), state: defined}
	array.items = append(array.items, item)
	return item
}

// descend returns the table called name, making one of the given state if there is
// none. In an array of tables it is the last one.
func (f *tomlFile) descend(table *tomlNode, name string, key *unstable.Node, state tableState) *tomlNode {
	next := table.get(name)
	if next == nil {
		next = &tomlNode{kind: unstable.Table, offset: int(key.Raw.Offset), state: state}
		table.add(name, int(key.Raw.Offset), next)
	}
	if next.kind == unstable.Array && next.state != closed && state == implied {
		next = next.items[len(next.items)-1]
	}
	if next.kind != unstable.Table || next.state == closed || state == dotted && next.state == defined {
		f.report(int(key.Raw.Offset), "TOML: "+quoteKey(name)+" has a value already", "")
		return &tomlNode{kind: unstable.Table, state: state}
	}
	return next
}

// keyValue adds "KEY = VALUE" to a table.
func (f *tomlFile) keyValue(table *tomlNode, node *unstable.Node) {
	for it := node.Key(); it.Next(); {
		key := it.Node()
		name := string(key.Data)
		switch {
		case !it.IsLast():
			table = f.descend(table, name, key, dotted)
		case table.get(name) != nil:
			f.report(int(key.Raw.Offset), "TOML: key "+quoteKey(name)+" appears twice", "remove one of them")
		default:
			value := f.value(node.Value())
			if value.kind == unstable.Array {
				value.offset = int(key.Raw.Offset) // the parser does not tell where it opens
			}
			table.add(name, int(key.Raw.Offset), value)
		}
	}
}

// value returns the tree of a value. How deep it recurses is bounded by the parser
// (10,000 levels).
func (f *tomlFile) value(node *unstable.Node) *tomlNode {
	n := &tomlNode{kind: node.Kind, offset: int(node.Raw.Offset)}
	switch node.Kind {
	case unstable.Array:
		n.state = closed
		for it := node.Children(); it.Next(); {
			if child := it.Node(); child.Kind != unstable.Comment {
				n.items = append(n.items, f.value(child))
			}
		}
	case unstable.InlineTable:
		n.kind = unstable.Table
		for it := node.Children(); it.Next(); {
			if child := it.Node(); child.Kind == unstable.KeyValue {
				f.keyValue(n, child)
			}
		}
		n.close()
	default:
		n.text = string(node.Data)
		f.locate(n, f.data[node.Raw.Offset:node.Raw.Offset+node.Raw.Length])
	}
	return n
}

// close forbids further keys in an inline table and in what its dotted keys made.
func (n *tomlNode) close() {
	n.state = closed
	for _, key := range n.keys {
		if key.value.kind == unstable.Table && key.value.state == dotted {
			key.value.close()
		}
	}
}

// locate finds where the text of a scalar begins in raw, how it is written.
func (f *tomlFile) locate(n *tomlNode, raw []byte) {
	quote := 0
	if n.kind == unstable.String {
		quote = 1
		if len(raw) >= 6 && raw[1] == raw[0] {
			quote = 3 // multi-line; a line break right after it is not part of the text
			quote += len(raw[3:]) - len(bytes.TrimPrefix(bytes.TrimPrefix(raw[3:], []byte("\r")), []byte("\n")))
		}
	}
	n.start = n.offset + quote
	n.exact = len(raw) >= quote && bytes.HasPrefix(raw[quote:], []byte(n.text))
}

// get returns the value of a key, nil if there is none.
func (n *tomlNode) get(key string) *tomlNode {
	switch {
	case n == nil:
		return nil
	case n.index != nil:
		return n.index[key]
	}
	for _, k := range n.keys {
		if k.name == key {
			return k.value
		}
	}
	return nil
}

// at returns the value under a path of keys, nil if there is none.
func (n *tomlNode) at(path ...string) *tomlNode {
	for _, key := range path {
		n = n.get(key)
	}
	return n
}

func (n *tomlNode) add(key string, offset int, value *tomlNode) {
	n.keys = append(n.keys, tomlKey{key, offset, value})
	switch {
	case n.index != nil:
		n.index[key] = value
	case len(n.keys) > manyKeys:
		n.index = map[string]*tomlNode{}
		for _, k := range n.keys {
			n.index[k.name] = k.value
		}
	}
}

// place returns the place of the byte at offset.
func (f *tomlFile) place(offset int) constraints.Place {
	if f.lines == nil {
		f.lines = constraints.LinesOf(f.data)
	}
	return f.lines.Place(f.name, offset)
}

// placeIn returns the place of the byte at offset in the text of a string; where
// escapes hide it, of the text's beginning.
func (f *tomlFile) placeIn(n *tomlNode, offset int) constraints.Place {
	if !n.exact {
		offset = 0
	}
	return f.place(n.start + offset)
}

func (f *tomlFile) report(offset int, msg, hint string) {
	report(&f.problems, constraints.Problem{Place: f.place(offset), Msg: msg, Hint: hint})
}

// quoteKey returns a key as messages show it.
func quoteKey(key string) string { return "\"" + constraints.Shorten(key, 60) + "\"" }
