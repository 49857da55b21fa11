package pep440

import (
	"testing"

	"pgregory.net/rapid"
)

func TestWidenMovesOnlyWhatExcludes(t *testing.T) {
	for _, test := range []struct{ set, version, want string }{
		{"<2", "2.0.4", "<3"},
		{"<1.27,>=1.25.4", "1.28.3", "<1.29,>=1.25.4"},
		{"<1.27,>=1.25.4", "2.0.4", "<3,>=1.25.4"},
		{"<=1.5", "1.6.1", "<=1.6.1"},
		{">=3", "2.9", ">=2.9"},
		{">3", "2.9", ">=2.9"},
		{"==1.5", "1.6", ">=1.5"},
		{"==1.5.*", "1.6", ">=1.5"},
		{"~=1.4.2", "2.0", ">=1.4.2"},
		{"!=1.6,>=1", "1.6", ">=1"},
		{"===1.5", "1.6", ">=1.5"},
		{"<1!2", "1!2.3", "<1!3"},
		{"<2", "3.0+local", "<4"},
		{"<2", "1.0", "<2"},
	} {
		set, err := ParseSpecifierSet(test.set)
		if err != nil {
			t.Fatal(err)
		}
		v, err := Parse(test.version)
		if err != nil {
			t.Fatal(err)
		}
		want, err := ParseSpecifierSet(test.want)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := set.Widen(v)
		if !ok || got.String() != want.String() {
			t.Errorf("%s widened for %s is %v, %v; want %s", test.set, test.version, got, ok, want)
		}
	}
}

func TestWidenedSetHoldsTheVersion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		set, err := ParseSpecifierSet(genRule.Draw(t, "first").String() + "," + genRule.Draw(t, "second").String())
		if err != nil {
			t.Skip("no set")
		}
		v, err := Parse(genModel.Draw(t, "version").String())
		if err != nil {
			t.Skip("no version")
		}
		if wider, ok := set.Widen(v); ok && !wider.Contains(v) {
			t.Fatalf("%s widened for %s is %s, which does not hold it", set, v, wider)
		}
	})
}
