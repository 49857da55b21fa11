package index

import (
	"slices"
	"strings"
)

// SameLicense reports whether two texts about the terms of a release, as Release.License
// has them, may mean the same. Spelling does not count; a classifier and the expression of
// SPDX that it stands for are the same, and so are a vague name, such as "BSD License", and
// each license that it is the name of. Two expressions with several licenses are the same
// only if they combine them in the same way; how several classifiers combine is not said,
// and counts for nothing. A text that says nothing is the same as any.
func SameLicense(a, b string) bool {
	x, y := readTerms(a), readTerms(b)
	if len(x.licenses) == 0 || len(y.licenses) == 0 {
		return true
	}
	return (slices.Equal(x.form, y.form) || x.form == nil || y.form == nil) && x.within(y) && y.within(x)
}

// terms is what a text says about a license.
type terms struct {
	licenses [][]string // for each one that is named, the identifiers that the name may stand for
	form     []string   // the words of an expression that combines several; nil where it is not said how
}

// within reports whether each license of t may be one of u.
func (t terms) within(u terms) bool {
	for _, names := range t.licenses {
		named := func(name string) bool {
			return slices.ContainsFunc(u.licenses, func(others []string) bool { return slices.Contains(others, name) })
		}
		if !slices.ContainsFunc(names, named) {
			return false
		}
	}
	return true
}

// readTerms reads classifiers, or an expression of SPDX, which a name is too.
func readTerms(text string) terms {
	if strings.HasPrefix(text, "License ::") {
		return readClassifiers(text)
	}
	return readExpression(text)
}

// readClassifiers reads classifiers that are joined by "; ". One that has others below it,
// such as "License :: OSI Approved", names no license.
func readClassifiers(text string) (t terms) {
	for _, classifier := range strings.Split(text, ";") {
		parts := strings.Split(classifier, "::")
		if name := strings.TrimSpace(parts[len(parts)-1]); name != "OSI Approved" && name != "DFSG approved" {
			t.add(name)
		}
	}
	return t
}

// readExpression reads licenses that AND and OR combine (PEP 639; SPDX specification,
// annex "SPDX license expressions"). WITH belongs to the license before it. Other text is
// the name of one license.
func readExpression(text string) (t terms) {
	words := strings.Fields(text)
	if slices.Contains(words, "AND") || slices.Contains(words, "OR") {
		words = strings.Fields(strings.NewReplacer("(", " ( ", ")", " ) ").Replace(text))
	}
	var license, form []string
	end := func() {
		if names := t.add(strings.Join(license, " ")); names != nil {
			form = append(form, strings.Join(names, licenseSeparator))
		}
		license = nil
	}
	for _, word := range words {
		switch word {
		case "AND", "OR", "(", ")":
			end()
			form = append(form, word)
		default:
			license = append(license, word)
		}
	}
	if end(); len(form) > 1 {
		t.form = form
	}
	return t
}

// licenseSeparator stands between the identifiers of one license in a form.
const licenseSeparator = "|"

// add adds a license by one of its names, and returns its identifiers: nil where the name
// says nothing.
func (t *terms) add(name string) []string {
	names := identifiers(name)
	if names[0] == "" {
		return nil
	}
	t.licenses = append(t.licenses, names)
	return names
}

// identifiers returns the licenses that a name may stand for: identifiers of SPDX in the
// form of plain, or, where the name is not known, the name itself.
func identifiers(name string) []string {
	key := plain(name)
	if known, ok := commonNames[key]; ok {
		return known
	}
	if known := gnuLicenses(key); known != nil {
		return known
	}
	return []string{key}
}

// plain returns a name in lower case without what one writes in this way or that: commas,
// hyphens, "the" and "license", an abbreviation behind it.
func plain(name string) string {
	name = strings.ToLower(name)
	if at := strings.LastIndex(name, " ("); at > 0 && strings.HasSuffix(name, ")") {
		name = name[:at] // ISC License (ISCL)
	}
	words := strings.FieldsFunc(name, func(r rune) bool { return r == ' ' || r == ',' || r == '-' })
	words = slices.DeleteFunc(words, func(w string) bool {
		return w == "license" || w == "licence" || w == "the" || w == "version"
	})
	for i, w := range words {
		if len(w) > 1 && w[0] == 'v' && '0' <= w[1] && w[1] <= '9' {
			words[i] = w[1:]
		}
	}
	return strings.Join(words, " ")
}

// commonNames are names that are not the identifier itself: those of the classifiers of
// the Python index, and what is often written in the field License.
var commonNames = map[string][]string{
	"expat":                      {"mit"},
	"mit no attribution":         {"mit 0"},
	"bsd":                        {"bsd 2 clause", "bsd 3 clause", "bsd 4 clause"},
	"new bsd":                    {"bsd 3 clause"},
	"modified bsd":               {"bsd 3 clause"},
	"3 clause bsd":               {"bsd 3 clause"},
	"bsd 3":                      {"bsd 3 clause"},
	"simplified bsd":             {"bsd 2 clause"},
	"2 clause bsd":               {"bsd 2 clause"},
	"bsd 2":                      {"bsd 2 clause"},
	"apache":                     {"apache 2.0", "apache 1.1"},
	"apache software":            {"apache 2.0", "apache 1.1"},
	"apache 2":                   {"apache 2.0"},
	"apache software 2.0":        {"apache 2.0"},
	"asl 2.0":                    {"apache 2.0"},
	"asl 2":                      {"apache 2.0"},
	"mozilla public 1.0":         {"mpl 1.0"},
	"mozilla public 1.1":         {"mpl 1.1"},
	"mozilla public 2.0":         {"mpl 2.0"},
	"mpl 2":                      {"mpl 2.0"},
	"python software foundation": {"psf 2.0", "python 2.0", "python 2.0.1"},
	"psf":                        {"psf 2.0", "python 2.0", "python 2.0.1"},
	"psfl":                       {"psf 2.0", "python 2.0", "python 2.0.1"},
	"zlib/libpng":                {"zlib"},
	"zope public":                {"zpl 2.1", "zpl 2.0", "zpl 1.1"},
	"zpl":                        {"zpl 2.1", "zpl 2.0", "zpl 1.1"},
	"academic free":              {"afl 3.0", "afl 2.1"},
	"boost software 1.0":         {"bsl 1.0"},
	"eclipse public 1.0":         {"epl 1.0"},
	"eclipse public 2.0":         {"epl 2.0"},
	"universal permissive":       {"upl 1.0"},
	"cc0 1.0 universal":          {"cc0 1.0"},
	"european union public 1.1":  {"eupl 1.1"},
	"european union public 1.2":  {"eupl 1.2"},
	"historical permission notice and disclaimer":          {"hpnd"},
	"university of illinois/ncsa open source":              {"ncsa"},
	"common development and distribution 1.0":              {"cddl 1.0"},
	"cc0 1.0 universal (cc0 1.0) public domain dedication": {"cc0 1.0"},
}

// gnuFamilies are the names of the licenses of GNU, the longer before what they begin with.
var gnuFamilies = []struct{ name, id string }{
	{"gnu library or lesser general public", "lgpl"}, {"gnu lesser general public", "lgpl"}, {"gnu affero general public", "agpl"},
	{"gnu general public", "gpl"}, {"gnu gpl", "gpl"}, {"gnu lgpl", "lgpl"}, {"lgpl", "lgpl"}, {"agpl", "agpl"}, {"gpl", "gpl"},
}

// gnuLicenses returns the licenses of GNU that a plain name may stand for, nil where it is
// none of theirs. Without "or later" it is that version only, as SPDX has it.
func gnuLicenses(name string) []string {
	for _, family := range gnuFamilies {
		rest, ok := strings.CutPrefix(name, family.name)
		if !ok {
			continue
		}
		number, which := strings.TrimPrefix(strings.TrimSpace(rest), "v"), " only"
		for _, later := range []string{"+", "or later", "or newer"} {
			if before, ok := strings.CutSuffix(number, later); ok {
				number, which = before, " or later"
			}
		}
		switch number = strings.TrimSpace(strings.TrimSuffix(number, "only")); number {
		case "":
			return gnuVersions(family.id, []string{"1.0", "2.0", "2.1", "3.0"}, " only", " or later")
		case "2", "2.0":
			if family.id == "lgpl" { // whose version 2 is most often 2.1
				return gnuVersions(family.id, []string{"2.0", "2.1"}, which)
			}
			return gnuVersions(family.id, []string{"2.0"}, which)
		case "2.1":
			return gnuVersions(family.id, []string{"2.1"}, which)
		case "3", "3.0":
			return gnuVersions(family.id, []string{"3.0"}, which)
		}
		return nil
	}
	return nil
}

// gnuVersions returns the licenses of a family with these numbers.
func gnuVersions(family string, numbers []string, which ...string) (ids []string) {
	for _, n := range numbers {
		for _, w := range which {
			ids = append(ids, family+" "+n+w)
		}
	}
	return ids
}
