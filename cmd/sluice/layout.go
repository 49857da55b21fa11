package main

import (
	"strconv"

	"github.com/pelletier/go-toml/v2/unstable"

	"sluice/constraints"
)

// layout is where the keys and tables of a TOML document stand, by their paths, in
// which the tables of an array are numbered from 0: "environment.1.python".
type layout struct {
	file   string
	lines  constraints.Lines
	at     map[string]int    // the offsets of keys and headers
	raw    map[string]string // how a value is written that is neither array nor table
	tables map[string]int    // how many tables the array at a path has
}

// layoutOf returns the layout of a document that a decoder found to be valid.
func layoutOf(file string, data []byte) *layout {
	l := &layout{file: file, lines: constraints.LinesOf(data), at: make(map[string]int), raw: make(map[string]string), tables: make(map[string]int)}
	var p unstable.Parser
	p.Reset(data)
	table := ""
	for p.NextExpression() {
		switch node := p.Expression(); node.Kind {
		case unstable.Table:
			table, _ = l.key(node.Key(), "")
		case unstable.ArrayTable:
			array, offset := l.key(node.Key(), "")
			table = l.table(array, offset)
		case unstable.KeyValue:
			l.keyValue(node, table)
		}
	}
	return l
}

// key returns the path and the offset of a key that is relative to a table. A key
// within an array of tables means the last of them.
func (l *layout) key(parts unstable.Iterator, table string) (path string, offset int) {
	path = table
	for parts.Next() {
		if n := l.tables[path]; n > 0 {
			path = under(path, strconv.Itoa(n-1))
		}
		path, offset = under(path, string(parts.Node().Data)), int(parts.Node().Raw.Offset)
		if _, known := l.at[path]; !known {
			l.at[path] = offset
		}
	}
	return path, offset
}

// table returns the path of one more table of an array.
func (l *layout) table(array string, offset int) string {
	path := under(array, strconv.Itoa(l.tables[array]))
	l.tables[array]++
	l.at[path] = offset
	return path
}

// keyValue takes up "KEY = VALUE" in a table.
func (l *layout) keyValue(node *unstable.Node, table string) {
	path, _ := l.key(node.Key(), table)
	switch value := node.Value(); value.Kind {
	case unstable.InlineTable:
		l.inlineTable(value, path)
	case unstable.Array:
		for it := value.Children(); it.Next(); {
			if it.Node().Kind == unstable.InlineTable {
				l.inlineTable(it.Node(), l.table(path, int(it.Node().Raw.Offset)))
			}
		}
	default:
		l.raw[path] = string(value.Data)
	}
}

func (l *layout) inlineTable(node *unstable.Node, path string) {
	for it := node.Children(); it.Next(); {
		if it.Node().Kind == unstable.KeyValue {
			l.keyValue(it.Node(), path)
		}
	}
}

// has reports whether a key or table is there.
func (l *layout) has(path string) bool {
	_, ok := l.at[path]
	return ok
}

// forget makes a key one that is not written.
func (l *layout) forget(path string) { delete(l.at, path) }

// place returns where a key or table stands: the nearest one around it, where it is
// not written, and at last the file.
func (l *layout) place(path string) constraints.Place {
	for path != "" {
		if offset, ok := l.at[path]; ok {
			return l.lines.Place(l.file, offset)
		}
		path = around(path)
	}
	return constraints.Place{File: l.file}
}

// under returns the path of a key below another.
func under(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
