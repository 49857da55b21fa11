package pypi

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	_ "embed"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

const sdistName = "quill_pen-1.0.tar.gz"

// tarEntry is an entry of a tar archive in a test; its type is regular if not
// given.
type tarEntry struct {
	name, content string
	kind          byte
}

func tarOf(tb testing.TB, entries ...tarEntry) []byte {
	tb.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Typeflag: e.kind, Size: int64(len(e.content)), Mode: 0o644}
		switch e.kind {
		case 0:
			h.Typeflag = tar.TypeReg
		case tar.TypeSymlink, tar.TypeLink:
			h.Linkname, h.Size, e.content = e.content, 0, ""
		}
		if err := w.WriteHeader(h); err != nil {
			tb.Fatal(err)
		}
		if _, err := io.WriteString(w, e.content); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func gzipped(tb testing.TB, data []byte) []byte {
	tb.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		tb.Fatal(err)
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// usualSdist is what build tools make.
func usualSdist() []tarEntry {
	return []tarEntry{
		{"quill_pen-1.0/", "", tar.TypeDir},
		{"quill_pen-1.0/quill_pen.egg-info/PKG-INFO", "Name: wrong\n", 0},
		{"quill_pen-1.0/PKG-INFO", wholeMetadata, 0},
		{"quill_pen-1.0/setup.py", "boom", 0},
	}
}

//go:embed testdata/quill_pen-1.0.tar.bz2
var bzipped []byte

func TestPackageInfoIsFound(t *testing.T) {
	plain := tarOf(t, usualSdist()...)
	for _, c := range []struct {
		filename string
		data     []byte
	}{
		{sdistName, gzipped(t, plain)},
		{"quill_pen-1.0.tgz", gzipped(t, plain)},
		{"quill_pen-1.0.tar", plain},
		{"quill_pen-1.0.tar.bz2", bzipped},
		{"quill_pen-1.0.tbz", bzipped},
		{"dotted-1.0.tar", tarOf(t, tarEntry{name: "./dotted-1.0/PKG-INFO", content: wholeMetadata})},
		{"other-1.0.tar", tarOf(t, tarEntry{name: "PKG-INFO", content: "x"}, tarEntry{name: "a/b/PKG-INFO", content: "x"},
			tarEntry{name: "/a/PKG-INFO", content: "x"}, tarEntry{name: "../PKG-INFO", content: "x"}, tarEntry{name: "folder/PKG-INFO", content: wholeMetadata})},
	} {
		for _, r := range []io.Reader{bytes.NewReader(c.data), iotest.OneByteReader(bytes.NewReader(c.data)), iotest.DataErrReader(bytes.NewReader(c.data))} {
			if got, err := SdistMetadata(r, c.filename); err != nil || string(got) != wholeMetadata {
				t.Errorf("%s: %q, %v", c.filename, short(string(got)), err)
			}
		}
	}
}

func TestReadingStopsAtPackageInfo(t *testing.T) {
	data := gzipped(t, tarOf(t, append(usualSdist(), tarEntry{name: "quill_pen-1.0/data.bin", content: noise(10 << 20)})...))
	source := &countingReader{Reader: bytes.NewReader(data)}
	if _, err := SdistMetadata(source, sdistName); err != nil || source.n > 100_000 {
		t.Errorf("%d of %d bytes were read: %v", source.n, len(data), err)
	}
}

type countingReader struct {
	io.Reader
	n int
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += n
	return n, err
}

func TestASdistThatCannotBeUsedIsAnError(t *testing.T) {
	good := gzipped(t, tarOf(t, usualSdist()...))
	huge := tarOf(t, tarEntry{name: "a/PKG-INFO", content: strings.Repeat("x", maxMetadata+1)})
	for _, c := range []struct {
		filename string
		data     []byte
		want     string
	}{
		{"quill_pen-1.0.tar.xz", nil, "compressed with xz or lzma, which cannot be unpacked here (its metadata can be had if the index serves it, or from a wheel)"},
		{"quill_pen-1.0.tlz", nil, "compressed with xz or lzma"},
		{"quill_pen-1.0.zip", nil, "it does not end in .tar.gz, .tgz, .tar.bz2, .tbz or .tar"},
		{sdistName, nil, "it is cut short"},
		{sdistName, []byte("<html>Not found</html>"), "it is damaged: gzip: invalid header"},
		{sdistName, good[:len(good)/2], "it is cut short"},
		{sdistName, gzipped(t, nil), "it has no PKG-INFO in its top folder"},
		{sdistName, gzipped(t, []byte(strings.Repeat("x", 2000))), "it is damaged: archive/tar: invalid tar header"},
		{"quill_pen-1.0.tar.bz2", good, "it is damaged: bzip2 data invalid"},
		{"a-1.tar", tarOf(t, tarEntry{name: "a-1/setup.py"}), "it has no PKG-INFO in its top folder"},
		{"a-1.tar", tarOf(t, tarEntry{"a-1/PKG-INFO", "/etc/passwd", tar.TypeSymlink}), "a-1/PKG-INFO: it is no regular file"},
		{"a-1.tar", tarOf(t, tarEntry{"a-1/PKG-INFO", "a-1/b", tar.TypeLink}), "a-1/PKG-INFO: it is no regular file"},
		{"a-1.tar", huge, "a/PKG-INFO: it has more than 16777216 bytes"},
	} {
		got, err := SdistMetadata(bytes.NewReader(c.data), c.filename)
		var wrong *DocumentError
		if !errors.As(err, &wrong) || !strings.HasPrefix(err.Error(), "source distribution "+c.filename+": ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %q, %v\nwant %s", c.filename, short(string(got)), err, c.want)
		}
	}
}

// repeated is data again and again without end. Members of a gzip stream follow
// each other, so that of a stream is a longer stream.
type repeated struct {
	data []byte
	at   int
}

func (r *repeated) Read(p []byte) (int, error) {
	n := copy(p, r.data[r.at:])
	r.at = (r.at + n) % len(r.data)
	return n, nil
}

func TestAnArchiveWithoutEndIsAnError(t *testing.T) {
	if testing.Short() {
		t.Skip("skip: unpacking gigabytes takes seconds")
	}
	var header bytes.Buffer
	if err := tar.NewWriter(&header).WriteHeader(&tar.Header{Name: "a/big", Size: 8 << 30, Mode: 0o644}); err != nil {
		t.Fatal(err)
	}
	zeros := io.MultiReader(bytes.NewReader(gzipped(t, header.Bytes())), &repeated{data: gzipped(t, make([]byte, 1<<20))})
	if _, err := SdistMetadata(zeros, sdistName); err == nil || !strings.Contains(err.Error(), "it unpacks to more than 2147483648 bytes") {
		t.Error(err)
	}
	empty := tarOf(t, tarEntry{name: "a/b"})[:512]
	entries := &repeated{data: gzipped(t, bytes.Repeat(empty, 2048))}
	if _, err := SdistMetadata(entries, sdistName); err == nil || !strings.Contains(err.Error(), "it has more than 500000 entries") {
		t.Error(err)
	}
}

func TestThatASdistCannotBeReadIsNoStatementAboutIt(t *testing.T) {
	failed := errors.New("connection reset")
	data := gzipped(t, tarOf(t, append([]tarEntry{{name: "quill_pen-1.0/data.bin", content: noise(1 << 20)}}, usualSdist()...)...))
	for _, n := range []int{0, 5, 1000, 500_000} {
		_, err := SdistMetadata(io.MultiReader(bytes.NewReader(data[:n]), iotest.ErrReader(failed)), sdistName)
		var wrong *DocumentError
		if !errors.Is(err, failed) || errors.As(err, &wrong) || !strings.Contains(err.Error(), sdistName) {
			t.Errorf("after %d bytes: %v", n, err)
		}
	}
}

func TestPackageInfoOfAZipIsFound(t *testing.T) {
	for claim, c := range map[string]struct {
		entries []entry
		want    string
	}{
		"the usual":       {[]entry{{name: "quill-pen-1.0/setup.py"}, {name: "quill-pen-1.0/PKG-INFO", content: "wanted"}, {name: "quill-pen-1.0/x.egg-info/PKG-INFO"}}, ""},
		"another folder":  {[]entry{{name: "whatever/PKG-INFO", content: "wanted"}}, ""},
		"several folders": {[]entry{{name: "examples/PKG-INFO"}, {name: "Quill_Pen-1.0/PKG-INFO", content: "wanted"}}, ""},
		"none":            {[]entry{{name: "PKG-INFO"}, {name: "../PKG-INFO"}, {name: "a/b/PKG-INFO"}}, "it has no PKG-INFO in its top folder"},
		"none of several": {[]entry{{name: "a/PKG-INFO"}, {name: "b/PKG-INFO"}}, "none of its 2 PKG-INFO has the name and version"},
		"two":             {[]entry{{name: "quill_pen-1.0/PKG-INFO"}, {name: "quill-pen-1.0/PKG-INFO"}}, "two PKG-INFO belong to the archive"},
		"a link":          {[]entry{{"quill-pen-1.0/PKG-INFO", "/etc/passwd", linkHeader()}}, "it is no regular file"},
	} {
		data := zipOf(t, c.entries...)
		got, err := SdistZipMetadata(bytes.NewReader(data), int64(len(data)), "quill.pen-1.0.zip")
		if c.want == "" && (err != nil || string(got) != "wanted") || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %q, %v", claim, got, err)
		}
	}
	if _, err := SdistZipMetadata(nil, 0, sdistName); err == nil || !strings.Contains(err.Error(), "does not end in .zip") {
		t.Error(err)
	}
}

func TestNoSdistThatWasDamagedIsTrouble(t *testing.T) {
	data := tarOf(t, usualSdist()...)
	rapid.Check(t, func(t *rapid.T) {
		broken := bytes.Clone(data)
		for range rapid.IntRange(1, 4).Draw(t, "bytes") {
			broken[rapid.IntRange(0, len(broken)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "byte")
		}
		got, err := SdistMetadata(bytes.NewReader(broken), "quill_pen-1.0.tar")
		var wrong *DocumentError
		if err != nil && !errors.As(err, &wrong) || len(got) > len(data) {
			t.Fatal(len(got), err)
		}
	})
}
