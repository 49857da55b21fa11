package main

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// gitRepository is a repository in a folder of the test's own.
type gitRepository struct {
	t   *testing.T
	dir string
}

// newGitRepository makes an empty repository; the test is skipped where there is no git.
func newGitRepository(t *testing.T) *gitRepository {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("skip: there is no git")
	}
	t.Setenv("GIT_CONFIG_GLOBAL", os.DevNull)
	t.Setenv("GIT_CONFIG_SYSTEM", os.DevNull)
	g := &gitRepository{t, t.TempDir()}
	g.git("init", "--quiet", "--initial-branch=main")
	g.git("config", "user.name", "Test")
	g.git("config", "user.email", "test@example.com")
	return g
}

func (g *gitRepository) git(args ...string) string {
	g.t.Helper()
	out, err := exec.Command("git", append([]string{"-C", g.dir}, args...)...).CombinedOutput()
	if err != nil {
		g.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// write writes a file of the working tree.
func (g *gitRepository) write(name, content string) {
	g.t.Helper()
	path := filepath.Join(g.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		g.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
		g.t.Fatal(err)
	}
}

// commit commits all that is in the working tree and returns the commit.
func (g *gitRepository) commit(message string) string {
	g.t.Helper()
	g.git("add", "--all")
	g.git("commit", "--quiet", "--allow-empty", "--message", message)
	return g.git("rev-parse", "HEAD")
}

func TestRepositoryReadsWhatACommitHas(t *testing.T) {
	g := newGitRepository(t)
	g.write("a/pins.txt", "one==1\n")
	first := g.commit("first")
	g.write("a/pins.txt", "one==2\n")
	g.commit("second")
	r, err := openRepository(t.Context(), filepath.Join(g.dir, "a"))
	if err != nil {
		t.Fatal(err)
	}
	path, err := r.path(filepath.Join(g.dir, "a", "pins.txt"))
	if err != nil || path != "a/pins.txt" {
		t.Fatalf("path %q, %v", path, err)
	}
	commit, err := r.commit("main~1")
	if err != nil || commit != first {
		t.Fatalf("main~1 is %s, %v", commit, err)
	}
	if data, err := r.read(commit, path); err != nil || string(data) != "one==1\n" {
		t.Errorf("read %q, %v", data, err)
	}
	if _, err := r.read(commit, "a/none.txt"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
	if _, err := r.read(commit, "a"); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a folder: %v", err)
	}
	for _, revision := range []string{"nowhere", "--all", "-h", "", "main:a/pins.txt"} {
		if _, err := r.commit(revision); err == nil {
			t.Errorf("%q is taken for a revision", revision)
		}
	}
	if _, err := openRepository(t.Context(), t.TempDir()); err == nil {
		t.Error("a folder outside is taken for a repository")
	}
}

func TestRepositoryPathsFollowNoLinkWithin(t *testing.T) {
	g := newGitRepository(t)
	g.write("a/b/pins.txt", "one==1\n")
	g.write("c/b/pins.txt", "one==2\n")
	outside := t.TempDir()
	for link, target := range map[string]string{
		filepath.Join(g.dir, "turned"): "c", filepath.Join(g.dir, "a", "out"): outside,
		filepath.Join(outside, "in"): filepath.Join(g.dir, "a"),
	} {
		if err := os.Symlink(target, link); err != nil {
			t.Skip("skip: no symbolic links")
		}
	}
	r, err := openRepository(t.Context(), g.dir)
	if err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{
		filepath.Join(g.dir, "a", "b", "pins.txt"):      "a/b/pins.txt",
		filepath.Join(g.dir, "turned", "b", "pins.txt"): "turned/b/pins.txt",
		filepath.Join(g.dir, "a", "out", "pins.txt"):    "a/out/pins.txt",
		filepath.Join(g.dir, "gone", "far", "pins.txt"): "gone/far/pins.txt",
		filepath.Join(outside, "in", "b", "pins.txt"):   "a/b/pins.txt",
		filepath.Join(outside, "pins.txt"):              "",
		filepath.Join(g.dir, "..", "pins.txt"):          "",
	} {
		if path, err := r.path(file); path != want || (err == nil) != (want != "") {
			t.Errorf("%s is %q, want %q (%v)", file, path, want, err)
		}
	}
	commit := g.commit("links")
	if _, err := r.read(commit, "turned/b/pins.txt"); err == nil || errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "turned is a link") {
		t.Errorf("a file behind a link: %v", err)
	}
}
