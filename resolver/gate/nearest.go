package gate

import (
	"slices"

	"sluice/constraints"
	"sluice/resolver"
)

// fittingRequirer returns the version of the package that makes the demand,
// nearest to the one pinned and rather newer than older, that accepts what is
// there. A package that the question changes is not moved again.
func fittingRequirer(q *Question, c *resolver.Clash) (constraints.Version, bool) {
	from := c.Demand.From
	if from.Pin == nil || changes(q, from.Name) {
		return constraints.Version{}, false
	}
	ofExtra := !appliesSomewhere(q, c.Demand.Requirement)
	return nearest(q, from.Name, from.Version, func(r *resolver.Release) bool {
		for i := range r.Requirements {
			demand := &r.Requirements[i]
			if demand.Name == c.Target.Name && !demand.Range.Contains(c.Target.Version) && (ofExtra || appliesSomewhere(q, *demand)) {
				return false
			}
		}
		return true
	})
}

// fittingTarget returns the version of the package demanded, nearest to the one
// pinned, that is in the range and can be installed.
func fittingTarget(q *Question, c *resolver.Clash) (constraints.Version, bool) {
	if changes(q, c.Target.Name) {
		return constraints.Version{}, false
	}
	wanted := c.Demand.Requirement.Range // nil where the version itself is at fault
	return nearest(q, c.Target.Name, c.Target.Version, func(r *resolver.Release) bool {
		return wanted == nil || wanted.Contains(r.Version)
	})
}

// nearest returns the final, unyanked, wholly known version of a package that passes the test:
// the lowest above the one given, else, where the policy lets pins be lowered,
// the highest below.
func nearest(q *Question, name constraints.Name, from constraints.Version, test func(*resolver.Release) bool) (constraints.Version, bool) {
	versions, err := q.Source.Versions(name)
	if err != nil {
		return constraints.Version{}, false
	}
	at, _ := slices.BinarySearchFunc(versions, from, constraints.Version.Compare)
	order := slices.Clone(versions[at:])
	if q.of(name).Downgrade {
		for _, v := range slices.Backward(versions[:at]) {
			order = append(order, v)
		}
	}
	for _, v := range order {
		if v.IsPrerelease() || v.Equal(from) {
			continue
		}
		release, err := q.Source.Release(name, v)
		if err == nil && release != nil && !yankedAnywhere(q, release) && !release.Unknown && !release.Incomplete && installableEverywhere(q, release) && test(release) {
			return v, true
		}
	}
	return constraints.Version{}, false
}

func installableEverywhere(q *Question, r *resolver.Release) bool {
	return !slices.ContainsFunc(q.Environments, func(env *constraints.Environment) bool {
		return !r.Installable(env) || r.RequiresRuntime != nil && !r.RequiresRuntime.Contains(env.Runtime())
	})
}

func appliesSomewhere(q *Question, r constraints.Requirement) bool {
	return slices.ContainsFunc(q.Environments, func(env *constraints.Environment) bool { return r.Applies(env, "") })
}

// changes reports whether the question changes the pin of a name.
func changes(q *Question, name constraints.Name) bool {
	versions := func(lines []Line) (all []string) {
		for _, l := range lines {
			if l.Requirement.Name == name {
				all = append(all, l.Version.Key())
			}
		}
		return all
	}
	return !slices.Equal(versions(q.Before), versions(q.After))
}

// yankedAnywhere reports whether a release is withdrawn for an environment.
func yankedAnywhere(q *Question, r *resolver.Release) bool {
	return slices.ContainsFunc(q.Environments, func(env *constraints.Environment) bool {
		yanked, _ := r.YankedIn(env)
		return yanked
	})
}
