package pypi

import (
	"bytes"
	"errors"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"sluice/constraints"
)

// uvFile is a file of uv's settings: uv.toml, or the table [tool.uv] of a
// pyproject.toml.
type uvFile struct {
	name    string
	table   string // "" or "tool.uv"
	options uvOptions
	places  map[string]constraints.Place // of values, by the path of their key
}

// uvOptions are the settings of interest.
type uvOptions struct {
	uvSources
	Index             []uvIndex `toml:"index"`
	Pip               uvSources `toml:"pip"`
	AllowInsecureHost []string  `toml:"allow-insecure-host"`
}

// uvSources are the settings that may stand in the table [pip] too.
type uvSources struct {
	IndexURL        string   `toml:"index-url"`
	ExtraIndexURL   []string `toml:"extra-index-url"`
	FindLinks       []string `toml:"find-links"`
	NoIndex         *bool    `toml:"no-index"`
	KeyringProvider string   `toml:"keyring-provider"`
}

// uvIndex is an [[index]].
type uvIndex struct {
	Name     string `toml:"name"`
	URL      string `toml:"url"`
	Default  bool   `toml:"default"`
	Explicit bool   `toml:"explicit"`
	Format   string `toml:"format"`
	ProxyFor string `toml:"proxy-for"`
}

// parseUV reads a file of uv's settings, the table of them being "" or "tool.uv". It is
// nil if a pyproject.toml has no such table. The error is the decoder's.
func parseUV(name, table string, data []byte) (*uvFile, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	f := &uvFile{name: name, table: table}
	var err error
	if table == "" {
		err = toml.Unmarshal(data, &f.options)
	} else {
		var project struct {
			Tool struct {
				UV *uvOptions `toml:"uv"`
			} `toml:"tool"`
		}
		if err = toml.Unmarshal(data, &project); err == nil {
			if project.Tool.UV == nil {
				return nil, nil
			}
			f.options = *project.Tool.UV
		}
	}
	if err != nil {
		return nil, err
	}
	f.places = tomlPlaces(name, data)
	return f, nil
}

// uvProblem turns what the decoder says into a problem with its place. The decoder's
// own rendering, which quotes the file, is not used.
func uvProblem(name string, err error) constraints.Problem {
	p := constraints.Problem{Place: constraints.Place{File: name}, Msg: "not valid TOML"}
	var decode *toml.DecodeError
	if errors.As(err, &decode) {
		p.Place.Line, p.Place.Col = decode.Position()
		p.Msg = strings.TrimPrefix(decode.Error(), "toml: ")
		if key := decode.Key(); len(key) > 0 && strings.Contains(p.Msg, "cannot decode") {
			p.Msg = strings.Join(key, ".") + " has a value of another type"
		}
	}
	return p
}

// at returns the place of the value under a path of keys, or of the nearest above it
// that has one.
func (f *uvFile) at(path string) constraints.Place {
	if f.table != "" {
		path = f.table + "." + path
	}
	for {
		if place, ok := f.places[path]; ok {
			return place
		}
		i := strings.LastIndexByte(path, '.')
		if i < 0 {
			return constraints.Place{File: f.name, Line: 1, Col: 1}
		}
		path = path[:i]
	}
}

// header returns a name of a table as its header in the file has it, without brackets.
func (f *uvFile) header(table string) string {
	return strings.Trim(f.table+"."+table, ".")
}

// tomlPlaces returns where the values of a valid document stand that may be settings of
// uv, by the path of their key; in arrays it has the number of the item: "index.0.url".
func tomlPlaces(name string, data []byte) map[string]constraints.Place {
	w := tomlWalk{name: name, data: data, places: make(map[string]constraints.Place)}
	var p unstable.Parser
	p.Reset(data)
	table, items := "", make(map[string]int)
	for p.NextExpression() {
		switch node := p.Expression(); node.Kind {
		case unstable.KeyValue:
			w.keyValue(table, node)
		case unstable.Table:
			table = w.key("", node)
		case unstable.ArrayTable:
			array := w.key("", node)
			table = array + "." + strconv.Itoa(items[array])
			w.places[table] = w.places[array]
			items[array]++
		}
	}
	return w.places
}

// tomlWalk notes where things stand.
type tomlWalk struct {
	name   string
	data   []byte
	lines  constraints.Lines
	places map[string]constraints.Place
}

const (
	maxKeyParts = 8   // of a path that is of interest
	elsewhere   = "-" // stands for all other paths
)

// key returns the path of the key of a node below a table, and notes the place of the
// key's last part.
func (w *tomlWalk) key(table string, node *unstable.Node) string {
	path := table
	parts := 0
	for it := node.Key(); it.Next(); {
		if parts++; parts > maxKeyParts || path == elsewhere {
			return elsewhere
		}
		if path != "" {
			path += "."
		}
		path += strings.ToLower(string(it.Node().Data)) // the decoder does not tell a from A either
		if it.IsLast() && isUVPath(path) {
			w.places[path] = w.place(it.Node().Raw)
		}
	}
	return path
}

func (w *tomlWalk) keyValue(table string, node *unstable.Node) {
	if path := w.key(table, node); isUVPath(path) {
		w.value(path, node.Value())
	}
}

func (w *tomlWalk) value(path string, node *unstable.Node) {
	switch node.Kind {
	case unstable.Array:
		i := 0
		for it := node.Children(); it.Next(); {
			if it.Node().Kind != unstable.Comment {
				w.value(path+"."+strconv.Itoa(i), it.Node())
				i++
			}
		}
	case unstable.InlineTable:
		for it := node.Children(); it.Next(); {
			if it.Node().Kind == unstable.KeyValue {
				w.keyValue(path, it.Node())
			}
		}
	default:
		w.places[path] = w.place(node.Raw)
	}
}

// place returns where a part of the document begins.
func (w *tomlWalk) place(part unstable.Range) constraints.Place {
	if w.lines == nil {
		w.lines = constraints.LinesOf(w.data)
	}
	return w.lines.Place(w.name, int(part.Offset))
}

// isUVPath reports whether settings of interest may be under a path.
func isUVPath(path string) bool {
	path = strings.TrimPrefix(strings.TrimPrefix(path, "tool.uv."), "pip.")
	key, _, _ := strings.Cut(path, ".")
	switch key {
	case "index", "index-url", "extra-index-url", "find-links", "no-index", "keyring-provider":
		return true
	}
	return false
}
