package constraints

import (
	"path"
	"testing"

	"pgregory.net/rapid"
)

func TestPatternMatches(t *testing.T) {
	for _, test := range []struct {
		pattern Pattern
		name    Name
		want    bool
	}{
		{"nova", "nova", true},
		{"nova", "novas", false},
		{"nova", "no", false},
		{"oslo-*", "oslo-config", true},
		{"oslo-*", "oslo", false},
		{"*", "anything", true},
		{"*-client", "python-nova-client", true},
		{"*-client", "client", false},
		{"a*a", "a", false},
		{"a*a", "aa", true},
		{"a*b*c", "abbc", true},
		{"", "a", false},
	} {
		if got := test.pattern.Matches(test.name); got != test.want {
			t.Errorf("%q matches %q: %v", test.pattern, test.name, got)
		}
	}
}

// Names hold nothing that path.Match gives a meaning to, so it is an oracle.
func TestPatternsMatchAsPathMatchDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringMatching(`[ab*-]{0,8}`).Draw(t, "pattern")
		name := rapid.StringMatching(`[ab-]{0,8}`).Draw(t, "name")
		want, err := path.Match(pattern, name)
		if err != nil {
			t.Fatal(err)
		}
		if got := Pattern(pattern).Matches(Name(name)); got != want {
			t.Fatalf("%q matches %q: %v", pattern, name, got)
		}
	})
}
