package main

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sluice/constraints/pep508"
	"sluice/fixtures/indexserver"
)

// TestRealInstallersTakeTheLockFile locks what a consumer of the demo universe needs for
// the Python of this machine, and has real pip and real uv install from the lock file
// alone: what they verify the digests of is what was resolved.
func TestRealInstallersTakeTheLockFile(t *testing.T) {
	if testing.Short() {
		t.Skip("skip: -short, and installers take seconds")
	}
	python := client(t, "python3", "")
	facts, err := (&fixtureServer{}).facts(nil)
	if err != nil {
		t.Fatal(err)
	}
	served, err := indexserver.Start(indexserver.New(facts, indexserver.Options{}), indexserver.Listen{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(served.Close)
	dir := universe(t)
	lock := filepath.Join(dir, "pylock.toml")
	want := lockAndList(t, dir, served.IndexURL(), pythonHere(t, python))

	t.Run("uv", func(t *testing.T) {
		uv := client(t, "uv", "SLUICE_UV")
		target := t.TempDir()
		runClient(t, uv, "pip", "install", "--no-config", "--no-index", "--cache-dir", t.TempDir(), "--python", python, "--target", target, "-r", lock)
		if diff := cmp.Diff(want, installedIn(t, target)); diff != "" {
			t.Errorf("resolved (-) and installed (+):\n%s", diff)
		}
	})
	t.Run("pip", func(t *testing.T) {
		pip := client(t, "pip", "SLUICE_PIP")
		if help, err := exec.Command(pip, "install", "--help").Output(); err != nil || !bytes.Contains(help, []byte("pylock.toml")) {
			t.Skip("skip: this pip reads no lock files")
		}
		target := t.TempDir()
		runClient(t, pip, "--isolated", "--disable-pip-version-check", "install", "--no-index", "--no-cache-dir", "--target", target, "-r", lock)
		if diff := cmp.Diff(want, installedIn(t, target)); diff != "" {
			t.Errorf("resolved (-) and installed (+):\n%s", diff)
		}
	})
}

// lockAndList writes the lock file of a consumer and returns the versions that a list of
// constraints has for the same.
func lockAndList(t *testing.T, dir, url, env string) map[string]string {
	t.Helper()
	run := func(arguments ...string) string {
		var stdout, stderr bytes.Buffer
		a := &app{stdout: &stdout, stderr: &stderr, dir: dir, getenv: func(string) string { return "" }}
		all := append([]string{"resolve", "--consumer", "harbour-agent", "-e", env, "--index-url", url, "--cache-dir", filepath.Join(dir, ".cache")}, arguments...)
		if status := a.run(all); status != exitOK {
			t.Fatalf("exit status %d: %s", status, stderr.String())
		}
		return stdout.String()
	}
	run("-o", "pylock.toml")
	set := make(map[string]string)
	for line := range strings.Lines(run("--format", "constraints")) {
		if name, version, ok := strings.Cut(strings.TrimSpace(line), "==="); ok {
			set[name] = version
		}
	}
	if len(set) < 5 {
		t.Fatalf("only %d packages: %v", len(set), set)
	}
	return set
}

// pythonHere returns the name of the environment of an interpreter.
func pythonHere(t *testing.T, python string) string {
	t.Helper()
	out, err := exec.Command(python, "-c", `import sys; print("py%d%d" % sys.version_info[:2])`).Output()
	if err != nil {
		t.Skipf("skip: python3 does not run: %v", err)
	}
	return strings.TrimSpace(string(out))
}

// runClient runs an installer, which must succeed.
func runClient(t *testing.T, program string, arguments ...string) {
	t.Helper()
	if out, err := exec.Command(program, arguments...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", filepath.Base(program), err, out)
	}
}

// installedIn returns the versions that a folder of installed packages has.
func installedIn(t *testing.T, folder string) map[string]string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(folder, "*.dist-info"))
	if err != nil {
		t.Fatal(err)
	}
	set := make(map[string]string)
	for _, path := range all {
		name, version, _ := strings.Cut(strings.TrimSuffix(filepath.Base(path), ".dist-info"), "-")
		set[string(pep508.NormalizeName(name))] = version
	}
	return set
}
