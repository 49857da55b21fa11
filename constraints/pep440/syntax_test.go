package pep440

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"sluice/constraints"
)

// complaint is an expected *constraints.SyntaxError; hint is a part of its Hint.
type complaint struct {
	text   string
	offset int
	hint   string
}

func (c complaint) check(t *testing.T, err error) {
	t.Helper()
	var syntax *constraints.SyntaxError
	if !errors.As(err, &syntax) {
		t.Errorf("%q: error %v, want a SyntaxError", c.text, err)
		return
	}
	if syntax.Input != c.text || syntax.Offset != c.offset || !strings.Contains(syntax.Hint, c.hint) || syntax.Msg == "" {
		t.Errorf("%q: offset %d, %q, hint %q; want offset %d, hint %q",
			c.text, syntax.Offset, syntax.Msg, syntax.Hint, c.offset, c.hint)
	}
}

func TestVersionErrorsSayWhereAndWhatToWrite(t *testing.T) {
	for _, c := range []complaint{
		{"", 0, "at least one number"},
		{" \t", 2, "at least one number"},
		{"latest", 0, ""},
		{"v", 1, ""},
		{"1!", 2, ""},
		{"1.0.", 3, "remove the last '.'"},
		{"1.0.*", 3, "==1.0.*"},
		{"1.x", 1, "after the release only"},
		{"1.0 rc1", 3, "no blanks"},
		{"1.0+", 3, "letters and digits"},
		{"1.0+a+b", 5, "letters and digits"},
		{">=1.0", 0, "an operator"},
		{"1.٢", 1, ""},
		{"1٢", 1, "digits 0 to 9"},
		{"1.0.1-test7", 5, "after the release only"},
		{"\xff1", 0, ""},
	} {
		_, err := Parse(c.text)
		c.check(t, err)
	}
}

func TestSpecifierErrorsSayWhereAndWhatToWrite(t *testing.T) {
	for _, c := range []complaint{
		{"1.0", 0, "write an operator"},
		{"=>1.0", 0, "did you mean >=?"},
		{"=<1.0", 0, "did you mean <=?"},
		{">=1,=1.0", 4, "did you mean ==?"},
		{"<>1.0", 0, "!="},
		{"~>1.0", 0, "did you mean ~=?"},
		{"^1.0", 0, ">=1.2,<2"},
		{"*", 0, "every version"},
		{"~=1", 2, "~= needs at least two release numbers, as in ~=1.0"},
		{"~=1.0.*", 5, "== and != only"},
		{">=1.0.*", 5, "== and != only"},
		{"==1.0a1.*", 7, "release numbers only"},
		{"==1.*.*", 5, "wildcard"},
		{"==1*", 3, "wildcard"},
		{"==*", 2, "leave the specifier out"},
		{">=1.0<2", 5, "comma"},
		{">=1.0 <2", 6, "comma"},
		{">=1.0 || <2", 6, "alternatives"},
		{">=1.0+abc", 5, "only == and !="},
		{">=", 2, ""},
		{">= ,<2", 3, ""},
		{">=latest", 2, ""},
		{"===a b", 5, ""},
	} {
		_, err := ParseSpecifierSet(c.text)
		c.check(t, err)
		if !strings.Contains(c.text, ",") {
			_, err = ParseSpecifier(c.text)
			c.check(t, err)
		}
	}
}

func TestScanStopsWhereTheListEnds(t *testing.T) {
	for _, c := range []struct{ text, list, rest string }{
		{"", "", ""},
		{"; m", "", "; m"},
		{" [x]", "", " [x]"},
		{">=1; m", ">=1", "; m"},
		{">=1,<2) ; m", "<2,>=1", ") ; m"},
		{" >= 1 , <2 ; m", "<2,>=1", " ; m"},
		{"==1.*,!=1.2 ; m", "!=1.2,==1.*", " ; m"},
		{">=1, ", ">=1", " "},
		{">=1,; m", ">=1", "; m"},
		{">=1,,<2", ">=1", ",<2"},
		{">=1 x", ">=1", " x"},
		{">=1foo", ">=1", "foo"},
		{"===a.b;m", "===a.b", ";m"},
		{"===a,>=1)", "===a,>=1", ")"},
		{"=== a ;m", "===a", " ;m"},
	} {
		set, n, err := ScanSpecifierSet(c.text)
		if err != nil || set.String() != c.list || c.text[n:] != c.rest {
			t.Errorf("ScanSpecifierSet(%q) = %v, rest %q, %v; want %v, rest %q", c.text, set, c.text[n:], err, c.list, c.rest)
		}
	}
	for _, c := range []complaint{
		{">=1<2", 3, "comma"},
		{"=>1", 0, ">="},
		{">=1, ~2", 5, "~="},
		{">=1,=<2", 4, "<="},
	} {
		_, _, err := ScanSpecifierSet(c.text)
		c.check(t, err)
	}
}

func TestExactIsASinglePin(t *testing.T) {
	for text, want := range map[string]string{
		"==1.0": "1.0", "===1.0-x": "1.0-x", "== v1.0": "v1.0", "": "", ">=1.0": "", "==1.*": "", "==1.0,!=2": "", "===1.*": "1.*",
	} {
		if got, ok := mustSet(t, text).Exact(); got != want || ok != (want != "") {
			t.Errorf("%q: Exact = %q, %v, want %q", text, got, ok, want)
		}
	}
}

func TestZeroSetIsEveryVersion(t *testing.T) {
	var r constraints.Range = SpecifierSet{}
	if !r.Contains(mustParse(t, "1.0.dev0")) || !r.Contains(Literal("lolwat")) || r.MentionsPrerelease() || r.String() != "" {
		t.Error("the zero set is not that of every version")
	}
}

func TestHostileSizesAreAnswered(t *testing.T) {
	const size = 1 << 20
	digits := strings.Repeat("9", size)
	for _, text := range []string{digits, "1." + digits, "1a" + digits, "1.0.post" + digits, "1.0.dev" + digits,
		"1+" + digits, "1" + strings.Repeat(".0", size/2), "1+" + strings.Repeat("a.", size/2) + "a"} {
		v := mustParse(t, text)
		if !mustParse(t, v.String()).Equal(v) {
			t.Errorf("%s... is not equal to itself", text[:20])
		}
		set := mustSet(t, "=="+text)
		if !set.Contains(v) || set.IsEmpty() || !hasFinal(set) && !v.IsPrerelease() {
			t.Errorf("==%s... does not contain its version", text[:20])
		}
	}
	for _, text := range []string{"~=1." + digits, ">" + digits, "==" + digits + ".*", "<1.0.dev" + digits,
		strings.Repeat("!=1.0,", size/6), strings.Repeat(",", size), strings.Repeat("===a,", size/5)} {
		if set := mustSet(t, text); set.IsEmpty() || set.String() == "" && text[0] != ',' {
			t.Errorf("%s... is empty", text[:20])
		}
	}
	for _, text := range []string{strings.Repeat(".", size), strings.Repeat(" ", size), strings.Repeat("v", size)} {
		if _, err := Parse(text); err == nil {
			t.Errorf("%.20q... is a version", text)
		}
	}
}

func TestLongExclusionListHasOneHolePerVersion(t *testing.T) {
	var list strings.Builder
	for i := range 50_000 {
		fmt.Fprintf(&list, "!=1.%d.%d,", i%10, 1+i/10%5)
	}
	set := mustSet(t, list.String())
	if set.Contains(mustParse(t, "1.3.4")) || !set.Contains(mustParse(t, "1.3.6")) {
		t.Error("the holes are not where they should be")
	}
	if n := len(set.get().spans); n != 51 {
		t.Errorf("%d spans, want 51", n)
	}
}
