package constraints_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sluice/constraints"
)

func TestNearestIsWhatAMisspeltWordMeans(t *testing.T) {
	commands := []string{"gate", "export", "diff", "why", "edit", "verify"}
	long := strings.Repeat("x", 1<<20)
	for word, want := range map[string]string{
		"gaet":      "gate", // neighbours swapped
		"gat":       "gate",
		"gates":     "gate",
		"exprot":    "export",
		"dif":       "diff",
		"wy":        "why",
		"exit":      "edit",
		"gate":      "gate",
		"something": "",
		"g":         "", // a letter could mean anything
		"":          "",
		long:        "",
	} {
		if got := constraints.Nearest(word, commands); got != want {
			t.Errorf("Nearest(%.20q) = %q, want %q", word, got, want)
		}
	}
	if got := constraints.Nearest("ab", []string{long}); got != "" {
		t.Errorf("Nearest to a long candidate = %.20q, want none", got)
	}
}

func TestNearestFewAreInOrderOfDistance(t *testing.T) {
	names := []constraints.Name{"requestx", "request", "requests", "rquests", "unrelated", "requestsy"}
	got := constraints.NearestFew("requests", names, 4)
	if want := []constraints.Name{"requests", "requestx", "request", "rquests"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got := constraints.NearestFew("unrelatd", names, 4); !slices.Equal(got, []constraints.Name{"unrelated"}) {
		t.Errorf("%v, want unrelated alone", got)
	}
}

// One edit, of whatever kind and at whatever place, leaves a word near.
func TestOneEditIsAlwaysNear(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[a-e]{4,12}`).Draw(t, "word")
		i := rapid.IntRange(0, len(word)-2).Draw(t, "place")
		letter := rapid.StringMatching(`[a-e]`).Draw(t, "letter")
		for _, edited := range []string{
			word[:i] + word[i+1:],
			word[:i] + letter + word[i:],
			word[:i] + letter + word[i+1:],
			word[:i] + word[i+1:i+2] + word[i:i+1] + word[i+2:],
		} {
			if got := constraints.Nearest(edited, []string{"another-word", word}); got != word {
				t.Fatalf("Nearest(%q) = %q, want %q", edited, got, word)
			}
		}
	})
}
