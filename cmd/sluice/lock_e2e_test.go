package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sluice/constraints/pep508"
)

// TestRealInstallersTakeTheLockFile locks what a consumer of the demo universe needs, and
// what a wheel does that a URL names, for the Python of this machine, and has real pip and
// real uv install from the lock file alone: what they verify the digests of is what was
// resolved.
func TestRealInstallersTakeTheLockFile(t *testing.T) {
	if testing.Short() {
		t.Skip("skip: -short, and installers take seconds")
	}
	python := client(t, "python3", "")
	files := serveUniverseFiles(t)
	dir := universe(t)
	wheel := files.download(t, dir, "fathomrest/fathomrest-2.31.0-py3-none-any.whl")
	for name, roots := range map[string][]string{
		"a consumer":         {"--consumer", "harbour-agent"},
		"a direct reference": {"fathomrest @ " + wheel},
	} {
		t.Run(name, func(t *testing.T) {
			want := lockAndList(t, dir, files.index, append(roots, "-e", pythonHere(t, python))...)
			testInstallers(t, python, filepath.Join(dir, "pylock.toml"), want)
		})
	}
}

// testInstallers has clients install from a lock file.
func testInstallers(t *testing.T, python, lock string, want map[string]string) {
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

// lockAndList writes pylock.toml and returns the versions that JSON has for the same.
func lockAndList(t *testing.T, dir, index string, arguments ...string) map[string]string {
	t.Helper()
	arguments = append([]string{"resolve", "--index-url", index, "--cache-dir", filepath.Join(dir, ".cache")}, arguments...)
	for _, format := range [][]string{{"-o", "pylock.toml"}, {"-o", "answer.json", "--format", "json"}} {
		if status, said := runSluice(dir, append(arguments, format...)...); status != exitOK {
			t.Fatalf("exit status %d: %s", status, said)
		}
	}
	data, err := os.ReadFile(filepath.Join(dir, "answer.json"))
	if err != nil {
		t.Fatal(err)
	}
	var answer resolutionAnswer
	if err := json.Unmarshal(data, &answer); err != nil {
		t.Fatal(err)
	}
	set := make(map[string]string)
	for _, p := range answer.Packages {
		set[p.Name] = p.Version
	}
	if len(set) < 4 {
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
