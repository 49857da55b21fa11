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

	"sluice/constraints/configparser"
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
	a := pipAnswer{Index: s.indexes.Default.URL, NoIndex: s.indexes.NoIndex, Cert: s.indexes.Connection.Certificates}
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
		lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.TrimPrefix(text, "\ufeff")), "\n")
		file := configparser.Parser{}.Parse(path, []byte(text))
		for _, name := range file.Sections {
			for _, o := range file.Items(name) {
				var words []string
				for _, w := range (pipValue{Option: *o}).words() {
					words = append(words, w.Text)
					if !strings.HasPrefix(lines[w.Place.Line-1][w.Place.Col-1:], w.Text) {
						t.Fatalf("%q: %q is not at %v", text, w.Text, w.Place)
					}
				}
				if want := strings.FieldsFunc(o.Value(), configparser.IsSpace); !slices.Equal(words, want) {
					t.Fatalf("%q: the words of %q are %q", text, o.Value(), words)
				}
			}
		}
		for _, p := range readPip(Host{Dir: root, GOOS: "linux", Root: root}).problems {
			if p.Place.Line < 1 || p.Place.Line > len(lines) || p.Place.Col < 1 || p.Msg == "" {
				t.Fatalf("%q: %v", text, p)
			}
		}
	})
}
