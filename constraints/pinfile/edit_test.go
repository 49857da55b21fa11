package pinfile

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"pgregory.net/rapid"

	"sluice/constraints"
)

func mustParse(t testing.TB, text string) *File {
	t.Helper()
	f, err := Parse("upper-constraints.txt", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestEditsChangeOnlyTheirLines(t *testing.T) {
	const file = "# header\n\nalpha===1.0  # Apache-2.0\r\nBeta_X == 2.0 ; python_version=='3.8' # why\nbeta.x===2.1;python_version>='3.9'\nGamma[x] (==3.0) \\\n  --config-settings a=b\nkappa>=1,<2\nomega===9"
	line := func(n int) func(Entry) bool { return func(e Entry) bool { return e.Place.Line == n } }
	tests := []struct {
		name string
		edit func(*File) (*File, error)
		old  string
		new  string
	}{
		{"set keeps comment and line ending", func(f *File) (*File, error) { return f.Set("alpha", "1.1", nil) }, "alpha===1.0  # A", "alpha===1.1  # A"},
		{"set keeps operator, spelling and marker", func(f *File) (*File, error) { return f.Set("beta-x", "3.0", line(4)) }, "Beta_X == 2.0 ;", "Beta_X == 3.0 ;"},
		{"set sets the line that is chosen", func(f *File) (*File, error) { return f.Set("beta-x", "2.2", line(5)) }, "x===2.1;", "x===2.2;"},
		{"set sets a continued line in parentheses", func(f *File) (*File, error) { return f.Set("gamma", "4", nil) }, "(==3.0)", "(==4)"},
		{"set keeps a missing last newline", func(f *File) (*File, error) { return f.Set("omega", "10", nil) }, "omega===9", "omega===10"},
		{"set of the same version changes nothing", func(f *File) (*File, error) { return f.Set("omega", "9", nil) }, "", ""},
		{"remove takes the line and its ending", func(f *File) (*File, error) { return f.Remove("alpha", nil) }, "alpha===1.0  # Apache-2.0\r\n", ""},
		{"remove takes all of a continued line", func(f *File) (*File, error) { return f.Remove("gamma", nil) }, "Gamma[x] (==3.0) \\\n  --config-settings a=b\n", ""},
		{"remove takes the chosen line of a split pin", func(f *File) (*File, error) { return f.Remove("beta-x", line(5)) }, "beta.x===2.1;python_version>='3.9'\n", ""},
		{"replace keeps the comment", func(f *File) (*File, error) { return f.Replace("alpha", "/src/al pha", nil) }, "alpha===1.0  #", "alpha @ file:///src/al%20pha  #"},
		{"replace keeps the marker", func(f *File) (*File, error) { return f.Replace("beta-x", "file:///b", line(5)) }, "x===2.1;p", "x @ file:///b ;p"},
		{"replace keeps a spaced marker", func(f *File) (*File, error) { return f.Replace("beta-x", `C:\src\b`, line(4)) }, "Beta_X == 2.0 ; p", "Beta_X @ file:///C:/src/b ; p"},
		{"replace takes a range too", func(f *File) (*File, error) { return f.Replace("kappa", "git+https://host/k#egg=kappa", nil) }, "kappa>=1,<2", "kappa @ git+https://host/k#egg=kappa"},
		{"add goes after the last", func(f *File) (*File, error) { return f.Add("zeta", "1", "") }, "===9", "===9\nzeta===1"},
		{"add goes where the order wants it", func(f *File) (*File, error) { return f.Add("Charlie", "1", "python_version<'3'") }, ">='3.9'\n", ">='3.9'\nCharlie===1 ; python_version<'3'\n"},
		{"add keeps the header on top", func(f *File) (*File, error) { return f.Add("aaa", "1", "") }, "\n\nalpha", "\n\naaa===1\nalpha"},
		{"add goes beside the other lines of its package", func(f *File) (*File, error) { return f.Add("beta-x", "2.2", "python_version>='3.12'") }, ">='3.9'\n", ">='3.9'\nbeta-x===2.2 ; python_version>='3.12'\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			before := mustParse(t, file)
			after, err := test.edit(before)
			if err != nil {
				t.Fatal(err)
			}
			if want := strings.Replace(file, test.old, test.new, 1); string(after.Bytes()) != want {
				t.Errorf("got\n%q\nwant\n%q", after.Bytes(), want)
			}
			if string(before.Bytes()) != file {
				t.Error("the file that was edited has changed")
			}
		})
	}
}

func TestEditsThatCannotBeAreRefusedWithAPlace(t *testing.T) {
	const file = "a>=1\nb==1 --hash=sha256:aa\nc==${V}\nd==1\ne===1;python_version<'3'\n-r x.txt\n"
	f, err := ParseWith("c.txt", []byte(file), Options{Lookup: func(string) (string, bool) { return "5", true }})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		edit func() (*File, error)
		want string
	}{
		{"a range is no pin", func() (*File, error) { return f.Set("a", "2", nil) }, "c.txt:1:1: a is not pinned here"},
		{"hashes belong to a version", func() (*File, error) { return f.Set("b", "2", nil) }, "c.txt:2:1: the line's hashes"},
		{"and to a source", func() (*File, error) { return f.Replace("b", "/b", nil) }, "c.txt:2:1: the line's hashes"},
		{"variables", func() (*File, error) { return f.Set("c", "2", nil) }, "c.txt:3:1: the line is made of variables"},
		{"no version", func() (*File, error) { return f.Set("d", "new", nil) }, `c.txt:4:1: "new" is not a version`},
		{"more than a version", func() (*File, error) { return f.Set("e", "1;os_name=='x'", nil) }, "c.txt: the edit would not come out as meant"},
		{"a line more", func() (*File, error) { return f.Set("e", "1\nz==1", nil) }, "c.txt: the edit would not come out as meant"},
		{"no such line", func() (*File, error) { return f.Remove("x", nil) }, "c.txt: there is no such line for x"},
		{"a relative path", func() (*File, error) { return f.Replace("d", "../d", nil) }, `c.txt: "../d" is neither an absolute path nor a URL`},
		{"listed already", func() (*File, error) { return f.Add("D", "2", "") }, "c.txt:4:1: d is listed already"},
		{"a bad name", func() (*File, error) { return f.Add("-d", "2", "") }, `c.txt: "-d" is not a name`},
		{"a bad marker", func() (*File, error) { return f.Add("q", "2", "nonsense") }, `c.txt: invalid`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if _, err := test.edit(); err == nil || !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

func TestAddAfterADanglingBackslashIsRefused(t *testing.T) {
	f := mustParse(t, "a==1\nb==2 \\\n")
	if g, err := f.Add("c", "1", ""); err == nil {
		t.Errorf("got %q", g.Bytes())
	}
}

// A pinLine is a generated line whose parts are known.
type pinLine struct{ before, version, after, ending string }

func (p pinLine) String() string { return p.before + p.version + p.after + p.ending }

// genLines draws a file as lines of which names[i], "" for other lines, is pinned
// in line i.
func genLines(t *rapid.T) (lines []pinLine, names []string) {
	spelling := rapid.SampledFrom([]string{"alpha", "Alpha", "beta-x", "Beta_X", "gamma"})
	blank := rapid.SampledFrom([]string{"", "", " ", "  ", "\t", " \\\n "})
	ending := rapid.SampledFrom([]string{"\n", "\n", "\r\n", "\r", "\f", "\u0085"})
	version := rapid.SampledFrom([]string{"1.0", "2.0.post1", "1!3", "4.0+local.1"})
	after := rapid.SampledFrom([]string{"", "", ";python_version<'3.9'", " ; os_name=='nt' or extra=='x'", " # Apache-2.0", "\t# é \u4e16 \U0001f600", " ;os_name!='x' # c"})
	other := rapid.SampledFrom([]string{"", "# comment", "  # Beta_X==1.0", "-r other.txt", "--pre", "./path", "delta>=1 # d", "alpha-beta==1", "-e git+https://h/r#egg=alpha", "https://h/x-1.0.zip"})
	for range rapid.IntRange(0, 12).Draw(t, "lines") {
		if rapid.IntRange(0, 3).Draw(t, "other") == 0 {
			lines = append(lines, pinLine{before: other.Draw(t, "text"), ending: ending.Draw(t, "ending")})
			names = append(names, "")
			continue
		}
		name := spelling.Draw(t, "name")
		operator := rapid.SampledFrom([]string{"==", "==="}).Draw(t, "operator")
		lines = append(lines, pinLine{
			before:  blank.Draw(t, "blank") + name + blank.Draw(t, "blank") + operator + blank.Draw(t, "blank"),
			version: version.Draw(t, "version"), after: after.Draw(t, "after"), ending: ending.Draw(t, "ending"),
		})
		names = append(names, strings.NewReplacer("_", "-").Replace(strings.ToLower(name)))
	}
	if len(lines) > 0 && rapid.Bool().Draw(t, "open") {
		lines[len(lines)-1].ending = ""
	}
	return lines, names
}

// encodings of a whole file, as other programs write them.
var encodings = map[string]func(string) []byte{
	"utf-8":      func(s string) []byte { return []byte(s) },
	"utf-8 mark": func(s string) []byte { return []byte("\ufeff" + s) },
	"utf-16-le":  func(s string) []byte { return utf16Bytes(binary.LittleEndian, s) },
	"utf-16-be":  func(s string) []byte { return utf16Bytes(binary.BigEndian, s) },
	"utf-32-le": func(s string) []byte {
		var b []byte
		for _, r := range "\ufeff" + s {
			b = binary.LittleEndian.AppendUint32(b, uint32(r))
		}
		return b
	},
}

func utf16Bytes(order binary.AppendByteOrder, s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune("\ufeff" + s)) {
		b = order.AppendUint16(b, u)
	}
	return b
}

func write(lines []pinLine) string {
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(line.String())
	}
	return b.String()
}

// crMeetsLF says that dropping or moving lines makes one line ending of two.
func crMeetsLF(text string, lines []pinLine) bool {
	n := 0
	for _, line := range lines {
		n += strings.Count(line.String(), "\r\n")
	}
	return strings.Count(text, "\r\n") != n
}

func TestSetChangesTheVersionAndNoByteMore(t *testing.T) {
	kinds := slices.Sorted(func(yield func(string) bool) {
		for k := range encodings {
			if !yield(k) {
				return
			}
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		lines, names := genLines(t)
		encode := encodings[rapid.SampledFrom(kinds).Draw(t, "encoding")]
		name := rapid.SampledFrom([]string{"alpha", "beta-x", "gamma"}).Draw(t, "target")
		if crMeetsLF(write(lines), lines) {
			t.Skip("a CR meets an LF")
		}
		f, err := Parse("c.txt", encode(write(lines)))
		if err != nil {
			t.Fatal(err)
		}
		var removed, set []pinLine
		for i, line := range lines {
			if names[i] != name {
				removed, set = append(removed, line), append(set, line)
				continue
			}
			set = append(set, pinLine{line.before, "7.7", line.after, line.ending})
		}
		for _, edit := range []struct {
			what string
			make func() (*File, error)
			want []pinLine
		}{
			{"set", func() (*File, error) { return f.Set(constraints.Name(name), "7.7", nil) }, set},
			{"remove", func() (*File, error) { return f.Remove(constraints.Name(name), nil) }, removed},
		} {
			g, err := edit.make()
			if !slices.Contains(names, name) {
				if err == nil {
					t.Fatalf("%s of nothing", edit.what)
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			if want := encode(write(edit.want)); !bytes.Equal(g.Bytes(), want) {
				t.Fatalf("%s: got\n%q\nwant\n%q", edit.what, g.Bytes(), want)
			}
		}
	})
}

func TestReplaceAndAddKeepEveryOtherLine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lines, names := genLines(t)
		if crMeetsLF(write(lines), lines) {
			t.Skip("a CR meets an LF")
		}
		f, err := Parse("c.txt", []byte(write(lines)))
		if err != nil {
			t.Fatal(err)
		}
		if g, err := f.Replace("alpha", "/src/alpha", nil); err == nil {
			rest := f.Entries()
			for i, e := range g.Entries() {
				if e.Requirement.Name == "alpha" && e.Kind == Requirement {
					if e.Requirement.URL != "file:///src/alpha" || fmt.Sprint(e.Requirement.Marker) != fmt.Sprint(rest[i].Requirement.Marker) || e.Comment != rest[i].Comment {
						t.Fatalf("%q became %q", rest[i].Raw, e.Raw)
					}
				} else if e.Raw != rest[i].Raw {
					t.Fatalf("%q became %q", rest[i].Raw, e.Raw)
				}
			}
		} else if slices.Contains(names, "alpha") {
			t.Fatal(err)
		}
		g, err := f.Add("New.Name", "1.0", "os_name=='nt'")
		if err != nil {
			t.Fatal(err)
		}
		if removed, err := g.Remove("new-name", nil); err != nil {
			t.Fatal(err)
		} else if was := strings.TrimRight(write(lines), "\r\n\f\u0085"); !strings.HasPrefix(string(removed.Bytes()), was) {
			t.Fatalf("add and remove of %q gives %q", write(lines), removed.Bytes())
		}
	})
}

func TestLiteralMakesPinsTextual(t *testing.T) {
	f, err := Parse("f", []byte("a == 1.0 ; os_name=='nt'  # c\nA===2\nb==1\na (==3)\n"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := f.Literal("a", func(e Entry) bool { return e.Place.Line < 4 })
	if err != nil {
		t.Fatal(err)
	}
	if want := "a === 1.0 ; os_name=='nt'  # c\nA===2\nb==1\na (==3)\n"; string(got.Bytes()) != want {
		t.Errorf("got\n%s\nwant\n%s", got.Bytes(), want)
	}
	if _, err := f.Literal("c", nil); err == nil {
		t.Error("a package that is not there")
	}
}
