package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"sluice/constraints"
	"sluice/constraints/pep508"
	"sluice/fixtures/indexserver"
	"sluice/resolver"
	"sluice/resolver/resolvertest"
)

// uvClient is real uv, which is asked for CPython 3.11.7 on Linux.
type uvClient struct{ path, python, cache, index string }

// newUV returns uv, or skips the test.
func newUV(t testing.TB, index string) uvClient {
	t.Helper()
	c := uvClient{path: client(t, "uv", "SLUICE_UV"), cache: t.TempDir(), index: index}
	out, err := exec.Command(client(t, "python3", ""), "-c", "import sys; print(sys.executable)").Output()
	if err != nil {
		t.Fatal(err)
	}
	c.python = strings.TrimSpace(string(out)) // where python3 is a shim, uv would look longer than it resolves
	return c
}

var compiledLine = regexp.MustCompile(`(?m)^([A-Za-z0-9._-]+)==(\S+)$`)

// compile returns the versions that uv chooses for files of requirements, under a file of
// constraints if one is named; nil where it says that there is no solution.
func (c uvClient) compile(constraints string, requirements ...string) (map[string]string, error) {
	cmd := exec.Command(c.path, "pip", "compile", "--no-config", "--quiet", "--no-header", "--no-annotate", "--python", c.python,
		"--python-version", "3.11.7", "--python-platform", "x86_64-manylinux_2_36", "--index-url", c.index, "--cache-dir", c.cache)
	if constraints != "" {
		cmd.Args = append(cmd.Args, "-c", constraints)
	}
	cmd.Args = append(cmd.Args, requirements...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	switch {
	case err != nil && strings.Contains(stderr.String(), "No solution found"):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("uv: %w\n%s", err, stderr.String())
	}
	versions := make(map[string]string)
	for _, m := range compiledLine.FindAllStringSubmatch(string(out), -1) {
		versions[string(pep508.NormalizeName(m[1]))] = m[2]
	}
	return versions, nil
}

// requirementFiles are those of a project of the corpus, of the modes of the oracle.
func requirementFiles(t testing.TB, consumer, mode string) []string {
	t.Helper()
	files := []string{filepath.Join(corpusDir(t), "openstack-2023-09", "projects", consumer, "requirements.txt")}
	test := filepath.Join(filepath.Dir(files[0]), "test-requirements.txt")
	if _, err := os.Stat(test); err == nil && mode == "test" {
		files = append(files, test)
	}
	return files
}

// TestRealUVResolvesWhatIsExported compiles the requirements of consumers with real uv
// under the constraints that export writes, and compares with the set that sluice says is
// installed.
func TestRealUVResolvesWhatIsExported(t *testing.T) {
	if testing.Short() {
		t.Skip("skip: -short, and uv is asked hundreds of questions")
	}
	url := serve(t, indexserver.Strict(corpusFacts(t)))
	uv := newUV(t, url)
	in := liveCorpus(t, url)
	world := worldOf(in.question(in.lines), in.lines)
	for _, consumer := range []string{"aodh", "keystone", "magnum", "nova", "zun"} {
		data, err := export{consumer: consumer}.lines(in, in.environments[0])
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "constraints.txt")
		if err := os.WriteFile(file, data, 0o666); err != nil {
			t.Fatal(err)
		}
		want := installedBy(world.Verify(oracleCase{Consumer: consumer, Mode: "runtime"}.job(t, in.question(in.lines))))
		got, err := uv.compile(file, requirementFiles(t, consumer, "runtime")...)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" || len(got) == 0 {
			t.Errorf("%s: sluice (-), uv (+):\n%s", consumer, diff)
		}
	}
}

// TestResolveAgreesWithUV resolves what every consumer of the corpus needs, and has real uv
// do the same. Under the constraints both choose the same versions. Without them both find
// some that fit, and those of sluice are as new in total.
func TestResolveAgreesWithUV(t *testing.T) {
	if testing.Short() {
		t.Skip("skip: -short, and uv is asked hundreds of questions")
	}
	url := serve(t, indexserver.Strict(corpusFacts(t)))
	uv := newUV(t, url)
	in := liveCorpus(t, url)
	type question struct {
		oracleCase
		pins string
		uv   map[string]string // its answer
	}
	var questions []*question
	for _, c := range in.consumers {
		for _, mode := range []string{"runtime", "test"} {
			for _, pins := range []string{"fix", "ignore"} {
				questions = append(questions, &question{oracleCase: oracleCase{Consumer: c.name, Mode: mode}, pins: pins})
			}
		}
	}
	var group errgroup.Group
	group.SetLimit(runtime.NumCPU())
	for _, q := range questions {
		constraints := ""
		if q.pins == "fix" {
			constraints = filepath.Join(corpusDir(t), "openstack-2023-09", "upper-constraints.txt")
		}
		files := requirementFiles(t, q.Consumer, q.Mode)
		group.Go(func() (err error) {
			q.uv, err = uv.compile(constraints, files...)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	same, solved, ours, theirs := 0, 0, 0, 0
	gates, env := in.question(in.lines), in.environments[0]
	for _, q := range questions {
		t.Run(q.String()+" "+q.pins, func(t *testing.T) {
			job := q.job(t, gates)
			// final versions first: what a root names is no reason for a pre-release to uv
			answer, err := (&resolution{pins: q.pins}).ask(t.Context(), in, env, job, resolver.Plan{Prereleases: resolver.FinalsFirst})
			if err != nil {
				t.Fatal(err)
			}
			if answer.Solved != (q.uv != nil) {
				t.Fatalf("solved is %t, and uv has %v\n%v", answer.Solved, q.uv, answer.Because)
			}
			if !answer.Solved {
				return
			}
			got := make(map[string]string)
			for _, p := range answer.Packages {
				got[p.Name] = p.Version
			}
			resolvertest.CheckSolution(t, in.facts, env, job, got)
			solved++
			diff := cmp.Diff(got, q.uv)
			if diff == "" {
				same++
			}
			if q.pins == "fix" {
				if diff != "" {
					t.Errorf("sluice (-), uv (+):\n%s", diff)
				}
				return
			}
			for name := range got {
				if _, both := q.uv[name]; both {
					ours, theirs = ours+behind(t, in, name, got[name]), theirs+behind(t, in, name, q.uv[name])
				}
			}
		})
	}
	if ours > theirs {
		t.Errorf("without constraints: in total %d versions behind the newest, uv %d", ours, theirs)
	}
	t.Logf("%d questions, %d solved by both, %d with the same versions; without constraints %d versions behind the newest, uv %d", len(questions), solved, same, ours, theirs)
}

// behind returns how many final versions newer than a version are published.
func behind(t *testing.T, in *inputs, name, version string) (newer int) {
	t.Helper()
	published, err := in.facts.Versions(constraints.Name(name))
	if err != nil {
		t.Fatal(err)
	}
	v := resolvertest.Version(t, version)
	for _, p := range published {
		if p.Compare(v) > 0 && !p.IsPrerelease() {
			newer++
		}
	}
	return newer
}
