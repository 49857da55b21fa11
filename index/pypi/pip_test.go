package pypi

import (
	"bufio"
	"bytes"
	_ "embed"
	"encoding/json"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

//go:embed testdata/pip_links.py
var pipLinks string

// pipCase is a page, pipLink what pip reads of one link on it.
type pipCase struct {
	Type string `json:"type"`
	URL  string `json:"url"`
	Name string `json:"name"`
	Body string `json:"body"`
}

type pipLink struct {
	Name           string            `json:"name"`
	URL            string            `json:"url"`
	Python         string            `json:"python"`
	Yanked         bool              `json:"yanked"`
	Reason         string            `json:"reason"`
	Metadata       bool              `json:"metadata"`
	MetadataHashes map[string]string `json:"metadata_hashes"`
	Hashes         map[string]string `json:"hashes"`
	Version        string            `json:"version"`
}

// askPip returns what pip reads from the pages; it skips the test on a machine
// without pip.
func askPip(t *testing.T, cases []pipCase) [][]pipLink {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("skip: no python3 here to ask pip with")
	}
	var in, out, talk bytes.Buffer
	for _, c := range cases {
		if err := json.NewEncoder(&in).Encode(c); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(python, "-X", "utf8", "-c", pipLinks)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = &in, &out, &talk
	if err := cmd.Run(); err != nil && (strings.Contains(talk.String(), "ImportError") || strings.Contains(talk.String(), "ModuleNotFoundError")) {
		t.Skip("skip: python3 here has no pip that can be asked")
	} else if err != nil {
		t.Fatalf("%v\n%s", err, talk.String())
	}
	lines := bufio.NewScanner(&out)
	lines.Buffer(nil, 64<<20)
	lines.Scan()
	t.Logf("pip %s, %d pages", lines.Text(), len(cases))
	var answers [][]pipLink
	for lines.Scan() {
		var links []pipLink
		if err := json.Unmarshal(lines.Bytes(), &links); err != nil {
			t.Fatal(err)
		}
		answers = append(answers, links)
	}
	if len(answers) != len(cases) {
		t.Fatalf("%d answers to %d pages", len(answers), len(cases))
	}
	return answers
}

// ours tells a page as the driver does.
func ours(t *testing.T, c pipCase) []pipLink {
	t.Helper()
	page, err := ParsePage(c.Type, parseURL(t, c.URL), []byte(c.Body), quillPen)
	if err != nil {
		t.Fatalf("%v\n%s", err, c.Body)
	}
	versions := map[string]string{}
	releases, files, _ := Releases(page)
	for i := range releases {
		for _, f := range files[i] {
			version, _ := distributionVersion(quillPen, f.Name)
			versions[f.Name] = version.String()
		}
	}
	links := []pipLink{}
	for _, f := range page.Files {
		plain, err := url.PathUnescape(string(f.URL))
		if err != nil {
			t.Fatal(err)
		}
		links = append(links, pipLink{
			f.Name, plain, f.RequiresPython, f.Yanked, f.YankedReason, f.HasMetadata,
			hashObject(f.MetadataHashes), hashObject(f.Hashes), versions[f.Name],
		})
	}
	return links
}

func TestPagesAreReadAsPipReadsThem(t *testing.T) {
	cases := pipOddities()
	files := rapid.Custom(drawFiles)
	for seed := range 300 {
		drawn := files.Example(seed)
		cases = append(cases,
			pipCase{ContentTypeHTML, pageURL, string(quillPen), inHTML(drawn)},
			pipCase{ContentTypeJSON, pageURL, string(quillPen), inJSON(nil, drawn)})
	}
	for i, want := range askPip(t, cases) {
		if diff := cmp.Diff(want, ours(t, cases[i])); diff != "" {
			t.Fatalf("pip (-) and we (+) differ on\n%s\n%s", cases[i].Body, diff)
		}
	}
}

// pipOddities are pages by hand: what browsers and pip make of bad HTML.
func pipOddities() []pipCase {
	var cases []pipCase
	for _, body := range []string{
		`<A HREF='a/quill_pen-1.0.tar.gz' DATA-YANKED=old>x</A>`,
		`<a data-requires-python=&gt;=3 href="quill_pen-1.0.tar.gz#subdirectory=a&amp;sha256=` + strings.Repeat("0a", 32) + `">x</a>`,
		`<a href="quill_pen-1.0.tar.gz?a=1&amp;b=2">x`,
		`<a href="quill_pen-1.0.tar.gz">x</a><base href="https://cdn.index.example/f/"><base href="https://other.index.example/">`,
		`<base target="_blank"><base href="https://cdn.index.example/"><a href="quill_pen-1.0.tar.gz">x</a>`,
		`<!-- <a href="quill_pen-9.tar.gz"> --><a href="quill_pen-1.0.tar.gz">x</a>`,
		`<a>none</a><a href="">none</a><a name=x>none</a><a href="quill_pen-1.0.tar.gz"/>`,
		`<a href="a b/quill_pen-1.0.tar.gz">x</a>`,
		`<a href="quill%5Fpen-1.0.tar.gz">x</a>`,
		`<a href="quill_pen-1.0%2Blocal.tar.gz">x</a>`,
		`<a href="quill_pen-1.0.tar.gz" data-dist-info-metadata="true" data-core-metadata="sha256=` + strings.Repeat("ab", 32) + `">x</a>`,
		`<a href="quill_pen-1.0.tar.gz" data-dist-info-metadata="true">x</a>`,
		`<a href="quill_pen-1.0.tar.gz" data-yanked="">x</a>`,
	} {
		cases = append(cases, pipCase{"text/html; charset=utf-8", pageURL, string(quillPen), body})
	}
	for _, entry := range []string{
		`"yanked":""`, `"yanked":null`, `"yanked":true`, `"yanked":1`, `"yanked":"why"`, `"core-metadata":null,"dist-info-metadata":true`,
		`"core-metadata":false,"dist-info-metadata":true`, `"core-metadata":{}`, `"dist-info-metadata":{"sha256":"` + strings.Repeat("0f", 32) + `"}`,
		`"requires-python":null`, `"requires-python":""`, `"size":-1`,
	} {
		cases = append(cases, pipCase{"application/vnd.pypi.simple.v1+json", pageURL, string(quillPen),
			`{"meta":{"api-version":"1.0"},"files":[{"filename":"quill_pen-1.0.zip","url":"f/quill_pen-1.0.zip","hashes":{},` + entry + `}]}`})
	}
	return cases
}
