package pypi

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const wheelName = "quill_pen-1.0-py3-none-any.whl"

const metadataName = "quill_pen-1.0.dist-info/METADATA"

// entry is an entry of a zip archive in a test.
type entry struct {
	name, content string
	header        zip.FileHeader // what is not the usual
}

// zipOf returns an archive with these entries.
func zipOf(tb testing.TB, entries ...entry) []byte {
	tb.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		h := e.header
		h.Name = e.name
		f, err := w.CreateHeader(&h)
		if err == nil {
			_, err = io.WriteString(f, e.content)
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// noise returns text that does not compress.
func noise(n int) string {
	r := rand.New(rand.NewPCG(1, 2))
	text := make([]byte, n)
	for i := range text {
		text[i] = byte(r.Uint32())
	}
	return string(text)
}

// reads is an archive that notes which parts are asked for.
type reads struct {
	data  []byte
	calls []string
	err   error // from the third read on
}

func (r *reads) ReadAt(p []byte, offset int64) (int, error) {
	r.calls = append(r.calls, fmt.Sprintf("%d+%d", offset, len(p)))
	if r.err != nil && len(r.calls) >= 3 {
		return 0, r.err
	}
	return bytes.NewReader(r.data).ReadAt(p, offset)
}

func TestTheMetadataOfAWheelTakesFewReads(t *testing.T) {
	code := entry{name: "quill_pen/data.bin", content: noise(1 << 20), header: zip.FileHeader{Method: zip.Store}}
	deflated := zip.FileHeader{Method: zip.Deflate}
	var small []entry
	for i := range 3000 {
		small = append(small, entry{name: fmt.Sprintf("quill_pen/module_with_a_long_name_%d.py", i)})
	}
	metadata := entry{name: metadataName, content: wholeMetadata, header: deflated}
	big := entry{name: metadataName, content: noise(300_000), header: deflated}
	for _, c := range []struct {
		claim   string
		entries []entry
		content string
		reads   int
	}{
		{"a small wheel", []entry{metadata}, wholeMetadata, 1},
		{"the usual wheel, dist-info last", []entry{code, metadata}, wholeMetadata, 1},
		{"dist-info first", []entry{metadata, code}, wholeMetadata, 2},
		{"a directory of more than 65 KiB", append([]entry{metadata, code}, small...), wholeMetadata, 3},
		{"a directory of more than 65 KiB, dist-info last", append(append([]entry{code}, small...), metadata), wholeMetadata, 3},
		{"a large METADATA that begins before the end", []entry{code, big}, big.content, 2},
		{"stored", []entry{{name: metadataName, content: wholeMetadata, header: zip.FileHeader{Method: zip.Store}}, code}, wholeMetadata, 2},
		{"an oversized local header", []entry{{metadataName, wholeMetadata, zip.FileHeader{Method: zip.Store, Extra: oddExtra(5000)}}, code}, wholeMetadata, 3},
		{"an empty METADATA", []entry{{name: metadataName}}, "", 1},
	} {
		r := &reads{data: zipOf(t, c.entries...)}
		got, err := WheelMetadata(r, int64(len(r.data)), wheelName)
		if err != nil || string(got) != c.content || len(r.calls) != c.reads {
			t.Errorf("%s: %d bytes, %v, want %d bytes; reads %v of %d, want %d", c.claim, len(got), err, len(c.content), r.calls, len(r.data), c.reads)
		}
	}
}

// oddExtra returns an extra field of a kind that nobody knows.
func oddExtra(n int) []byte {
	extra := make([]byte, n)
	binary.LittleEndian.PutUint16(extra, 0x7777)
	binary.LittleEndian.PutUint16(extra[2:], uint16(n-4))
	return extra
}

func TestTheDistInfoOfTheFileNameIsRead(t *testing.T) {
	want := entry{name: metadataName, content: "wanted"}
	for claim, entries := range map[string][]entry{
		"one of another spelling":     {{name: "Quill.Pen-1.dist-info/METADATA", content: "wanted"}},
		"one of another version":      {{name: "quill_pen-9.dist-info/METADATA", content: "wanted"}},
		"one of a project beside":     {{name: "inkwell-1.0.dist-info/METADATA"}, want},
		"one of another version, too": {want, {name: "quill_pen-9.dist-info/METADATA"}},
		"vendored ones":               {{name: "quill_pen/_vendor/quill_pen-1.0.dist-info/METADATA"}, want},
		"paths that lead elsewhere": {
			{name: "../quill_pen-1.0.dist-info/METADATA"}, {name: "/quill_pen-1.0.dist-info/METADATA"},
			{name: `..\quill_pen-1.0.dist-info/METADATA`}, want, {name: `quill_pen-1.0.dist-info\METADATA`},
		},
		"other files of dist-info": {{name: "quill_pen-1.0.dist-info/"}, {name: metadataName + ".json"}, {name: "quill_pen-1.0.dist-info/x/METADATA"}, want},
	} {
		data := zipOf(t, entries...)
		got, err := WheelMetadata(bytes.NewReader(data), int64(len(data)), wheelName)
		if err != nil || string(got) != "wanted" {
			t.Errorf("%s: %q, %v", claim, got, err)
		}
	}
}

func TestAWheelThatCannotBeTrustedIsAnError(t *testing.T) {
	plain := func() []byte { return zipOf(t, entry{name: metadataName, content: wholeMetadata}) }
	var many []entry
	for i := range maxZipEntries + 1 {
		many = append(many, entry{name: fmt.Sprint(i)})
	}
	for _, c := range []struct {
		claim string
		data  []byte
		want  string
	}{
		{"no archive", []byte("<html>" + strings.Repeat(" ", 100)), "it is no zip archive, or it is cut short"},
		{"nothing", nil, "it is too short for a zip archive"},
		{"cut short", plain()[:200], "it is no zip archive, or it is cut short"},
		{"cut in front", plain()[20:], "its directory is not where it says that it is"},
		{"something in front", append([]byte("#!/bin/sh\n"), plain()...), "its directory is not where it says that it is"},
		{"a comment that is cut short", patch(plain(), zipEndMark, 20, 5), "it is no zip archive, or it is cut short"},
		{"no dist-info", zipOf(t, entry{name: "a"}), "it has no METADATA in a folder NAME-VERSION.dist-info"},
		{"of another project", zipOf(t, entry{name: "inkwell-1.0.dist-info/METADATA"}), "inkwell-1.0.dist-info/METADATA: it is of another project"},
		{"none of several", zipOf(t, entry{name: "a-1.dist-info/METADATA"}, entry{name: "b-1.dist-info/METADATA"}), "none of its 2 METADATA has the name and version of the archive"},
		{"two", zipOf(t, entry{name: metadataName}, entry{name: metadataName}), "two METADATA belong to the archive"},
		{"two spellings", zipOf(t, entry{name: metadataName}, entry{name: "quill.pen-1.dist-info/METADATA"}), "two METADATA belong to the archive"},
		{"encrypted", patch(plain(), "PK\x01\x02", 8, 1), metadataName + ": it is encrypted"},
		{"an unknown method", patch(plain(), "PK\x01\x02", 10, 12), "its compression method 12 is neither stored nor deflated"},
		{"a link", zipOf(t, entry{metadataName, "/etc/passwd", linkHeader()}), "it is no regular file"},
		{"a huge size", patch(plain(), "PK\x01\x02", 24, 0, 0, 0, 2), metadataName + ": it has more than 16777216 bytes"},
		{"a huge packed size", patch(plain(), "PK\x01\x02", 20, 0, 0, 0, 2), "it has more than 16777216 bytes"},
		{"more than declared", patch(plain(), "PK\x01\x02", 24, 5, 0), "it is damaged: zip: not a valid zip file"},
		{"less than declared", patch(plain(), "PK\x01\x02", 24, 0xff, 0xff), "it is damaged"},
		{"another checksum", patch(plain(), "PK\x01\x02", 16, 1, 2, 3), "it is damaged: zip: checksum error"},
		{"an entry elsewhere", patch(plain(), "PK\x01\x02", 42, 7), "it is damaged: zip: not a valid zip file"},
		{"an entry outside", patch(plain(), "PK\x01\x02", 42, 0xff, 0xff, 0xff), "it is damaged"},
		{"too many entries", patch(plain(), zipEndMark, 10, 7), "it is damaged"},
		{"entries without end", zipOf(t, many...), "its directory has 100001 entries, more than 100000"},
		{"a huge directory", patch(plain(), zipEndMark, 12, 1, 0, 0, 1), "its directory has 16777217 bytes, more than 16777216"},
	} {
		got, err := WheelMetadata(bytes.NewReader(c.data), int64(len(c.data)), wheelName)
		var wrong *DocumentError
		if !errors.As(err, &wrong) || !strings.HasPrefix(err.Error(), "wheel "+wheelName+": ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %q, %v\nwant %s", c.claim, got, err, c.want)
		}
	}
	if _, err := WheelMetadata(nil, 0, "quill\x1b.zip"); err == nil || !strings.Contains(err.Error(), `wheel "quill\x1b.zip": invalid wheel file name`) {
		t.Error(err)
	}
}

// patch returns data with bytes at an offset after the last mark replaced.
func patch(data []byte, mark string, offset int, with ...byte) []byte {
	copy(data[bytes.LastIndex(data, []byte(mark))+offset:], with)
	return data
}

// linkHeader returns the header of a symbolic link.
func linkHeader() zip.FileHeader {
	var h zip.FileHeader
	h.SetMode(0o777 | fs.ModeSymlink)
	return h
}

func TestZip64WheelsAreRead(t *testing.T) {
	var entries []entry
	for i := range 70_000 {
		entries = append(entries, entry{name: fmt.Sprintf("quill_pen/%d.py", i)})
	}
	data := zipOf(t, append(entries, entry{name: metadataName, content: wholeMetadata})...)
	if !bytes.Contains(data, []byte(zip64EndMark)) {
		t.Fatal("the archive has no zip64 end record")
	}
	got, err := WheelMetadata(bytes.NewReader(data), int64(len(data)), wheelName)
	if err != nil || string(got) != wholeMetadata {
		t.Error(err)
	}
	for claim, offset := range map[string]int{"locator": bytes.LastIndex(data, []byte(zip64Locator)) + 9, "record": bytes.LastIndex(data, []byte(zip64EndMark)) + 49} {
		broken := bytes.Clone(data)
		broken[offset] ^= 0xff
		if _, err := WheelMetadata(bytes.NewReader(broken), int64(len(broken)), wheelName); err == nil {
			t.Errorf("a zip64 %s that lies is believed", claim)
		}
	}
}

func TestThatAWheelCannotBeReadIsNoStatementAboutIt(t *testing.T) {
	failed := errors.New("connection reset")
	var small []entry
	for i := range 3000 {
		small = append(small, entry{name: fmt.Sprintf("quill_pen/module_with_a_long_name_%d.py", i)})
	}
	code := entry{name: "quill_pen/data.bin", content: noise(1 << 20), header: zip.FileHeader{Method: zip.Store}}
	r := &reads{data: zipOf(t, append([]entry{{name: metadataName, content: wholeMetadata}, code}, small...)...), err: failed}
	_, err := WheelMetadata(r, int64(len(r.data)), wheelName)
	var wrong *DocumentError
	if !errors.Is(err, failed) || errors.As(err, &wrong) || !strings.Contains(err.Error(), wheelName) {
		t.Error(err)
	}
	if _, err := WheelMetadata(bytes.NewReader(r.data), int64(len(r.data))+5, wheelName); !errors.Is(err, io.EOF) || errors.As(err, &wrong) {
		t.Error("a size that is wrong:", err)
	}
}

func TestNoWheelThatWasDamagedIsTrouble(t *testing.T) {
	data := zipOf(t, entry{name: "quill_pen/a.py", content: noise(100)}, entry{name: metadataName, content: wholeMetadata, header: zip.FileHeader{Method: zip.Deflate}})
	rapid.Check(t, func(t *rapid.T) {
		broken := bytes.Clone(data)
		for range rapid.IntRange(1, 4).Draw(t, "bytes") {
			broken[rapid.IntRange(0, len(broken)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "byte")
		}
		got, err := WheelMetadata(bytes.NewReader(broken), int64(len(broken)), wheelName)
		var wrong *DocumentError
		if err != nil && !errors.As(err, &wrong) || len(got) > len(data)*10 {
			t.Fatal(len(got), err)
		}
	})
}
