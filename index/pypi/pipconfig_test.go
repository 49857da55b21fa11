package pypi

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// pipAnswer is what a reader makes of pip's configuration; Refused if it does not take
// it.
type pipAnswer struct {
	Refused   bool
	Index     string
	Extra     []string
	FindLinks []string
	NoIndex   bool
	Cert      string
	Keyring   string
}

// configuredPip has pip itself read its configuration, in folders of the test. The
// built-in index is "".
const configuredPip = `
import contextlib, json, os, sys
from pip._internal import configuration
from pip._internal.commands import create_command
from pip._internal.utils import appdirs
cases, answers = json.load(sys.stdin), []
def ask(root, env):
    os.environ.clear()
    os.environ.update(env, HOME=os.path.join(root, "home"))
    os.chdir(os.path.join(root, "srv", "dir"))
    sys.prefix = os.path.join(root, "venv")
    appdirs.site_config_dirs = lambda name: [os.path.join(root, "etc", "xdg", name), os.path.join(root, "etc")]
    options = create_command("install").parser.get_default_values()
    return dict(Refused=False, Index=options.index_url, Extra=options.extra_index_urls, FindLinks=options.find_links,
        NoIndex=bool(options.no_index), Cert=options.cert or "", Keyring=options.keyring_provider)
with contextlib.redirect_stdout(sys.stderr):
    builtin = ask(cases[0]["Root"], {"PIP_CONFIG_FILE": os.devnull})["Index"]
    for case in cases:
        try:
            answer = ask(case["Root"], case["Env"])
            if answer["Index"] == builtin:
                answer["Index"] = ""
        except SystemExit:
            answer = dict(Refused=True)
        answers.append(answer)
json.dump(answers, sys.stdout)
`

// pipFileNames are the files of pip on a machine of a test.
var pipFileNames = []string{"etc/xdg/pip/pip.conf", "etc/pip.conf", "home/.pip/pip.conf", "home/.config/pip/pip.conf", "venv/pip.conf", "named.conf"}

// drawPip makes up a configuration of pip.
func drawPip(random *rand.Rand) machine {
	pick := func(from ...string) string { return from[random.IntN(len(from))] }
	host := func() string { return "https://" + pick("a", "b", "c", "d") + ".example/" }
	value := func(key string) string {
		switch key {
		case "index-url":
			return pick(host(), host(), "")
		case "no-index":
			return pick("1", "0", "Yes", "off", "t", "no", "False", "n", "ON", "", "", "", "", "", "maybe")
		case "cert":
			return pick("/one.pem", "/two.pem", "")
		case "keyring-provider":
			return pick("auto", "auto", "subprocess", "subprocess", "import", "import", "disabled", "disabled", "", "", "", "", "else")
		}
		return pick("", host(), host()+" "+host(), "\n  "+host()+"\n\t"+host(), "\n# comment\n "+host()+"\n\n ; x\n "+host())
	}
	m := machine{env: map[string]string{"VIRTUAL_ENV": "@/venv"}, files: make(map[string]string)}
	for _, key := range pipKeys {
		if random.IntN(8) == 0 {
			m.env["PIP_"+strings.ToUpper(strings.ReplaceAll(key, "-", "_"))] = strings.NewReplacer("# comment", "", "; x", "").Replace(value(key))
		}
	}
	if random.IntN(3) == 0 {
		m.env["PIP_CONFIG_FILE"] = pick("@/named.conf", "@/missing.conf", "../../named.conf", "/dev/null", "")
	}
	for _, name := range pipFileNames {
		if random.IntN(2) == 0 {
			continue
		}
		var b strings.Builder
		for _, section := range []string{"global", "install", "download", "DEFAULT", "freeze", "Global"} {
			if random.IntN(2) == 0 {
				continue
			}
			b.WriteString("[" + section + "]\n")
			last := ""
			for _, key := range pipKeys {
				if random.IntN(3) == 0 {
					last = key
					b.WriteString(pick(key, key, key, strings.ReplaceAll(key, "-", "_"), strings.ToUpper(key), "--"+key) + pick(" = ", "=", ": ", " :") + value(key) + "\n")
				}
			}
			if last == "find-links" || last == "extra-index-url" {
				b.WriteString("  " + host() + "\n")
			}
			b.WriteString(pick("", "", "", "", "", "", "", "\n", "\n", "# x\n", "# x\n", "; x\n", "; x\n", "no value\n"))
		}
		m.files[name] = b.String()
	}
	return m
}

// ourPip reads a configuration as we do.
func ourPip(host Host) pipAnswer {
	s := readPip(host)
	if len(s.problems) > 0 {
		return pipAnswer{Refused: true}
	}
	a := pipAnswer{Index: s.indexes.Default.URL, NoIndex: s.indexes.NoIndex, Cert: s.indexes.Certificates}
	for _, l := range s.indexes.Extra {
		a.Extra = append(a.Extra, l.URL)
	}
	for _, l := range s.indexes.FindLinks {
		a.FindLinks = append(a.FindLinks, l.URL)
	}
	if s.indexes.Keyring {
		a.Keyring = "subprocess"
	}
	return a
}

func TestPipIsConfiguredAsItSays(t *testing.T) {
	if exec.Command("python3", "-I", "-c", configuredPip[:strings.Index(configuredPip, "cases")]).Run() != nil {
		t.Skip("skip: no pip to compare with")
	}
	type question struct {
		Root string
		Env  map[string]string
	}
	random := rand.New(rand.NewPCG(3, 13))
	var hosts []Host
	var machines []machine
	var questions []question
	for range 150 {
		m := drawPip(random)
		host, root := m.host(t)
		q := question{root, make(map[string]string)}
		for name := range m.env {
			q.Env[name] = host.Getenv(name)
		}
		hosts, machines, questions = append(hosts, host), append(machines, m), append(questions, q)
	}
	input, err := json.Marshal(questions)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("python3", "-I", "-c", configuredPip)
	cmd.Stdin = strings.NewReader(string(input))
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var want []pipAnswer
	if err := json.Unmarshal(out, &want); err != nil {
		t.Fatal(err)
	}
	refused := 0
	for i, host := range hosts {
		if want[i].Keyring != "subprocess" {
			want[i].Keyring = ""
		}
		if want[i].Refused {
			refused++
		}
		want[i].Extra, want[i].FindLinks = slices.Clip(want[i].Extra), slices.Clip(want[i].FindLinks)
		if diff := cmp.Diff(want[i], ourPip(host), equateEmpty); diff != "" {
			t.Errorf("%v\n%v (-pip +ours):\n%s", machines[i].env, machines[i].files, diff)
			break
		}
	}
	t.Logf("%d configurations, pip refuses %d of them", len(hosts), refused)
}

// equateEmpty takes an empty list for none.
var equateEmpty = cmp.Transformer("empty", func(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	return append([]string{}, list...)
})

// iniAnswer is what a reader says of an INI file: options by section, in order.
type iniAnswer struct {
	Refused  bool
	Sections map[string][][2]string
}

func answerINI(data string) iniAnswer {
	f := parseINI("x", []byte(data))
	if len(f.problems) > 0 {
		return iniAnswer{Refused: true}
	}
	a := iniAnswer{Sections: make(map[string][][2]string)}
	for _, name := range f.sections {
		options := [][2]string{}
		for _, o := range f.section(name) {
			options = append(options, [2]string{o.key, o.text()})
		}
		a.Sections[name] = options
	}
	return a
}

const pythonINI = `
import configparser, io, json, sys
answers = []
for text in json.load(sys.stdin):
    parser = configparser.RawConfigParser()
    try:
        parser.read_file(io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8"))
        answers.append(dict(Refused=False, Sections={name: parser.items(name) for name in parser.sections()}))
    except configparser.Error:
        answers.append(dict(Refused=True, Sections=None))
json.dump(answers, sys.stdout)
`

var iniPieces = []string{"[a]\n", "[b]\n", "[DEFAULT]\n", "[", "]", "[]", "[a]b]", "key", "Key", "k_e-y", "other", "=", ":", " = ", "x", "y z", "#", ";", "# c\n", "\n", "\n", "\n", "\n\n", "  ", "\t", " ", "\r\n", "\r", "é", "\u00a0", "\x1c", "\ufeff", "key = v\n", "other: w\n  more\n"}

func TestINIReadsAsPython(t *testing.T) {
	if exec.Command("python3", "-c", "import configparser").Run() != nil {
		t.Skip("skip: no python3")
	}
	random := rand.New(rand.NewPCG(5, 6))
	texts := make([]string, 10000)
	for i := range texts {
		var b strings.Builder
		if random.IntN(4) > 0 {
			b.WriteString("[a]\n")
		}
		for range random.IntN(14) {
			b.WriteString(iniPieces[random.IntN(len(iniPieces))])
		}
		texts[i] = b.String()
	}
	input, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("python3", "-c", pythonINI)
	cmd.Stdin, cmd.Stderr = strings.NewReader(string(input)), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var want []iniAnswer
	if err := json.Unmarshal(out, &want); err != nil {
		t.Fatal(err)
	}
	read, bad := 0, 0
	for i, text := range texts {
		got := answerINI(text)
		if !want[i].Refused {
			read++
		}
		if diff := cmp.Diff(want[i], got); diff != "" && !(want[i].Refused && got.Refused) {
			if bad++; bad < 5 {
				t.Errorf("%q (-python +ours):\n%s", text, diff)
			}
		}
	}
	t.Logf("%d texts, %d of them read by both", len(texts), read)
}

func FuzzPipConfig(f *testing.F) {
	for _, text := range []string{"", "[global]\nindex-url = https://index.example/\n", "[install]\nextra-index-url:\n  https://a.example/\n# x\n  https://b.example/\n", "[DEFAULT]\nno_index = 1\n[global]\n", "x", "[global]\nfind-links = \u00a0x\x1c y\n"} {
		f.Add(text)
	}
	root := f.TempDir()
	path := filepath.Join(root, "etc", "pip.conf")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		file := parseINI(path, []byte(text))
		lines := 1 + strings.Count(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), "\n")
		for _, p := range file.problems {
			if p.Place.Line < 1 || p.Place.Line > lines || p.Place.Col < 1 {
				t.Fatalf("%q: %v", text, p)
			}
		}
		for _, name := range file.sections {
			for _, o := range file.section(name) {
				var words []string
				for _, w := range o.words() {
					words = append(words, w.text)
					if w.place.Line < 1 || w.place.Line > lines {
						t.Fatalf("%q: %q at %v", text, w.text, w.place)
					}
				}
				if want := strings.FieldsFunc(o.text(), isPythonBlank); !slices.Equal(words, want) {
					t.Fatalf("%q: the words of %q are %q", text, o.text(), words)
				}
			}
		}
		readPip(Host{Dir: root, GOOS: "linux", Root: root})
	})
}
