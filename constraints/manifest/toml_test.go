package manifest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAStringOfATOMLFileKnowsItsPlace(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"basic", `a = "foo"`, "1:6 exact"},
		{"literal", `a = 'foo'`, "1:6 exact"},
		{"with an escape, at its beginning", `a = "f\u006fo"`, "1:6 escaped"},
		{"multi-line", "a = \"\"\"\nfoo\"\"\"", "2:1 exact"},
		{"multi-line, CRLF", "a = '''\r\nfoo'''", "2:1 exact"},
		{"multi-line on one line", `a = '''foo'''`, "1:8 exact"},
		{"after other lines", "# x\n\n  a = \t'foo' # c", "3:9 exact"},
		{"by a dotted key elsewhere", "[z]\nb.c = 1\n[y]\n", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := parseTOML("x", []byte(tt.text))
			if len(f.problems) > 0 {
				t.Fatal(f.problems)
			}
			n := f.root.get("a")
			if n == nil {
				return
			}
			place := f.placeIn(n, 0)
			got := fmt.Sprintf("%d:%d %s", place.Line, place.Col, map[bool]string{true: "exact", false: "escaped"}[n.exact])
			if got != tt.want || n.text != "foo" {
				t.Errorf("%q at %s, want %s", n.text, got, tt.want)
			}
		})
	}
}

func TestTOMLThatIsWrongIsReportedWhereItIs(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"a value that is none", "[project]\nname = x\n", "2:8"},
		{"an array without an end", "a = [\n'x',\n", "2:5"},
		{"a string without an end", "a = 'x\n", "1:7"},
		{"a key twice", "a = 1\na = 2\n", "2:1"},
		{"a quoted key twice", "a = 1\n\"a\" = 2\n", "2:1"},
		{"a key twice in an inline table", "x = {a = 1, a = 2}\n", "1:13"},
		{"a table twice", "[a]\n[b]\n[a]\n", "3:2"},
		{"a table over a value", "a = 1\n[a]\n", "2:2"},
		{"a table over an inline table", "a = {}\n[a.b]\n", "2:2"},
		{"a table over a dotted key", "a.b = 1\n[a]\n", "2:2"},
		{"a dotted key into an inline table", "a = {b = 1}\na.c = 2\n", "2:1"},
		{"a dotted key into what a dotted key made inline", "a = {b.c = 1}\n[a.b]\n", "2:2"},
		{"an array of tables over an array", "a = []\n[[a]]\n", "2:3"},
		{"a byte that is not UTF-8", "a = '\xff'\n", "1:6"},
		{"nesting without end", "a = " + strings.Repeat("[", 1<<20), "1:10005"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := parseTOML("x", []byte(tt.text))
			if len(f.problems) == 0 {
				t.Fatal("no problem")
			}
			if got := fmt.Sprintf("%d:%d", f.problems[0].Place.Line, f.problems[0].Place.Col); got != tt.want {
				t.Errorf("at %s, want %s: %v", got, tt.want, f.problems[0])
			}
		})
	}
}

func TestTOMLThatIsRightIsReadWithoutAProblem(t *testing.T) {
	text := `
a.b.c = 1
a.b.d = 2
x = [{y = 1}, {y = 2, z.w = "v"}]
[t.u.v]
k = 1
[t]
k = 2
[t.u]
[[list]]
n = 1
[list.sub]
m = 1
[[list]]
[list.sub]
"quoted key" = 1979-05-27T07:32:00Z
'' = inf
`
	f := parseTOML("x", []byte(text))
	if len(f.problems) > 0 {
		t.Error(f.problems)
	}
	if got := f.root.at("a", "b", "d").text; got != "2" {
		t.Errorf("a.b.d = %q", got)
	}
	if diff := cmp.Diff(2, len(f.root.at("list").items)); diff != "" {
		t.Error(diff)
	}
}

func FuzzPyproject(f *testing.F) {
	f.Add("[project]\nname = 'a'\ndependencies = ['b>1', \"c\"]\noptional-dependencies.x = ['a[y]']\ndynamic = ['dependencies']\n")
	f.Add("[dependency-groups]\na = ['x', {include-group = 'b'}]\nb = [{include-group = 'A'}]\n")
	f.Add("[tool.setuptools.dynamic]\ndependencies = {file = ['r.txt']}\n[[tool.x]]\n[tool.poetry.dependencies]\n")
	f.Add("[build-system]\nrequires = [\n  # c\n  '''\nsetuptools; python_version>\"3\"''',\n]\n")
	f.Fuzz(func(t *testing.T, text string) {
		checkPlaces(t, text, readPyproject("pyproject.toml", []byte(text)))
	})
}

func TestAByteOrderMarkIsReportedAndReadPast(t *testing.T) {
	s := readPyproject("pyproject.toml", []byte("\ufeff[project]\nname = \"a\"\ndependencies = [\"b>\"]\n"))
	var got []string
	for _, p := range s.problems {
		got = append(got, fmt.Sprintf("%d:%d", p.Place.Line, p.Place.Col))
	}
	if want := []string{"1:1", "3:20"}; !cmp.Equal(got, want) || !strings.Contains(s.problems[0].Msg, "byte order mark") || s.dist != "a" {
		t.Errorf("problems at %v, want %v; the name is %q\n%v", got, want, s.dist, s.problems)
	}
}
