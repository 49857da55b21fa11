package pinfile

import (
	"strings"
	"testing"
)

func TestDivideMakesLinesIntoOthers(t *testing.T) {
	below, above := Line{Version: "2", Marker: "python_version<'3.12'"}, Line{Version: "3", Marker: "python_version>='3.12'"}
	for _, c := range []struct {
		name, in string
		into     [][]Line // for each line of a in the file; nil leaves it alone
		want     string
	}{
		{"one line into two, in its place", "# x\nz==9\n# of a\nA == 1  # why\nc==3\n", [][]Line{{below, above}},
			"# x\nz==9\n# of a\nA == 2;python_version<'3.12'  # why\nA == 3;python_version>='3.12'\nc==3\n"},
		{"two lines into one, with both comments", "# low\na==1;python_version<'3.8'  # one\nb==1\n# high\na==2;python_version>='3.8'  # two\n",
			[][]Line{{{Version: "3", Comment: "# two"}}, {}},
			"# low\na==3  # one # two\nb==1\n# high\n"},
		{"other markers", "a==1 ; python_version<'3.8'  # one\na==2 ; python_version>='3.8'\n", [][]Line{{below}, {above}},
			"a==2 ; python_version<'3.12'  # one\na==3 ; python_version>='3.12'\n"},
		{"a marker that stays is not respelled", "a==1 ;  python_version < \"3.12\"\n", [][]Line{{below, above}},
			"a==2 ;  python_version < \"3.12\"\na==3 ; python_version>='3.12'\n"},
		{"a comment where there was none, CRLF", "a==1\r\n", [][]Line{{{Version: "1", Comment: "# new"}}}, "a==1  # new\r\n"},
		{"the last newline stays missing", "a==1", [][]Line{{{Version: "2", Marker: below.Marker, Comment: "# n"}, above}},
			"a==2;python_version<'3.12'  # n\na==3;python_version>='3.12'"},
		{"parentheses and a continued line", "a (==\\\n1) ; python_version<'3.8' \\\n  # c\nb==3\n", [][]Line{{{Version: "2"}}}, "a (==\\\n2) \\\n  # c\nb==3\n"},
		{"a line that is not meant", "a==1;python_version<'3.8'\na @ https://h.example/a.zip ; python_version>='3.8'\n", [][]Line{{below}, nil},
			"a==2;python_version<'3.12'\na @ https://h.example/a.zip ; python_version>='3.8'\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := Parse("f", []byte(c.in))
			if err != nil {
				t.Fatal(err)
			}
			number := make(map[int]int)
			for _, e := range f.Entries() {
				if e.Requirement.Name == "a" {
					number[e.Place.Line] = len(number)
				}
			}
			got, err := f.Divide("a", func(e Entry) ([]Line, bool) {
				pins := c.into[number[e.Place.Line]]
				return pins, pins != nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if string(got.Bytes()) != c.want {
				t.Errorf("got\n%q\nwant\n%q", got.Bytes(), c.want)
			}
		})
	}
}

func TestDivideRefusesWhatItCannotKeep(t *testing.T) {
	for _, c := range []struct{ in, msg string }{
		{"a==1 --hash=sha256:00\n", hashesMsg},
		{"b==1\n", "there is no such line for a"},
		{"a<2\n", "a is not pinned here"},
	} {
		f, err := Parse("f", []byte(c.in))
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.Divide("a", func(Entry) ([]Line, bool) { return []Line{{Version: "2"}}, true })
		if err == nil || !strings.Contains(err.Error(), c.msg) {
			t.Errorf("%q: %v, want %s", c.in, err, c.msg)
		}
	}
}
