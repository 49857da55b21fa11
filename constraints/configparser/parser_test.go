package configparser

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sluice/constraints"
)

// kinds are the words of the tests for what is wrong.
var kinds = map[Kind]string{
	ByteOrderMark: "byte order mark", NotUTF8: "not UTF-8", MissingHeader: "no header", Malformed: "malformed",
	DuplicateSection: "section again", DuplicateKey: "key again",
}

// told returns what a file says, an option or fault a line.
func told(f *File) []string {
	var out []string
	for _, name := range f.Sections {
		out = append(out, "["+name+"]")
		for _, o := range f.Options(name) {
			line := fmt.Sprintf("%d:%d %s", o.Place.Line, o.Place.Col, o.Key)
			for _, l := range o.Lines {
				line += fmt.Sprintf(" | %d:%d %s", l.Place.Line, l.Place.Col, l.Text)
			}
			out = append(out, line)
		}
	}
	for _, p := range f.Faults {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%d:%d %s in [%s] %s", p.Place.Line, p.Place.Col, kinds[p.Kind], p.Section, p.Key)))
	}
	return out
}

func TestWhatAFileSaysAndWhere(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"nothing", "\n# c\n ; c", nil},
		{"options", "[a]\nx=1\n y : 2 \nz\t=\n", []string{"[a]", "2:1 x | 2:3 1 | 3:2 y : 2", "4:1 z | 4:4 "}},
		{"both delimiters", "[a]\nx : y = z\n", []string{"[a]", "2:1 x | 2:5 y = z"}},
		{"no comment within a line", "[a]\nx = 1 # c ; d\n", []string{"[a]", "2:1 x | 2:5 1 # c ; d"}},
		{"a value of several lines", "[a]\nx = 1\n  # c\n\n\t2\ny = 3\n", []string{"[a]", "2:1 x | 2:5 1 | 4:1  | 5:2 2", "6:1 y | 6:5 3"}},
		{"all ends of lines", "[a]\r\nx = 1\r 2\n\r\ny = 3\r", []string{"[a]", "2:1 x | 2:5 1 | 3:2 2 | 4:1 ", "5:1 y | 5:5 3"}},
		{"blanks and comments around a value", "[options]\r\ninstall_requires = a\r\n    b # x\r\n  # no\r\n\r\n\tc\n",
			[]string{"[options]", "2:1 install_requires | 2:20 a | 3:5 b # x | 5:1  | 6:2 c"}},
		{"indented options", "[a]\n  x = 1\n  y = 2\n   3\n z = 4\n", []string{"[a]", "2:3 x | 2:7 1", "3:3 y | 3:7 2 | 4:4 3", "5:2 z | 5:6 4"}},
		{"an option below an indented header", "[a]\n    [b]\n  x = 1\n", []string{"[a]", "[b]", "3:3 x | 3:7 1"}},
		{"the indent in characters, the column in bytes", "[a]\n\u00a0x = 1\n\u2003 y\n", []string{"[a]", "2:3 x | 2:7 1 | 3:5 y"}},
		{"a header to the last bracket", "[a]b] c\n[]\n[ ]\nx=\n", []string{"[a]b]", "[ ]", "4:1 x | 4:3 ", "2:1 malformed in [a]b]"}},
		{"of DEFAULT what a section has not", "[a]\ny=1\n[DEFAULT]\nx=2\ny=3\n[DEFAULT]\nz=\n", []string{"[a]", "2:1 y | 2:3 1", "4:1 x | 4:3 2", "7:1 z | 7:3 "}},
		{"a byte order mark", "\ufeff[a]\nx=1\n", []string{"[a]", "2:1 x | 2:3 1", "1:1 byte order mark in []"}},
		{"bytes that are not UTF-8", "[a]\rx = é\xff\xfe\n\xff=\ufffd", []string{"[a]", "2:1 x | 2:5 é\xff\xfe", "3:1 \ufffd | 3:3 \ufffd", "2:7 not UTF-8 in [a]"}},
		{"lines before the first section", "# c\n x\ny = 1\n  z\n[a]\n", []string{"[a]", "2:2 no header in []"}},
		{"a line that is nothing", "[a]\nx = 1\ny\n 2\n= 3\n 4\n", []string{"[a]", "2:1 x | 2:5 1 | 4:2 2", "3:1 malformed in [a]", "5:1 malformed in [a]", "6:2 malformed in [a]"}},
		{"a section again", "[a]\nx=1\n[b]\n [a]\ny=2\n", []string{"[a]", "2:1 x | 2:3 1", "5:1 y | 5:3 2", "[b]", "4:2 section again in [a]"}},
		{"a key again", "[a]\nx=1\nX=2\n 3\n[b]\nx=\n", []string{"[a]", "2:1 x | 2:3 1", "[b]", "6:1 x | 6:3 ", "3:1 key again in [a] x"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, told(Parser{}.Parse("f", []byte(tt.text)))); diff != "" {
				t.Errorf("%q (-want +got):\n%s", tt.text, diff)
			}
		})
	}
}

func TestWhatProgramsSetDifferently(t *testing.T) {
	text := "[a]\nx=1\nX=2\nx=3\n 4\ny\n"
	for _, tt := range []struct {
		name   string
		parser Parser
		want   []string
	}{
		{"nothing", Parser{}, []string{"[a]", "2:1 x | 2:3 1", "3:1 key again in [a] x", "4:1 key again in [a] x", "6:1 malformed in [a]"}},
		{"KeepCase", Parser{KeepCase: true}, []string{"[a]", "2:1 x | 2:3 1", "3:1 X | 3:3 2", "4:1 key again in [a] x", "6:1 malformed in [a]"}},
		{"KeepLast", Parser{KeepLast: true}, []string{"[a]", "4:1 x | 4:3 3 | 5:2 4", "3:1 key again in [a] x", "4:1 key again in [a] x", "6:1 malformed in [a]"}},
		{"MaxFaults", Parser{MaxFaults: 1}, []string{"[a]", "2:1 x | 2:3 1", "3:1 key again in [a] x"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, told(tt.parser.Parse("f", []byte(text)))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestTheOrderOfOptionsAndItems(t *testing.T) {
	f := Parser{}.Parse("f", []byte("[a]\nx=1\ny=1\n[DEFAULT]\nz=2\nx=2\n[b]\n"))
	keys := func(options []*Option) (out string) {
		for _, o := range options {
			out += o.Key + o.Value() + " "
		}
		return out
	}
	for got, want := range map[string]string{
		keys(f.Options("a")): "x1 y1 z2 ", keys(f.Items("a")): "z2 x1 y1 ",
		keys(f.Options("b")): "z2 x2 ", keys(f.Options("c")) + keys(f.Items("c")): "",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if f.Get("a", "x").Value() != "1" || f.Get("b", "x").Value() != "2" || f.Get("b", "y") != nil || f.Get("c", "x") != nil {
		t.Error("Get finds something else")
	}
}

func TestAPlaceWithinALine(t *testing.T) {
	place := constraints.Place{File: "f", Line: 2, Col: 3}
	if got := (Line{"text", place}).At(2); got != (constraints.Place{File: "f", Line: 2, Col: 5}) {
		t.Error(got)
	}
	variable := constraints.Place{File: "VARIABLE"}
	if got := (Line{"text", variable}).At(2); got != variable {
		t.Error(got)
	}
}
