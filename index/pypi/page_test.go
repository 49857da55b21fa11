package pypi

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sluice/index"
)

// digest is a hash that some content could have.
func digest(c string) string { return strings.Repeat(c, 64) }

const wholeJSON = `{
  "meta": {"api-version": "1.2", "_last-serial": 7, "tracks": ["https://upstream.example/simple/quill-pen/"]},
  "name": "quill-pen",
  "alternate-locations": ["../../other/quill-pen/", "https://mirror.example/simple/quill-pen/"],
  "versions": ["1.0", "0.9"],
  "project-status": {"status": "archived"},
  "files": [
    {
      "filename": "quill_pen-1.0.tar.gz", "url": "../../files/quill_pen-1.0.tar.gz", "size": 1234,
      "hashes": {"SHA256": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "md5": "00000000000000000000000000000000"},
      "upload-time": "2024-05-06T07:08:09.123456789Z", "requires-python": ">=3.8", "yanked": "leaks \u003cink\u003e",
      "gpg-sig": false, "provenance": {"a": [1, {"b": null}]}
    },
    {
      "filename": "quill_pen-1.0-py3-none-any.whl", "url": "https://files.index.example/quill_pen-1.0-py3-none-any.whl?sig=1#frag",
      "hashes": {}, "requires-python": null, "yanked": false, "upload-time": "2024-05-06T09:08:09+02:00",
      "core-metadata": {"sha256": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"}, "dist-info-metadata": false
    }
  ]
}`

func TestEverythingThatAJSONPageSaysIsRead(t *testing.T) {
	want := &Page{
		Name:     quillPen,
		Versions: []string{"1.0", "0.9"},
		Files: []File{
			{
				File: index.File{
					Name: "quill_pen-1.0.tar.gz", Size: 1234, RequiresPython: ">=3.8", Yanked: true, YankedReason: "leaks <ink>",
					Hashes:   []index.Hash{{Algorithm: "md5", Hex: strings.Repeat("0", 32)}, {Algorithm: "sha256", Hex: digest("a")}},
					Uploaded: time.Date(2024, 5, 6, 7, 8, 9, 123456000, time.UTC),
				},
				URL: "https://index.example/files/quill_pen-1.0.tar.gz",
			},
			{
				File:        index.File{Name: "quill_pen-1.0-py3-none-any.whl", Uploaded: time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)},
				URL:         "https://files.index.example/quill_pen-1.0-py3-none-any.whl?sig=1",
				HasMetadata: true, MetadataHashes: []index.Hash{{Algorithm: "sha256", Hex: digest("b")}},
			},
		},
		Tracks:             []URL{"https://upstream.example/simple/quill-pen/"},
		AlternateLocations: []URL{"https://index.example/other/quill-pen/", "https://mirror.example/simple/quill-pen/"},
	}
	got := readPage(t, ContentTypeJSON, "\uFEFF"+wholeJSON)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := string(got.Files[1].MetadataURL()); got != "https://files.index.example/quill_pen-1.0-py3-none-any.whl.metadata?sig=1" {
		t.Errorf("the metadata is at %s", got)
	}
}

const wholeHTML = `<!DOCTYPE html>
<html>
  <head>
    <meta name="pypi:repository-version" content="1.2">
    <meta name="pypi:tracks" content="https://upstream.example/simple/quill-pen/">
    <meta name="pypi:alternate-locations" content="../../other/quill-pen/">
    <title>Links for <a href="no-1.0.zip">quill</a></title>
    <script>document.write('<a href="no-2.0.zip">')</script>
  </head>
  <body>
    <a href="../">parent</a> <a href="?C=N;O=D">sort</a> <a href="#top">top</a>
    <a href="quill_pen-1.0.tar.gz#sha256=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" data-requires-python="&gt;=3.8&#44;&lt;4"
       data-yanked="leaks &lt;ink&gt;" data-gpg-sig="false">quill_pen-1.0.tar.gz</a><br>
    <a data-yanked href="quill_pen-1.0-py3-none-any.whl" data-core-metadata="sha256=bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb" data-dist-info-metadata="true">x</a>
    <!-- <a href="quill_pen-9.0.tar.gz">hidden</a> -->
    <base href="https://files.index.example/f/">
    <base href="https://evil.example/">
  </body>
</html>`

func TestEverythingThatAnHTMLPageSaysIsRead(t *testing.T) {
	want := &Page{
		Name: quillPen,
		Files: []File{
			{
				File: index.File{
					Name: "quill_pen-1.0.tar.gz", RequiresPython: ">=3.8,<4", Yanked: true, YankedReason: "leaks <ink>",
					Hashes: []index.Hash{{Algorithm: "sha256", Hex: digest("a")}},
				},
				URL: "https://files.index.example/f/quill_pen-1.0.tar.gz",
			},
			{
				File:        index.File{Name: "quill_pen-1.0-py3-none-any.whl", Yanked: true},
				URL:         "https://files.index.example/f/quill_pen-1.0-py3-none-any.whl",
				HasMetadata: true, MetadataHashes: []index.Hash{{Algorithm: "sha256", Hex: digest("b")}},
			},
		},
		Tracks:             []URL{"https://upstream.example/simple/quill-pen/"},
		AlternateLocations: []URL{"https://files.index.example/other/quill-pen/"},
	}
	for _, contentType := range []string{
		"text/html", "TEXT/HTML; charset=utf-8", ContentTypeHTML, "application/vnd.pypi.simple.v1+html; charset=\"UTF-8\"", "text/html;;charset",
	} {
		if diff := cmp.Diff(want, readPage(t, contentType, wholeHTML)); diff != "" {
			t.Errorf("%s: %s", contentType, diff)
		}
	}
}

func TestAPageThatCannotBeReadIsAnError(t *testing.T) {
	for _, c := range []struct{ contentType, body, want string }{
		{"application/json", `{}`, `project page of quill-pen: its content type is "application/json" (want application/vnd.pypi.simple.v1+json, `},
		{"application/vnd.pypi.simple.v2+json", `{}`, "v2+json"},
		{"", `{}`, `its content type is ""`},
		{"text/plain\x1b[31m", "", `"text/plain\x1b[31m"`},
		{"text/html; charset=utf-7", "", `its charset "utf-7" cannot be read`},
		{ContentTypeJSON, ``, "byte 0: it is not JSON: unexpected end"},
		{ContentTypeJSON, `{"files":[{"filename":"a`, "byte 24: it is not JSON: unexpected end"},
		{ContentTypeJSON, `{"files":[{"filename":"a"]}`, "byte 26: it is not JSON"},
		{ContentTypeJSON, `{"files":[]}}`, "byte 12: something follows the JSON object"},
		{ContentTypeJSON, `{"files":[]} []`, "something follows the JSON object"},
		{ContentTypeJSON, `[]`, "it is not a JSON object"},
		{ContentTypeJSON, `<html>`, "byte 1: it is not JSON"},
		{ContentTypeJSON, `{"message":"Not Found"}`, `it has no "files"`},
		{ContentTypeJSON, `{"files":null}`, `it has no "files"`},
		{ContentTypeJSON, `{"files":{}}`, `byte 10: "files" is not a JSON array`},
		{ContentTypeJSON, `{"files":[],"versions":"1.0"}`, `"versions" is not a JSON array`},
		{ContentTypeJSON, `{"files":[],"meta":[]}`, `"meta" cannot be a JSON array`},
		{ContentTypeJSON, `{"files":[],"meta":{"api-version":"2.0"}}`, `its meta.api-version is "2.0", and only 1 is known`},
		{ContentTypeJSON, `{"files":[],"meta":{"api-version":"99999999999999999999.0"}}`, "only 1 is known"},
		{ContentTypeJSON, `{"files":[],"meta":{"api-version":"one"}}`, `"one" is not MAJOR.MINOR`},
		{ContentTypeJSON, `{"files":[` + strings.Repeat(`[`, 20_000), "byte 10009: it is not JSON: invalid character '[' exceeded max depth"},
		{"text/html", `<meta name="pypi:repository-version" content="2.1">`, `its pypi:repository-version is "2.1"`},
	} {
		_, err := ParsePage(c.contentType, parseURL(t, pageURL), []byte(c.body), quillPen)
		var wrong *DocumentError
		if !errors.As(err, &wrong) || !strings.Contains(err.Error(), c.want) || len(err.Error()) > 300 {
			t.Errorf("%s %s\n is %v\nwant %s", c.contentType, short(c.body), err, c.want)
		}
	}
}

// wrongEntries are entries of a JSON page, each with what the page says besides of
// a good one, and the remark.
var wrongEntries = []struct{ entry, want string }{
	{`"url":5`, `quill_pen-1.0.zip: its url cannot be a JSON number; left out`},
	{`"requires-python":["3"]`, `quill_pen-1.0.zip: its requires-python cannot be a JSON array; left out`},
	{`"filename":{}`, `file 2: its filename cannot be a JSON object; left out`},
	{`"filename":"a/b"`, `a/b: its name is a path; left out`},
	{`"filename":"a\\b"`, `"a\\b": its name is a path; left out`},
	{`"filename":".."`, `..: its name is a path; left out`},
	{`"filename":"a\u001b[2J"`, `"a\x1b[2J": its name has control characters; left out`},
	{`"filename":"` + strings.Repeat("a", 2000) + `"`, `...: its name is too long; left out`},
	{`"url":""`, `quill_pen-1.0.zip: it has no URL; left out`},
	{`"url":"ftp://index.example/a"`, `its URL has the scheme "ftp", not http, https or file; left out`},
	{`"url":"javascript:alert(1)"`, `its URL has the scheme "javascript"`},
	{`"url":"http://user:secret@[::1/a"`, `quill_pen-1.0.zip: its URL is malformed; left out`},
	{`"url":"//::/0"`, `its URL is malformed; left out`},
	{`"url":"https:a"`, `its URL is malformed`},
	{`"url":"https:///a"`, `its URL names no host`},
	{`"url":"http://a\u0000b/"`, `its URL is malformed`},
	{`"url":"file:///etc/passwd"`, `its URL is a local file, but its page is not; left out`},
	{`"url":"` + strings.Repeat("a", 20_000) + `"`, `its URL is too long; left out`},
	{`"filename":"","url":"a/"`, `file 2: it has no name; left out`},
	{`"filename":"","url":"a%2Fb.zip"`, `file 2: its name is a path; left out`},
	{`"filename":"","url":"%FF.zip"`, `file 2: its name is not UTF-8; left out`},
	{`"filename":"good-1.0.zip"`, `good-1.0.zip: it is there twice; the first counts; left out`},
	{`"hashes":{"sha256":"xyz"}`, `its hash is malformed, so that no content could have it; left out`},
	{`"hashes":{"sha256":"abcd"}`, `its hash is malformed`},
	{`"hashes":{"sha256":7}`, `its hash is malformed`},
	{`"hashes":"abcd"`, `its hashes are not an object; left out`},
	{`"url":"a.zip#md5=x"`, `its hash is malformed`},
	{`"requires-python":"` + strings.Repeat(">", 70_000) + `"`, `its Requires-Python is too long; left out`},

	{`"hashes":{"md5":"x","sha256":"` + strings.Repeat("a", 64) + `"}`, `quill_pen-1.0.zip: one of its hashes is malformed; the others count`},
	{`"size":-1`, `quill_pen-1.0.zip: its size is negative; it is not known then`},
	{`"size":1.5`, `its size is not a whole number; it is not known then`},
	{`"size":"much"`, `its size is not a whole number; it is not known then`},
	{`"upload-time":"yesterday"`, `its upload time "yesterday" is not as RFC 3339 has it; it is not known then`},
	{`"upload-time":5`, `its upload time "5" is not as RFC 3339 has it`},
	{`"upload-time":"0001-01-01T00:00:00+10:00"`, `its upload time is outside the years 1 to 9999`},
	{`"core-metadata":{"sha256":"no"}`, `a hash of its metadata is malformed; that hash does not count`},
	{`"yanked":"` + strings.Repeat("y", 70_000) + `"`, `the reason for yanking it is too long; cut`},
}

func TestWhatIsWrongWithOneFileIsARemark(t *testing.T) {
	for _, c := range wrongEntries {
		entry := map[string]any{"filename": "quill_pen-1.0.zip", "url": "a.zip"}
		if err := json.Unmarshal([]byte("{"+c.entry+"}"), &entry); err != nil {
			t.Fatal(c.entry, err)
		}
		odd, err := json.Marshal(entry)
		if err != nil {
			t.Fatal(err)
		}
		page := readPage(t, ContentTypeJSON, `{"meta":{"api-version":"1.0"},"files":[{"filename":"good-1.0.zip","url":"g"},`+string(odd)+`,{"filename":"last-1.0.zip","url":"l"}]}`)
		leftOut := strings.Contains(c.want, "left out") || strings.Contains(c.want, "malformed") && !strings.Contains(c.want, "count") ||
			strings.Contains(c.want, "scheme") || strings.Contains(c.want, "host")
		wantFiles := 3
		if leftOut {
			wantFiles = 2
		}
		switch {
		case len(page.Remarks) != 1 || !strings.Contains(page.Remarks[0].Error(), c.want):
			t.Errorf("%s\n is %v\nwant %s", short(c.entry), page.Remarks, c.want)
		case len(page.Files) != wantFiles || page.Files[wantFiles-1].Name != "last-1.0.zip":
			t.Errorf("%s leaves %d files, want %d", short(c.entry), len(page.Files), wantFiles)
		case len(page.Remarks[0].Error()) > 200 || strings.Contains(page.Remarks[0].Error(), "secret"):
			t.Errorf("%s: a remark for no eye: %s", short(c.entry), page.Remarks[0].Error())
		}
	}
}

func TestEntriesThatAreNoFileLeaveTheOthers(t *testing.T) {
	page := readPage(t, ContentTypeJSON, `{"files":[null,5,"x",[],{},{"filename":"a-1.zip","url":"a-1.zip"}],"meta":{"api-version":"1.0"}}`)
	if len(page.Files) != 1 || len(page.Remarks) != 5 {
		t.Errorf("%v, %v", page.Files, page.Remarks)
	}
}

func TestThePageAsAWholeIsRemarkedUpon(t *testing.T) {
	for _, c := range []struct{ contentType, body, want string }{
		{ContentTypeJSON, `{"files":[]}`, "meta.api-version: it is missing; 1.0 is assumed; read leniently (no-api-version)"},
		{ContentTypeJSON, `{"files":[],"meta":{"api-version":"1.9"}}`, "1.9 is newer than what is known, 1.4; read leniently (newer-minor-version)"},
		{ContentTypeJSON, `{"files":[],"meta":{"api-version":"1.0","tracks":"x"}}`, `meta.tracks: it is not a JSON array; left out`},
		{ContentTypeJSON, `{"files":[],"meta":{"api-version":"1.0"},"alternate-locations":["mailto:x"]}`, `alternate-locations: a location is left out: its URL has the scheme "mailto"`},
		{ContentTypeJSON, "{\"files\":[],\"meta\":{\"api-version\":\"1.0\"},\"x\":\"\xff\"}", "it is not UTF-8 everywhere; read leniently (not-utf-8)"},
		{ContentTypeJSON, `{"files":[],"meta":{"api-version":"1.0","tracks":["/a"` + strings.Repeat(`,"/a"`, 1000) + `]}}`, `meta.tracks: more than 1000 locations; the rest is left out`},
		{"text/html", `<base href="mailto:x"><a href="a-1.zip">`, `base: it does not count: its URL has the scheme "mailto"`},
	} {
		page := readPage(t, c.contentType, c.body)
		if len(page.Remarks) != 1 || !strings.Contains(page.Remarks[0].Error(), c.want) {
			t.Errorf("%q\n is %v\nwant %s", short(c.body), page.Remarks, c.want)
		}
	}
}

// What is another page, such as that of a login, must not be taken for one without files.
func TestAnotherPageIsRefused(t *testing.T) {
	for _, c := range []struct{ contentType, body, want string }{
		{ContentTypeJSON, `{"files":[],"meta":{"api-version":"1.0"},"name":"inkwell"}`, `it is about "inkwell", which was not asked for`},
		{"text/html", "<html>Please log in", "it has no link to a file and does not say that it is a page of a package index"},
	} {
		_, err := ParsePage(c.contentType, nil, []byte(c.body), "quill-pen")
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v\nwant %s", c.body, err, c.want)
		}
	}
}

func TestRemarksAreBounded(t *testing.T) {
	body := `{"meta":{"api-version":"1.0"},"files":[{}` + strings.Repeat(",{}", 5000) + `]}`
	page := readPage(t, ContentTypeJSON, body)
	if len(page.Remarks) != maxRemarks+1 || page.Remarks[maxRemarks].Msg != "4001 more remarks are not listed" {
		t.Errorf("%d remarks, the last %v", len(page.Remarks), page.Remarks[len(page.Remarks)-1])
	}
}

func TestTooManyFilesAreAnError(t *testing.T) {
	if testing.Short() {
		t.Skip("skip: a page of so many entries takes long")
	}
	entries := strings.Repeat("{},", maxPageFiles) + "{}"
	links := strings.Repeat("<a href=x>", maxPageFiles+1)
	for contentType, body := range map[string]string{ContentTypeJSON: `{"files":[` + entries + `]}`, ContentTypeHTML: links} {
		if _, err := ParsePage(contentType, nil, []byte(body), quillPen); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("more than %d", maxPageFiles)) {
			t.Errorf("%s: %v", contentType, err)
		}
	}
}

func TestLatin1PagesAreRead(t *testing.T) {
	page := readPage(t, "text/html; charset=ISO-8859-1", "<a href=\"a-1.zip\" data-yanked=\"caf\xe9\">x</a>")
	if len(page.Files) != 1 || page.Files[0].YankedReason != "café" {
		t.Errorf("%+v", page)
	}
}

func TestLocalPagesMayNameLocalFiles(t *testing.T) {
	base := parseURL(t, "file:///srv/simple/quill-pen/index.html")
	page, err := ParsePage("text/html", base, []byte(`<a href="quill_pen-1.0.zip">a</a><a href="file:///srv/quill_pen-2.0.zip">b</a>`), quillPen)
	if err != nil || len(page.Files) != 2 || page.Files[0].URL != "file:///srv/simple/quill-pen/quill_pen-1.0.zip" {
		t.Errorf("%+v, %v", page, err)
	}
}

func TestNoPrintedFormOfAFileShowsItsPassword(t *testing.T) {
	base := parseURL(t, "https://ada:s3cret@index.example/simple/quill-pen/")
	page, err := ParsePage("text/html", base, []byte(`<a href="a-1.zip?x=1">a</a><a href="https://bob:s3cret@cdn.example/b-1.zip">b</a>`), quillPen)
	if err != nil {
		t.Fatal(err)
	}
	if u, err := url.Parse(string(page.Files[0].URL)); err != nil || u.User.String() != "ada:s3cret" {
		t.Errorf("the URL to fetch lost what the index asks for: %v", err)
	}
	inJSON, err := json.Marshal(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, form := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		if text := fmt.Sprintf(form, *page); strings.Contains(text, "s3cret") || strings.Contains(text, fmt.Sprintf("%x", "s3cret")) {
			t.Errorf("%s shows %s", form, text)
		}
	}
	if strings.Contains(string(inJSON), "s3cret") || !strings.Contains(string(inJSON), "https://index.example/simple/quill-pen/a-1.zip?x=1") {
		t.Errorf("JSON shows %s", inJSON)
	}
}

// What is put behind the URL of a file without a path stays on its host.
func TestMetadataIsOnTheHostOfItsFile(t *testing.T) {
	for _, ref := range []string{"https://files.index.example", "https://files.index.example?x=1", "//files.index.example"} {
		u, why := newAddress(parseURL(t, pageURL)).resolve(ref)
		if why != "" {
			t.Fatalf("%s: %s", ref, why)
		}
		metadata := parseURL(t, string(File{URL: withoutFragment(u)}.MetadataURL()))
		if metadata.Host != "files.index.example" || metadata.Path != "/.metadata" {
			t.Errorf("%s: the metadata is at %s", ref, metadata)
		}
	}
}

func TestReferencesMeanWhatBrowsersTakeThemFor(t *testing.T) {
	for ref, want := range map[string]string{
		"a.zip":                                  "https://index.example/simple/quill-pen/a.zip",
		"  a.zip\n":                              "https://index.example/simple/quill-pen/a.zip",
		"a\tb.\nzip":                             "https://index.example/simple/quill-pen/ab.zip",
		"../../a/./b/../c.zip":                   "https://index.example/a/c.zip",
		"../../../../a.zip":                      "https://index.example/a.zip",
		"/a.zip?q#f":                             "https://index.example/a.zip?q",
		"//cdn.example/a.zip":                    "https://cdn.example/a.zip",
		"HTTP://CDN.example:80/a/../b.zip":       "http://CDN.example:80/b.zip",
		"a b.zip":                                "https://index.example/simple/quill-pen/a%20b.zip",
		"100%.zip":                               "https://index.example/simple/quill-pen/100%25.zip",
		"a%2fb%zz.zip":                           "https://index.example/simple/quill-pen/a%2fb%25zz.zip",
		"é.zip":                                  "https://index.example/simple/quill-pen/%C3%A9.zip",
		"https://a.example/x.zip#sha256=00":      "https://a.example/x.zip",
		"https://a.example/x/..;y/.z.zip?a=/../": "https://a.example/x/..;y/.z.zip?a=/../",
	} {
		u, why := newAddress(parseURL(t, pageURL)).resolve(ref)
		if why != "" || string(withoutFragment(u)) != want {
			t.Errorf("%q is %v (%s), want %s", ref, u, why, want)
		}
	}
}

func TestJSONAndHTMLOfAPageAreReadAlike(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		files := drawFiles(t)
		base, _ := url.Parse(pageURL)
		var pages [2]*Page
		for i, c := range []struct{ contentType, body string }{{ContentTypeJSON, inJSON(nil, files)}, {ContentTypeHTML, inHTML(files)}} {
			var err error
			if pages[i], err = ParsePage(c.contentType, base, []byte(c.body), quillPen); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(pages[0], pages[1], cmp.FilterPath(isRemarks, cmp.Ignore())); diff != "" {
			t.Fatalf("JSON (-) and HTML (+):\n%s", diff)
		}
		checkFiles(t, files, pages[0])
	})
}

func isRemarks(p cmp.Path) bool { return p.String() == "Remarks" }

// checkFiles checks that a page has the files that it was made of.
func checkFiles(t *rapid.T, files []File, page *Page) {
	if len(page.Files) != len(files) {
		t.Fatalf("%d of %d files: %v", len(page.Files), len(files), page.Remarks)
	}
	for i, f := range page.Files {
		f.URL = files[i].URL
		if !reflect.DeepEqual(f, files[i]) {
			t.Fatalf("%+v is read as %+v", files[i], f)
		}
	}
}

func TestReadingAPageTwiceGivesTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body := []byte(inJSON(rapid.SliceOf(rapid.SampledFrom(versionTexts)).Draw(t, "versions"), drawFiles(t)))
		before := slices.Clone(body)
		first, err := ParsePage(ContentTypeJSON, nil, body, quillPen)
		second, again := ParsePage(ContentTypeJSON, nil, body, quillPen)
		if err != nil || again != nil || !reflect.DeepEqual(first, second) || !slices.Equal(before, body) {
			t.Fatal(err, again)
		}
	})
}
