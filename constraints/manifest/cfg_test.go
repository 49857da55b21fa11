package manifest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sluice/constraints/configparser"
)

// A cfgAnswer is what a reader says of an INI file: each section's keys with their
// interpolated values; Error if Python refuses the file.
type cfgAnswer struct {
	Error    bool
	Sections map[string][]string // key and value ("!" for an error) in turn
}

// answer asks our reader.
func answer(text string) cfgAnswer {
	f := parseCfg("setup.cfg", []byte(text))
	if len(f.problems) > 0 {
		return cfgAnswer{Error: true}
	}
	a := cfgAnswer{Sections: map[string][]string{}}
	for _, name := range f.Sections {
		row := []string{}
		for _, option := range f.Options(name) {
			row = append(row, option.Key, interpolatedValue(f, name, option))
		}
		a.Sections[name] = row
	}
	return a
}

func interpolatedValue(f *cfgFile, section string, option *configparser.Option) string {
	before := len(f.problems)
	lines := f.lines(section, option)
	if len(f.problems) > before {
		return "!"
	}
	return configparser.Option{Lines: lines}.Value()
}

// python is what Python's configparser says of each text.
const python = `
import configparser, io, json, sys
answers = []
for text in json.load(sys.stdin):
    parser = configparser.ConfigParser()
    parser.optionxform = str
    try:
        parser.read_file(io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8"))
    except configparser.Error:
        answers.append({"Error": True, "Sections": None})
        continue
    sections = {}
    for section in parser.sections():
        row = sections[section] = []
        for key in parser.options(section):
            try:
                value = parser.get(section, key)
                value = "\n".join(part.strip() for part in value.split("\n")).rstrip()
            except configparser.Error:
                value = "!"
            row += [key, value]
    answers.append({"Error": False, "Sections": sections})
json.dump(answers, sys.stdout)
`

// cfgPieces is what the files of the comparison are made of.
var cfgPieces = []string{
	"[metadata]\n", "[options]\n", "[DEFAULT]\n", "[options.extras_require]\r\n",
	"name = pkg\n", "name: pkg\n", "NAME=other\n", "install_requires =\n", "  foo>=1\n", "\tbar\n", "    baz ; python_version<'3'\n",
	"# comment\n", "  # indented comment\n", "; comment\n", "\n", "   \n", "key = value # not a comment\n", "a = %(b)s\n", "b = %(c)s x\n", "c = y%%\n",
	"d = %(missing)s\n", "e = 100%\n", "f = %(a)s%(a)s\n", "g =\n  %(b)s\n\n  z\n", "novalue\n", "= empty\n", "k=v\r", "l = \u00a0nbsp \n", "\u2003m = em\n",
	"n = \x1c sep\n", "o\x0b=p\n", "p : q = r\n", "last", "  cont", "[test:x]\n", "test:(python_version<\"3\") =\n", "h=%(h)s\n", "i = %(a)\n", "j=%(a%(b)s)s\n", "\u0085\n", "q = \u2028x\n",
}

func TestValuesAreInterpolatedAsPythonDoes(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	texts := []string{"", "[a]", "[a]\nx=1\n y\n# c\n z\n\n\nw", "x=1\n[a]\n", "[a]\nx=1\nx=2\n", "[a]\n[b]\n[a]\n"}
	used := map[int]bool{}
	for len(texts) < 2000 {
		var b strings.Builder
		if random.IntN(10) > 0 {
			b.WriteString("[s]\n")
		}
		clear(used)
		for range random.IntN(9) {
			if i := random.IntN(len(cfgPieces)); !used[i] || random.IntN(8) == 0 {
				b.WriteString(cfgPieces[i])
				used[i] = true
			}
		}
		texts = append(texts, b.String())
	}
	want := askPython[cfgAnswer](t, python, texts)
	refused, failures := 0, 0
	for i, text := range texts {
		if want[i].Error {
			refused++
		}
		if diff := cmp.Diff(want[i], answer(text)); diff != "" && failures < 10 {
			failures++
			t.Errorf("%q (-python +ours):\n%s", text, diff)
		}
	}
	t.Logf("%d files compared, %d of which Python refuses", len(texts), refused)
}

func TestReferencesThatMultiplyAreBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString("[metadata]\nname = %(v1)s\n")
	for i := 1; i < 9; i++ {
		fmt.Fprintf(&b, "v%d = %s\n", i, strings.Repeat(fmt.Sprintf("%%(v%d)s", i+1), 50))
	}
	b.WriteString("v9 =\n")
	f := parseCfg("setup.cfg", []byte(b.String()))
	f.lines("metadata", f.Get("metadata", "name"))
	if len(f.problems) != 1 || !strings.Contains(f.problems[0].Msg, "too long") {
		t.Error(f.problems)
	}
}

func FuzzCfg(f *testing.F) {
	f.Add(strings.Join(cfgPieces, ""))
	f.Add("\ufeff[a]\nb=c\xff")
	f.Fuzz(func(t *testing.T, text string) {
		s := readSetupCfg("setup.cfg", []byte(text))
		checkPlaces(t, text, s)
	})
}

// checkPlaces fails if a place of a sheet is not in its text.
func checkPlaces(t *testing.T, text string, s *sheet) {
	t.Helper()
	lines := 1 + strings.Count(text, "\n") + strings.Count(text, "\r")
	for _, d := range s.requirements {
		if d.Place.Line < 1 || d.Place.Line > lines || d.Place.Col < 1 {
			t.Errorf("%v: %s", d.Place, d.Text)
		}
	}
	for _, p := range append(s.problems, s.notes...) {
		if p.Place.Line < 1 || p.Place.Line > lines || p.Place.Col < 1 || p.Msg == "" {
			t.Error(p)
		}
	}
	if len(s.requirements) > maxExpansion+len(text) {
		t.Error(len(s.requirements), "requirements")
	}
}

func TestHintsOfSetupCfgFitTheLine(t *testing.T) {
	s := readSetupCfg("setup.cfg", []byte(`[options]
install_requires =
    a>=
    file: r.txt
[options.extras_require]
test:python_version=='3.9' =
    x
[extras]
docs =
    file: r.txt
`))
	want := map[int]string{
		3:  "",
		4:  "setuptools follows a file only where this stands on the line of the key",
		6:  "a key ends at its first",
		10: "pbr follows no files here",
	}
	for _, p := range s.problems {
		hint, expected := want[p.Place.Line]
		if !expected || !strings.HasPrefix(p.Hint, hint) || hint == "" && p.Hint != "" {
			t.Errorf("line %d: %s, hint %q, want %q", p.Place.Line, p.Msg, p.Hint, hint)
		}
		delete(want, p.Place.Line)
	}
	if len(want) > 0 {
		t.Errorf("no problem for %v", want)
	}
}

func TestADirectiveInPyprojectIsExplained(t *testing.T) {
	s := readPyproject("pyproject.toml", []byte("[project]\nname = 'a'\ndependencies = ['file: r.txt']\n"))
	if len(s.problems) != 1 || !strings.Contains(s.problems[0].Hint, "tool.setuptools.dynamic") {
		t.Error(s.problems)
	}
}
