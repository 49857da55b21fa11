package gate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/constraints/semver"
	"sluice/resolver"
)

// checkSemver finds a step that is larger than the policy allows, and a release of the
// owners' own that breaks semantic versioning: a new dependency, or a minimum that is
// raised, needs at least a minor release. Calendar versions promise nothing.
func checkSemver(s *survey, name constraints.Name) []Finding {
	was, pin := s.today.world.Pin(name), s.after.Pin(name)
	if was == nil || pin == nil || was.Version.IsZero() || pin.Version.Compare(was.Version) <= 0 {
		return nil
	}
	policy := s.question.of(name)
	class := semver.StepOf(was.Version.String(), pin.Version.String())
	if bearsItsYear(s.today.world.Release(name)) && bearsItsYear(s.after.Release(name)) {
		class = semver.NotSemantic
	}
	var found []Finding
	if policy.Step != "" && class.Exceeds(policy.Step) {
		f := s.finding(New, pin, fmt.Sprintf("is a %s step from today's %s, and the policy allows %s steps at most", class, was.Version, policy.Step))
		found = append(found, f)
	}
	if policy.FirstParty && (class == semver.Patch || class == semver.Prerelease) {
		for _, demand := range s.newDemands(name) {
			f := s.finding(New, pin, fmt.Sprintf("%s, which takes a minor release, and is a %s release after %s", demand, class, was.Version))
			found = append(found, f)
		}
	}
	return found
}

// bearsItsYear reports whether a version begins with the year of its upload, in two digits:
// 23.2 of 2023. Years of four digits tell themselves.
func bearsItsYear(r *resolver.Release) bool {
	if r == nil || r.Uploaded.IsZero() {
		return false
	}
	major, _, _ := strings.Cut(r.Version.String(), ".")
	return major == fmt.Sprintf("%02d", r.Uploaded.Year()%100)
}

// demandKey is a package that a release requires, by itself or for one of its extras; or an
// extra of that package.
type demandKey struct {
	forExtra, name, extra constraints.Name
}

// newDemands says what a release requires that today's does not: packages, extras of them,
// and versions above the minimum that today's release has.
func (s *survey) newDemands(name constraints.Name) []string {
	was, is := s.today.world.Release(name), s.after.Release(name)
	if was == nil || is == nil || was.Unknown || is.Unknown || was.Incomplete || is.Incomplete {
		return nil // the survey finds what is not known
	}
	old := s.demandsOf(was, was.Extras)
	var said []string
	for _, key := range sortedDemands(s.demandsOf(is, was.Extras)) {
		switch requirements, known := old[key.key]; {
		case !known && key.key.extra != "":
			said = appendNew(said, fmt.Sprintf("requires %s[%s]", key.key.name, key.key.extra)+forExtra(key.key))
		case !known:
			said = appendNew(said, "requires "+string(key.key.name)+forExtra(key.key))
		case key.key.extra == "":
			if from, to, raised := s.raises(key.key.name, requirements, key.requirements); raised {
				said = appendNew(said, fmt.Sprintf("raises the minimum of %s from %s to %s", key.key.name, from, to)+forExtra(key.key))
			}
		}
	}
	return said
}

func forExtra(key demandKey) string {
	if key.forExtra == "" {
		return ""
	}
	return " for its extra " + string(key.forExtra)
}

// demandsOf returns what a release requires in the survey's environment, by itself and for
// some extras. What it requires by itself it does not require once more for an extra.
func (s *survey) demandsOf(r *resolver.Release, extras []constraints.Name) map[demandKey][]constraints.Requirement {
	all := make(map[demandKey][]constraints.Requirement)
	add := func(q constraints.Requirement, extra constraints.Name) {
		key := demandKey{forExtra: extra, name: q.Name}
		all[key] = append(all[key], q)
		for _, of := range q.Extras {
			key.extra = of
			all[key] = append(all[key], q)
		}
	}
	for _, q := range r.Requirements {
		if q.Applies(s.env, "") {
			add(q, "")
			continue
		}
		for _, extra := range extras {
			if q.Applies(s.env, extra) {
				add(q, extra)
			}
		}
	}
	return all
}

type demanded struct {
	key          demandKey
	requirements []constraints.Requirement
}

// sortedDemands returns demands by package, those of a release itself first.
func sortedDemands(all map[demandKey][]constraints.Requirement) []demanded {
	var sorted []demanded
	for key, requirements := range all {
		sorted = append(sorted, demanded{key, requirements})
	}
	slices.SortFunc(sorted, func(a, b demanded) int {
		return cmp.Or(cmp.Compare(a.key.name, b.key.name), cmp.Compare(a.key.forExtra, b.key.forExtra), cmp.Compare(a.key.extra, b.key.extra))
	})
	return sorted
}

// raises reports whether the lowest published version that requirements admit is higher
// than that of others, and returns both.
func (s *survey) raises(name constraints.Name, from, to []constraints.Requirement) (old, now constraints.Version, raised bool) {
	versions, err := s.question.Source.Versions(name)
	if err != nil {
		return old, now, false
	}
	old, ok := lowest(versions, from)
	now, still := lowest(versions, to)
	return old, now, ok && still && now.Compare(old) > 0
}

// lowest returns the lowest of some versions that all requirements admit, rather a final
// one; false for none.
func lowest(versions []constraints.Version, requirements []constraints.Requirement) (constraints.Version, bool) {
	admitted := func(v constraints.Version) bool {
		return !slices.ContainsFunc(requirements, func(r constraints.Requirement) bool { return !r.Range.Contains(v) })
	}
	fallback := -1
	for i, v := range versions {
		switch {
		case !admitted(v):
		case !v.IsPrerelease():
			return v, true
		case fallback < 0:
			fallback = i
		}
	}
	if fallback < 0 {
		return constraints.Version{}, false
	}
	return versions[fallback], true
}
