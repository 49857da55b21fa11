package resolvertest

import (
	"testing"

	"sluice/constraints"
	"sluice/constraints/pep440"
	"sluice/resolver"
)

// CheckSolution is a second opinion on versions that were chosen for a job, by name, which
// shares no code with the solver: everything that is required is there, in range, and
// nothing else is.
func CheckSolution(t testing.TB, source resolver.Source, env *constraints.Environment, job resolver.Job, chosen map[string]string) {
	t.Helper()
	reached := make(map[string]bool)
	var require func(r constraints.Requirement, by string)
	visited := make(map[string]bool)
	visit := func(name constraints.Name, extra constraints.Name) {
		key := string(name) + "[" + string(extra) + "]"
		if visited[key] {
			return
		}
		visited[key] = true
		release, err := source.Release(name, Version(t, chosen[string(name)]))
		if err != nil || release == nil || release.Version.String() != chosen[string(name)] {
			t.Errorf("%s %s is not published: %v", name, chosen[string(name)], err)
			return
		}
		if release.RequiresRuntime != nil && !release.RequiresRuntime.Contains(env.Runtime()) {
			t.Errorf("%s %s does not run", name, release.Version)
		}
		for _, r := range release.Requirements {
			if r.Applies(env, extra) && (extra == "" || !r.Applies(env, "")) {
				require(r, key)
			}
		}
	}
	require = func(r constraints.Requirement, by string) {
		version, ok := chosen[string(r.Name)]
		if !ok {
			t.Errorf("%s requires %s, which is not there", by, r.Name)
			return
		}
		reached[string(r.Name)] = true
		if !contains(r, version) {
			t.Errorf("%s requires %s%s, and %s is there", by, r.Name, r.Range, version)
		}
		visit(r.Name, "")
		for _, extra := range r.Extras {
			visit(r.Name, extra)
		}
	}
	for _, root := range job.Roots {
		if root.Requirement.Applies(env, "") {
			require(root.Requirement, "a root")
		}
	}
	for _, l := range job.Limits {
		if version, ok := chosen[string(l.Requirement.Name)]; ok && l.Requirement.Applies(env, "") && !contains(l.Requirement, version) {
			t.Errorf("%s is not within the constraint %s", version, l.Requirement)
		}
	}
	for name := range chosen {
		if !reached[name] {
			t.Errorf("nobody requires %s", name)
		}
	}
}

func contains(r constraints.Requirement, version string) bool {
	v, err := pep440.Parse(version)
	return err == nil && r.Range.Contains(v)
}
