package pep440

import (
	"errors"
	"testing"

	"sluice/constraints"
)

// checkSyntaxError reports an error that does not point into its input.
func checkSyntaxError(t *testing.T, text string, err error) {
	var syntax *constraints.SyntaxError
	if !errors.As(err, &syntax) || syntax.Input != text || syntax.Offset < 0 || syntax.Offset > len(text) {
		t.Fatalf("%q: %#v", text, err)
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"1.0", " v1!2.0-ALPHA_1.post.dev3+Ab-01 ", "1-1", "1.0a-.post-", "0.0.0", "1.0+00a.10", "1.", "1.٢", "\u20031"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := Parse(text)
		if err != nil {
			checkSyntaxError(t, text, err)
			return
		}
		again, err := Parse(v.String())
		if err != nil || again.String() != v.String() || !again.Equal(v) || again.IsPrerelease() != v.IsPrerelease() {
			t.Fatalf("%q formats as %q, then as %q (%v)", text, v, again, err)
		}
		if FieldsOf(v).String() != v.String() {
			t.Fatalf("fields of %v are %+v", v, FieldsOf(v))
		}
		if v.Key() < bottom || v.Key() >= top {
			t.Fatalf("%v has the key %q", v, v.Key())
		}
	})
}

func FuzzParseSpecifierSet(f *testing.F) {
	for _, text := range []string{"", ">=1.0,<2", "==1.4.*, !=1.4.2", "~=1.0a1", "===a;b", "=>1", ">=1<2", ">1.0,<1.0.post1.dev0", "==1+a,", "<0.dev0"} {
		f.Add(text, "1.4.1")
	}
	f.Fuzz(func(t *testing.T, text, version string) {
		scanned, n, err := ScanSpecifierSet(text)
		if err != nil {
			checkSyntaxError(t, text, err)
		} else if part, err := ParseSpecifierSet(text[:n]); err != nil || part.String() != scanned.String() {
			t.Fatalf("%q scans as %v, but parses as %v (%v)", text[:n], scanned, part, err)
		}
		set, err := ParseSpecifierSet(text)
		if err != nil {
			checkSyntaxError(t, text, err)
			return
		}
		again, err := ParseSpecifierSet(set.String())
		v := Literal(version)
		if err != nil || again.String() != set.String() || again.Contains(v) != set.Contains(v) {
			t.Fatalf("%q formats as %q, then as %q (%v)", text, set, again, err)
		}
		if set.Contains(v) && set.IsEmpty() || !set.IsSubset(again) || hasFinal(set) && set.IsEmpty() {
			t.Fatalf("%q contradicts itself about %q", text, version)
		}
		if set.Intersect(again).Contains(v) != set.Contains(v) {
			t.Fatalf("%q differs from itself", text)
		}
	})
}
