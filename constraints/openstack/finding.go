package openstack

import "sluice/constraints"

// Rule is one rule of requirements-check, by meaning. Its identifier is stable.
type Rule struct {
	ID      string
	Finds   string // completes "finds ..."
	Caution bool   // its findings are warnings, unless somebody says otherwise
}

// Rules returns the rules in the order in which their findings are reported.
func Rules() []Rule {
	return []Rule{
		{ID: "global-listed", Finds: "a requirement of a project that the global list does not have in an environment where it applies"},
		{ID: "global-exclusion", Finds: "a requirement of a project that excludes versions which the global list does not exclude"},
		{ID: "global-bound", Finds: "a requirement of a project without a lower bound"},
		{ID: "global-duplicate", Finds: "a package that a project, or the global list, has twice for one environment"},
		{ID: "global-minimum", Finds: "an entry of the global list with a lower bound: minimums are for projects to say"},
		{ID: "global-licence", Finds: "an entry of the global list without a comment that names its licence"},
		{ID: "global-compatible", Finds: "a pin that no entry of the global list admits"},
		{ID: "global-coverage", Finds: "a package of the global list that is neither pinned nor denied"},
		{ID: "global-denied", Finds: "a pin of a package that is on the deny list"},
		{ID: "global-format", Finds: "a pin without ==="},
		{ID: "global-backport", Finds: "a backport that is pinned in some environments only", Caution: true},
		{ID: referenceRule, Finds: "what only requirements-check would reject, since it compares texts", Caution: true},
	}
}

// referenceRule is the rule of what the reference alone would reject.
const referenceRule = "requirements-check"

// Finding is something that a rule finds.
type Finding struct {
	Rule         string
	Package      string // as spelled
	Name         constraints.Name
	Version      constraints.Version // of a pin, zero for none
	Project      string              // whose requirement it is, "" for none
	Place        constraints.Place
	Line         string
	Environments []string
	Message      string
	Details      []string
	Lifts        []string // what would mend it

	// Reference is what requirements-check says where that is something else, "" where it
	// would find the same.
	Reference string
}
