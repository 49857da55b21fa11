package pypi_test

import (
	"archive/zip"
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"sluice/index"
	"sluice/index/fetch"
	"sluice/index/pypi"
)

// registry is a private index that cannot be installed here, as far as a client notices,
// by its documentation, its source or what its users report.
//
// In a link and a path {origin} is scheme and host, {wheel} is the name of the file, and
// {sha256} and {md5} are its digests.
type registry struct {
	user   string // whom it knows, as NAME:PASSWORD
	index  string // the path of the index
	link   string // the anchor on the page of quill-pen
	python string // the Requires-Python that this states
	wheel  string // the path of the wheel
	serve  serveFunc
	whole  bool // it serves no parts
	sentOn bool // the wheel is on another host, to which a request is redirected
}

type serveFunc func(w http.ResponseWriter, r *http.Request, wheel []byte)

var registries = map[string]registry{
	// A remote repository repeats "packages", and an ETag is a bare SHA-1. Of a part at the
	// end it makes nonsense: poetry #9056, #9082.
	"Artifactory": {
		user:   "ci:s3cret-word",
		index:  "/artifactory/api/pypi/pypi/simple",
		link:   `<a href="../../packages/packages/a7/c2/fe1e/{wheel}#sha256={sha256}" data-requires-python="&gt;=3.8" rel="internal">`,
		python: ">=3.8",
		wheel:  "/artifactory/api/pypi/pypi/packages/packages/a7/c2/fe1e/{wheel}",
		serve: func(w http.ResponseWriter, r *http.Request, wheel []byte) {
			w.Header().Set("ETag", "60b928b15e05d04a33b880a0232e44258c777740")
			if length, atEnd := strings.CutPrefix(r.Header.Get("Range"), "bytes=-"); atEnd {
				w.Header().Set("Content-Range", fmt.Sprintf("bytes -%s-%d/%d", length, len(wheel)-1, len(wheel)))
				w.WriteHeader(http.StatusPartialContent)
				w.Write(wheel[:100])
				return
			}
			serveParts(w, r, wheel)
		},
	},
	// Some versions promise parts and serve the whole (pip #8723), stated MD5 only (hashin
	// #120), or take a token without a name.
	"Artifactory, other versions": {
		user:  ":s3cret-word",
		index: "/artifactory/api/pypi/pypi-local/simple",
		link:  `<a href="../../quill-pen/1.0/{wheel}#md5={md5}" rel="internal">`,
		wheel: "/artifactory/api/pypi/pypi-local/quill-pen/1.0/{wheel}",
		whole: true,
		serve: func(w http.ResponseWriter, _ *http.Request, wheel []byte) {
			w.Header().Set("Accept-Ranges", "bytes")
			w.Write(wheel)
		},
	},
	// The page is as its pypi-index.vm has it. A part at the end is not found: nexus-public
	// #346.
	"Nexus": {
		user:   "ci:s3cret-word",
		index:  "/repository/pypi-proxy/simple",
		link:   `<a href="../../packages/quill-pen/1.0/{wheel}#sha256={sha256}" rel="internal" data-requires-python="&gt;=3.8">`,
		python: ">=3.8",
		wheel:  "/repository/pypi-proxy/packages/quill-pen/1.0/{wheel}",
		serve:  serveWithin(http.StatusNotFound),
	},
	// Before 3.41 a hosted repository stated MD5 only (poetry #6301), and its pages from
	// then stay.
	"Nexus, a hosted repository": {
		user:  "ci:s3cret-word",
		index: "/repository/pypi-hosted/simple",
		link:  `<a href="../../packages/quill-pen/1.0/{wheel}#md5={md5}" rel="internal">`,
		wheel: "/repository/pypi-hosted/packages/quill-pen/1.0/{wheel}",
		serve: serveWithin(http.StatusNotFound),
	},
	// The anchor is as its simple_presenter_base.rb has it: absolute, and with an attribute
	// that may say nothing.
	"GitLab": {
		user:  "gitlab-ci-token:s3cret-word",
		index: "/api/v4/projects/7/packages/pypi/simple",
		link:  `<a href="{origin}/api/v4/projects/7/packages/pypi/files/{sha256}/{wheel}#sha256={sha256}" data-requires-python="">`,
		wheel: "/api/v4/projects/7/packages/pypi/files/{sha256}/{wheel}",
		whole: true,
		serve: func(w http.ResponseWriter, _ *http.Request, wheel []byte) { w.Write(wheel) },
	},
	// Links are relative to the page: uv #1388.
	"AWS CodeArtifact": {
		user:  "aws:s3cret-word",
		index: "/pypi/team/simple",
		link:  `<a href="1.0/{wheel}#sha256={sha256}">`,
		wheel: "/pypi/team/simple/quill-pen/1.0/{wheel}",
		serve: serveParts,
	},
	// Files are beside the index.
	"Google Artifact Registry": {
		user:  "oauth2accesstoken:s3cret-word",
		index: "/project/python/simple",
		link:  `<a href="../../quill-pen/{wheel}#sha256={sha256}">`,
		wheel: "/project/python/quill-pen/{wheel}",
		serve: serveParts,
	},
	// A file is on a storage, which takes the signature in its URL and no credentials
	// (dependabot-core #13941, uv #21349), and has parts within a file only.
	"Azure Artifacts": {
		user:   "VssSessionToken:s3cret-word",
		index:  "/org/team/_packaging/feed/pypi/simple",
		link:   `<a href="{origin}/org/0a1b/_packaging/2c3d/pypi/download/quill-pen/1.0/{wheel}#sha256={sha256}">`,
		wheel:  "/org/0a1b/_packaging/2c3d/pypi/download/quill-pen/1.0/{wheel}",
		serve:  serveWithin(http.StatusBadRequest),
		sentOn: true,
	},
}

// serveParts serves parts of every kind.
func serveParts(w http.ResponseWriter, r *http.Request, wheel []byte) {
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(wheel))
}

// serveWithin serves parts within a file, and answers with a status when the end is asked
// for.
func serveWithin(status int) serveFunc {
	return func(w http.ResponseWriter, r *http.Request, wheel []byte) {
		if strings.HasPrefix(r.Header.Get("Range"), "bytes=-") {
			w.WriteHeader(status)
			return
		}
		serveParts(w, r, wheel)
	}
}

const quillPen = "quill_pen-1.0-py3-none-any.whl"

// largeWheel returns a wheel of which METADATA is a small part, somewhere at its end.
func largeWheel(t *testing.T) []byte {
	t.Helper()
	noise := make([]byte, 400<<10)
	rand.NewChaCha8([32]byte{}).Read(noise)
	var wheel bytes.Buffer
	archive := zip.NewWriter(&wheel)
	for _, entry := range []struct{ name, text string }{
		{"quill_pen/noise.bin", string(noise)},
		{"quill_pen-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: Quill.Pen\nVersion: 1.0\nRequires-Python: >=3.8\nRequires-Dist: inkwell>=2\n"},
	} {
		w, err := archive.Create(entry.name)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, entry.text)
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	return wheel.Bytes()
}

// site is a registry at work.
type site struct {
	registry
	content []byte // of the wheel
	storage string // scheme and host, where files are elsewhere

	mu    sync.Mutex
	asked []string
	sent  int // bytes of the wheel
}

// start starts the registry and returns the URL of its index, without a user.
func (s *site) start(t *testing.T) string {
	t.Helper()
	if s.sentOn {
		storage := httptest.NewServer(http.HandlerFunc(s.store))
		t.Cleanup(storage.Close)
		s.storage = storage.URL
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return server.URL + s.index
}

// ServeHTTP implements http.Handler.
func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.asked = append(s.asked, r.Method+" "+r.URL.Path)
	s.mu.Unlock()
	if name, password, _ := r.BasicAuth(); name+":"+password != s.user {
		w.Header().Set("WWW-Authenticate", `Basic realm="registry"`)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	switch r.URL.Path {
	case s.index + "/quill-pen/":
		w.Header().Set("Content-Type", "text/html;charset=utf-8")
		fmt.Fprintf(w, "<html><head><title>Links for quill-pen</title></head><body>\n%s%s</a><br/>\n</body></html>", s.fill(s.link, r), quillPen)
	case s.fill(s.wheel, r):
		if s.sentOn {
			http.Redirect(w, r, s.storage+"/blob?sig=k3y", http.StatusSeeOther)
			return
		}
		s.serve(&measured{w, s}, r, s.content)
	default:
		http.NotFound(w, r)
	}
}

// store is where files are.
func (s *site) store(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "" || r.URL.RawQuery != "sig=k3y" {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	s.serve(&measured{w, s}, r, s.content)
}

// fill fills in a link or a path.
func (s *site) fill(text string, r *http.Request) string {
	return strings.NewReplacer(
		"{origin}", "http://"+r.Host, "{wheel}", quillPen,
		"{sha256}", fmt.Sprintf("%x", sha256.Sum256(s.content)), "{md5}", fmt.Sprintf("%x", md5.Sum(s.content)),
	).Replace(text)
}

// measured counts what is sent.
type measured struct {
	http.ResponseWriter
	site *site
}

func (m *measured) Write(p []byte) (int, error) {
	m.site.mu.Lock()
	m.site.sent += len(p)
	m.site.mu.Unlock()
	return m.ResponseWriter.Write(p)
}

func TestPrivateRegistriesAreRead(t *testing.T) {
	wheel := largeWheel(t)
	for name, r := range registries {
		t.Run(name, func(t *testing.T) {
			s := &site{registry: r, content: wheel}
			url := s.start(t)
			c := client(t, fetch.Options{Retries: -1}, knownTo(url, s.user))
			checkPage(t, c, s)
			if got := describe(t, c, "quill-pen", "1.0"); got != "inkwell>=2" {
				t.Errorf("quill-pen 1.0 requires %q; asked for %q", got, s.asked)
			}
			if parts := s.sent < len(wheel)/2; parts == s.whole {
				t.Errorf("%d of %d bytes were sent", s.sent, len(wheel))
			}
			checkAbsence(t, c)
			refused := describe(t, client(t, fetch.Options{Retries: -1}, knownTo(url, "ci:wr0ng-word")), "quill-pen", "1.0")
			if !strings.HasPrefix(refused, "error") || !strings.Contains(refused, "401") || strings.Contains(refused, "word") {
				t.Errorf("with a wrong password: %q", refused)
			}
		})
	}
}

// knownTo is an index that is asked as somebody.
func knownTo(url, user string) pypi.Options {
	return pypi.Options{Indexes: []string{strings.Replace(url, "://", "://"+user+"@", 1)}}
}

// checkPage holds what is known before any wheel is looked at. The page is asked for by
// the name and with the slash that no registry has to redirect.
func checkPage(t *testing.T, c *pypi.Client, s *site) {
	t.Helper()
	p, err := c.Package(t.Context(), "quill-pen")
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(p.Versions()); got != "[1.0]" || p.Release(0).RequiresPython != s.python {
		t.Errorf("versions %s, Requires-Python %q", got, p.Release(0).RequiresPython)
	}
	if want := "GET " + s.index + "/quill-pen/"; len(s.asked) != 1 || s.asked[0] != want {
		t.Errorf("asked for %q, want %q", s.asked, want)
	}
	if remarks := c.Remarks("quill-pen"); len(remarks) > 0 {
		t.Errorf("remarks: %q", remarks)
	}
}

// checkAbsence holds that what the registry denies having is not there.
func checkAbsence(t *testing.T, c *pypi.Client) {
	t.Helper()
	if _, err := c.Package(t.Context(), "nobody"); !errors.Is(err, index.ErrNotFound) {
		t.Errorf("nobody: %v", err)
	}
}
