package fetch

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// netrcAnswer is what a reader says of a netrc file: user and password by machine, nil
// where it refuses the file.
type netrcAnswer map[string][2]string

func answerNetrc(text string) netrcAnswer {
	n, err := parseNetrc("netrc", text)
	if err != nil {
		return nil
	}
	answer := netrcAnswer{}
	for name, l := range n.machines {
		answer[name] = [2]string{l.user, l.password}
	}
	if n.otherwise != nil {
		answer["default"] = [2]string{n.otherwise.user, n.otherwise.password}
	}
	return answer
}

func TestParseNetrc(t *testing.T) {
	for _, test := range []struct {
		text string
		want netrcAnswer
	}{
		{"", netrcAnswer{}},
		{"machine a login b password c", netrcAnswer{"a": {"b", "c"}}},
		{"machine A\n\tuser b\n\tpassword c\n\taccount d\n", netrcAnswer{"a": {"b", "c"}}},
		{"machine a account d password c", netrcAnswer{"a": {"d", "c"}}},
		{"machine a", netrcAnswer{"a": {"", ""}}},
		{"default login b password c\r\nmachine a login d password e\r\n", netrcAnswer{"default": {"b", "c"}, "a": {"d", "e"}}},
		{"machine default login b password c", netrcAnswer{"default": {"b", "c"}}},
		{`machine a login "b c" password "d\"\\e"`, netrcAnswer{"a": {"b c", `d"\e`}}},
		{`machine a login b\ c password d"e`, netrcAnswer{"a": {"b c", `d"e`}}},
		{`machine a login "" password c`, netrcAnswer{"a": {"", "c"}}},
		{`machine a login b password "c`, netrcAnswer{"a": {"b", "c"}}},
		{"machine a login b password #c", netrcAnswer{"a": {"b", "#c"}}},
		{"machine a login b password c # d\nmachine e", netrcAnswer{"a": {"b", "c"}, "e": {"", ""}}},
		{"# a\n\n# b c\n#d e\nmachine a # b\n\n# login x\nlogin c\n", netrcAnswer{"a": {"c", ""}}},
		{"#\nmachine a#b login c #\npassword d", netrcAnswer{"a#b": {"c", "d"}}},
		{"machine a login b\nmachine a password c", netrcAnswer{"a": {"", "c"}}},
		{"macdef m\nmachine a login b\n\nmachine c", netrcAnswer{"c": {"", ""}}},
		{"machine a login b macdef m\nx\n\n", netrcAnswer{"a": {"b", ""}}},
		{"machine a\x00b login \xff", netrcAnswer{"a\x00b": {"\xff", ""}}},
		{"machine", nil},
		{"machine a machine", nil},
		{"macdef m\nx\n", nil},
		{"macdef m", nil},
		{"login b", nil},
		{"machine a login b c", nil},
		{"machine a login my password c", netrcAnswer{"a": {"my", "c"}}},
	} {
		if diff := cmp.Diff(test.want, answerNetrc(test.text)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.text, diff)
		}
	}
}

func TestNetrcErrorsSayTheLineAndNoWord(t *testing.T) {
	for _, test := range []struct {
		text string
		line int
	}{
		{"machine a login b password " + secret + " " + secret + "\n", 1},
		{"\n\n" + secret + "\n", 3},
		{secret, 1},
		{"machine a\nlogin b\npassword " + secret + "\n" + secret, 4},
		{"machine a login b password \"" + secret + "\n" + secret + "\" " + secret + "\n\n", 2},
		{"# x\nmachine\n", 2},
		{"macdef " + secret + "\n" + secret + "\n", 2},
		{"macdef m\nx\n\nmachine a\nwhat\n", 5},
		{"machine a # comment\r\n\r\nwhat", 3},
	} {
		_, err := parseNetrc("netrc", test.text)
		var bad *NetrcError
		if !errors.As(err, &bad) || bad.File != "netrc" || bad.Line != test.line {
			t.Errorf("%q: %v, want line %d", test.text, err, test.line)
		} else if strings.Contains(err.Error(), secret) {
			t.Errorf("%q: %v", test.text, err)
		}
	}
}

func TestReadNetrc(t *testing.T) {
	dir := t.TempDir()
	missing, open := filepath.Join(dir, "missing"), filepath.Join(dir, "open")
	if err := os.WriteFile(open, []byte("machine a login b password "+secret), 0o644); err != nil {
		t.Fatal(err)
	}
	n, warning, err := readNetrc([]string{missing, open})
	if l, ok := n.find("A"); err != nil || !ok || l.password != secret {
		t.Errorf("readNetrc: %v, %v", ok, err)
	}
	if runtime.GOOS != "windows" && (warning == nil || !strings.Contains(warning.Error(), "0644") || strings.Contains(warning.Error(), secret)) {
		t.Errorf("warning: %v", warning)
	}
	if n, warning, err := readNetrc([]string{missing}); n != nil || warning != nil || err != nil {
		t.Errorf("a missing file: %v, %v, %v", n, warning, err)
	}
	if n, warning, err := readNetrc([]string{os.DevNull}); err != nil || warning != nil || len(n.machines) > 0 {
		t.Errorf("%s: %v, %v", os.DevNull, warning, err)
	}
	if _, _, err := readNetrc([]string{dir}); err == nil {
		t.Error("a folder is read")
	}
	big := netrcFile(t, strings.Repeat("# x\n", maxNetrc/4)+"#")
	if _, _, err := readNetrc([]string{big}); err == nil || !strings.Contains(err.Error(), "1 MiB") {
		t.Errorf("a file beyond the bound: %v", err)
	}
}

func TestNetrcFiles(t *testing.T) {
	join := filepath.Join
	for _, test := range []struct {
		netrc, home string
		want        []string
	}{
		{"", join("/home", "u"), []string{join("/home", "u", ".netrc"), join("/home", "u", "_netrc")}},
		{"", "", nil},
		{"/etc/n", "/home/u", []string{"/etc/n"}},
		{"~/n", "/home/u", []string{join("/home/u", "n")}},
		{"~/n", "", []string{"~/n"}},
		{"~n", "/home/u", []string{"~n"}},
	} {
		got := NetrcFiles(func(name string) string { return map[string]string{"NETRC": test.netrc}[name] }, test.home)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("NETRC=%s (-want +got):\n%s", test.netrc, diff)
		}
	}
}

// pythonNetrc is what Python's netrc module says of each text.
const pythonNetrc = `
import json, netrc, os, sys, tempfile
answers = []
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "netrc")
    for text in json.load(sys.stdin):
        with open(path, "w", encoding="utf-8", newline="") as f:
            f.write(text)
        try:
            hosts = netrc.netrc(path).hosts
            answers.append({name: [login or account, password] for name, (login, account, password) in hosts.items()})
        except netrc.NetrcParseError:
            answers.append(None)
json.dump(answers, sys.stdout)
`

// netrcPieces is what the files of the comparison are made of.
var netrcPieces = []string{"machine", "machine a", "machine b", "default", "login", "user", "account", "password", "macdef m\n", "a", "b", "c d",
	`"`, `"x y"`, `\`, `\"`, `""`, "#", "# x", " ", " ", " ", "\n", "\n", "\n", "\n\n", "\t", "\r\n", "\r", "é", "login u password p", "machine c login u password p\n"}

// commentAt finds a comment, which the module reads in ways of its own.
var commentAt = regexp.MustCompile(`(^|[\s"])"?\\?#`)

func TestNetrcReadsAsPython(t *testing.T) {
	if exec.Command("python3", "-c", "import netrc, sys; sys.exit(sys.version_info < (3, 11))").Run() != nil {
		t.Skip("skip: no python3 of version 3.11 or later")
	}
	random := rand.New(rand.NewPCG(1, 2))
	texts := make([]string, 3000)
	for i := range texts {
		var b strings.Builder
		for range random.IntN(14) {
			b.WriteString(netrcPieces[random.IntN(len(netrcPieces))])
			if random.IntN(3) > 0 {
				b.WriteByte(' ')
			}
		}
		texts[i] = b.String()
	}
	input, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("python3", "-c", pythonNetrc)
	cmd.Stdin, cmd.Stderr = strings.NewReader(string(input)), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var want []netrcAnswer
	if err := json.Unmarshal(out, &want); err != nil {
		t.Fatal(err)
	}
	read, bad := 0, 0
	for i, text := range texts {
		if commentAt.MatchString(text) {
			continue // we are more lenient
		}
		if want[i] != nil {
			read++
		}
		if diff := cmp.Diff(want[i], answerNetrc(text)); diff != "" {
			if bad++; bad < 10 {
				t.Errorf("%q (-python +ours):\n%s", text, diff)
			}
		}
	}
	t.Logf("%d texts, %d of them read by both", len(texts), read)
}

func FuzzNetrc(f *testing.F) {
	for _, text := range []string{"", "machine a login b password c", "# x\nmacdef m\nx\n\ndefault login \"a b\" account c\\d", "machine \"", "macdef", "#"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := parseNetrc("netrc", text)
		if err != nil {
			var bad *NetrcError
			if !errors.As(err, &bad) || bad.Line < 1 || bad.Line > 1+strings.Count(newlines(text), "\n") {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		var b strings.Builder
		for name, l := range n.machines {
			b.WriteString("machine " + quoteNetrc(name) + " login " + quoteNetrc(l.user) + " password " + quoteNetrc(l.password) + "\n")
		}
		if n.otherwise != nil {
			b.WriteString("default login " + quoteNetrc(n.otherwise.user) + " password " + quoteNetrc(n.otherwise.password) + "\n")
		}
		if diff := cmp.Diff(answerNetrc(text), answerNetrc(b.String())); diff != "" {
			t.Fatalf("%q is read otherwise when written as %q:\n%s", text, b.String(), diff)
		}
	})
}

// quoteNetrc writes a word so that it is read as it is.
func quoteNetrc(word string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(word) + `"`
}
