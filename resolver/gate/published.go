package gate

import (
	"slices"

	"sluice/constraints"
	"sluice/resolver"
)

// nearby says what is published of a package where a version of it is not.
func nearby(source resolver.Source, c resolver.Chosen) []string {
	versions, err := source.Versions(c.Name)
	if err != nil {
		return nil
	}
	if len(versions) == 0 {
		return []string{"the index has no " + spelled(c)}
	}
	versions = finals(versions)
	last := len(versions) - 1
	at, _ := slices.BinarySearchFunc(versions, c.Version, constraints.Version.Compare)
	newest := ", the newest " + versions[last].String()
	if at == last {
		newest = ", which is the newest"
	}
	switch at {
	case last + 1:
		return []string{"the newest published is " + versions[last].String()}
	case 0:
		return []string{"the nearest published is " + versions[0].String() + newest}
	}
	return []string{"the nearest published are " + versions[at-1].String() + " and " + versions[at].String() + newest}
}

// finals returns the final releases among versions, all of them where there is none.
func finals(versions []constraints.Version) []constraints.Version {
	final := slices.DeleteFunc(slices.Clone(versions), constraints.Version.IsPrerelease)
	if len(final) == 0 {
		return versions
	}
	return final
}

// untried says why a search tried no version of a package at all: the newest that
// meets the demands cannot be had, or none meets them.
func untried(source resolver.Source, c *resolver.Clash, env *constraints.Environment) []string {
	versions, err := source.Versions(c.Target.Name)
	if err != nil || len(versions) == 0 {
		return nil
	}
	for _, v := range slices.Backward(versions) {
		if slices.ContainsFunc(c.Demands, func(d resolver.Demand) bool { return !d.Requirement.Range.Contains(v) }) {
			continue
		}
		if r, err := source.Release(c.Target.Name, v); err == nil && r != nil {
			if why := unavailable(r, env); why != "" {
				return []string{string(c.Target.Name) + " " + v.String() + " " + why}
			}
			return nil
		}
	}
	final := finals(versions)
	return []string{"the newest published is " + final[len(final)-1].String()}
}

// unavailable says what keeps a search from choosing a release that is demanded, "" where
// nothing does that concerns the release alone.
func unavailable(r *resolver.Release, env *constraints.Environment) string {
	yanked, _ := r.YankedIn(env)
	switch {
	case yanked:
		return "was yanked from the index"
	case r.RequiresRuntime != nil && !r.RequiresRuntime.Contains(env.Runtime()):
		return "requires Python " + r.RequiresRuntime.String()
	case !r.Installable(env):
		return defect(resolver.NoFile)
	case r.Malformed != "":
		return defect(resolver.BadMetadata)
	case r.Version.IsPrerelease():
		return "is a pre-release that nobody asks for"
	}
	return ""
}
