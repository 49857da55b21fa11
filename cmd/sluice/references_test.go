package main

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sluice/constraints"
	"sluice/fixtures/indexserver"
)

// servedFiles is the demo universe on loopback.
type servedFiles struct{ index, files string }

func serveUniverseFiles(t *testing.T) servedFiles {
	t.Helper()
	facts, err := (&fixtureServer{}).facts(nil)
	if err != nil {
		t.Fatal(err)
	}
	l, err := indexserver.Start(indexserver.New(facts, indexserver.Options{}), indexserver.Listen{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return servedFiles{l.IndexURL(), strings.TrimSuffix(l.IndexURL(), "simple/") + "files/"}
}

// download stores a file in a folder and returns its file URL.
func (s servedFiles) download(t *testing.T, folder, file string) string {
	t.Helper()
	answer, err := http.Get(s.files + file)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", file, answer.Status, err)
	}
	name := filepath.Join(folder, path.Base(file))
	if err := os.WriteFile(name, data, 0o666); err != nil {
		t.Fatal(err)
	}
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(name)}).String()
}

// runSluice runs a command line and returns all that it says.
func runSluice(dir string, arguments ...string) (status int, said string) {
	var out bytes.Buffer
	a := &app{stdout: &out, stderr: &out, dir: dir, getenv: func(string) string { return "" }}
	return a.run(arguments), out.String()
}

// What a direct reference leads to counts: its version, what it requires, and whether the
// environment can install it.
func TestDirectReferencesCount(t *testing.T) {
	files := serveUniverseFiles(t)
	dir := universe(t)
	const wheel = "fathomrest-2.31.0-py3-none-any.whl"
	local, remote := files.download(t, dir, "fathomrest/"+wheel), files.files+"fathomrest/"+wheel
	for _, test := range []struct {
		name   string
		args   []string
		status int
		says   string
	}{
		{"a local wheel", []string{"fathomrest @ " + local}, exitOK, "fathomrest @ " + local + "\nnameidn===3.4\n"},
		{"a remote wheel", []string{"fathomrest @ " + remote}, exitOK, "fathomrest @ " + remote + "\nnameidn===3.4\n"},
		{"another requirement that it meets", []string{"fathomrest @ " + local, "fathomrest>=2.31"}, exitOK, "nameidn===3.4"},
		{"one that it does not", []string{"fathomrest @ " + local, "fathomrest>3"}, 1, "fathomrest 2.31.0 is at " + local},
		{"a pin that it does not meet", []string{"fathomrest @ " + local, "--constraints", "other.txt"}, 1, "only fathomrest===2.30.0 is allowed"},
		{"one that it meets", []string{"fathomrest @ " + local, "--constraints", "same.txt"}, exitOK, "nameidn==="},
		{"another package", []string{"nameidn @ " + local}, 2, wheel + " is no nameidn: it is fathomrest"},
		{"two", []string{"fathomrest @ " + local, "fathomrest @ " + remote}, 2, "fathomrest is required from"},
		{"another digest", []string{"fathomrest @ " + local + "#sha256=" + strings.Repeat("0", 64)}, 2, "is not what its URL promises"},
		{"a constraint to another source", []string{"fathomrest @ " + local, "--constraints", "elsewhere.txt"}, 2, "is to come from " + remote},
		{"recorded facts and a local wheel", []string{"fathomrest @ " + local, "--index", "packages.jsonl"}, exitOK, "nameidn===3.4"},
	} {
		t.Run(test.name, func(t *testing.T) {
			for name, text := range map[string]string{"elsewhere.txt": "fathomrest @ " + remote + "\n", "other.txt": "fathomrest===2.30.0\n", "same.txt": "fathomrest===2.31.0\n"} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			args := append([]string{"resolve", "-e", "py311", "--format", "constraints", "--cache-dir", filepath.Join(dir, ".cache")}, test.args...)
			if !strings.Contains(strings.Join(args, " "), "--index") {
				args = append(args, "--index-url", files.index)
			}
			status, said := runSluice(dir, args...)
			if status != test.status || !strings.Contains(said, test.says) {
				t.Errorf("exit status %d, want %d, with %q:\n%s", status, test.status, test.says, said)
			}
		})
	}
}

func TestDirectReferencesAreLocked(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "own-1.tar.gz"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	const commit, digest = "0123456789abcdef0123456789abcdef01234567", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	base := "file://" + filepath.ToSlash(folder)
	for _, test := range []struct{ url, want, problem string }{
		{"git+https://user:secret@h.example/own.git@" + commit + "#subdirectory=python",
			"vcs = {type = 'git', url = 'https://h.example/own.git', commit-id = '" + commit + "', subdirectory = 'python'}", ""},
		{"git+ssh://git@h.example/own.git@" + commit, "vcs = {type = 'git', url = 'ssh://git@h.example/own.git', commit-id = '" + commit + "'}", ""},
		{"git+https://user:secret@h.example/own.git@main", "", "own @ git+https://h.example/own.git@main names no commit"},
		{"https://user:secret@h.example/own-1.zip#sha256=" + digest, "archive = {url = 'https://h.example/own-1.zip', hashes = {sha256 = '" + digest + "'}}", ""},
		{"https://user:secret@h.example/own-1.zip#md5=0123", "", "own @ https://h.example/own-1.zip#md5=0123 states no digest"},
		{base + "/own-1.tar.gz", "archive = {path = 'own-1.tar.gz', hashes = {sha256 = '" + digest + "'}}", ""},
		{base, "directory = {path = '.'}", ""},
		{base + "/none.whl", "", "own @ " + base + "/none.whl cannot be read: no such file or directory"},
	} {
		l := locker{folder: folder}
		var b bytes.Buffer
		file := lockFile{Packages: []lockedPackage{l.reference("own", test.url, constraints.Place{File: "f"})}}
		if err := file.write(&b); err != nil {
			t.Fatal(err)
		}
		var problem string
		if len(l.problems) > 0 {
			problem = l.problems[0].Msg
		}
		if diff := cmp.Diff(test.problem, problem); diff != "" {
			t.Errorf("%s: %s", test.url, diff)
		}
		if _, got, _ := strings.Cut(b.String(), "name = ''\n"); strings.TrimSpace(got) != test.want {
			t.Errorf("%s:\n%s\nwant %s", test.url, got, test.want)
		}
	}
}
