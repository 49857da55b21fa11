package pypi_test

import (
	"archive/zip"
	"context"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"sluice/constraints"
	"sluice/constraints/pep440"
	"sluice/constraints/pep508"
	"sluice/index"
	"sluice/index/fetch"
	"sluice/index/pypi"
)

// publicPackages are small and known to everybody.
var publicPackages = []constraints.Name{
	"six", "idna", "certifi", "urllib3", "attrs", "packaging", "click", "requests", "jinja2", "python-dateutil", "pyyaml", "pbr",
}

// TestThePublicIndexSaysWhatPipSays asks the index that this machine's clients are
// configured with about a dozen packages, and real pip about the same: which versions
// there are, and what the newest requires.
func TestThePublicIndexSaysWhatPipSays(t *testing.T) {
	if testing.Short() {
		t.Skip("skip: -short, and a public index is far away")
	}
	python, err := exec.LookPath("python3")
	if err != nil || exec.Command(python, "-m", "pip", "--version").Run() != nil {
		t.Skip("skip: no python3 with pip")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	env := thisPython(t, python)
	c, why := publicClient(ctx, t, env)
	if c == nil {
		t.Skip("skip: " + why)
	}
	for _, name := range publicPackages {
		t.Run(string(name), func(t *testing.T) {
			p, err := c.Package(ctx, name)
			if err != nil {
				t.Fatal(err)
			}
			want := pipVersions(ctx, t, python, name)
			if got := installable(t, p, env); !slices.Equal(got, want) {
				t.Errorf("versions %v\npip says %v", got, want)
			}
			newest, err := pep508.ParseRequirement(string(name) + "==" + want[0])
			if err != nil {
				t.Fatal(err)
			}
			text, _ := newest.Range.(interface{ Exact() (string, bool) }).Exact()
			comparePublicMetadata(ctx, t, c, python, name, text)
		})
	}
}

// publicClient returns a client of the configured index, nil and why when there is
// none or it does not answer.
func publicClient(ctx context.Context, t *testing.T, env *constraints.Environment) (*pypi.Client, string) {
	home, _ := os.UserHomeDir()
	where, err := pypi.Locate(ctx, pypi.Host{Getenv: os.Getenv, Dir: t.TempDir(), Home: home, GOOS: runtime.GOOS, Run: fetch.RunProgram})
	if err != nil {
		return nil, "no index is configured: " + err.Error()
	}
	f, err := fetch.NewClient(fetch.Options{Connection: where.Connection, Timeout: 20 * time.Second, Retries: 1})
	if err != nil {
		return nil, err.Error()
	}
	t.Cleanup(f.Close)
	c, err := pypi.New(f, pypi.Options{Indexes: []string{where.Default.URL}, Environments: []*constraints.Environment{env}})
	if err != nil {
		return nil, err.Error()
	}
	if _, err := c.Package(ctx, "six"); err != nil {
		return nil, "the configured index does not answer: " + err.Error()
	}
	return c, ""
}

// thisPython returns the environment of an interpreter on Linux.
func thisPython(t *testing.T, python string) *constraints.Environment {
	t.Helper()
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("skip: pip's answers are compared for Linux on x86_64 only")
	}
	out, err := exec.Command(python, "-c", "import sys, platform; print('%d.%d' % sys.version_info[:2], platform.libc_ver()[1])").Output()
	version, libc, ok := strings.Cut(strings.TrimSpace(string(out)), " ")
	if err != nil || !ok {
		t.Skip("skip: no CPython on glibc")
	}
	env, err := pep508.NewEnvironment(pep508.EnvironmentSpec{
		Name: "this", Python: version, Platform: "x86_64-manylinux_" + strings.ReplaceAll(libc, ".", "_"),
	})
	if err != nil {
		t.Skip("skip: " + err.Error())
	}
	return env
}

// installable returns the final versions that the environment can install, newest first.
func installable(t *testing.T, p *index.Package, env *constraints.Environment) []string {
	t.Helper()
	var all []string
	for i := p.Len() - 1; i >= 0; i-- {
		files, err := p.Files(i)
		if err != nil {
			t.Fatal(err)
		}
		usable := slices.ContainsFunc(files, func(f index.File) bool { // pip lists no yanked ones
			if f.Yanked {
				return false
			}
			if r, err := pep508.ParseRequirement("python" + f.RequiresPython); f.RequiresPython != "" && err == nil && !r.Range.Contains(env.Runtime()) {
				return false
			}
			return f.IsSource() || slices.ContainsFunc(f.Tags(), func(tag string) bool { _, ok := env.TagRank(tag); return ok })
		})
		if v := p.Version(i); usable && !v.IsPrerelease() {
			all = append(all, normalVersion(v.String()))
		}
	}
	return all
}

// normalVersion drops what pip's normal form of a version does not have.
func normalVersion(text string) string { return strings.TrimPrefix(strings.ToLower(text), "v") }

var availableVersions = regexp.MustCompile(`(?m)^Available versions: (.*)$`)

// pipVersions returns what pip says is available.
func pipVersions(ctx context.Context, t *testing.T, python string, name constraints.Name) []string {
	t.Helper()
	out, err := exec.CommandContext(ctx, python, "-m", "pip", "index", "versions", "--disable-pip-version-check", string(name)).Output()
	found := availableVersions.FindStringSubmatch(string(out))
	if err != nil || found == nil {
		t.Skipf("skip: pip index versions %s does not answer", name)
	}
	return slices.DeleteFunc(strings.Split(found[1], ", "), func(text string) bool {
		_, err := pep440.Parse(text) // what is no version counts for pip before 24.1
		return err != nil
	})
}

// comparePublicMetadata holds what is known of a release against the METADATA of the
// wheel that pip downloads.
func comparePublicMetadata(ctx context.Context, t *testing.T, c *pypi.Client, python string, name constraints.Name, version string) {
	t.Helper()
	dir := t.TempDir()
	cmd := exec.CommandContext(ctx, python, "-m", "pip", "download", "--no-deps", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:", "-d", dir, string(name)+"=="+version)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Skipf("skip: pip download %s: %.200q", name, out)
	}
	wheels, err := filepath.Glob(filepath.Join(dir, "*.whl"))
	if err != nil || len(wheels) != 1 {
		t.Fatalf("pip downloaded %v", wheels)
	}
	want, err := pypi.ParseMetadata(wheelMetadata(t, wheels[0]))
	if err != nil {
		t.Fatal(err)
	}
	p, err := c.Package(ctx, name)
	if err != nil {
		t.Fatal(err)
	}
	for i := range p.Len() {
		if normalVersion(p.Version(i).String()) != version {
			continue
		}
		p, err = c.Describe(ctx, name, p.Version(i))
		if err != nil {
			t.Fatal(err)
		}
		r := p.Release(i)
		if r.MetadataMissing || !slices.Equal(r.Requirements, want.RequiresDist) || r.RequiresPython != want.RequiresPython || !slices.Equal(r.Extras, want.ProvidesExtra) {
			t.Errorf("%s %s: %+v\nthe wheel says %+v", name, version, r, want)
		}
		return
	}
	t.Errorf("%s %s is not there", name, version)
}

// wheelMetadata reads the METADATA of a wheel in the plainest way.
func wheelMetadata(t *testing.T, file string) []byte {
	t.Helper()
	z, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	for _, f := range z.File {
		if dir, base := path.Split(f.Name); base == "METADATA" && strings.HasSuffix(dir, ".dist-info/") {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			data, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			return data
		}
	}
	t.Fatalf("%s has no METADATA", file)
	return nil
}
