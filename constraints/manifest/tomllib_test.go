package manifest

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2/unstable"
)

// tomllib is what Python's tomllib says of each document: its strings by path, or
// null if it refuses it.
const tomllib = `
import json, sys, tomllib
def flat(path, value, out):
    if isinstance(value, dict):
        out.append(path + "{}")
        for key in value: flat(path + "/" + key, value[key], out)
    elif isinstance(value, list):
        out.append(path + "[]")
        for item in value: flat(path + "/-", item, out)
    else:
        out.append(path + "=" + (value if isinstance(value, str) else "?"))
answers = []
for text in json.load(sys.stdin):
    try:
        out = []
        flat("", tomllib.loads(text), out)
        answers.append(sorted(out))
    except tomllib.TOMLDecodeError:
        answers.append(None)
json.dump(answers, sys.stdout)
`

// flatten writes the tree as the script does.
func flatten(path string, n *tomlNode, out *[]string) {
	switch n.kind {
	case unstable.Table:
		*out = append(*out, path+"{}")
		for _, key := range n.keys {
			flatten(path+"/"+key.name, key.value, out)
		}
	case unstable.Array:
		*out = append(*out, path+"[]")
		for _, item := range n.items {
			flatten(path+"/-", item, out)
		}
	case unstable.String:
		*out = append(*out, path+"="+n.text)
	default:
		*out = append(*out, path+"=?")
	}
}

// tomlPieces is what the documents of the comparison are made of.
var tomlPieces = []string{
	"[a]\n", "[a.b]\n", "[a.b.c]\n", "[b]\n", "[[a]]\n", "[[a.b]]\n", "[[c]]\n", "[c.d]\n", "[[c.d]]\n", "[a.'b']\n",
	"a = 1\n", "a.b = 'x'\n", "a.b.c = 2\n", "b = {c = 1}\n", "b.d = 2\n", "c = []\n", "c = [{d = 1}, {d.e = 'y'}]\n", "b = {c.d = 1, c.e = 2}\n",
	"b.c.f = 3\n", "d = \"\"\"\nx\\\n   y\"\"\"\n", "d = '''z'''\n", "\"d\" = \"\\u0041\"\n", "# c\n", "e = [\n 'a', # c\n \"b\",\n]\n", "f = true\n", "g = 1.5\n", "x.y.z = 'q'\n", "[x]\n", "[x.y]\n", "x.w = 0\n",
}

func TestOurTreesOfTOMLFilesAreWhatPythonReads(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	texts := []string{""}
	for len(texts) < 3000 {
		var b strings.Builder
		for range 1 + random.IntN(6) {
			b.WriteString(tomlPieces[random.IntN(len(tomlPieces))])
		}
		texts = append(texts, b.String())
	}
	want := askPython[[]string](t, tomllib, texts)
	refused, failures := 0, 0
	for i, text := range texts {
		f := parseTOML("x", []byte(text))
		var got []string
		if len(f.problems) == 0 {
			flatten("", f.root, &got)
			slices.Sort(got)
		}
		if want[i] == nil {
			refused++
		}
		if diff := cmp.Diff(want[i], got); diff != "" && failures < 10 {
			failures++
			t.Errorf("%q: %v (-python +ours):\n%s", text, f.problems, diff)
		}
	}
	t.Logf("%d documents compared, %d of which Python refuses", len(texts), refused)
}

// askPython runs the script with the texts, as JSON, and returns its answers. It
// skips the test where that Python is not there.
func askPython[A any](t *testing.T, script string, texts []string) []A {
	t.Helper()
	interpreter, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("skip: no python3 here to compare with")
	}
	input, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(interpreter, "-c", script)
	command.Stdin = bytes.NewReader(input)
	output, err := command.Output()
	if err != nil {
		t.Skip("skip: the script does not run with the python3 here: ", err)
	}
	var answers []A
	if err := json.Unmarshal(output, &answers); err != nil {
		t.Fatal(err)
	}
	return answers
}
