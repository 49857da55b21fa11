package openstack

import (
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/constraints/pep440"
)

func mustParse(text string) constraints.Version {
	v, err := pep440.Parse(text)
	if err != nil {
		panic(err)
	}
	return v
}

// hasMinimum reports whether a range has a lower bound: a clause that leaves out all versions
// below some one, which "!=0.*" does not mean to.
func hasMinimum(r constraints.Range) bool {
	set, known := r.(pep440.SpecifierSet)
	return known && slices.ContainsFunc(set.Specifiers(), func(s pep440.Specifier) bool {
		return slices.Contains([]string{">=", ">", "~=", "==", "==="}, s.Op)
	})
}

// allowed returns what a project should admit of a global range: all of it that is not below
// the project's own minimum.
func allowed(project, global pep440.SpecifierSet) pep440.SpecifierSet {
	var bounds []string
	for _, s := range project.Specifiers() {
		switch bare := strings.TrimSuffix(s.Version, ".*"); s.Op {
		case ">=", ">":
			bounds = append(bounds, s.String())
		case "~=", "==":
			bounds = append(bounds, ">="+withoutLocal(bare))
		}
	}
	minimum, err := pep440.ParseSpecifierSet(strings.Join(bounds, ","))
	if err != nil {
		return global
	}
	return global.Intersect(minimum)
}

func withoutLocal(version string) string {
	public, _, _ := strings.Cut(version, "+")
	return public
}

// excludesMore reports whether a project excludes versions, above its minimum, that the
// global list does not, and returns one of them: the zero version where none that is worth
// naming was found.
func excludesMore(project, global pep440.SpecifierSet) (counterexample constraints.Version, more bool) {
	should := allowed(project, global)
	if should.IsSubset(project) {
		return constraints.Version{}, false
	}
	for _, v := range witnesses(project, should) {
		if should.Contains(v) && !project.Contains(v) {
			return v, true
		}
	}
	return constraints.Version{}, true
}

// witnesses returns versions about the bounds of ranges, final ones first, and of these the
// lowest: where one range has versions that another has not, some are among them.
func witnesses(ranges ...pep440.SpecifierSet) []constraints.Version {
	var all []constraints.Version
	about := func(text string) {
		for _, tail := range []string{"", ".0", ".1", ".0.1", ".post1", ".99999", "rc1", ".dev0"} {
			if v, err := pep440.Parse(text + tail); err == nil {
				all = append(all, v)
			}
		}
	}
	for _, r := range ranges {
		for _, s := range r.Specifiers() {
			bound := withoutLocal(strings.TrimSuffix(s.Version, ".*"))
			about(bound)
			for part := bound; ; part = part[:strings.LastIndexByte(part, '.')] {
				about(raised(part))
				if !strings.Contains(part, ".") {
					break
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b constraints.Version) int {
		if a.IsPrerelease() != b.IsPrerelease() {
			if a.IsPrerelease() {
				return 1
			}
			return -1
		}
		return a.Compare(b)
	})
	return all
}

// raised returns a version with its last number one higher, "" where it ends in none.
func raised(version string) string {
	digits := len(version) - len(strings.TrimRight(version, "0123456789"))
	if digits == 0 {
		return ""
	}
	number := []byte(version)
	for i := len(number) - 1; i >= len(number)-digits; i-- {
		if number[i] != '9' {
			number[i]++
			return string(number)
		}
		number[i] = '0'
	}
	return string(number[:len(number)-digits]) + "1" + string(number[len(number)-digits:])
}
