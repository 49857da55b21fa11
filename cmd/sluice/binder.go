package main

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"sluice/constraints"
)

// binder puts the values of a TOML document into a configuration. What does not fit
// is a problem, and the rest is bound all the same: a decoder would stop there.
type binder struct {
	layout   *layout
	problems constraints.Problems
	faulty   map[string]bool // the tables that a problem is in: what they lack may be what is misspelt
}

func (b *binder) complain(path, msg, hint string) {
	b.problems = append(b.problems, constraints.Problem{Place: b.layout.place(path), Msg: msg, Hint: hint})
	b.faulty[path], b.faulty[around(path)] = true, true
}

// bind puts a value where it belongs.
func (b *binder) bind(to reflect.Value, value any, path string) {
	switch v := value.(type) {
	case map[string]any:
		if to.Kind() == reflect.Struct {
			b.table(to, v, path)
			return
		}
		if to.Kind() == reflect.Map {
			b.entries(to, v, path)
			return
		}
	case []any:
		if to.Kind() == reflect.Slice {
			to.Set(reflect.MakeSlice(to.Type(), len(v), len(v)))
			for i, item := range v {
				b.bind(to.Index(i), item, under(path, fmt.Sprint(i)))
			}
			return
		}
	default:
		if from := reflect.TypeOf(value); to.Kind() == from.Kind() && from.ConvertibleTo(to.Type()) {
			to.Set(reflect.ValueOf(value).Convert(to.Type()))
			return
		}
	}
	b.misfit(to, value, path)
}

// table binds a table to the fields of a struct.
func (b *binder) table(to reflect.Value, table map[string]any, path string) {
	for _, key := range slices.Sorted(maps.Keys(table)) {
		field := fieldOf(to, key)
		if field.IsValid() {
			b.bind(field, table[key], under(path, key))
			continue
		}
		hint := ""
		if near := constraints.Nearest(key, configKeys(reflect.TypeFor[config]())); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		b.complain(under(path, key), fmt.Sprintf("unknown key %q", unnumbered(under(path, key))), hint)
	}
}

// entries binds a table to a map.
func (b *binder) entries(to reflect.Value, table map[string]any, path string) {
	to.Set(reflect.MakeMap(to.Type()))
	for _, key := range slices.Sorted(maps.Keys(table)) {
		item := reflect.New(to.Type().Elem()).Elem()
		b.bind(item, table[key], under(path, key))
		to.SetMapIndex(reflect.ValueOf(key), item)
	}
}

// fieldOf returns the field of a struct for a key, the zero Value for none.
func fieldOf(to reflect.Value, key string) reflect.Value {
	for i := range to.NumField() {
		field := to.Type().Field(i)
		if field.Anonymous {
			if inner := fieldOf(to.Field(i), key); inner.IsValid() {
				return inner
			}
		}
		if field.Tag.Get("toml") == key {
			return to.Field(i)
		}
	}
	return reflect.Value{}
}

// misfit reports a value of a kind that does not belong there.
func (b *binder) misfit(to reflect.Value, value any, path string) {
	want, got := wanted(to.Type()), written(value)
	raw, key := b.layout.raw[path], lastKey(path)
	var hint string
	switch {
	case want == aText && got == aList && key == "paths":
		hint = "one pattern; repeat [[consumer]] for another"
	case len(words(path)) > 0:
		hint = fmt.Sprintf("%s is one of %s, in quotes", key, strings.Join(words(path), ", "))
	case want == aText && raw != "":
		hint = fmt.Sprintf("write it in quotes: %s = %q", key, raw)
	case want == aDay:
		hint = "without quotes and time: " + key + " = 2026-11-26"
	case want == aList && got == aText:
		hint = fmt.Sprintf("write a list: %s = [%q]", key, raw)
	case want == tables, want == aTable && isNumber(path[strings.LastIndexByte(path, '.')+1:]):
		hint = "write [[" + key + "]]"
	case want == aTable:
		hint = "write [" + unnumbered(path) + "] and its keys below"
	}
	b.complain(path, fmt.Sprintf("%s must be %s, not %s", unnumbered(path), want, got), hint)
}

// What a value can be, in words.
const (
	aText   = "a text"
	aNumber = "a number"
	aSwitch = "true or false"
	aList   = "a list"
	aTable  = "a table"
	aDay    = "a day"
	tables  = "an array of tables"
)

// wanted returns what a type takes.
func wanted(t reflect.Type) string {
	if t == reflect.TypeFor[toml.LocalDate]() {
		return aDay
	}
	switch t.Kind() {
	case reflect.String:
		return aText
	case reflect.Bool:
		return aSwitch
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Struct {
			return tables
		}
		return aList
	case reflect.Struct, reflect.Map:
		return aTable
	}
	return aNumber
}

// written returns what a value of a document is.
func written(value any) string {
	switch value.(type) {
	case string:
		return aText
	case bool:
		return aSwitch
	case int64, float64:
		return aNumber
	case []any:
		return aList
	case map[string]any:
		return aTable
	case toml.LocalDate:
		return aDay
	}
	return "a date"
}

// around returns the path of the table that a key is in, "" for none.
func around(path string) string {
	return path[:max(0, strings.LastIndexByte(path, '.'))]
}

// unnumbered returns a path without the numbers of tables, as one would name it.
func unnumbered(path string) string {
	return strings.Join(slices.DeleteFunc(strings.Split(path, "."), isNumber), ".")
}

func isNumber(key string) bool { return strings.Trim(key, "0123456789") == "" }

// lastKey returns the key at the end of a path.
func lastKey(path string) string {
	path = unnumbered(path)
	return path[strings.LastIndexByte(path, '.')+1:]
}
