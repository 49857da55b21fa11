package osv

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sluice/constraints"
)

func record(id, modified, more string) string {
	return fmt.Sprintf(`{"id": %q, "modified": "%sT00:00:00Z", %s"affected": [{"package": {"ecosystem": "PyPI", "name": "quill"}, "versions": ["1.0"]}]}`, id, modified, more)
}

// files are those of a database by name.
func files() map[string]string {
	return map[string]string{
		"a/X-1.json":     record("X-1", "2026-01-01", ""),
		"a/b/X-2.json":   record("X-2", "2026-01-01", ""),
		"X-2-newer.json": record("X-2", "2026-02-01", `"withdrawn": "2026-02-01T00:00:00Z", `),
		"X-3.json":       record("X-3", "2026-02-01", `"summary": "later", `),
		"X-3-old.json":   record("X-3", "2026-01-01", `"summary": "earlier", `),
		"npm.json":       strings.ReplaceAll(record("N-1", "2026-01-01", ""), "PyPI", "npm"),
		"broken.json":    `{"id": `,
		"README.md":      "not a record",
	}
}

func writeFolder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func writeZip(t *testing.T, files map[string]string) string {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for name, text := range files {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		f.Write([]byte(text))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "all.zip")
	if err := os.WriteFile(path, buf.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

var quill = map[constraints.Name]bool{"quill": true}

func TestAFolderAndAnArchiveAreTheSameDatabase(t *testing.T) {
	for name, path := range map[string]string{"folder": writeFolder(t, files()), "zip": writeZip(t, files())} {
		d, err := Open(path, quill)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range d.Of("quill") {
			got = append(got, strings.TrimSpace(r.ID+" "+r.Summary))
		}
		if text := strings.Join(got, ", "); text != "X-1, X-3 later" {
			t.Errorf("%s: %s", name, text)
		}
		if d.Records != 6 || len(d.Unread) != 1 || d.Unread[0].File != "broken.json" || d.MoreUnread != 0 {
			t.Errorf("%s: %d records, unread %v and %d", name, d.Records, d.Unread, d.MoreUnread)
		}
		if d.Of("other") != nil {
			t.Errorf("%s: there is something about another package", name)
		}
	}
}

func TestDatabasesThatAreNone(t *testing.T) {
	plain := filepath.Join(writeFolder(t, map[string]string{"x.json": record("X-1", "2026-01-01", "")}), "x.json")
	for want, path := range map[string]string{
		"no such file": filepath.Join(t.TempDir(), "absent"),
		"it is neither a folder nor a zip archive":     plain,
		"no file that ends in .json":                   writeFolder(t, map[string]string{"README": ""}),
		"there is no record of OSV in it":              writeZip(t, map[string]string{"x.txt": ""}),
		"no record in it can be read, as x.json: it i": writeZip(t, map[string]string{"x.json": "[]"}),
		"more than 16 folders in each other":           writeFolder(t, map[string]string{strings.Repeat("d/", 17) + "x.json": ""}),
	} {
		if _, err := Open(path, quill); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// Names in an archive are shown, and are no paths; what a folder links to is not read.
func TestNothingOutsideOfADatabaseIsRead(t *testing.T) {
	outside := filepath.Join(writeFolder(t, map[string]string{"x.json": record("X-9", "2026-01-01", "")}), "x.json")
	dir := writeFolder(t, files())
	if err := os.Symlink(outside, filepath.Join(dir, "link.json")); err != nil {
		t.Skip("skip: no symbolic links here")
	}
	d, err := Open(dir, quill)
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Unread) != 2 || d.Unread[1].File != "link.json" || d.Unread[1].Err.Error() != "it is no regular file" {
		t.Errorf("unread %v", d.Unread)
	}
	hostile := files()
	hostile["../../"+strings.TrimPrefix(outside, "/")] = record("X-4", "2026-01-01", "")
	d, err = Open(writeZip(t, hostile), quill)
	if err != nil {
		t.Fatal(err)
	}
	if got := len(d.Of("quill")); got != 3 {
		t.Errorf("%d records, want the three of the archive", got)
	}
}

func TestARecordThatIsTooLargeIsUnread(t *testing.T) {
	large := files()
	large["large.json"] = record("X-5", "2026-01-01", `"details": "`+strings.Repeat("x", maxRecord)+`", `)
	for name, path := range map[string]string{"folder": writeFolder(t, large), "zip": writeZip(t, large)} {
		d, err := Open(path, quill)
		if err != nil {
			t.Fatal(err)
		}
		if len(d.Unread) != 2 {
			t.Fatalf("%s: unread %v", name, d.Unread)
		}
		for _, u := range d.Unread {
			if u.File == "large.json" && u.Err != errTooLarge {
				t.Errorf("%s: %v", name, u.Err)
			}
		}
	}
}

// An archive may say that a record is small, and unpack to more than memory holds.
func TestAnArchiveThatLiesAboutSizesIsNotBelieved(t *testing.T) {
	path := writeZip(t, map[string]string{"X-1.json": record("X-1", "2026-01-01", ""), "bomb.json": strings.Repeat(" ", maxRecord*4)})
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	said := []byte{0, 0, 0, 2} // maxRecord*4, little-endian
	if bytes.Count(data, said) == 0 {
		t.Fatal("the size is not where it was looked for")
	}
	data = bytes.ReplaceAll(data, said, []byte{9, 0, 0, 0})
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
	d, err := Open(path, quill)
	if err != nil {
		t.Fatal(err)
	}
	if d.Records != 1 || len(d.Unread) != 1 || d.Unread[0].File != "bomb.json" {
		t.Errorf("%d records, unread %v", d.Records, d.Unread)
	}
}
