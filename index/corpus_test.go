package index

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sluice/constraints"
)

// shared returns the path of a file of the shared data that stands beside the
// checkout; where it is absent the test is skipped.
func shared(tb testing.TB, path string) string {
	tb.Helper()
	root, err := filepath.Abs(".")
	if err != nil {
		tb.Fatal(err)
	}
	for !exists(filepath.Join(root, "go.mod")) && root != filepath.Dir(root) {
		root = filepath.Dir(root)
	}
	path = filepath.Join(root, "..", "shared", filepath.FromSlash(path))
	if !exists(path) {
		tb.Skipf("no shared data: %s is absent", filepath.Base(path))
	}
	return path
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func corpusPath(tb testing.TB) string {
	return shared(tb, "corpus/pypi-2023-09/packages.jsonl.gz")
}

// pin is one line of the corpus' constraints.
type pin struct {
	name    constraints.Name
	version constraints.Version
}

// corpusPins returns the pins of the corpus.
func corpusPins(tb testing.TB) []pin {
	tb.Helper()
	f, err := os.Open(shared(tb, "corpus/openstack-2023-09/upper-constraints.txt"))
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	var pins []pin
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line, _, _ := strings.Cut(lines.Text(), ";")
		name, version, ok := strings.Cut(line, "===")
		if !ok {
			continue
		}
		v, err := parseVersion(strings.TrimSpace(version))
		if err != nil {
			tb.Fatal(err)
		}
		pins = append(pins, pin{normalizeName(name), v})
	}
	return pins
}

// compactCorpus writes the corpus in the compact form and returns its path.
func compactCorpus(tb testing.TB) string {
	tb.Helper()
	s, err := Open(corpusPath(tb))
	if err != nil {
		tb.Fatal(err)
	}
	path := filepath.Join(tb.TempDir(), "corpus.facts")
	f, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	if err := s.WriteCompact(f); err != nil {
		tb.Fatal(err)
	}
	return path
}

// readPins opens a snapshot and reads what a gate needs of each pin.
func readPins(tb testing.TB, open func() (*Snapshot, error), pins []pin) (requirements int) {
	s, err := open()
	if err != nil {
		tb.Fatal(err)
	}
	defer s.Close()
	for _, pin := range pins {
		p, err := s.Package(pin.name)
		if err != nil {
			tb.Fatal(err)
		}
		i, ok := p.Find(pin.version)
		if !ok {
			tb.Fatalf("%s %s is not published", pin.name, pin.version)
		}
		if p.Release(i).Yanked {
			tb.Fatalf("%s %s is yanked", pin.name, pin.version)
		}
		m, err := p.Parsed(i)
		if err != nil {
			tb.Fatal(err)
		}
		requirements += len(m.Requirements)
	}
	return requirements
}

// corpusLine is a package of the corpus as encoding/json reads it.
type corpusLine struct {
	Name     string
	Versions map[string]struct {
		Requirements   []string `json:"requires_dist"`
		Extras         []string `json:"provides_extra"`
		RequiresPython string   `json:"requires_python"`
		Incomplete     bool
	}
}

// corpusLines calls line with each package of the corpus.
func corpusLines(t *testing.T, line func(corpusLine)) {
	t.Helper()
	f, err := os.Open(corpusPath(t))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	unzip, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for dec := json.NewDecoder(unzip); dec.More(); {
		var l corpusLine
		if err := dec.Decode(&l); err != nil {
			t.Fatal(err)
		}
		line(l)
	}
}

func TestTheCorpusIsReadAsEncodingJSONReadsIt(t *testing.T) {
	if testing.Short() {
		t.Skip("skip: reads 90 MB twice")
	}
	s, err := Open(compactCorpus(t))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	packages, releases := 0, 0
	corpusLines(t, func(l corpusLine) {
		p := pkg(t, s, constraints.Name(l.Name))
		if p.Len() != len(l.Versions) {
			t.Fatalf("%s: %d versions, want %d", l.Name, p.Len(), len(l.Versions))
		}
		for text, want := range l.Versions {
			i, ok := p.Find(version(t, text))
			if !ok {
				t.Fatalf("%s %s is not found", l.Name, text)
			}
			got := p.Release(i)
			if !slices.Equal(got.Requirements, want.Requirements) || !slices.Equal(got.Extras, want.Extras) ||
				got.RequiresPython != want.RequiresPython || got.Incomplete != want.Incomplete {
				t.Fatalf("%s %s: got %+v, want %+v", l.Name, text, got, want)
			}
		}
		packages++
		releases += p.Len()
	})
	if packages != s.Len() {
		t.Errorf("%d packages, want %d", s.Len(), packages)
	}
	t.Logf("%d packages, %d releases", packages, releases)
}

func TestTheMetadataOfTheCorpusIsReadable(t *testing.T) {
	if testing.Short() {
		t.Skip("skip: parses a quarter of a million requirements")
	}
	s, err := Open(compactCorpus(t))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	seen, counts := make(map[string]bool), make(map[string]int)
	for _, name := range s.Names() {
		p := pkg(t, s, name)
		if !slices.IsSortedFunc(p.Versions(), constraints.Version.Compare) {
			t.Errorf("%s: the versions do not ascend", name)
		}
		for i := range p.Len() {
			m, err := p.Parsed(i)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range m.Remarks {
				if !seen[r.Text] {
					counts[cmp.Or(r.Leniency, "unreadable")]++
				}
				seen[r.Text] = true
			}
		}
	}
	t.Logf("%d texts are not valid: %v", len(seen), counts)
}

func BenchmarkReadCorpusGzip(b *testing.B) {
	path := corpusPath(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Open(path); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadPins(b *testing.B) {
	pins := corpusPins(b)
	path := compactCorpus(b)
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n = readPins(b, func() (*Snapshot, error) { return Open(path) }, pins)
	}
	b.ReportMetric(float64(len(pins)), "pins")
	b.ReportMetric(float64(n), "requirements")
	b.ReportMetric(float64(info.Size())/1e6, "MB-file")
}

func BenchmarkOpenCached(b *testing.B) {
	path, dir := corpusPath(b), b.TempDir()
	open := func() {
		s, err := OpenCached(path, dir)
		if err != nil {
			b.Fatal(err)
		}
		s.Close()
	}
	open()
	b.ReportAllocs()
	for b.Loop() {
		open()
	}
}

func BenchmarkOpenCompact(b *testing.B) {
	path := compactCorpus(b)
	b.ReportAllocs()
	for b.Loop() {
		s, err := Open(path)
		if err != nil {
			b.Fatal(err)
		}
		s.Close()
	}
}
