package configparser

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// answer is what a reader says of a file.
type answer struct {
	Refused  []string // what is raised, with lines; none if the file is taken
	Sections []string
	Options  map[string][][2]string // keys and raw values, in the order of options
	Items    map[string][][2]string // the same in the order of items
}

// python has Python read each text twice: with lower case keys and as spelled. A file
// that is refused is read once more, not strictly; Sections is null where that is
// refused too.
const python = `
import base64, configparser, io, json, sys
def read(data, keep, strict):
    parser = configparser.RawConfigParser(strict=strict)
    if keep:
        parser.optionxform = str
    parser.read_file(io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))
    return parser
def ask(data, keep):
    answer = dict(Refused=[], Sections=None, Options={}, Items={})
    def raised(error, *lines):
        answer["Refused"] = [" ".join([type(error).__name__, *map(str, lines)])]
    try:
        read(data, keep, True)
    except configparser.DuplicateOptionError as error:
        if not error.option: # where it has found a ParsingError already
            answer["Refused"] = ["something"]
        else:
            raised(error, error.lineno)
    except (configparser.DuplicateSectionError, configparser.MissingSectionHeaderError) as error:
        raised(error, error.lineno)
    except configparser.ParsingError as error:
        raised(error, *(number for number, _ in error.errors))
    except UnicodeDecodeError as error:
        raised(error)
    try:
        parser = read(data, keep, False)
    except (configparser.Error, UnicodeDecodeError):
        return answer
    answer["Sections"] = parser.sections()
    for name in parser.sections():
        answer["Options"][name] = [(key, parser.get(name, key, raw=True)) for key in parser.options(name)]
        answer["Items"][name] = parser.items(name, raw=True)
    return answer
json.dump([[ask(base64.b64decode(text), keep) for keep in (False, True)] for text in json.load(sys.stdin)], sys.stdout)
`

// pieces is what the files of the comparison are made of.
var pieces = []string{
	"[a]\n", "[b]\n", "[DEFAULT]\n", " [indented]\n", "[a]b]\n", "[x] trailing\n", "[]\n", "[", "]", "[options.extras_require]\r\n",
	"key", "Key", "k_e-y", "other", "=", ":", " = ", "x", "y z", "é", "É", "#", ";", "# comment\n", "  ; comment\n",
	"key = v\n", "KEY: w\n", "other: w\n  more\n", "p : q = r\n", "test:(python_version<\"3\") =\n", "= empty\n", "novalue\n", "last",
	"install_requires =\n", "  foo>=1\n", "\tbar\n", "    baz ; python_version<'3'\n", "g =\n  %(b)s\n\n  z\n", "h = 1 # no comment\n",
	"\n", "\n", "\n", "   \n", "\r\n", "\r", "  ", "\t", " ", "\u00a0", "\x1c", "\x0b", "\u0085", "\u2028", "\u2003", "\u200b", "\ufeff", "\x00", "\xff",
}

// drawFile makes up a file, most often one that Python may take.
func drawFile(random *rand.Rand) string {
	var b strings.Builder
	if random.IntN(8) > 0 {
		b.WriteString("[s]\n")
	}
	used := make(map[int]bool)
	for range random.IntN(14) {
		if i := random.IntN(len(pieces)); !used[i] || random.IntN(4) == 0 {
			b.WriteString(pieces[i])
			used[i] = true
		}
	}
	return b.String()
}

func TestPythonReadsTheSame(t *testing.T) {
	if exec.Command("python3", "-c", "import configparser, sys; sys.exit(sys.version_info < (3, 10))").Run() != nil {
		t.Skip("skip: no python3 here, of 3.10 or later, to compare with")
	}
	random := rand.New(rand.NewPCG(5, 6))
	texts := [][]byte{{}, []byte("[a]"), []byte("[a]\nx=1\n y\n# c\n z\n\n\nw"), []byte("x=1\n[a]\n"), []byte("[a]\n[b]\n[a]\n"), []byte("\ufeff")}
	for len(texts) < 5000 {
		texts = append(texts, []byte(drawFile(random)))
	}
	taken, failures := 0, 0
	for i, answers := range askPython(t, texts) {
		for j, want := range answers {
			parser := Parser{KeepCase: j == 1, KeepLast: len(want.Refused) > 0} // which is of no account where nothing is there twice
			if !parser.KeepLast {
				taken++
			}
			f := parser.Parse("f", texts[i])
			got := answer{refusal(f), f.Sections, inOrder(f, f.Options), inOrder(f, f.Items)}
			if slices.Equal(want.Refused, []string{"something"}) && len(f.Faults) > 0 {
				got.Refused = want.Refused
			}
			if want.Sections == nil {
				got = answer{Refused: got.Refused, Options: want.Options, Items: want.Items}
			}
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" && failures < 5 {
				failures++
				t.Errorf("%q, %+v (-python +ours):\n%s", texts[i], parser, diff)
			}
		}
	}
	t.Logf("%d files read in two ways, %d of the readings without a fault", len(texts), taken)
}

func askPython(t *testing.T, texts [][]byte) [][2]answer {
	t.Helper()
	input, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("python3", "-c", python)
	cmd.Stdin, cmd.Stderr = bytes.NewReader(input), os.Stderr
	output, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var answers [][2]answer
	if err := json.Unmarshal(output, &answers); err != nil {
		t.Fatal(err)
	}
	return answers
}

// refusal returns what Python would raise: it decodes before it parses, ends at the
// first fault but goes on after malformed lines.
func refusal(f *File) []string {
	raised := map[Kind]string{
		ByteOrderMark: "MissingSectionHeaderError", MissingHeader: "MissingSectionHeaderError",
		DuplicateSection: "DuplicateSectionError", DuplicateKey: "DuplicateOptionError",
	}
	malformed := ""
	for _, fault := range f.Faults {
		if fault.Kind == NotUTF8 {
			return []string{"UnicodeDecodeError"}
		}
	}
	for _, fault := range f.Faults {
		if name, ends := raised[fault.Kind]; ends {
			return []string{fmt.Sprint(name, " ", fault.Place.Line)}
		}
		malformed += fmt.Sprint(" ", fault.Place.Line)
	}
	if malformed != "" {
		return []string{"ParsingError" + malformed}
	}
	return nil
}

// inOrder returns keys and values in the order in which list has them.
func inOrder(f *File, list func(string) []*Option) map[string][][2]string {
	sections := make(map[string][][2]string)
	for _, name := range f.Sections {
		sections[name] = [][2]string{}
		for _, o := range list(name) {
			sections[name] = append(sections[name], [2]string{o.Key, o.Value()})
		}
	}
	return sections
}
