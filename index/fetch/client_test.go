package fetch

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// clock is a time that tests set.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// serve starts a host and counts what it is asked.
func serve(t *testing.T, handler http.HandlerFunc) (*url.URL, *atomic.Int64) {
	t.Helper()
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		handler(w, r)
	}))
	t.Cleanup(server.Close)
	return parse(t, server.URL+"/doc"), &asked
}

func parse(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func newClient(t *testing.T, o Options) *Client {
	t.Helper()
	if o.MaxWait == 0 {
		o.MaxWait = time.Millisecond // between attempts
	}
	c, err := NewClient(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func get(t *testing.T, c *Client, u *url.URL) *Document {
	t.Helper()
	doc, err := c.Get(t.Context(), Request{URL: u})
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestAFreshDocumentIsNotAskedForAgain(t *testing.T) {
	u, asked := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "max-age=600")
		w.Header().Set("ETag", `"1"`)
		if r.Header.Get("If-None-Match") == `"1"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		io.WriteString(w, "hello")
	})
	now := &clock{now: time.Now()}
	store := NewStore(t.TempDir())
	ask := func(o Options, wantAsked int64) {
		t.Helper()
		o.Store, o.Now = store, now.Now
		doc := get(t, newClient(t, o), u)
		if string(doc.Body) != "hello" || doc.Stale || asked.Load() != wantAsked {
			t.Errorf("%q, stale %t, asked %d times, want %d", doc.Body, doc.Stale, asked.Load(), wantAsked)
		}
	}
	ask(Options{}, 1)
	ask(Options{}, 1)
	now.pass(599 * time.Second)
	ask(Options{}, 1)
	ask(Options{Refresh: true}, 2) // 304, which makes it fresh again
	now.pass(599 * time.Second)
	ask(Options{}, 2)
	now.pass(2 * time.Second)
	ask(Options{Offline: true}, 2)
	ask(Options{}, 3)
}

func TestOfflineNobodyIsAsked(t *testing.T) {
	u, asked := serve(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "x") })
	c := newClient(t, Options{Offline: true, Store: NewStore(t.TempDir())})
	if _, err := c.Get(t.Context(), Request{URL: u}); !errors.Is(err, ErrOffline) {
		t.Errorf("%v, want ErrOffline", err)
	}
	if _, err := c.OpenEnd(t.Context(), u, 1000, Digest{}); !errors.Is(err, ErrOffline) {
		t.Errorf("%v, want ErrOffline", err)
	}
	if asked.Load() != 0 {
		t.Errorf("asked %d times", asked.Load())
	}
}

func TestAStaleDocumentIsServedWhenTheHostFails(t *testing.T) {
	status := http.StatusOK
	u, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		io.WriteString(w, "old")
	})
	store := NewStore(t.TempDir())
	get(t, newClient(t, Options{Store: store}), u)
	for _, failing := range []int{500, 502, 503, 429} {
		status = failing
		c := newClient(t, Options{Store: store, Retries: -1})
		if doc := get(t, c, u); !doc.Stale || string(doc.Body) != "old" || c.Counts().Stale != 1 {
			t.Errorf("%d: stale %t, %q, counted %d", failing, doc.Stale, doc.Body, c.Counts().Stale)
		}
	}
	for _, refusing := range []int{404, 410, 401, 403} { // the host does answer
		status = refusing
		if doc, err := newClient(t, Options{Store: store, Retries: -1}).Get(t.Context(), Request{URL: u}); err == nil {
			t.Errorf("%d: %q was served", refusing, doc.Body)
		}
	}
}

func TestWhatMayPassIsTriedAgain(t *testing.T) {
	tries := 0
	for name, fault := range map[string]func(http.ResponseWriter){
		"503": func(w http.ResponseWriter) { w.WriteHeader(503) },
		"429": func(w http.ResponseWriter) { w.Header().Set("Retry-After", "0"); w.WriteHeader(429) },
		"cut": func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "100")
			io.WriteString(w, "only this")
		},
		"reset": func(w http.ResponseWriter) { panic(http.ErrAbortHandler) },
		"cut gzip": func(w http.ResponseWriter) {
			w.Header().Set("Content-Encoding", "gzip")
			w.Write(zipped("whole")[:20])
		},
	} {
		t.Run(name, func(t *testing.T) {
			tries = 0
			u, asked := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if tries++; tries <= 2 {
					fault(w)
					return
				}
				io.WriteString(w, "whole")
			})
			if doc := get(t, newClient(t, Options{}), u); string(doc.Body) != "whole" || asked.Load() != 3 {
				t.Errorf("%q after %d requests", doc.Body, asked.Load())
			}
		})
	}
}

func TestWhatWillNotPassIsAskedOnce(t *testing.T) {
	for _, status := range []int{400, 401, 403, 404, 410} {
		u, asked := serve(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(status) })
		_, err := newClient(t, Options{}).Get(t.Context(), Request{URL: u})
		var refused *StatusError
		if !errors.As(err, &refused) || refused.Status != status || asked.Load() != 1 {
			t.Errorf("%d: %v after %d requests", status, err, asked.Load())
		}
	}
}

func TestWhoWantsToRestForLongIsNotAskedAgain(t *testing.T) {
	u, asked := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(503)
	})
	_, err := newClient(t, Options{MaxWait: time.Second}).Get(t.Context(), Request{URL: u})
	var refused *StatusError
	if !errors.As(err, &refused) || refused.RetryAfter != time.Hour || asked.Load() != 1 {
		t.Errorf("%v after %d requests", err, asked.Load())
	}
}

func TestAHostThatIsDownIsLeftAlone(t *testing.T) {
	u, asked := serve(t, func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) })
	c := newClient(t, Options{Retries: 1, Jobs: 1})
	for i := range 20 {
		other := *u
		other.Path = fmt.Sprintf("/%d", i)
		if _, err := c.Get(t.Context(), Request{URL: &other}); err == nil {
			t.Fatal("it answered")
		}
	}
	if asked.Load() != maxFailures*2 {
		t.Errorf("asked %d times, want %d", asked.Load(), maxFailures*2)
	}
}

func TestSizesAreBounded(t *testing.T) {
	bomb := zipped(strings.Repeat("x", 1<<20))
	for name, body := range map[string]func(http.ResponseWriter){
		"announced":   func(w http.ResponseWriter) { w.Header().Set("Content-Length", "5000"); w.Write(make([]byte, 5000)) },
		"unannounced": func(w http.ResponseWriter) { w.(http.Flusher).Flush(); w.Write(make([]byte, 5000)) },
		"inflated":    func(w http.ResponseWriter) { w.Header().Set("Content-Encoding", "gzip"); w.Write(bomb) },
	} {
		u, asked := serve(t, func(w http.ResponseWriter, r *http.Request) { body(w) })
		_, err := newClient(t, Options{}).Get(t.Context(), Request{URL: u, Limit: 4096})
		var large *TooLargeError
		if !errors.As(err, &large) || asked.Load() != 1 {
			t.Errorf("%s: %v after %d requests", name, err, asked.Load())
		}
	}
}

func zipped(text string) []byte {
	var buf bytes.Buffer
	w := gzip.NewWriter(&buf)
	io.WriteString(w, text)
	w.Close()
	return buf.Bytes()
}

func TestADocumentMustHaveItsDigest(t *testing.T) {
	body := "right"
	u, asked := serve(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, body) })
	sum := sha256.Sum256([]byte("right"))
	q := Request{URL: u, Digest: Digest{"sha256", hex.EncodeToString(sum[:])}}
	store := NewStore(t.TempDir())
	body = "wrong"
	var digest *DigestError
	if _, err := newClient(t, Options{Store: store}).Get(t.Context(), q); !errors.As(err, &digest) {
		t.Errorf("%v, want a DigestError", err)
	}
	body = "right"
	for range 2 { // kept for ever: asked for once more only
		if _, err := newClient(t, Options{Store: store, Refresh: true}).Get(t.Context(), q); err != nil {
			t.Error(err)
		}
	}
	if asked.Load() != 2 {
		t.Errorf("asked %d times, want 2", asked.Load())
	}
}

func TestRedirectsAreFollowedWithinReason(t *testing.T) {
	var there *url.URL
	there, _ = serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "/file":
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		case "/moved":
			http.Redirect(w, r, "/new/place", http.StatusMovedPermanently)
		default:
			io.WriteString(w, "found")
		}
	})
	at := func(path string) *url.URL { u := *there; u.Path = path; return &u }
	c := newClient(t, Options{})
	if doc := get(t, c, at("/moved")); string(doc.Body) != "found" || doc.URL.Path != "/new/place" {
		t.Errorf("%q at %s", doc.Body, doc.URL)
	}
	for _, path := range []string{"/loop", "/file"} {
		var redirect *RedirectError
		if _, err := c.Get(t.Context(), Request{URL: at(path)}); !errors.As(err, &redirect) {
			t.Errorf("%s: %v, want a RedirectError", path, err)
		}
	}
}

func TestIdenticalQuestionsBecomeOne(t *testing.T) {
	release := make(chan struct{})
	u, asked := serve(t, func(w http.ResponseWriter, r *http.Request) {
		<-release
		w.Header().Set("Cache-Control", "max-age=600") // for who asks when it is done
		io.WriteString(w, "x")
	})
	var once sync.Once
	c := newClient(t, Options{Store: NewStore(t.TempDir()), Progress: func(n Counts) {
		if n.Asked == 20 {
			once.Do(func() { close(release) })
		}
	}})
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() { get(t, c, u) })
	}
	wait.Wait()
	if asked.Load() != 1 {
		t.Errorf("asked %d times", asked.Load())
	}
}

// The host keeps its connections open: ending them is up to the client, and goleak
// sees whether it does.
func TestCloseEndsConnections(t *testing.T) {
	var open atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {}))
	closed := make(chan struct{})
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			open.Add(1)
		case http.StateClosed:
			if open.Add(-1) == 0 {
				close(closed)
			}
		}
	}
	server.Start()
	defer server.Close()
	c := newClient(t, Options{})
	get(t, c, parse(t, server.URL))
	c.Close()
	select {
	case <-closed:
	case <-time.After(time.Minute):
		t.Errorf("%d connections stay open", open.Load())
	}
}

func TestInFlightIsBounded(t *testing.T) {
	const requests, perHost = 40, 3
	var now, most atomic.Int64
	arrived, release := make(chan struct{}, requests), make(chan struct{})
	u, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/between" {
			return
		}
		n := now.Add(1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		arrived <- struct{}{}
		<-release
		now.Add(-1)
	})
	c := newClient(t, Options{Jobs: requests, PerHost: perHost})
	var wait sync.WaitGroup
	for i := range requests {
		other := *u
		other.Path = fmt.Sprintf("/%d", i)
		wait.Go(func() { get(t, c, &other) })
	}
	for range perHost {
		<-arrived
	}
	other, between := newClient(t, Options{}), *u
	between.Path = "/between"
	for range 100 { // far longer than a request too many would take to arrive
		get(t, other, &between)
	}
	close(release)
	wait.Wait()
	if most.Load() != perHost {
		t.Errorf("%d at once, want %d", most.Load(), perHost)
	}
}

func TestCancellingEndsAtOnce(t *testing.T) {
	stop := make(chan struct{})
	u, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-stop:
		case <-r.Context().Done():
		}
	})
	defer close(stop)
	ctx, cancel := context.WithCancel(t.Context())
	c := newClient(t, Options{Progress: func(n Counts) {
		if n.Asked == 1 {
			time.AfterFunc(5*time.Millisecond, cancel)
		}
	}})
	if _, err := c.Get(ctx, Request{URL: u}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want Canceled", err)
	}
}

func TestExpiry(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		control, age, expires string
		fresh                 time.Duration
		keep                  bool
	}{
		{"max-age=600", "", "", 600 * time.Second, true},
		{"max-age=600, public", "100", "", 500 * time.Second, true},
		{`public , MAX-AGE="60"`, "", "", time.Minute, true},
		{"max-age=10", "20", "", 0, true},
		{"no-cache, max-age=600", "", "", 0, true},
		{"no-store", "", "", 0, false},
		{"", "", "Thu, 01 Jan 2026 01:00:00 GMT", time.Hour, true},
		{"", "", "0", 0, true},
		{"", "", "", 0, true},
		{"max-age=99999999999999999999999", "", "", 24 * time.Hour, true},
		{"max-age=-5", "", "", 0, true},
	} {
		h := http.Header{"Cache-Control": {test.control}, "Age": {test.age}, "Expires": {test.expires}}
		if until, keep := expiry(h, now); until.Sub(now) != test.fresh || keep != test.keep {
			t.Errorf("%v: %s, %t", test, until.Sub(now), keep)
		}
	}
}

func TestFileIsReadInParts(t *testing.T) {
	content := make([]byte, 300_000)
	for i := range content {
		content[i] = byte(i * 7 >> 3)
	}
	for name, handler := range map[string]http.HandlerFunc{
		"parts": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", `"e"`)
			http.ServeContent(w, r, "x", time.Time{}, bytes.NewReader(content))
		},
		"whole": func(w http.ResponseWriter, r *http.Request) { w.Write(content) },
	} {
		t.Run(name, func(t *testing.T) {
			u, asked := serve(t, handler)
			c := newClient(t, Options{})
			f, err := c.OpenEnd(t.Context(), u, 1<<20, Digest{})
			if err != nil {
				t.Fatal(err)
			}
			for _, span := range [][2]int{{299_000, 1000}, {240_000, 60_000}, {0, 10}, {5, 20_000}, {0, 300_000}} {
				p := make([]byte, span[1])
				if n, err := f.ReadAt(p, int64(span[0])); n != len(p) || err != nil || !bytes.Equal(p, content[span[0]:][:span[1]]) {
					t.Errorf("%v: %d, %v", span, n, err)
				}
			}
			if n, err := f.ReadAt(make([]byte, 10), 299_995); n != 5 || err != io.EOF {
				t.Errorf("at the end: %d, %v", n, err)
			}
			if asked.Load() > 5 || f.Size() != int64(len(content)) {
				t.Errorf("%d requests, size %d", asked.Load(), f.Size())
			}
		})
	}
}

func TestFileRefusesPartsThatDoNotFit(t *testing.T) {
	for name, header := range map[string]string{
		"none": "", "other unit": "lines 0-9/100", "too long": "bytes 0-99/100", "beyond": "bytes 95-104/100", "unknown size": "bytes 0-9/*", "negative": "bytes -5-4/100",
	} {
		u, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Range", header)
			w.WriteHeader(http.StatusPartialContent)
			w.Write(make([]byte, 10))
		})
		if _, err := newClient(t, Options{}).OpenEnd(t.Context(), u, 1<<20, Digest{}); err == nil {
			t.Errorf("%s: %q is taken", name, header)
		}
	}
}

// oldHost serves parts that are named by their first and last byte, and answers a
// question for the last so many bytes with what is given.
func oldHost(content []byte, suffix http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.Header.Get("Range"), "bytes=-") {
			suffix(w, r)
			return
		}
		http.ServeContent(w, r, "x", time.Time{}, bytes.NewReader(content))
	}
}

// Many hosts serve parts and know nothing of a part at the end. What they make of a
// question for one differs.
func TestFileIsReadFromHostsThatServeNoPartAtTheEnd(t *testing.T) {
	content := make([]byte, 300_000)
	for i := range content {
		content[i] = byte(i * 7 >> 3)
	}
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(code) }
	}
	part := func(contentRange string, data []byte) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Range", contentRange)
			w.WriteHeader(http.StatusPartialContent)
			w.Write(data)
		}
	}
	for name, suffix := range map[string]http.HandlerFunc{
		"not found":                  status(http.StatusNotFound), // Nexus
		"not satisfiable":            status(http.StatusRequestedRangeNotSatisfiable),
		"not implemented":            status(http.StatusNotImplemented), // Fastly
		"not allowed":                status(http.StatusMethodNotAllowed),
		"bad request":                status(http.StatusBadRequest),
		"internal error":             status(http.StatusInternalServerError),
		"a part before the file":     part("bytes -65536-299999/300000", content), // Artifactory
		"as many bytes at the start": part("bytes 0-65536/300000", content[:65537]),
	} {
		t.Run(name, func(t *testing.T) {
			u, asked := serve(t, oldHost(content, suffix))
			c := newClient(t, Options{Retries: -1})
			var requests []int64
			for range 2 {
				asked.Store(0)
				f, err := c.OpenEnd(t.Context(), u, 1<<20, Digest{})
				if err != nil {
					t.Fatal(err)
				}
				p := make([]byte, 60_000)
				if n, err := f.ReadAt(p, 240_000); n != len(p) || err != nil || !bytes.Equal(p, content[240_000:]) {
					t.Errorf("%d, %v", n, err)
				}
				if f.Size() != int64(len(content)) {
					t.Errorf("size %d", f.Size())
				}
				requests = append(requests, asked.Load())
			}
			if requests[0] > 3 || requests[1] > 2 {
				t.Errorf("%d requests for two files", requests)
			}
		})
	}
}

// Artifactory refuses a part that is longer than the file.
func TestAShortFileIsReadFromAHostThatIsStrict(t *testing.T) {
	content := []byte("a short file")
	u, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		var first, last int
		if n, _ := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-%d", &first, &last); n < 2 || last >= len(content) {
			w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
			return
		}
		http.ServeContent(w, r, "x", time.Time{}, bytes.NewReader(content))
	})
	c := newClient(t, Options{})
	for name, open := range map[string]func(context.Context, *url.URL, int64, Digest) (*File, error){"end": c.OpenEnd, "start": c.OpenStart} {
		f, err := open(t.Context(), u, 1<<20, Digest{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if data, err := io.ReadAll(io.NewSectionReader(f, 0, f.Size())); err != nil || !bytes.Equal(data, content) {
			t.Errorf("%s: %q, %v", name, data, err)
		}
	}
}

// What is refused for another reason is not asked for in another way.
func TestAFileThatIsNotThereIsNotRead(t *testing.T) {
	for status, most := range map[int]int64{http.StatusNotFound: 2, http.StatusUnauthorized: 1, http.StatusForbidden: 1, http.StatusServiceUnavailable: 1} {
		u, asked := serve(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(status) })
		_, err := newClient(t, Options{Retries: -1}).OpenEnd(t.Context(), u, 1<<20, Digest{})
		var refused *StatusError
		if !errors.As(err, &refused) || refused.Status != status || asked.Load() > most {
			t.Errorf("%d: %v after %d requests", status, err, asked.Load())
		}
	}
}

func mustParse(text string) *url.URL {
	u, err := url.Parse(text)
	if err != nil {
		panic(err)
	}
	return u
}
