package pypi

import (
	"bytes"
	"errors"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"sluice/index"
)

func FuzzPageJSON(f *testing.F) {
	f.Add([]byte(wholeJSON))
	f.Add([]byte(inJSON([]string{"1.0"}, filesNamed("quill_pen-1.0.zip", "quill_pen-1.0-py3-none-any.whl"))))
	for _, c := range wrongEntries {
		f.Add([]byte(`{"meta":{"api-version":"1.0"},"files":[{"filename":"quill_pen-1.0.zip","url":"a.zip",` + short(c.entry) + `}]}`))
	}
	f.Fuzz(func(t *testing.T, body []byte) { checkPage(t, ContentTypeJSON, body) })
}

func FuzzPageHTML(f *testing.F) {
	f.Add([]byte(wholeHTML))
	f.Add([]byte(inHTML(filesNamed("quill_pen-1.0.zip", "quill_pen-1.0-py3-none-any.whl"))))
	for _, c := range pipOddities() {
		f.Add([]byte(c.Body))
	}
	f.Fuzz(func(t *testing.T, body []byte) { checkPage(t, "text/html", body) })
}

// checkPage checks what holds of every page, whatever it says.
func checkPage(t *testing.T, contentType string, body []byte) {
	base, err := url.Parse("https://ada:s3cret-x@index.example/simple/quill-pen/")
	if err != nil {
		t.Fatal(err)
	}
	page, err := ParsePage(contentType, base, body, quillPen)
	if err != nil {
		checkDocumentError(t, err)
		return
	}
	seen := map[string]bool{}
	for _, f := range page.Files {
		if why := badFileName(f.Name); why != "" || seen[f.Name] {
			t.Fatalf("%q: %s", f.Name, why)
		}
		seen[f.Name] = true
		u, err := url.Parse(string(f.URL))
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Fragment != "" {
			t.Fatalf("%q, %v", string(f.URL), err)
		}
		if u, err := url.Parse(string(f.MetadataURL())); err != nil || !strings.HasSuffix(u.Path, ".metadata") {
			t.Fatalf("%q, %v", string(f.URL), err)
		}
		if strings.Contains(f.URL.String(), "s3cret-x") && !bytes.Contains(body, []byte("cret")) {
			t.Fatalf("%s shows a password", f.URL)
		}
		if !f.HasMetadata && f.MetadataHashes != nil || !f.Yanked && f.YankedReason != "" || f.Size < 0 {
			t.Fatalf("%+v", f)
		}
	}
	checkRemarks(t, page.Remarks)
	checkAccepted(t, page)
}

func checkDocumentError(t *testing.T, err error) {
	t.Helper()
	var wrong *DocumentError
	if !errors.As(err, &wrong) || wrong.What == "" || wrong.Msg == "" {
		t.Fatalf("%T: %v", err, err)
	}
	checkLine(t, err.Error())
}

func checkRemarks(t *testing.T, remarks []Remark) {
	t.Helper()
	if len(remarks) > maxRemarks+1 {
		t.Fatalf("%d remarks", len(remarks))
	}
	for _, r := range remarks {
		checkLine(t, r.Error())
	}
}

// checkLine checks that a message is fit for a terminal.
func checkLine(t *testing.T, line string) {
	t.Helper()
	if len(line) > 800 || !utf8.ValidString(line) || strings.ContainsFunc(line, func(c rune) bool { return c < ' ' || c == 0x7f }) {
		t.Fatalf("%d bytes: %q", len(line), line)
	}
}

func FuzzMetadata(f *testing.F) {
	f.Add([]byte(wholeMetadata))
	f.Add([]byte("\uFEFFname:a\r\nVERSION :1\rVersion: 1\nRequires-Dist: caf\xe9\n more\n\nbody"))
	f.Add([]byte("From x\n: y\n z\nMetadata-Version: 2.99\nName: a\nVersion: 1\nDynamic:\nRequires: b\nRequires-Python: 3\nRequires-Python: 4\nend"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ParseMetadata(data)
		if err != nil {
			checkDocumentError(t, err)
			return
		}
		checkRemarks(t, m.Remarks)
		v, _ := distributionVersion("a", "a-1.zip")
		m.Static()
		if err := m.Matches("a", v); err != nil {
			checkDocumentError(t, err)
		}
		r := index.Release{Version: v}
		m.Describe(&r)
		if _, err := index.NewPackage("a", []index.Release{r}); err != nil {
			t.Fatal(err)
		}
	})
}

func FuzzWheel(f *testing.F) {
	f.Add(zipOf(f, entry{name: metadataName, content: wholeMetadata}))
	f.Add(zipOf(f, entry{name: "a-1.dist-info/METADATA"}, entry{name: metadataName}, entry{name: "quill_pen-1.0/PKG-INFO"}))
	f.Add(append(zipOf(f, entry{name: metadataName}), "PK\x06\x06PK\x06\x07PK\x05\x06"...))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, read := range []func() ([]byte, error){
			func() ([]byte, error) { return WheelMetadata(bytes.NewReader(data), int64(len(data)), wheelName) },
			func() ([]byte, error) {
				return SdistZipMetadata(bytes.NewReader(data), int64(len(data)), "quill-pen-1.0.zip")
			},
		} {
			got, err := read()
			if err != nil {
				checkDocumentError(t, err)
			} else if len(got) > maxMetadata {
				t.Fatalf("%d bytes", len(got))
			}
		}
	})
}

func FuzzSdist(f *testing.F) {
	plain := tarOf(f, usualSdist()...)
	f.Add(plain, uint8(0))
	f.Add(gzipped(f, plain), uint8(1))
	f.Add(bzipped, uint8(2))
	f.Add(tarOf(f, tarEntry{"a/PKG-INFO", "/etc/passwd", '2'}), uint8(0))
	f.Fuzz(func(t *testing.T, data []byte, kind uint8) {
		name := "quill_pen-1.0" + []string{".tar", ".tar.gz", ".tar.bz2"}[kind%3]
		got, err := SdistMetadata(bytes.NewReader(data), name)
		if err != nil {
			checkDocumentError(t, err)
		} else if len(got) > maxMetadata {
			t.Fatalf("%d bytes", len(got))
		}
	})
}
