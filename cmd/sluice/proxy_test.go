package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sluice/fixtures"
	"sluice/fixtures/indexserver"
	"sluice/index"
)

// proxy is an HTTP proxy that notes all that passes. It knows where the hosts are that
// it forwards to; nobody else can reach them under these names.
type proxy struct {
	hosts map[string]*httptest.Server

	mu       sync.Mutex
	passed   []passed
	inFlight map[string]int // requests, by host
	most     int            // of one host at once
}

// passed is a request that passed through a proxy, and its answer.
type passed struct {
	url           string
	status        int
	authorization string // what it was sent with, "" for nothing
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.enter(r.URL.Host, 1)
	defer p.enter(r.URL.Host, -1)
	host, ok := p.hosts[r.URL.Host]
	if !ok || r.Header.Get("Proxy-Authorization") != "" {
		http.Error(w, "nobody of that name", http.StatusBadGateway)
		p.note(r, http.StatusBadGateway)
		return
	}
	to, err := url.Parse(host.URL)
	if err != nil {
		panic(err)
	}
	forward := httputil.ReverseProxy{
		Rewrite: func(out *httputil.ProxyRequest) {
			out.Out.URL.Scheme, out.Out.URL.Host = to.Scheme, to.Host
			out.Out.Header["Accept-Encoding"] = out.In.Header["Accept-Encoding"]
		},
		ModifyResponse: func(resp *http.Response) error {
			p.note(r, resp.StatusCode)
			return nil
		},
	}
	forward.ServeHTTP(w, r)
}

// enter counts a request that comes (1) or goes (-1).
func (p *proxy) enter(host string, n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.inFlight[host] += n
	p.most = max(p.most, p.inFlight[host])
}

// takeMost returns how many requests one host had at once since the last time.
func (p *proxy) takeMost() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	most := p.most
	p.most = 0
	return most
}

func (p *proxy) note(r *http.Request, status int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.passed = append(p.passed, passed{r.URL.String(), status, r.Header.Get("Authorization")})
}

// take returns what passed since the last time, sorted.
func (p *proxy) take() []passed {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := p.passed
	p.passed = nil
	slices.SortFunc(all, func(a, b passed) int { return strings.Compare(a.url, b.url) })
	return all
}

// startProxy serves the demo universe behind a proxy: the package brinehttp on
// private.example for one user, all others on index.example for another, whose files are
// on files.example for everybody, to which moved.example sends everything on.
func startProxy(t *testing.T) (p *proxy, url string) {
	t.Helper()
	facts, err := (&fixtureServer{}).facts(nil)
	if err != nil {
		t.Fatal(err)
	}
	own, err := facts.Package("brinehttp")
	if err != nil {
		t.Fatal(err)
	}
	private, err := index.NewSnapshot(own)
	if err != nil {
		t.Fatal(err)
	}
	moved, err := indexserver.ParseFault("redirect=http://files.example path=/files/*")
	if err != nil {
		t.Fatal(err)
	}
	p = &proxy{hosts: make(map[string]*httptest.Server), inFlight: make(map[string]int)}
	for host, server := range map[string]http.Handler{
		"private.example": indexserver.New(private, indexserver.Options{Users: map[string]string{"inner": "pr1vate-word"}}),
		"index.example":   indexserver.New(facts, indexserver.Options{Users: map[string]string{"outer": "s3cret-word"}, Faults: []indexserver.Fault{moved}}),
		"files.example":   indexserver.New(facts, indexserver.Options{}),
		"moved.example": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://files.example"+r.URL.Path, http.StatusMovedPermanently)
		}),
	} {
		p.hosts[host] = httptest.NewServer(server)
		t.Cleanup(p.hosts[host].Close)
	}
	front := httptest.NewServer(p)
	t.Cleanup(front.Close)
	return p, front.URL
}

// TestAProxySeesNoMoreThanIsNeeded gates as a real process behind a proxy that notes
// everything. Each document is asked for once, of the host that has it, with the
// credentials of that host and no other; nothing of them is printed or kept.
func TestAProxySeesNoMoreThanIsNeeded(t *testing.T) {
	p, front := startProxy(t)
	dir := t.TempDir()
	if err := os.CopyFS(dir, fixtures.Universe()); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	gate := func(verdict string, args ...string) []passed {
		t.Helper()
		args = append([]string{"gate", "--index-url", "http://outer:s3cret-word@index.example/simple/",
			"--extra-index-url", "http://inner:pr1vate-word@private.example/simple/"}, args...)
		run := exec.Command("sluice", args...)
		run.Dir = dir
		run.Env = []string{"HOME=" + dir, "SLUICE_CACHE_DIR=" + filepath.Join(dir, ".cache"), "HTTP_PROXY=" + front, "PIP_NO_INDEX=1", "PATH=" + os.Getenv("PATH")}
		out, err := run.CombinedOutput()
		if !strings.Contains(string(out), verdict) {
			t.Fatalf("%v\n%s", err, out)
		}
		said.Write(out)
		return p.take()
	}

	cold := gate("ADMIT", "brinehttp==1.26.18")
	counts := make(map[string]int)
	for i, r := range cold {
		u, err := url.Parse(r.url)
		if err != nil {
			t.Fatal(err)
		}
		what := "page"
		if strings.HasPrefix(u.Path, "/files/") {
			what = "metadata"
		}
		counts[fmt.Sprintf("%d %s of %s", r.status, what, u.Host)]++
		if i > 0 && cold[i-1].url == r.url {
			t.Errorf("%s was asked for twice", r.url)
		}
		if !strings.HasSuffix(u.Path, "/") && !strings.HasSuffix(u.Path, ".metadata") {
			t.Errorf("%s was asked for", r.url)
		}
		want := map[string]string{"index.example": basic("outer", "s3cret-word"), "private.example": basic("inner", "pr1vate-word")}[u.Host]
		if r.authorization != want {
			t.Errorf("%s was asked for with %q, want %q", r.url, r.authorization, want)
		}
	}
	// There are 42 pins of 40 names, 6 names of linters that nothing pins, of which 11
	// versions are tried; and the candidate. The private index is asked first and has two
	// releases of one. Nobody is asked about the 2 names that consumers have URLs for.
	const names, releases = 40 + 6, 42 + 11 + 1
	want := map[string]int{
		"200 page of private.example":     1,
		"404 page of private.example":     names - 1,
		"200 page of index.example":       names - 1,
		"200 metadata of private.example": 2,
		"302 metadata of index.example":   releases - 2,
		"200 metadata of files.example":   releases - 2,
	}
	if diff := cmp.Diff(want, counts); diff != "" {
		t.Errorf("asked for (-want +got):\n%s", diff)
	}
	if warm := gate("ADMIT", "brinehttp==1.26.18"); len(warm) != 0 {
		t.Errorf("when all is known, it asks for %v", warm)
	}
	if offline := gate("ADMIT", "brinehttp==1.26.18", "--offline"); len(offline) != 0 {
		t.Errorf("offline, it asks for %v", offline)
	}
	for _, r := range gate("ADMIT", "brinehttp==1.26.18", "--refresh") {
		if !strings.HasSuffix(r.url, "/") || r.status != http.StatusNotModified && r.status != http.StatusNotFound {
			t.Errorf("to refresh, it asks for %s: %d", r.url, r.status)
		}
	}
	gate("REJECT", "brinehttp==2.0.4")
	gate("the indexes have 1 of the 44 packages", "brinehttp==2.0.4", "--index-url", "http://outer:s3cret-word@files.example/nothing/")
	gate("questions on to files.example: what is known of 45 packages", "brinehttp==1.26.18", "--index-url", "http://moved.example/simple/")
	p.takeMost()
	gate("ADMIT", "brinehttp==1.26.18", "--jobs-per-host", "2", "--cache-dir", "fresh")
	if most := p.takeMost(); most != 2 {
		t.Errorf("at most two requests at once for each host are wanted: there are %d", most)
	}
	secrets := []string{"s3cret-word", "pr1vate-word"}
	for _, r := range cold {
		if _, token, ok := strings.Cut(r.authorization, " "); ok && !slices.Contains(secrets, token) {
			secrets = append(secrets, token)
		}
	}
	for _, secret := range secrets {
		if strings.Contains(said.String(), secret) {
			t.Errorf("it prints %q:\n%s", secret, said.String())
		}
		if in := filesWith(t, filepath.Join(dir, ".cache"), secret); len(in) > 0 {
			t.Errorf("%q is kept in %q", secret, in)
		}
	}
}

// basic returns credentials as requests carry them (RFC 7617).
func basic(user, password string) string {
	r := http.Request{Header: make(http.Header)}
	r.SetBasicAuth(user, password)
	return r.Header.Get("Authorization")
}

// filesWith returns the files of a folder that hold a text.
func filesWith(t *testing.T, folder, text string) (paths []string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if strings.Contains(path, text) || bytes.Contains(data, []byte(text)) {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}
