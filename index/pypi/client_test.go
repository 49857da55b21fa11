package pypi_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sluice/constraints"
	"sluice/constraints/pep508"
	"sluice/fixtures/indexserver"
	"sluice/index"
	"sluice/index/fetch"
	"sluice/index/indextest"
	"sluice/index/pypi"
)

func TestMain(m *testing.M) {
	if os.Getenv(childURL) != "" {
		if err := child(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// host is a fixture index at work.
type host struct {
	*indexserver.Server
	url string
}

func serve(t testing.TB, options indexserver.Options, packages ...*index.Package) *host {
	t.Helper()
	facts, err := index.NewSnapshot(packages...)
	if err != nil {
		t.Fatal(err)
	}
	server := indexserver.New(facts, options)
	l, err := indexserver.Start(server, indexserver.Listen{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return &host{server, l.IndexURL()}
}

// asked returns the paths that were asked for, sorted, with the status of each.
func (h *host) asked() []string {
	var all []string
	for _, e := range h.Requests() {
		all = append(all, fmt.Sprintf("%d %s", e.Status, e.Path))
	}
	slices.Sort(all)
	return all
}

// client returns a client of its own store, unless options say otherwise.
func client(t testing.TB, f fetch.Options, o pypi.Options) *pypi.Client {
	t.Helper()
	if f.MaxWait == 0 {
		f.MaxWait = time.Millisecond
	}
	if f.Store == nil {
		f.Store = fetch.NewStore(t.TempDir())
	}
	fc, err := fetch.NewClient(f)
	if err != nil {
		t.Fatal(err)
	}
	c, err := pypi.New(fc, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(); fc.Close() })
	return c
}

func at(h ...*host) pypi.Options {
	var o pypi.Options
	for _, one := range h {
		o.Indexes = append(o.Indexes, one.url)
	}
	return o
}

// pkg returns a package with the given releases, written "1.0: a>=1 | b".
func pkg(t testing.TB, name constraints.Name, releases ...string) *index.Package {
	t.Helper()
	var all []index.Release
	for _, text := range releases {
		version, requirements, _ := strings.Cut(text, ": ")
		r := index.Release{Version: indextest.Version(t, version), RequiresPython: ">=3.8"}
		if requirements != "" {
			r.Requirements = strings.Split(requirements, " | ")
		}
		all = append(all, r)
	}
	return indextest.Package(t, name, all...)
}

// describe returns what a release requires, in words, or why that is not known.
func describe(t testing.TB, c *pypi.Client, name constraints.Name, version string) string {
	t.Helper()
	v := indextest.Version(t, version)
	p, err := c.Describe(t.Context(), name, v)
	if err != nil {
		return "error: " + err.Error()
	}
	i, ok := p.Find(v)
	if !ok {
		return "unpublished"
	}
	if r := p.Release(i); !r.MetadataMissing {
		return strings.Join(r.Requirements, " | ")
	}
	return "missing: " + c.Missed()[0].Reason
}

// wholeSource asks for the metadata of every release, as the suite wants all facts.
type wholeSource struct{ *pypi.Client }

func (s wholeSource) Package(ctx context.Context, name constraints.Name) (*index.Package, error) {
	p, err := s.Client.Package(ctx, name)
	if err != nil {
		return nil, err
	}
	return s.Client.Describe(ctx, name, p.Versions()...)
}

// A live index passes the conformance suite, with the facts that an index can hold.
func TestALiveIndexIsASource(t *testing.T) {
	for _, html := range []bool{false, true} {
		t.Run(fmt.Sprintf("html %t", html), func(t *testing.T) {
			indextest.TestSourceOf(t, indextest.Published(t, html), func(t *testing.T, facts []*index.Package) indextest.Source {
				h := serve(t, indexserver.Options{AsRecorded: true, NoJSON: html}, facts...)
				return wholeSource{client(t, fetch.Options{}, at(h))}
			})
		})
	}
}

func TestMetadataIsFoundInTheFirstPlaceThatHasIt(t *testing.T) {
	a := pkg(t, "a", "1.0: b>=1 | c")
	for name, test := range map[string]struct {
		options indexserver.Options
		want    string
	}{
		"beside the wheel":          {indexserver.Options{}, "b>=1 | c"},
		"inside the wheel":          {indexserver.Options{NoMetadata: true}, "b>=1 | c"},
		"inside, no parts served":   {indexserver.Options{NoMetadata: true, NoRanges: true}, "b>=1 | c"},
		"inside a source":           {indexserver.Options{Offer: indexserver.Offer{NoWheel: true, Sdist: true}}, "b>=1 | c"},
		"a source that may differ":  {indexserver.Options{Offer: indexserver.Offer{NoWheel: true, Sdist: true}, SdistMetadata: indexserver.SdistDynamic}, "missing"},
		"an old source":             {indexserver.Options{Offer: indexserver.Offer{NoWheel: true, Sdist: true}, SdistMetadata: indexserver.SdistLegacy}, "missing"},
		"only wheels of no use":     {indexserver.Options{Offer: indexserver.Offer{Tags: []string{"cp39-cp39-win_amd64", "cp310-cp310-macosx_11_0_arm64"}}}, "b>=1 | c"},
		"html":                      {indexserver.Options{NoJSON: true}, "b>=1 | c"},
		"html, nothing beside":      {indexserver.Options{NoJSON: true, NoMetadata: true}, "b>=1 | c"},
		"no validators, no gzip":    {indexserver.Options{NoValidators: true, NoGzip: true}, "b>=1 | c"},
		"nothing beside, no ranges": {indexserver.Options{NoMetadata: true, NoRanges: true, NoGzip: true}, "b>=1 | c"},
	} {
		t.Run(name, func(t *testing.T) {
			h := serve(t, test.options, a)
			got := describe(t, client(t, fetch.Options{}, at(h)), "a", "1.0")
			if test.want == "missing" && strings.HasPrefix(got, "missing: ") && strings.Contains(got, "--build") {
				return
			}
			if got != test.want {
				t.Errorf("%q, want %q", got, test.want)
			}
		})
	}
}

func TestOnlyWhatIsNeededIsAskedFor(t *testing.T) {
	h := serve(t, indexserver.Options{}, pkg(t, "a", "1.0: b", "2.0: b", "3.0"), pkg(t, "b", "1"))
	store := fetch.NewStore(t.TempDir())
	ask := func(o fetch.Options, want ...string) {
		t.Helper()
		h.ResetRequests()
		o.Store = store
		c := client(t, o, at(h))
		for range 2 {
			if got := describe(t, c, "a", "2.0"); got != "b" {
				t.Errorf("a 2.0 requires %q", got)
			}
		}
		if _, err := c.Package(t.Context(), "nobody"); !errors.Is(err, index.ErrNotFound) {
			t.Errorf("nobody: %v", err)
		}
		c.Close()
		if got := h.asked(); !slices.Equal(got, want) {
			t.Errorf("asked for %q, want %q", got, want)
		}
	}
	ask(fetch.Options{}, "200 /files/a/a-2.0-py3-none-any.whl.metadata", "200 /simple/a/", "404 /simple/nobody/")
	ask(fetch.Options{})
	ask(fetch.Options{Offline: true})
	ask(fetch.Options{Refresh: true}, "304 /simple/a/", "404 /simple/nobody/")
	h.ResetRequests()
	c := client(t, fetch.Options{Store: store}, at(h))
	if got := describe(t, c, "a", "1.0"); got != "b" { // the kept form does not know it yet
		t.Errorf("a 1.0 requires %q", got)
	}
	if got := h.asked(); !slices.Equal(got, []string{"200 /files/a/a-1.0-py3-none-any.whl.metadata"}) {
		t.Errorf("asked for %q", got)
	}
}

// Documents are kept beside what was made of them: who reads them for other environments,
// or lost what was made, asks nobody again.
func TestFactsAreMadeAgainFromKeptDocuments(t *testing.T) {
	for what, options := range map[string]indexserver.Options{
		"beside the wheel": {}, "inside the wheel": {NoMetadata: true}, "inside a source": {Offer: indexserver.Offer{NoWheel: true, Sdist: true}},
	} {
		t.Run(what, func(t *testing.T) { testFactsAreMadeAgain(t, serve(t, options, pkg(t, "a", "1.0: b"))) })
	}
}

func testFactsAreMadeAgain(t *testing.T, h *host) {
	dir := t.TempDir()
	one := client(t, fetch.Options{Store: fetch.NewStore(dir)}, at(h))
	if got := describe(t, one, "a", "1.0"); got != "b" {
		t.Fatalf("a 1.0 requires %q", got)
	}
	one.Close()
	h.ResetRequests()

	env, err := pep508.ParseEnvironment("py312")
	if err != nil {
		t.Fatal(err)
	}
	others := at(h)
	others.Environments = []*constraints.Environment{env}
	other := client(t, fetch.Options{Store: fetch.NewStore(dir)}, others)
	if got := describe(t, other, "a", "1.0"); got != "b" || len(h.asked()) > 0 {
		t.Errorf("for other environments: a 1.0 requires %q, asked for %q", got, h.asked())
	}
	other.Close()

	made := entriesOf(t, dir, fetch.Parsed)
	if len(made) != 2 {
		t.Fatalf("facts in %q", made)
	}
	for _, path := range made {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	again := client(t, fetch.Options{Store: fetch.NewStore(dir), Offline: true}, at(h))
	if got := describe(t, again, "a", "1.0"); got != "b" || len(h.asked()) > 0 {
		t.Errorf("without facts: a 1.0 requires %q, asked for %q", got, h.asked())
	}
}

func TestTheFirstIndexThatHasANameGivesIt(t *testing.T) {
	private := serve(t, indexserver.Options{}, pkg(t, "inner", "1.0"))
	public := serve(t, indexserver.Options{}, pkg(t, "inner", "99.0"), pkg(t, "outer", "2.0"))
	versions := func(o pypi.Options, name constraints.Name) string {
		p, err := client(t, fetch.Options{}, o).Package(t.Context(), name)
		if err != nil {
			return err.Error()
		}
		var all []string
		for _, v := range p.Versions() {
			all = append(all, v.String())
		}
		return strings.Join(all, " ")
	}
	o := at(private, public)
	if got := versions(o, "inner"); got != "1.0" {
		t.Errorf("inner: %s, which somebody else published", got)
	}
	if got := versions(o, "outer"); got != "2.0" {
		t.Errorf("outer: %s", got)
	}
	o.From = map[constraints.Name]string{"inner": public.url}
	if got := versions(o, "inner"); got != "99.0" {
		t.Errorf("inner, told where from: %s", got)
	}
	// An index that cannot be asked may have the name: a later one does not answer for it.
	fault, err := indexserver.ParseFault("status=500")
	if err != nil {
		t.Fatal(err)
	}
	private.SetFaults(fault)
	if got := versions(at(private, public), "outer"); got == "2.0" {
		t.Error("outer was taken although the first index could not be asked")
	}
}

func TestFoldersOfFilesCount(t *testing.T) {
	h := serve(t, indexserver.Options{Offer: indexserver.Offer{Sdist: true}}, pkg(t, "a", "1.0: b", "1.5: c"), pkg(t, "b", "1"))
	folder := t.TempDir()
	for _, name := range []string{"a-1.0-py3-none-any.whl", "a-1.5.tar.gz"} {
		download(t, h, "a", name, filepath.Join(folder, name))
	}
	for _, stray := range []string{"README", "ab-1.0.tar.gz", "a-x.whl"} {
		if err := os.WriteFile(filepath.Join(folder, stray), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, o := range map[string]pypi.Options{
		"folder":   {FindLinks: []string{folder}},
		"file URL": {FindLinks: []string{"file://" + filepath.ToSlash(folder)}},
	} {
		c := client(t, fetch.Options{Offline: true}, o)
		if got := describe(t, c, "a", "1.0") + ", " + describe(t, c, "a", "1.5"); got != "b, c" {
			t.Errorf("%s: %s", name, got)
		}
		if _, err := c.Package(t.Context(), "b"); !errors.Is(err, index.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	with := at(h)
	with.FindLinks = []string{folder}
	p, err := client(t, fetch.Options{}, with).Package(t.Context(), "a")
	if err != nil || p.Len() != 2 {
		t.Errorf("with an index too: %v, %v", p, err)
	}
}

func download(t *testing.T, h *host, project, name, path string) {
	t.Helper()
	fc, err := fetch.NewClient(fetch.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer fc.Close()
	u, err := url.Parse(strings.TrimSuffix(h.url, "simple/") + "files/" + project + "/" + name)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := fc.Get(t.Context(), fetch.Request{URL: u})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, doc.Body, 0o600); err != nil {
		t.Fatal(err)
	}
}

// What an index does wrong never makes a fact: for each fault and each kind of
// document, the answer is right, or it is that nothing is known.
func TestNoFaultMakesAFact(t *testing.T) {
	const right = "b>=1"
	a := pkg(t, "a", "1.0: b>=1")
	elsewhere := serve(t, indexserver.Options{}, a)
	faults := map[string]string{
		"status": "503", "redirect": strings.TrimSuffix(elsewhere.url, "/simple/"), "latency": "1ms", "drip": "1000 every=1ms",
		"content-type": "text/plain",
	}
	kinds := map[string]struct {
		path    string
		options indexserver.Options
	}{
		"page, JSON": {"/simple/*", indexserver.Options{}},
		"page, HTML": {"/simple/*", indexserver.Options{NoJSON: true}},
		"metadata":   {"/files/*.metadata", indexserver.Options{}},
		"wheel":      {"/files/*.whl", indexserver.Options{NoMetadata: true}},
		"source":     {"/files/*.tar.gz", indexserver.Options{Offer: indexserver.Offer{NoWheel: true, Sdist: true}}},
	}
	outcomes := make(map[string]int)
	for _, kind := range indexserver.FaultKinds() {
		for _, document := range slices.Sorted(maps.Keys(kinds)) {
			at := kinds[document]
			text := kind.Name
			if value := faults[kind.Name]; value != "" {
				text += "=" + value
			}
			fault, err := indexserver.ParseFault(text + " path=" + at.path)
			if err != nil {
				t.Fatal(err)
			}
			o := at.options
			o.Faults = []indexserver.Fault{fault}
			h := serve(t, o, a)
			c := client(t, fetch.Options{Retries: 1, Timeout: 2 * time.Second}, pypi.Options{Indexes: []string{h.url}})
			got := describe(t, c, "a", "1.0")
			outcome, _, _ := strings.Cut(got, ":")
			if got == right {
				outcome = "right"
			}
			outcomes[outcome]++
			t.Logf("%-14s %-11s %s", kind.Name, document, constraints.Shorten(got, 150))
			// A page that was changed on its way is still a page: only https tells.
			changed := kind.Name == "corrupt" && strings.HasPrefix(document, "page")
			if outcome != "right" && outcome != "error" && outcome != "missing" && !changed {
				t.Errorf("%s of a %s: the answer is %q", text, document, got)
			}
		}
	}
	t.Logf("%v", outcomes)
}

func TestCredentialsGoToTheirOwnHostOnly(t *testing.T) {
	a := pkg(t, "a", "1.0: b")
	other := serve(t, indexserver.Options{}, a)
	fault, err := indexserver.ParseFault("redirect=" + strings.TrimSuffix(other.url, "/simple/") + " path=/files/*")
	if err != nil {
		t.Fatal(err)
	}
	h := serve(t, indexserver.Options{Users: map[string]string{"me": "s3cret-word"}, Faults: []indexserver.Fault{fault}}, a)
	dir := t.TempDir()
	credentials := fetch.NewCredentials(fetch.CredentialOptions{})
	o := pypi.Options{Indexes: []string{strings.Replace(h.url, "://", "://me:s3cret-word@", 1)}}
	c := client(t, fetch.Options{Store: fetch.NewStore(dir), Credentials: credentials}, o)
	if got := describe(t, c, "a", "1.0"); got != "b" {
		t.Errorf("a 1.0 requires %q", got)
	}
	c.Close()
	seen := 0
	for _, e := range other.Requests() {
		seen++
		if strings.Contains(fmt.Sprintf("%+v", e), "Basic") {
			t.Errorf("the other host was sent %+v", e)
		}
	}
	if seen == 0 {
		t.Error("nobody was redirected")
	}
	filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		data, _ := os.ReadFile(path)
		if strings.Contains(path+string(data), "s3cret") || strings.Contains(string(data), "bWU6czNjcmV0LXdvcmQ") {
			t.Errorf("%s holds the password", path)
		}
		return nil
	})
	h.SetFaults()
	wrong := pypi.Options{Indexes: []string{strings.Replace(h.url, "://", "://me:wr0ng-word@", 1)}}
	got := describe(t, client(t, fetch.Options{Credentials: fetch.NewCredentials(fetch.CredentialOptions{})}, wrong), "a", "1.0")
	if !strings.Contains(got, "401") || strings.Contains(got, "wr0ng") {
		t.Errorf("with a wrong password: %q", got)
	}
}

func TestAnIndexIsAskedOverHTTP2(t *testing.T) {
	facts, err := index.NewSnapshot(pkg(t, "a", "1.0: b"))
	if err != nil {
		t.Fatal(err)
	}
	server := indexserver.New(facts, indexserver.Options{NoMetadata: true})
	l, err := indexserver.Start(server, indexserver.Listen{TLS: true})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	trusted := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(trusted, l.CertPEM, 0o600); err != nil {
		t.Fatal(err)
	}
	o := pypi.Options{Indexes: []string{l.IndexURL()}}
	if got := describe(t, client(t, fetch.Options{Connection: fetch.Connection{Certificates: trusted}}, o), "a", "1.0"); got != "b" {
		t.Errorf("a 1.0 requires %q", got)
	}
	for _, e := range server.Requests() {
		if e.Proto != "HTTP/2.0" {
			t.Errorf("%s came over %s", e.Path, e.Proto)
		}
	}
	if got := describe(t, client(t, fetch.Options{Retries: -1}, o), "a", "1.0"); !strings.Contains(got, "certificate") {
		t.Errorf("a certificate that nobody trusts: %q", got)
	}
}

func TestWhatIsOddAboutAPageIsRemembered(t *testing.T) {
	options := indexserver.Options{Tracks: map[constraints.Name][]string{"a": {"https://index.example/simple/a/"}}}
	h := serve(t, options, pkg(t, "a", "1.0"))
	store := fetch.NewStore(t.TempDir())
	for _, when := range []string{"asked", "kept"} {
		c := client(t, fetch.Options{Store: store}, at(h))
		if _, err := c.Package(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
		c.Close()
		if got := c.Remarks("a"); len(got) != 1 || !strings.Contains(got[0], "tracks https://index.example/simple/a/") {
			t.Errorf("%s: %q", when, got)
		}
	}
}

// Some indexes send what they do not have on to a public one, unless told not to.
func TestAnIndexThatSendsTheQuestionOnIsNamed(t *testing.T) {
	h := serve(t, indexserver.Options{}, pkg(t, "a", "1.0"))
	behind, err := url.Parse(at(h).Indexes[0])
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(http.RedirectHandler(behind.JoinPath("a/").String(), http.StatusSeeOther))
	t.Cleanup(front.Close)
	store := fetch.NewStore(t.TempDir())
	for _, when := range []string{"asked", "kept"} {
		c := client(t, fetch.Options{Store: store}, pypi.Options{Indexes: []string{front.URL + "/simple/"}})
		if p, err := c.Package(t.Context(), "a"); err != nil || p == nil {
			t.Fatal(p, err)
		}
		c.Close()
		if got := c.Remarks("a"); len(got) != 1 || !strings.Contains(got[0], "sends the question on to "+behind.Host) {
			t.Errorf("%s: %q", when, got)
		}
		if got := c.SentOn(); len(got) != 1 || got[behind.Host] != 1 {
			t.Errorf("%s: %v", when, got)
		}
	}
}

func TestWhatIsKeptIsCarriedOverWhenThePageChanges(t *testing.T) {
	dir := t.TempDir()
	old := serve(t, indexserver.Options{NoMetadata: true, MaxAge: -1}, pkg(t, "a", "1.0: b"))
	o := at(old)
	first := client(t, fetch.Options{Store: fetch.NewStore(dir)}, o)
	if got := describe(t, first, "a", "1.0"); got != "b" {
		t.Fatal(got)
	}
	first.Close()
	old.ResetRequests()
	again := client(t, fetch.Options{Store: fetch.NewStore(dir)}, o)
	if got := describe(t, again, "a", "1.0"); got != "b" {
		t.Fatal(got)
	}
	if got := old.asked(); !slices.Equal(got, []string{"304 /simple/a/"}) {
		t.Errorf("asked for %q", got)
	}
}
