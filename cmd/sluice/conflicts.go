package main

import (
	"slices"

	"sluice/constraints"
	"sluice/resolver"
)

// maxConflicts bounds how many conflicts are looked for in one environment.
const maxConflicts = 50

// conflicts is why nothing fits. After each the search goes on without one of its packages.
type conflicts struct {
	all     []*conflict
	without []constraints.Name // the packages without which the rest fits
	more    bool               // there is a conflict that cannot be passed over so
}

// conflict is why nothing fits in some environments.
type conflict struct {
	resolutionAnswer
	environments []string
}

// add adds a conflict of an environment. It returns the package to leave out, false for
// none.
func (x *conflicts) add(c *conflict, plan *resolver.Plan) bool {
	i := slices.IndexFunc(x.all, func(other *conflict) bool { return other.saysAs(&c.resolutionAnswer) })
	if i < 0 {
		i = len(x.all)
		x.all = append(x.all, c)
	}
	if in := &x.all[i].environments; !slices.Contains(*in, c.Environment) {
		*in = append(*in, c.Environment)
	}
	name, ok := c.leaveOut(plan.Apart)
	if !ok || len(plan.Apart) >= maxConflicts {
		x.more = true
		return false
	}
	x.leaveOut(name, plan)
	return true
}

// leaveOut goes on without a package.
func (x *conflicts) leaveOut(name constraints.Name, plan *resolver.Plan) {
	plan.Apart = append(plan.Apart, name)
	if !slices.Contains(x.without, name) {
		x.without = append(x.without, name)
	}
}
