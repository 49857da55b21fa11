package main

import (
	"errors"
	"io/fs"
	"testing"

	"sluice/constraints"
	"sluice/fixtures"
)

// FuzzParseConfig holds that any sluice.toml is either read or refused with
// problems that name the file.
func FuzzParseConfig(f *testing.F) {
	universe, err := fs.ReadFile(fixtures.Universe(), "sluice.toml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(universe)
	f.Add([]byte("constraints = \"a\"\n[[environment]]\npython = \"3.11\"\n"))
	f.Add([]byte("[policy]\nprereleases = 3\n"))
	f.Add([]byte("[[consumer]]\npaths = \"a/*\"\nname = \"b\"\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := parseConfig("sluice.toml", data)
		if err == nil && c == nil {
			t.Fatal("neither a configuration nor an error")
		}
		var problems constraints.Problems
		if err != nil && !errors.As(err, &problems) {
			t.Fatalf("not problems: %v", err)
		}
		for _, p := range problems {
			if p.Place.File != "sluice.toml" || p.Msg == "" {
				t.Fatalf("a problem without a place or a message: %v", p)
			}
		}
	})
}

// FuzzParseCandidate holds that a candidate that is read is read the same again
// from how it is written.
func FuzzParseCandidate(f *testing.F) {
	for _, seed := range []string{"urllib3==2.0.4", "a===1.0; python_version < '3.9'", "a", "a==1.*", "a@1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseCandidate(text)
		if err != nil {
			return
		}
		again, err := parseCandidate(c.String())
		if err != nil || again.String() != c.String() {
			t.Fatalf("%q is read as %s and then as %s, %v", text, c, again, err)
		}
	})
}

// FuzzPrintable holds that no text brings a control character to a terminal.
func FuzzPrintable(f *testing.F) {
	f.Add("\x1b[31mred\x1b[0m\u202e\u0085\xff\n")
	f.Fuzz(func(t *testing.T, text string) {
		for _, r := range printable(text) {
			if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == '\u202e' || r == '\u2066' {
				t.Fatalf("%q becomes %q", text, printable(text))
			}
		}
	})
}
