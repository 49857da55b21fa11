package constraints

import "strings"

// Pattern is a pattern of the names of packages: a normalised name in which each "*"
// stands for any run of characters, so "oslo-*" is all of Oslo and "*" is everything.
type Pattern string

// Matches reports whether the pattern means a name.
func (p Pattern) Matches(name Name) bool {
	first, rest, starred := strings.Cut(string(p), "*")
	text, ok := strings.CutPrefix(string(name), first)
	if !ok || !starred {
		return ok && text == ""
	}
	for {
		var part string
		if part, rest, starred = strings.Cut(rest, "*"); !starred {
			return strings.HasSuffix(text, part)
		}
		at := strings.Index(text, part)
		if at < 0 {
			return false
		}
		text = text[at+len(part):]
	}
}

// MatchesAny reports whether one of several patterns means a name.
func MatchesAny(patterns []Pattern, name Name) bool {
	for _, p := range patterns {
		if p.Matches(name) {
			return true
		}
	}
	return false
}
