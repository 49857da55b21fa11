package pinfile

import (
	"bufio"
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

//go:embed testdata/pip_driver.py
var pipDriver string

// A pipCase is what the driver is asked, a pipAnswer what it says.
type pipCase struct {
	Data  []byte            `json:"data,omitempty"`
	Env   map[string]string `json:"env,omitempty"`
	Files map[string][]byte `json:"files,omitempty"`
	Root  string            `json:"root,omitempty"`

	Requirement string `json:"requirement,omitempty"`
}

type pipAnswer struct {
	Pip         string          `json:"pip"`
	Undecodable string          `json:"undecodable"`
	Lines       []pipLine       `json:"lines"`
	Error       string          `json:"error"`
	Parsed      [][]interface{} `json:"parsed"`

	Name   string   `json:"name"`
	Extras []string `json:"extras"`
	Direct bool     `json:"direct"`
	Marked bool     `json:"marked"`
	Pinned bool     `json:"pinned"`
}

type pipLine struct {
	Line    int            `json:"line"`
	Text    string         `json:"text"`
	Args    string         `json:"args"`
	Options map[string]any `json:"options"`
	Error   string         `json:"error"`
}

// askPip returns pip's answers to the cases, in order; it skips the test on a
// machine without pip.
func askPip(t *testing.T, cases []pipCase) []pipAnswer {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("skip: no python3 here to ask pip with")
	}
	var in, out, talk bytes.Buffer
	for _, c := range cases {
		line, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		in.Write(append(line, '\n'))
	}
	cmd := exec.Command(python, "-X", "utf8", "-c", pipDriver)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = &in, &out, &talk
	if err := cmd.Run(); err != nil && strings.Contains(talk.String(), "No module named 'pip") {
		t.Skip("skip: python3 here has no pip to ask")
	} else if err != nil {
		t.Fatalf("%v\n%s", err, talk.String())
	}
	var answers []pipAnswer
	lines := bufio.NewScanner(&out)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var a pipAnswer
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
			t.Fatal(err)
		}
		answers = append(answers, a)
	}
	if len(answers) != len(cases)+1 {
		t.Fatalf("%d answers to %d cases", len(answers), len(cases))
	}
	t.Logf("pip %s, %d cases", answers[0].Pip, len(cases))
	return answers[1:]
}

// ours reads a file and tells it as the driver does.
func ours(data []byte, env map[string]string) []pipLine {
	f, _ := ParseWith("case", data, Options{Lookup: func(name string) (string, bool) {
		value, ok := env[name]
		return value, ok
	}})
	lines := []pipLine{}
	for _, e := range f.Entries() {
		line := pipLine{Line: e.first + 1, Options: map[string]any{}}
		switch {
		case e.Kind == Invalid && e.Arg == "":
			line.Error = "error"
		case e.Kind != Editable && e.Kind != Include && e.Kind != Constrain:
			line.Args = e.Arg
		}
		for _, o := range e.Options {
			addOption(line.Options, o)
		}
		lines = append(lines, line)
	}
	return lines
}

// addOption adds an option to those of a line as optparse gathers them.
func addOption(to map[string]any, o Option) {
	lists := map[string]string{
		"--extra-index-url": "extra_index_urls", "--constraint": "constraints", "--requirement": "requirements",
		"--editable": "editables", "--find-links": "find_links", "--trusted-host": "trusted_hosts",
		"--use-feature": "features_enabled", "--global-option": "global_options",
	}
	flags := map[string]string{"--no-index": "no_index", "--prefer-binary": "prefer_binary", "--require-hashes": "require_hashes", "--pre": "pre"}
	switch {
	case lists[o.Name] != "":
		list, _ := to[lists[o.Name]].([]any)
		to[lists[o.Name]] = append(list, o.Value)
	case flags[o.Name] != "":
		to[flags[o.Name]] = true
	case o.Name == "--index-url" && o.Value != "":
		to["index_url"] = o.Value
	case o.Name == "--index-url":
		delete(to, "index_url")
	case o.Name == "--hash":
		algorithm, digest, _ := strings.Cut(o.Value, ":")
		hashes, _ := to["hashes"].(map[string]any)
		if hashes == nil {
			hashes = map[string]any{}
			to["hashes"] = hashes
		}
		list, _ := hashes[algorithm].([]any)
		hashes[algorithm] = append(list, digest)
	case o.Name == "--config-settings":
		key, value, _ := strings.Cut(o.Value, "=")
		settings, _ := to["config_settings"].(map[string]any)
		if settings == nil {
			settings = map[string]any{}
			to["config_settings"] = settings
		}
		switch old := settings[key].(type) {
		case nil:
			settings[key] = value
		case []any:
			settings[key] = append(old, value)
		default:
			settings[key] = []any{old, value}
		}
	}
}

// comparePip asks pip about each file and reports where it reads something else.
func comparePip(t *testing.T, cases []pipCase) {
	t.Helper()
	lines, refused := 0, 0
	for i, answer := range askPip(t, cases) {
		c := cases[i]
		if bytes.Contains(c.Data, []byte("--global-option")) && slices.ContainsFunc(answer.Lines, func(l pipLine) bool { return strings.Contains(l.Error, "no such option: --global-option") }) {
			continue // pip 26 has dropped it
		}
		if answer.Undecodable != "" {
			if f, err := Parse("case", c.Data); err == nil {
				t.Errorf("%q: pip cannot decode it (%s), we read %d entries without a word", c.Data, answer.Undecodable, len(f.Entries()))
			}
			continue
		}
		want := answer.Lines
		for n := range want {
			lines++
			want[n].Text = ""
			if want[n].Error != "" {
				refused++
				want[n] = pipLine{Line: want[n].Line, Error: "error"}
			}
			if want[n].Options == nil {
				want[n].Options = map[string]any{}
			}
		}
		got := ours(c.Data, c.Env)
		for n := range got {
			if got[n].Error != "" {
				got[n].Options = map[string]any{}
			}
		}
		if diff := cmp.Diff(want, got); diff != "" && len(want)+len(got) > 0 {
			t.Errorf("%q: pip (-) and we (+) differ:\n%s", c.Data, diff)
		}
	}
	t.Logf("%d lines compared, of them %d that both refuse", lines, refused)
}

func TestHandWrittenFilesReadAsInPip(t *testing.T) {
	var cases []pipCase
	for _, text := range handWritten {
		cases = append(cases, pipCase{Data: []byte(text), Env: map[string]string{"SET": "1.0", "NEXT": "${SET}", "EMPTY": ""}})
	}
	comparePip(t, cases)
}

var handWritten = []string{
	"", "\n", "# only a comment", "foo", "foo\n", "foo==1\r\nbar==2\r\n", "foo==1\rbar==2",
	"\ufefffoo==1\n", "foo\x0cbar\n", "foo\x0bbar\x1cbaz\x1dqux\x1equux\n", "foo\u0085bar\u2028baz\u2029qux",
	"foo==1 # comment\n", "foo==1# no comment\n", "foo==1\t# comment\n", "foo==1\u00a0# comment\n", "foo==1\x1f# comment\n",
	"foo \\\n==1\n", "foo \\\n# comment\nbar\n", "foo # comment \\\nbar\nbaz\n", "# comment \\\nfoo\n", "\\\nfoo\n", "\\\\foo\\\\\nbar\n",
	"foo \\", "foo \\\n", "foo \\ \nbar", "foo \\\n\nbar", "foo\\\n\\bar\n", "  # indented \\\n  foo",
	"foo==${SET}", "foo==${NEXT}${SET}", "foo==${set}", "foo==${EMPTY}", "foo==${MISSING}", "foo==$SET", "-i https://${SET}@h/\n", "# ${SET}",
	"-r a.txt", "-ra.txt", "--requirement a.txt", "--requirement=a.txt", "--req a.txt", "-r a.txt -c b.txt", "-r a.txt b.txt", "-r",
	"-c a.txt", "--constraint a.txt", "--con=a.txt", "-e .", "-e.", "-e ./sub[extra]", "--editable git+https://h/r#egg=x", "-e . -r x", "-e . -e ..", "-e ''",
	"foo --hash=sha256:aa --hash=sha384:bb \\\n  --hash sha512:cc", "foo --hash=md5:aa", "foo --hash", "foo --hash=sha256", "--hash=sha256:aa",
	"foo --global-option=\"a b\" --global-option 'c d'", "foo --config-settings=a=b --config-settings a=c", "foo -C a=b", "foo --config-settings x",
	"foo --global-option \"unclosed", "foo --global-option trailing\\\\ ", `foo --global-option "a\"b\\c\d" --global-option 'a\b' --global-option a\ b`,
	"-i https://h/simple", "--index-url=https://h/simple", "--pypi-url x", "--extra-index-url a --extra-index-url b", "--no-index", "--no-index=1", "--pre", "--pr", "--pre=x",
	"--find-links a -f b", "-fb", "--no-binary :all:", "--no-binary=-x", "--only-binary a,b", "--prefer-binary", "--trusted-host h:1", "--require-hashes", "--no-in",
	"--unknown", "--unknown=1", "-z", "-", "--", "-- foo", "foo - bar", "foo -- bar --hash=x", "foo\t--hash=sha256:aa", "foo  --hash=sha256:aa", "foo -e .", "foo -r a.txt", "--e x", "--ex x",
	"./local", ".", "../up[extra]", "/abs/path", "dir/sub", "foo.whl", "foo-1.0.tar.gz", "https://h/foo-1.0-py3-none-any.whl", "git+https://h/r@ref#egg=foo&subdirectory=s",
	"foo @ https://h/x.zip", "foo @ file:///abs ; python_version > '3'", "https://h/x.zip ; python_version > '3'",
	"foo[bar,baz]>=1,<2;python_version>='3.8' and extra == 'x'", "Foo===1.2.3;python_version=='3.11'  # Apache-2.0\n",
	"# -*- coding: latin-1 -*-\nfoo==1 # caf\xe9\n", "# coding=utf-8\nfoo\n", "\n# vim: set fileencoding=cp1252 :\nfoo # \x80\n", "#coding:ascii\nfoo # \xe9", "# coding: nonsense\nfoo", "\n\n# coding: latin-1\nfoo # \xe9", "foo # \xe9",
	"\xff\xfef\x00o\x00o\x00\n\x00b\x00a\x00r\x00", "\xfe\xff\x00f\x00o\x00o\x00\r\x00\n\x00b", "\xff\xfef\x00o", "\xff\xfe\x00\xd8", "\x00\x00\xfe\xff\x00\x00\x00f\x00\x00\x00o",
	"\x00", "foo\x00bar", "   foo==1   ", "\u3000foo\u3000", "foo ==1 \\\r\n ; python_version<'3' # x\r\n",
}

// scraps are what generated files are made of: all that means something, and the
// ends of lines above all.
var scraps = strings.Split("foo|Bar-baz|==1.0|===2|>=1,<2| | |  |\t|\\|\\|#| #|# c|\\\n|\\\n|\n|\n|\n|\r\n|\r|\x0c|\u0085|\u2028|\u00a0|\x1c|\x1f|;|; |python_version>'3'|[x]|@|${SET}|${NEXT}|${no}|$|{|}|"+
	"-r |-c |-e |-i |--hash=sha256:ab| --hash=sha256:| --hash sha512:cd|--pre| --pre|--requirement=|--no-index|-f|--find-l |-- |-|--|=|'|\"|\\\"|https://h/x|./p|é|\ufeff", "|")

func TestGeneratedFilesReadAsInPip(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	cases := make([]pipCase, 3000)
	for i := range cases {
		var b strings.Builder
		for range random.IntN(24) {
			b.WriteString(scraps[random.IntN(len(scraps))])
		}
		cases[i] = pipCase{Data: []byte(b.String()), Env: map[string]string{"SET": "1.0", "NEXT": "a${SET}b"}}
	}
	comparePip(t, cases)
}

func TestNestedFilesReadAsInPip(t *testing.T) {
	trees := []map[string]string{
		{"root.txt": "a==1\n-r sub/b.txt\nc\n", "sub/b.txt": "b # here\n-c ../limits.txt\n-e ./pkg\n", "limits.txt": "d===4\n-r sub/../more.txt\n", "more.txt": "e\n"},
		{"root.txt": "-c one.txt\n-r one.txt\n", "one.txt": "x==1\n"},
		{"root.txt": "-r missing.txt\na\n"},
		{"root.txt": "a -r one.txt\n--requirement 'with blank.txt'\n", "with blank.txt": "b\n", "one.txt": "no\n"},
	}
	var cases []pipCase
	for _, tree := range trees {
		c := pipCase{Files: map[string][]byte{}, Root: "root.txt"}
		for name, text := range tree {
			c.Files[name] = []byte(text)
		}
		cases = append(cases, c)
	}
	for i, answer := range askPip(t, cases) {
		fsys := fstest.MapFS{}
		for name, data := range cases[i].Files {
			fsys[name] = &fstest.MapFile{Data: data}
		}
		tree, err := Load(fsys, "root.txt", Options{})
		if (err != nil) != (answer.Error != "") {
			t.Errorf("case %d: pip says %q, we %v", i, answer.Error, err)
		}
		got := []string{}
		for _, e := range tree.Entries {
			if e.Kind == Include || e.Kind == Constrain {
				continue
			}
			got = append(got, fmt.Sprint(e.Place.File, e.Place.Line, e.Arg, e.Kind == Editable, e.Constraint))
		}
		want := []string{}
		for _, p := range answer.Parsed {
			want = append(want, fmt.Sprint(p[0], int(p[1].(float64)), p[2], p[3], p[4]))
		}
		// pip stops at a file that is missing; we go on.
		if diff := cmp.Diff(want, got[:min(len(got), max(len(want), len(got)*b2i(answer.Error == "")))]); diff != "" {
			t.Errorf("case %d: pip (-) and we (+) differ:\n%s", i, diff)
		}
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestRequirementsMeanWhatTheyMeanToPip(t *testing.T) {
	lines := []string{
		"foo", "Foo.Bar_baz", "foo==1.0", "foo===1.0", "foo == 1.0 ", "foo(==1.0)", "foo>=1,<2", "foo~=1.4", "foo!=1",
		"foo[b,a]", "foo[a]==1", "foo [a] == 1", "foo[]", "foo;python_version<'3'", "foo==1 ; python_version<'3' and extra=='x'", "foo;",
		"foo @ https://h/x.zip", "foo@https://h/x.zip", "foo[a] @ https://h/x.zip", "foo @ https://h/x.zip ; os_name=='nt'", "foo @ file:///x/y", "foo @ git+https://h/r@v1",
		"https://h/x.zip", "https://h/foo-1.0-py3-none-any.whl", "https://h/x.zip#egg=Foo_B", "https://h/x.zip#sha256=a&egg=foo", "https://h/x.zip#egg=foo&subdirectory=s",
		"https://h/x.zip#egg=foo ; os_name=='nt'", "git+https://h/r@ref#egg=foo", "git+ssh://git@h/r.git@ref#egg=foo", "hg+https://h/r#egg=foo", "file:///x/foo-2-py3-none-any.whl",
		"HTTPS://h/x.zip", "ftp://h/x.zip", "./foo-1.0-py3-none-any.whl", "foo-1.0-py3-none-any.whl", "foo_b-1.0-py3-none-any.whl[x]", "foo-1.0.tar.gz", "./foo.zip", "foo.zip", "dir/foo.tgz", "foo.tar.lz ; os_name=='nt'",
		"foo=1", "==1", "foo bar", "foo=>1", "foo[", "foo[a", "foo;bad", "foo @", "foo>=1.0;python_version", "[a]", "_foo", "foo-", "foo/bar", "a/b==1", "foo @ not a url", "h://x",
	}
	cases := make([]pipCase, len(lines))
	for i, line := range lines {
		cases[i].Requirement = line
	}
	refused := 0
	for i, want := range askPip(t, cases) {
		f, err := Parse("case", []byte(lines[i]))
		kind := f.Entries()[0].Kind
		if want.Error != "" && (err != nil || kind == Path) {
			refused++ // pip refuses a path where there is nothing; whether there is cannot be told from text
			continue
		}
		if (want.Error != "") != (err != nil) {
			t.Errorf("%q: pip says %q, we say %v", lines[i], want.Error, err)
			continue
		}
		e := f.Entries()[0]
		_, _, pinned := e.Pin()
		got := pipAnswer{Name: string(e.Requirement.Name), Direct: e.Requirement.URL != "", Marked: e.Requirement.Marker != nil, Pinned: pinned, Extras: []string{}}
		for _, extra := range e.Requirement.Extras {
			got.Extras = append(got.Extras, string(extra))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: pip (-) and we (+) differ:\n%s", lines[i], diff)
		}
	}
	t.Logf("%d requirements, of them %d that both refuse", len(lines), refused)
}
