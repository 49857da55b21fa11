package configparser

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func FuzzParse(f *testing.F) {
	f.Add(strings.Join(pieces, ""))
	f.Add("\ufeff[a]\nb=c\xff\r\n d\n")
	f.Fuzz(func(t *testing.T, text string) { check(t, text) })
}

func TestWhatHoldsOfAllFiles(t *testing.T) {
	texts := rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 20)
	rapid.Check(t, func(t *rapid.T) { check(t, "[a]\n"+strings.Join(texts.Draw(t, "pieces"), "")) })
}

// check checks what holds of every file: what is read stands where it is said to
// stand, and ways of reading that differ only in what is a fault agree on the rest.
func check(t rapid.TB, text string) {
	t.Helper()
	f := Parser{KeepCase: true}.Parse("f", []byte(text))
	lines := strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.TrimPrefix(text, "\ufeff")), "\n")
	for _, name := range f.Sections {
		options, items := f.Options(name), f.Items(name)
		if len(items) != len(options) {
			t.Fatalf("%q: %d options, %d items", text, len(options), len(items))
		}
		for _, o := range options {
			if !strings.HasPrefix(lines[o.Place.Line-1][o.Place.Col-1:], o.Key) || o.Key == "" || f.Get(name, o.Key) != o {
				t.Fatalf("%q: %q is not at %v", text, o.Key, o.Place)
			}
			for i, l := range o.Lines {
				if rest := lines[l.Place.Line-1][l.Place.Col-1:]; strings.TrimFunc(rest, IsSpace) != l.Text || i == 0 && l.Place.Line != o.Place.Line {
					t.Fatalf("%q: %q is not at %v", text, l.Text, l.Place)
				}
			}
		}
	}
	for i, fault := range f.Faults {
		if fault.Place.Line > len(lines) || fault.Place.Col > len(lines[fault.Place.Line-1])+1 || i > 0 && fault.Place.Line < f.Faults[i-1].Place.Line {
			t.Fatalf("%q: a fault at %v", text, fault.Place)
		}
	}
	if len(f.Faults) == 0 && (!utf8.ValidString(text) || strings.HasPrefix(text, "\ufeff")) {
		t.Fatalf("%q has no fault", text)
	}
	if few := (Parser{KeepCase: true, MaxFaults: 1}).Parse("f", []byte(text)); len(few.Faults) != min(len(f.Faults), 1) {
		t.Fatalf("%q: %d faults of %d", text, len(few.Faults), len(f.Faults))
	}
	if last := (Parser{KeepCase: true, KeepLast: true}).Parse("f", []byte(text)); len(last.Faults) != len(f.Faults) {
		t.Fatalf("%q: %d faults, else %d", text, len(last.Faults), len(f.Faults))
	}
}
