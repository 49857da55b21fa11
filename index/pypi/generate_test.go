package pypi

import (
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"sluice/constraints"
	"sluice/index"
)

const pageURL = "https://index.example/simple/quill-pen/"

const quillPen constraints.Name = "quill-pen"

func parseURL(tb testing.TB, text string) *url.URL {
	tb.Helper()
	u, err := url.Parse(text)
	if err != nil {
		tb.Fatal(err)
	}
	return u
}

// readPage parses a page that must be readable.
func readPage(tb testing.TB, contentType, body string) *Page {
	tb.Helper()
	page, err := ParsePage(contentType, parseURL(tb, pageURL), []byte(body), quillPen)
	if err != nil {
		tb.Fatalf("%v\n%s", err, short(body))
	}
	return page
}

// versionTexts are what versions are drawn from: some are equal, some are none.
var versionTexts = []string{
	"1.0", "1.0.0", "1", "1.0.post1", "1.0-1", "2.0rc1", "2.0", "1!0.1", "0.9.dev3", "1.0+local.1", "3.0.0a2", "v1.1",
	"nightly", "1.0.linux-x86_64", "",
}

// drawName draws a file name: mostly of the project, in old and odd spellings too.
func drawName(t *rapid.T) string {
	name := rapid.SampledFrom([]string{"quill_pen", "Quill.Pen", "quill-pen", "QUILL_pen", "quill", "inkwell"}).Draw(t, "name")
	version := rapid.SampledFrom(versionTexts).Draw(t, "version")
	ending := rapid.SampledFrom([]string{
		".tar.gz", ".zip", ".tgz", ".tar.bz2", "-py3-none-any.whl", "-1-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
		"-cp27-none-win32.whl", ".egg", "-py2.7.egg", ".win32.exe", ".msi", ".rpm", ".tar.gz.asc", ".txt", "",
	}).Draw(t, "ending")
	if ending == "" || strings.HasPrefix(ending, "-") && strings.Contains(name, "-") {
		name = strings.ReplaceAll(name, "-", "_")
	}
	return name + "-" + version + ending
}

func drawHashes(t *rapid.T, label string) []index.Hash {
	if rapid.Bool().Draw(t, label) {
		return nil
	}
	digits := rapid.StringOfN(rapid.RuneFrom([]rune("0123456789abcdef")), 64, 64, -1).Draw(t, label+" digits")
	return []index.Hash{{Algorithm: "sha256", Hex: digits}}
}

// text draws a text that HTML and JSON can both hold.
func text() *rapid.Generator[string] {
	return rapid.StringOfN(rapid.RuneFrom([]rune(`ab 9<>&"'=;#\/é漢🙂`)), 0, 12, -1)
}

// drawFile draws a file as both forms of a page can describe it.
func drawFile(t *rapid.T) File {
	f := File{File: index.File{
		Name:           drawName(t),
		Hashes:         drawHashes(t, "hash"),
		RequiresPython: rapid.SampledFrom([]string{"", ">=3.8", "<4,>=3", ">=3.6.*", "!=3.0.*,>=2.7"}).Draw(t, "python"),
		Yanked:         rapid.IntRange(0, 3).Draw(t, "yanked") == 0,
	}}
	if f.Yanked {
		f.YankedReason = text().Draw(t, "reason")
	}
	f.HasMetadata = rapid.Bool().Draw(t, "metadata")
	if f.HasMetadata {
		f.MetadataHashes = drawHashes(t, "metadata hash")
	}
	folder := rapid.SampledFrom([]string{
		"https://files.index.example/ab/", "../../files/", "/files/", "//cdn.index.example/a%20b/", "./", "", "HTTPS://User:Secret@files.index.example:8443/x/",
	}).Draw(t, "folder")
	f.URL = URL(folder + url.PathEscape(f.Name) + rapid.SampledFrom([]string{"", "", "?token=a%2Fb&c=1"}).Draw(t, "query"))
	return f
}

// drawFiles draws files with different names.
func drawFiles(t *rapid.T) []File {
	return rapid.SliceOfNDistinct(rapid.Custom(drawFile), 0, 12, func(f File) string { return f.Name }).Draw(t, "files")
}

// inJSON returns a page that says what files say; their URLs are references.
func inJSON(versions []string, files []File) string {
	entries := []map[string]any{}
	for _, f := range files {
		entries = append(entries, entryOf(f))
	}
	page := map[string]any{"meta": map[string]any{"api-version": "1.1"}, "name": string(quillPen), "files": entries}
	if versions != nil {
		page["versions"] = versions
	}
	body, err := json.Marshal(page)
	if err != nil {
		panic(err)
	}
	return string(body)
}

func entryOf(f File) map[string]any {
	entry := map[string]any{"filename": f.Name, "url": string(f.URL), "hashes": hashObject(f.Hashes), "yanked": f.Yanked}
	if f.RequiresPython != "" {
		entry["requires-python"] = f.RequiresPython
	}
	if f.YankedReason != "" {
		entry["yanked"] = f.YankedReason
	}
	if f.Size != 0 {
		entry["size"] = f.Size
	}
	if !f.Uploaded.IsZero() {
		entry["upload-time"] = f.Uploaded.Format(time.RFC3339Nano)
	}
	if f.HasMetadata && f.MetadataHashes == nil {
		entry["core-metadata"] = true
	} else if f.HasMetadata {
		entry["core-metadata"] = hashObject(f.MetadataHashes)
	}
	return entry
}

func hashObject(hashes []index.Hash) map[string]string {
	object := map[string]string{}
	for _, h := range hashes {
		object[h.Algorithm] = h.Hex
	}
	return object
}

// inHTML returns the same page in the other form.
func inHTML(files []File) string {
	var b strings.Builder
	b.WriteString("<!DOCTYPE html>\n<html><head><meta name=\"pypi:repository-version\" content=\"1.1\"><title>Links</title></head>\n<body>\n")
	for _, f := range files {
		ref := string(f.URL)
		for _, h := range f.Hashes {
			ref += "#" + h.Algorithm + "=" + h.Hex
		}
		fmt.Fprintf(&b, `<a href="%s"`, html.EscapeString(ref))
		if f.RequiresPython != "" {
			fmt.Fprintf(&b, ` data-requires-python="%s"`, html.EscapeString(f.RequiresPython))
		}
		if f.Yanked {
			fmt.Fprintf(&b, ` data-yanked="%s"`, html.EscapeString(f.YankedReason))
		}
		if f.HasMetadata && f.MetadataHashes == nil {
			b.WriteString(` data-core-metadata="true"`)
		} else if f.HasMetadata {
			fmt.Fprintf(&b, ` data-core-metadata="%s=%s"`, f.MetadataHashes[0].Algorithm, f.MetadataHashes[0].Hex)
		}
		fmt.Fprintf(&b, ">%s</a><br>\n", html.EscapeString(f.Name))
	}
	b.WriteString("</body></html>\n")
	return b.String()
}
