package pypi

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

func benchBase(tb testing.TB) *url.URL {
	u, err := url.Parse("https://index.example/simple/quill/")
	if err != nil {
		tb.Fatal(err)
	}
	return u
}

// benchJSON is a page as large indexes send it: a source archive and nine wheels
// for each of n/10 versions, with all keys in use.
func benchJSON(n int) []byte {
	var b strings.Builder
	b.WriteString(`{"alternate-locations":[],"files":[`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		name := benchName(i)
		fmt.Fprintf(&b, `{"core-metadata":{"sha256":"%064x"},"data-dist-info-metadata":{"sha256":"%064x"},"filename":%q,`+
			`"hashes":{"sha256":"%064x"},"provenance":null,"requires-python":">=3.9","size":%d,`+
			`"upload-time":"2024-05-06T07:08:09.123456Z","url":"https://files.index.example/packages/ab/cd/%056x/%s","yanked":false}`,
			i, i, name, i, 100_000+i, i, name)
	}
	b.WriteString(`],"meta":{"_last-serial":1,"api-version":"1.3"},"name":"quill","versions":[`)
	for i := range n / 10 {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `"1.%d.0"`, i)
	}
	b.WriteString(`]}`)
	return []byte(b.String())
}

func benchHTML(n int) []byte {
	var b strings.Builder
	b.WriteString("<!DOCTYPE html>\n<html>\n  <head>\n    <meta name=\"pypi:repository-version\" content=\"1.3\">\n    <title>Links for quill</title>\n  </head>\n  <body>\n    <h1>Links for quill</h1>\n")
	for i := range n {
		name := benchName(i)
		fmt.Fprintf(&b, `    <a href="https://files.index.example/packages/ab/cd/%056x/%s#sha256=%064x" data-requires-python="&gt;=3.9" `+
			`data-dist-info-metadata="sha256=%064x" data-core-metadata="sha256=%064x">%s</a><br />`+"\n", i, name, i, i, i, name)
	}
	b.WriteString("</body>\n</html>\n")
	return []byte(b.String())
}

func benchName(i int) string {
	if i%10 == 0 {
		return fmt.Sprintf("quill-1.%d.0.tar.gz", i/10)
	}
	return fmt.Sprintf("quill-1.%d.0-cp3%d-cp3%d-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", i/10, i%10+5, i%10+5)
}

func BenchmarkParsePage(b *testing.B) {
	base := benchBase(b)
	for _, form := range []struct {
		name, contentType string
		body              []byte
	}{{"JSON", ContentTypeJSON, benchJSON(3000)}, {"HTML", ContentTypeHTML, benchHTML(3000)}} {
		b.Run(form.name, func(b *testing.B) {
			b.SetBytes(int64(len(form.body)))
			b.ReportAllocs()
			for b.Loop() {
				page, err := ParsePage(form.contentType, base, form.body, "quill")
				if err != nil || len(page.Files) != 3000 || len(page.Remarks) != 0 {
					b.Fatal(err, len(page.Files), page.Remarks)
				}
			}
		})
	}
}

func BenchmarkReleases(b *testing.B) {
	page, err := ParsePage(ContentTypeJSON, benchBase(b), benchJSON(3000), "quill")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if releases, _, _ := Releases(page); len(releases) != 300 {
			b.Fatal(len(releases))
		}
	}
}

// benchMetadata is a METADATA of usual size, with a README behind it.
func benchMetadata() []byte {
	var b strings.Builder
	b.WriteString("Metadata-Version: 2.4\nName: quill\nVersion: 1.2.3\nSummary: Write things down\n")
	b.WriteString("Author-email: Ada <ada@example.com>\nLicense-Expression: MIT\nProject-URL: Homepage, https://example.com/quill\n")
	for i := range 20 {
		fmt.Fprintf(&b, "Classifier: Programming Language :: Python :: 3.%d\n", i)
	}
	b.WriteString("Requires-Python: >=3.9\nDescription-Content-Type: text/markdown\n")
	for i := range 25 {
		fmt.Fprintf(&b, "Requires-Dist: inkwell-%d<4,>=2.%d; python_version < '3.12' and extra == 'gold'\n", i, i)
	}
	b.WriteString("Provides-Extra: gold\nProvides-Extra: silver\n\n")
	b.WriteString(strings.Repeat("# Quill\n\nA paragraph about what it is for.\n", 200))
	return []byte(b.String())
}

func BenchmarkParseMetadata(b *testing.B) {
	data := benchMetadata()
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		m, err := ParseMetadata(data)
		if err != nil || len(m.RequiresDist) != 25 || len(m.Remarks) != 0 {
			b.Fatal(err, m)
		}
	}
}
