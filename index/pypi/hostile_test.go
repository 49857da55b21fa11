package pypi_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sluice/constraints"
	"sluice/fixtures/indexserver"
	"sluice/index/fetch"
	"sluice/index/pypi"
)

// pages serves texts by path as JSON pages, and notes what credentials come.
type pages struct {
	mu    sync.Mutex
	texts map[string]string
	users []string
}

func (p *pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if user, password, ok := r.BasicAuth(); ok {
		p.users = append(p.users, user+":"+password)
	}
	text, ok := p.texts[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "max-age=31536000")
	w.Header().Set("Content-Type", pypi.ContentTypeJSON)
	fmt.Fprint(w, text)
}

func (p *pages) set(path, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.texts[path] = text
}

func hosted(t *testing.T, texts map[string]string) (*pages, string) {
	t.Helper()
	p := &pages{texts: texts}
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	return p, server.URL
}

func page(name, files string) string {
	return fmt.Sprintf(`{"meta":{"api-version":"1.1"},"name":%q,"files":[%s]}`, name, files)
}

const metadataOfA = "Metadata-Version: 2.1\nName: a\nVersion: 1.0\nRequires-Dist: b\n"

// A user name and password in a link of a page are not ours to send, and do not become
// those of a host.
func TestCredentialsOfAPageAreNotSent(t *testing.T) {
	private, privateURL := hosted(t, map[string]string{})
	_, publicURL := hosted(t, map[string]string{
		"/simple/a/": page("a", fmt.Sprintf(`{"filename":"a-1.0-py3-none-any.whl","url":"%s/a-1.0-py3-none-any.whl","hashes":{},"core-metadata":true}`,
			strings.Replace(privateURL, "://", "://evil:evil@", 1))),
	})
	o := pypi.Options{Indexes: []string{strings.Replace(privateURL, "://", "://good:secret@", 1) + "/simple", publicURL + "/simple"}}
	c := client(t, fetch.Options{Credentials: fetch.NewCredentials(fetch.CredentialOptions{})}, o)
	describe(t, c, "a", "1.0")
	if _, err := c.Package(t.Context(), "z"); err == nil {
		t.Error("z is there")
	}
	if len(private.users) == 0 {
		t.Error("the private index was not asked")
	}
	for _, user := range private.users {
		if user != "good:secret" {
			t.Errorf("the private index was sent %s", user)
		}
	}
}

// What is kept counts only for who asks the same places in the same way.
func TestKeptFactsAreOfTheirOwnPlaces(t *testing.T) {
	one := serve(t, indexserver.Options{}, pkg(t, "a", "1.0: b"))
	two := serve(t, indexserver.Options{}, pkg(t, "a", "2.0"))
	store := fetch.NewStore(t.TempDir())
	versions := func(o pypi.Options) string {
		c := client(t, fetch.Options{Store: store}, o)
		defer c.Close()
		p, err := c.Package(t.Context(), "a")
		if err != nil {
			return err.Error()
		}
		return fmt.Sprint(p.Versions())
	}
	for _, test := range []struct {
		options pypi.Options
		want    string
	}{
		{pypi.Options{Indexes: []string{one.url, two.url}}, "[1.0]"},
		{pypi.Options{Indexes: []string{two.url, one.url}}, "[2.0]"},
		{pypi.Options{Indexes: []string{one.url}, From: map[constraints.Name]string{"a": two.url}}, "[2.0]"},
		{pypi.Options{Indexes: []string{one.url}}, "[1.0]"},
	} {
		if got := versions(test.options); got != test.want {
			t.Errorf("%v: %s, want %s", test.options, got, test.want)
		}
	}
}

// A wheel of this machine is read as it is now.
func TestARebuiltLocalWheelIsNoticed(t *testing.T) {
	folder := t.TempDir()
	store := fetch.NewStore(t.TempDir())
	ask := func(requirement string) {
		t.Helper()
		h := serve(t, indexserver.Options{}, pkg(t, "a", "1.0: "+requirement))
		download(t, h, "a", "a-1.0-py3-none-any.whl", filepath.Join(folder, "a-1.0-py3-none-any.whl"))
		c := client(t, fetch.Options{Store: store}, pypi.Options{FindLinks: []string{folder}})
		defer c.Close()
		if got := describe(t, c, "a", "1.0"); got != requirement {
			t.Errorf("a 1.0 requires %q, want %q", got, requirement)
		}
	}
	ask("b<3")
	ask("b<2") // of the same size
	if err := os.Remove(filepath.Join(folder, "a-1.0-py3-none-any.whl")); err != nil {
		t.Fatal(err)
	}
	if got := describe(t, client(t, fetch.Options{Store: store}, pypi.Options{FindLinks: []string{folder}}), "a", "1.0"); !strings.HasPrefix(got, "error") {
		t.Errorf("it is gone, and yet: %q", got)
	}
}

// That the first index does not have a name is not believed for as long as a later one
// says that its page is fresh.
func TestANameThatTheFirstIndexGainsIsSeenSoon(t *testing.T) {
	file := `{"filename":"a-%s-py3-none-any.whl","url":"a.whl","hashes":{}}`
	first, firstURL := hosted(t, map[string]string{})
	_, secondURL := hosted(t, map[string]string{"/simple/a/": page("a", fmt.Sprintf(file, "99"))})
	now := time.Now()
	store := fetch.NewStore(t.TempDir())
	version := func() string {
		c := client(t, fetch.Options{Store: store, Now: func() time.Time { return now }}, pypi.Options{Indexes: []string{firstURL + "/simple", secondURL + "/simple"}})
		defer c.Close()
		p, err := c.Package(t.Context(), "a")
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(p.Versions())
	}
	if got := version(); got != "[99]" {
		t.Error(got)
	}
	first.set("/simple/a/", page("a", fmt.Sprintf(file, "1")))
	now = now.Add(11 * time.Minute)
	if got := version(); got != "[1]" {
		t.Errorf("%s, want that of the first index", got)
	}
}

// Digests of every kind that can be verified are held, and others are not relied on.
func TestPromisedDigestsAreHeld(t *testing.T) {
	for hashes, want := range map[string]string{
		`{"sha512":"` + strings.Repeat("00", 64) + `"}`:  "error",
		`{"sha384":"` + strings.Repeat("00", 48) + `"}`:  "error",
		`{"sha256":"` + strings.Repeat("00", 32) + `"}`:  "error",
		`{"sha224":"` + strings.Repeat("00", 28) + `"}`:  "error",
		`{"sha1":"` + strings.Repeat("00", 20) + `"}`:    "error",
		`{"md5":"` + strings.Repeat("00", 16) + `"}`:     "error",
		`{"blake2s":"` + strings.Repeat("00", 32) + `"}`: "missing",
		`true`: "b",
	} {
		_, url := hosted(t, map[string]string{
			"/simple/a/":                       page("a", `{"filename":"a-1.0-py3-none-any.whl","url":"/a-1.0-py3-none-any.whl","hashes":{},"core-metadata":`+hashes+`}`),
			"/a-1.0-py3-none-any.whl.metadata": metadataOfA,
		})
		got := describe(t, client(t, fetch.Options{}, pypi.Options{Indexes: []string{url + "/simple"}}), "a", "1.0")
		if !strings.HasPrefix(got, want) {
			t.Errorf("%.20s: %q, want %s", hashes, got, want)
		}
	}
}

// A wheel that comes whole must be the one that was promised.
func TestAWholeWheelMustHaveItsDigest(t *testing.T) {
	fault, err := indexserver.ParseFault("corrupt path=/files/*.whl")
	if err != nil {
		t.Fatal(err)
	}
	options := indexserver.Options{NoMetadata: true, NoRanges: true, Faults: []indexserver.Fault{fault}}
	h := serve(t, options, pkg(t, "a", "1.0: b"))
	if got := describe(t, client(t, fetch.Options{}, at(h)), "a", "1.0"); !strings.Contains(got, "was promised") {
		t.Errorf("%q", got)
	}
}

// What was missing is looked for again when the page is.
func TestWhatWasMissingIsLookedForAgain(t *testing.T) {
	fault, err := indexserver.ParseFault("status=404 path=/files/*")
	if err != nil {
		t.Fatal(err)
	}
	h := serve(t, indexserver.Options{Faults: []indexserver.Fault{fault}}, pkg(t, "a", "1.0: b"))
	store := fetch.NewStore(t.TempDir())
	ask := func(o fetch.Options, want string) {
		t.Helper()
		o.Store = store
		c := client(t, o, at(h))
		defer c.Close()
		if got := describe(t, c, "a", "1.0"); !strings.HasPrefix(got, want) {
			t.Errorf("%q, want %s", got, want)
		}
	}
	ask(fetch.Options{}, "missing")
	h.SetFaults()
	ask(fetch.Options{}, "missing") // it is believed for a while
	ask(fetch.Options{Refresh: true}, "b")
}
