package index

import (
	"regexp"
	"strings"

	"sluice/constraints"
)

// leniency is one way in which published metadata deviates from PEP 440 and
// PEP 508 so often, and so plainly, that it is read all the same. Each rule maps
// the text to what its author can only have meant.
type leniency struct {
	name string
	mend func(specifiers string) string
}

// leniencies are tried in this order, each on what the one before made of the
// text, and only on text that is not valid.
var leniencies = []leniency{
	{"stray-quotes", dropQuotes},        // >='3.6'        as >=3.6
	{"missing-comma", insertCommas},     // >=2.7 !=3.0.*  as >=2.7,!=3.0.*
	{"missing-dot", insertDots},         // !=3.0*         as !=3.0.*
	{"ordered-wildcard", dropWildcards}, // >=3.6.*        as >=3.6
	{"stray-comma", dropCommas},         // >=3.6,         as >=3.6
}

// lenient parses text, at need after the leniencies that it takes. The remark is
// nil for a valid text; the value is zero for one that no leniency mends.
func lenient[T any](field, text string, parse func(string) (T, error)) (T, *Remark) {
	value, err := parse(text)
	if err == nil {
		return value, nil
	}
	remark := &Remark{Field: field, Text: text, Err: err}
	if len(text) > maxMended {
		return *new(T), remark
	}
	var names []string
	head, specifiers, marker := cutSpecifiers(text)
	for _, rule := range leniencies {
		mended := rule.mend(specifiers)
		if mended == specifiers {
			continue
		}
		specifiers = mended
		names = append(names, rule.name)
		if value, err := parse(head + specifiers + marker); err == nil {
			remark.Leniency = strings.Join(names, ", ")
			return value, remark
		}
	}
	return *new(T), remark
}

// maxMended is the longest text, in bytes, that is worth mending.
const maxMended = 10_000

// cutSpecifiers splits a text around its specifiers, which alone the leniencies
// touch. It finds none in a requirement with a URL, which may hold anything, nor
// in what is no requirement but a marker in the wrong place: python_version<"3"
// is not about a package.
func cutSpecifiers(text string) (head, specifiers, marker string) {
	if strings.Contains(text, "@") {
		return text, "", ""
	}
	specifiers, marker, found := strings.Cut(text, ";")
	if found {
		marker = ";" + marker
	}
	if i := strings.IndexAny(specifiers, "<>=!~("); i > 0 && isName(specifiers[0]) {
		head, specifiers = specifiers[:i], specifiers[i:]
	}
	if isMarkerVariable(strings.TrimSpace(head)) {
		return text, "", ""
	}
	return head, specifiers, marker
}

// isName reports whether a requirement may begin with b; a range begins with an
// operator.
func isName(b byte) bool {
	return '0' <= b && b <= '9' || 'a' <= b|0x20 && b|0x20 <= 'z'
}

// markerOf returns the marker of a requirement that is otherwise unreadable; nil
// when it has none, or none that can be read, and so may apply always.
func markerOf(text string) constraints.Marker {
	_, condition, found := strings.Cut(text, ";")
	if !found || len(text) > maxMended || strings.Contains(text, "@") {
		return nil
	}
	marker, err := parseMarker(strings.TrimSpace(condition))
	if err != nil {
		return nil
	}
	return marker
}

var (
	adjacentSpecifiers = regexp.MustCompile(`([0-9*])\s*([<>=!~]{1,3}\s*[0-9])`)
	undottedWildcard   = regexp.MustCompile(`([!=]=\s*[0-9.]*[0-9])\*`)
	orderedWildcard    = regexp.MustCompile(`((?:>=|<)\s*[0-9.]*[0-9])\.\*`)
	strayComma         = regexp.MustCompile(`,\s*(?:,|\)|$)|\(\s*,|^\s*,`)
)

func dropQuotes(s string) string   { return strings.NewReplacer("'", "", `"`, "").Replace(s) }
func insertCommas(s string) string { return adjacentSpecifiers.ReplaceAllString(s, "$1,$2") }
func insertDots(s string) string   { return undottedWildcard.ReplaceAllString(s, "$1.*") }
func dropWildcards(s string) string {
	return orderedWildcard.ReplaceAllString(s, "$1")
}

// dropCommas removes commas that separate nothing.
func dropCommas(s string) string {
	return strayComma.ReplaceAllStringFunc(s, func(m string) string {
		return strings.Replace(m, ",", "", 1)
	})
}
