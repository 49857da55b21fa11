package fetch

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// Environment variables by which the test binary becomes one of several processes
// that share a store.
const (
	childURL   = "SLUICE_TEST_CHILD_URL"
	childStore = "SLUICE_TEST_CHILD_STORE"
)

const sharedDocuments = 60

func TestMain(m *testing.M) {
	if os.Getenv(childURL) != "" {
		os.Exit(child())
	}
	goleak.VerifyTestMain(m)
}

// child gets all documents, says so on stdout, and fails if one is not as it must be.
func child() int {
	c, err := NewClient(Options{Store: NewStore(os.Getenv(childStore)), Jobs: 4})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println("started")
	status := 0
	for _, i := range rand.Perm(sharedDocuments) {
		u := mustParse(fmt.Sprintf("%s/%d", os.Getenv(childURL), i))
		doc, err := c.Get(context.Background(), Request{URL: u})
		if err != nil || string(doc.Body) != documentText(i) {
			fmt.Fprintln(os.Stderr, i, err)
			status = 1
		}
	}
	return status
}

func documentText(i int) string { return strings.Repeat(fmt.Sprintf("document %d\n", i), 2000) }

// Twenty processes want the same documents; five of them are killed on the way. The
// others have all of them, whole, and hardly any is fetched twice.
func TestProcessesShareAStoreAndDieAtAnyMoment(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	u, asked := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "max-age=600")
		var i int
		fmt.Sscanf(r.URL.Path, "/%d", &i)
		text := documentText(i)
		io.WriteString(w, text[:len(text)/2])
		w.(http.Flusher).Flush()
		io.WriteString(w, text[len(text)/2:])
	})
	dir := t.TempDir()
	const processes, victims = 20, 5
	var wait sync.WaitGroup
	var failed atomic.Int64
	for n := range processes {
		cmd := exec.Command(self)
		cmd.Env = append(os.Environ(), childURL+"=http://"+u.Host, childStore+"="+dir)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		wait.Go(func() {
			bufio.NewReader(out).ReadString('\n')
			if n < victims {
				time.Sleep(rand.N(30 * time.Millisecond)) // somewhere on the way
				cmd.Process.Kill()
				cmd.Wait()
				return
			}
			if cmd.Wait() != nil {
				failed.Add(1)
			}
		})
	}
	wait.Wait()
	if failed.Load() > 0 {
		t.Errorf("%d processes failed", failed.Load())
	}
	if n := asked.Load(); n < sharedDocuments || n > 2*sharedDocuments {
		t.Errorf("%d documents were asked for %d times", sharedDocuments, n)
	}
	checkStore(t, dir, sharedDocuments)
}

// checkStore holds that a store has that many entries, all sound.
func checkStore(t *testing.T, dir string, want int) {
	t.Helper()
	sound := 0
	filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if strings.HasSuffix(path, "."+string(Raw)) {
			if _, _, err := readEntry(path); err != nil {
				t.Errorf("%s: %v", path, err)
			}
			sound++
		}
		return nil
	})
	if sound != want {
		t.Errorf("%d entries, want %d", sound, want)
	}
}

func TestAFullDiskIsNobodysTrouble(t *testing.T) {
	if runtime.GOOS != "linux" || os.Geteuid() != 0 {
		t.Skip("skip: a disk that is full needs root on Linux")
	}
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("skip: no small disk can be mounted: %.200q", out)
	}
	defer exec.Command("umount", dir).Run()
	u, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "max-age=600")
		io.WriteString(w, documentText(1))
	})
	store := NewStore(dir)
	c := newClient(t, Options{Store: store})
	defer c.Close() // before the disk goes
	for i := range 30 {
		other := *u
		other.Path = fmt.Sprintf("/%d", i)
		if doc := get(t, c, &other); string(doc.Body) != documentText(1) {
			t.Errorf("%d: another text", i)
		}
	}
	if store.Trouble() == nil {
		t.Error("nobody noticed that the disk is full")
	}
	filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if strings.HasSuffix(path, tempEnding) {
			t.Errorf("%s is left over", path)
		}
		return nil
	})
}

func TestAReadOnlyFolderIsNobodysTrouble(t *testing.T) {
	dir := t.TempDir()
	u, asked := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "max-age=600")
		io.WriteString(w, "x")
	})
	get(t, newClient(t, Options{Store: NewStore(dir)}), u)
	if err := exec.Command("mount", "--bind", dir, dir).Run(); err != nil {
		t.Skip("skip: a read-only folder needs root on Linux")
	}
	defer exec.Command("umount", dir).Run()
	if err := exec.Command("mount", "-o", "remount,bind,ro", dir).Run(); err != nil {
		t.Skip("skip: no folder can be made read-only")
	}
	store := NewStore(dir)
	c := newClient(t, Options{Store: store})
	defer c.Close() // before the disk goes
	get(t, c, u)    // from the store
	other := *u
	other.Path = "/other"
	get(t, c, &other)
	if asked.Load() != 2 || store.Trouble() == nil {
		t.Errorf("asked %d times, want 2", asked.Load())
	}
}
