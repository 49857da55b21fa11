package index

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sluice/constraints"
)

func version(tb testing.TB, text string) constraints.Version {
	tb.Helper()
	v, err := parseVersion(text)
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

func readText(tb testing.TB, text string) *Snapshot {
	tb.Helper()
	s, err := Read("test.jsonl", strings.NewReader(text))
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func sample(tb testing.TB) *Snapshot {
	tb.Helper()
	s, err := Open(filepath.Join("testdata", "sample.jsonl"))
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func pkg(tb testing.TB, s *Snapshot, name constraints.Name) *Package {
	tb.Helper()
	p, err := s.Package(name)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

func compact(tb testing.TB, s *Snapshot) []byte {
	tb.Helper()
	var buf bytes.Buffer
	if err := s.WriteCompact(&buf); err != nil {
		tb.Fatal(err)
	}
	return buf.Bytes()
}

// openBytes opens a compact form in memory.
func openBytes(data []byte) (*Snapshot, error) {
	im, err := openImage(int64(len(data)), bytesReader(data))
	if err != nil {
		return nil, err
	}
	return newSnapshot(im, nil), nil
}

func TestSpellingDoesNotChangeTheDigest(t *testing.T) {
	plain := `{"name":"quill","versions":{"1.0":{"requires_dist":["a","b"],"provides_extra":[]},"2.0":{"yanked":true}}}
{"name":"ink-well","versions":{}}
`
	for claim, text := range map[string]string{
		"order of lines":     "{\"name\":\"ink-well\",\"versions\":{}}\n" + strings.Split(plain, "\n")[0],
		"order of keys":      strings.Replace(plain, `"requires_dist":["a","b"],"provides_extra":[]`, `"provides_extra":[],"requires_dist":["a","b"]`, 1),
		"order of versions":  `{"versions":{"2.0":{"yanked":true},"1.0":{"requires_dist":["a","b"]}},"name":"quill"}` + "\n" + `{"name":"ink-well"}`,
		"spelling of names":  strings.Replace(plain, "ink-well", "Ink_.Well", 1),
		"spelling of values": strings.Replace(plain, `"2.0"`, `"v2.0"`, 1),
		"escapes":            strings.ReplaceAll(plain, `"a"`, `"\u0061"`),
		"white space":        strings.ReplaceAll(plain, `,`, " ,\t") + "\r\n\n",
		"comments":           strings.Replace(plain, `"yanked"`, `"source":"wheel","_x":{"y":[1.5e3,null]},"yanked"`, 1),
		"absent and null":    strings.Replace(plain, `"provides_extra":[]`, `"requires_python":null,"upload_time":null,"files":null`, 1),
	} {
		if got, want := readText(t, text).Digest(), readText(t, plain).Digest(); got != want {
			t.Errorf("%s changed the digest", claim)
		}
	}
}

func TestEveryFactChangesTheDigest(t *testing.T) {
	const plain = `{"name":"quill","versions":{"1.0":{"requires_dist":["a","b"],"yanked":"x"}}}`
	seen := map[string]string{readText(t, plain).Digest(): plain}
	for _, change := range [][2]string{
		{`quill`, `quilt`}, {`"1.0"`, `"1.0.0"`}, {`"1.0"`, `"1.1"`}, {`["a","b"]`, `["b","a"]`}, {`["a","b"]`, `["a"]`},
		{`["a","b"]`, `["ab"]`}, {`requires_dist`, `provides_extra`}, {`"x"`, `"y"`}, {`"x"`, `true`}, {`"x"`, `false`},
		{`"yanked"`, `"incomplete":true,"yanked"`}, {`"yanked"`, `"metadata":false,"yanked"`}, {`"yanked"`, `"files":[],"yanked"`},
		{`"yanked"`, `"requires_python":"a","yanked"`}, {`"yanked"`, `"license":"a","yanked"`}, {`"yanked"`, `"upload_time":"2020-01-01T00:00:00Z","yanked"`},
		{`"yanked"`, `"files":[{"filename":"a"}],"yanked"`}, {`"yanked"`, `"files":[{"filename":"a","size":1}],"yanked"`},
		{`"yanked"`, `"files":[{"filename":"a","hashes":{"md5":"00"}}],"yanked"`},
		{`"yanked"`, `"files":[{"filename":"a","yanked":true}],"yanked"`},
	} {
		text := strings.Replace(plain, change[0], change[1], 1)
		digest := readText(t, text).Digest()
		if other, ok := seen[digest]; ok {
			t.Errorf("%s\nand %s\nhave the same digest", text, other)
		}
		seen[digest] = text
	}
}

func TestDigestOfCountsWhatIsNotThere(t *testing.T) {
	s := sample(t)
	names := []constraints.Name{"quill", "absent"}
	if s.DigestOf(names) == s.DigestOf(names[:1]) {
		t.Error("a name that was asked for and not found must count")
	}
	if s.DigestOf(names) != s.DigestOf([]constraints.Name{"absent", "quill", "quill"}) {
		t.Error("the order of names, or one given twice, must not count")
	}
	if s.DigestOf(s.Names()) != s.Digest() {
		t.Error("the digest of all names is that of the snapshot")
	}
	fewer := readText(t, `{"name":"absent"}`)
	if s.DigestOf(names[1:]) == fewer.DigestOf(names[1:]) {
		t.Error("a package without versions is not an absent one")
	}
}

func TestFindGoesByMeaning(t *testing.T) {
	p := pkg(t, sample(t), "inkwell")
	for text, want := range map[string]int{"2.0": 0, "2": 0, "2.0.0": 0, "2.1": 1, "3": 2} {
		if i, ok := p.Find(version(t, text)); !ok || i != want {
			t.Errorf("Find(%s) = %d, %t, want %d", text, i, ok, want)
		}
	}
	for _, text := range []string{"1", "2.0.1", "4"} {
		if i, ok := p.Find(version(t, text)); ok {
			t.Errorf("Find(%s) = %d, want none", text, i)
		}
	}
}

func TestSuggestionsAreNear(t *testing.T) {
	s := sample(t)
	for name, want := range map[constraints.Name][]constraints.Name{
		"quil": {"quill"}, "inkwells": {"inkwell"}, "carbonblack": {"carbon-black"}, "mortar": nil, "x": nil,
	} {
		_, err := s.Package(name)
		var notFound *NotFoundError
		if !errors.As(err, &notFound) {
			t.Fatalf("Package(%s): %v", name, err)
		}
		if got := notFound.Suggestions(); !slices.Equal(got, want) {
			t.Errorf("%s: suggestions %v, want %v", name, got, want)
		}
	}
}

func TestSnapshotOfTheSamePackageTwice(t *testing.T) {
	p := pkg(t, sample(t), "quill")
	if s, err := NewSnapshot(p, p); err != nil || s.Len() != 1 {
		t.Errorf("NewSnapshot(p, p): %v, %v", s, err)
	}
	other, err := NewPackage("quill", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewSnapshot(p, other); err == nil {
		t.Error("two different packages of one name must be an error")
	}
}

func TestATruncatedFileIsAClearError(t *testing.T) {
	data := compact(t, sample(t))
	path := filepath.Join(t.TempDir(), "cut")
	for n := range data {
		if err := os.WriteFile(path, data[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Open(path)
		if err == nil {
			t.Fatalf("the first %d bytes of %d were opened", n, len(data))
		}
		if n >= headerSize && !strings.Contains(err.Error(), "truncated") {
			t.Fatalf("%d bytes: %v", n, err)
		}
	}
}

func TestADamagedByteIsNoticed(t *testing.T) {
	s := sample(t)
	data := compact(t, s)
	for i := range data {
		damaged := bytes.Clone(data)
		damaged[i] ^= 0x10
		again, err := openBytes(damaged)
		if err != nil {
			continue
		}
		if useAll(again) == nil {
			t.Fatalf("nobody noticed that byte %d changed", i)
		}
	}
}

// useAll reads everything in a snapshot.
func useAll(s *Snapshot) error {
	var errs []error
	for _, name := range s.Names() {
		p, err := s.Package(name)
		if err == nil {
			err = useAllOf(p)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// useAllOf reads everything in a package.
func useAllOf(p *Package) error {
	var errs []error
	for i := range p.Len() {
		p.Find(p.Version(i))
		p.Release(i)
		p.Parsed(i)
		_, err := p.Files(i)
		outline, err2 := p.Outline(i)
		for _, f := range outline.Files {
			p.Runtimes(f)
		}
		errs = append(errs, err, err2)
	}
	p.Versions()
	return errors.Join(errs...)
}

func TestFilesInOtherFormsAreRefused(t *testing.T) {
	for claim, text := range map[string]string{
		"empty":       "",
		"no snapshot": "hello\n",
		"cut gzip":    "\x1f\x8b\x08",
		"an array":    "[]\n",
	} {
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", claim, err)
		}
	}
	if _, err := Open(filepath.Join(t.TempDir(), "absent")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("absent: %v", err)
	}
}

func TestRewritingIsDeterministic(t *testing.T) {
	s := sample(t)
	again, err := openBytes(compact(t, s))
	if err != nil {
		t.Fatal(err)
	}
	var lines bytes.Buffer
	if err := again.WriteLines(&lines); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		s := readText(t, lines.String())
		if !bytes.Equal(compact(t, s), compact(t, again)) {
			t.Fatal("the same facts gave other bytes")
		}
	}
}
