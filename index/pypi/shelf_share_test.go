package pypi_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sluice/constraints"
	"sluice/fixtures/indexserver"
	"sluice/index"
	"sluice/index/fetch"
	"sluice/index/pypi"
)

// namesOf returns so many names; more than twenty fall together on shelves.
func namesOf(prefix string, n int) []constraints.Name {
	var names []constraints.Name
	for i := range n {
		names = append(names, constraints.Name(fmt.Sprintf("%s%d", prefix, i)))
	}
	return names
}

// packages returns a package of each name, that requires b.
func packages(t testing.TB, names ...constraints.Name) []*index.Package {
	t.Helper()
	var all []*index.Package
	for _, name := range names {
		all = append(all, pkg(t, name, "1.0: b"))
	}
	return all
}

// entriesOf returns the files of a store that hold entries of a kind.
func entriesOf(t testing.TB, dir string, kind fetch.Kind) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "*", "*", "*."+string(kind)))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// loseDocuments removes what facts could be made of again.
func loseDocuments(t testing.TB, dir string) {
	t.Helper()
	for _, path := range entriesOf(t, dir, fetch.Raw) {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}

// offline returns a client that has nothing but what is kept in a folder.
func offline(t testing.TB, dir string, o pypi.Options) *pypi.Client {
	t.Helper()
	return client(t, fetch.Options{Store: fetch.NewStore(dir), Offline: true}, o)
}

func TestFewFilesHoldTheFactsOfManyProjects(t *testing.T) {
	names := namesOf("a", 100)
	h := serve(t, indexserver.Options{}, packages(t, names...)...)
	dir := t.TempDir()
	c := client(t, fetch.Options{Store: fetch.NewStore(dir)}, at(h))
	for _, name := range append(names, "nobody") {
		describe(t, c, name, "1.0")
	}
	c.Close()
	if n := len(entriesOf(t, dir, fetch.Parsed)); n > 16 {
		t.Errorf("%d files", n)
	}
	loseDocuments(t, dir)
	kept := offline(t, dir, at(h))
	for _, name := range names {
		if got := describe(t, kept, name, "1.0"); got != "b" {
			t.Errorf("%s requires %q", name, got)
		}
	}
	if _, err := kept.Package(t.Context(), "nobody"); !errors.Is(err, index.ErrNotFound) {
		t.Errorf("nobody: %v", err)
	}
	if _, err := kept.Package(t.Context(), "somebody"); !errors.Is(err, fetch.ErrOffline) {
		t.Errorf("somebody: %v", err)
	}
}

// Each of two clients read the shelves before the other one wrote them.
func TestWhatTwoClientsFindOutComesTogether(t *testing.T) {
	ones, others := namesOf("a", 40), namesOf("z", 40)
	h := serve(t, indexserver.Options{}, packages(t, append(ones, others...)...)...)
	dir := t.TempDir()
	one := client(t, fetch.Options{Store: fetch.NewStore(dir)}, at(h))
	other := client(t, fetch.Options{Store: fetch.NewStore(dir)}, at(h))
	for i := range ones {
		describe(t, one, ones[i], "1.0")
		describe(t, other, others[i], "1.0")
	}
	one.Close()
	other.Close()
	loseDocuments(t, dir)
	kept := offline(t, dir, at(h))
	for _, name := range append(ones, others...) {
		if got := describe(t, kept, name, "1.0"); got != "b" {
			t.Errorf("%s requires %q", name, got)
		}
	}
}

func TestOfTwoClientsTheLaterFetchedIsKept(t *testing.T) {
	for _, laterClosesFirst := range []bool{false, true} {
		var now atomic.Pointer[http.Handler]
		publish := func(p *index.Package) {
			facts, err := index.NewSnapshot(p)
			if err != nil {
				t.Fatal(err)
			}
			var h http.Handler = indexserver.New(facts, indexserver.Options{})
			now.Store(&h)
		}
		publish(pkg(t, "a", "1.0: b"))
		l, err := indexserver.Start(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			(*now.Load()).ServeHTTP(w, r)
		}), indexserver.Listen{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(l.Close)
		dir, o := t.TempDir(), pypi.Options{Indexes: []string{l.IndexURL()}}
		earlier := client(t, fetch.Options{Store: fetch.NewStore(dir)}, o)
		describe(t, earlier, "a", "1.0")
		publish(pkg(t, "a", "1.0: b", "2.0: c"))
		later := client(t, fetch.Options{Store: fetch.NewStore(dir), Refresh: true}, o)
		describe(t, later, "a", "2.0")
		if laterClosesFirst {
			later.Close()
		}
		earlier.Close()
		later.Close()
		loseDocuments(t, dir)
		if got := describe(t, offline(t, dir, o), "a", "2.0"); got != "c" {
			t.Errorf("the later closes first: %t: 2.0 requires %q", laterClosesFirst, got)
		}
	}
}

// Whichever byte of a shelf is changed, and wherever it is cut, it counts as missing.
func TestADamagedShelfIsMissing(t *testing.T) {
	h := serve(t, indexserver.Options{}, pkg(t, "a", "1.0: b"))
	dir := t.TempDir()
	c := client(t, fetch.Options{Store: fetch.NewStore(dir)}, at(h))
	describe(t, c, "a", "1.0")
	c.Close()
	loseDocuments(t, dir)
	if got := describe(t, offline(t, dir, at(h)), "a", "1.0"); got != "b" {
		t.Fatalf("a 1.0 requires %q", got)
	}
	path := entriesOf(t, dir, fetch.Parsed)[0]
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	check := func(what string, data []byte) {
		t.Helper()
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if got := describe(t, offline(t, dir, at(h)), "a", "1.0"); !strings.Contains(got, "not in the cache") {
			t.Errorf("%s: a 1.0 requires %q", what, got)
		}
	}
	for i := range whole {
		damaged := bytes.Clone(whole)
		damaged[i] ^= 0x40
		check(fmt.Sprintf("byte %d changed", i), damaged)
		check(fmt.Sprintf("cut at %d", i), whole[:i])
	}
	check("longer", append(bytes.Clone(whole), 'x'))

	again := client(t, fetch.Options{Store: fetch.NewStore(dir)}, at(h))
	describe(t, again, "a", "1.0")
	again.Close()
	if now, err := os.ReadFile(path); err != nil || len(now) != len(whole) {
		t.Errorf("%d bytes after it was found out again, want %d: %v", len(now), len(whole), err)
	}
}

// Environment variables by which the test binary becomes one of several processes that
// share a store.
const (
	childURL   = "SLUICE_TEST_CHILD_URL"
	childStore = "SLUICE_TEST_CHILD_STORE"
	childNames = "SLUICE_TEST_CHILD_NAMES"
)

// child finds out what some projects require, says so on stdout, and keeps it when its
// stdin ends.
func child() error {
	fc, err := fetch.NewClient(fetch.Options{Store: fetch.NewStore(os.Getenv(childStore))})
	if err != nil {
		return err
	}
	defer fc.Close()
	c, err := pypi.New(fc, pypi.Options{Indexes: []string{os.Getenv(childURL)}})
	if err != nil {
		return err
	}
	for name := range strings.FieldsSeq(os.Getenv(childNames)) {
		p, err := c.Package(context.Background(), constraints.Name(name))
		if err != nil {
			return err
		}
		if _, err := c.Describe(context.Background(), constraints.Name(name), p.Versions()...); err != nil {
			return err
		}
	}
	fmt.Println("found out")
	io.Copy(io.Discard, os.Stdin)
	c.Close()
	return nil
}

// Twenty processes write the same shelves at the same moment; five of them are killed at
// it. What the others found out is kept, and nothing is damaged.
func TestProcessesShareShelvesAndDieAtAnyMoment(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	const processes, victims, each = 20, 5, 8
	names := namesOf("a", processes*each)
	h := serve(t, indexserver.Options{}, packages(t, names...)...)
	dir := t.TempDir()
	var all []*exec.Cmd
	var ends []io.Closer
	for own := range slices.Chunk(names, each) {
		cmd := exec.Command(self)
		cmd.Env = append(os.Environ(), childURL+"="+h.url, childStore+"="+dir, childNames+"="+strings.Trim(fmt.Sprint(own), "[]"))
		cmd.Stderr = os.Stderr
		in, err1 := cmd.StdinPipe()
		out, err2 := cmd.StdoutPipe()
		if err := errors.Join(err1, err2, cmd.Start()); err != nil {
			t.Fatal(err)
		}
		if said, err := bufio.NewReader(out).ReadString('\n'); err != nil {
			t.Errorf("%q, %v", said, err)
		}
		all, ends = append(all, cmd), append(ends, in)
	}
	var wait sync.WaitGroup
	for i, cmd := range all {
		ends[i].Close()
		wait.Go(func() {
			if i < victims {
				time.Sleep(rand.N(10 * time.Millisecond)) // somewhere on the way
				cmd.Process.Kill()
				cmd.Wait()
			} else if err := cmd.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	_, damaged, err := fetch.NewStore(dir).Verify(func(_ fetch.Kind, _ string, content []byte) error {
		s, err := new(index.Decoder).Decode(content)
		if err != nil {
			return err
		}
		for _, name := range s.Names() {
			_, wrong := s.Package(name)
			err = errors.Join(err, wrong)
		}
		return err
	})
	if damaged != 0 || err != nil {
		t.Errorf("%d entries are damaged, %v", damaged, err)
	}
	loseDocuments(t, dir)
	c := offline(t, dir, at(h))
	for _, name := range names[victims*each:] {
		if got := describe(t, c, name, "1.0"); got != "b" {
			t.Errorf("%s requires %q", name, got)
		}
	}
}
