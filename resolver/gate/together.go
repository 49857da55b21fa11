package gate

import (
	"context"
	"maps"
	"slices"

	"sluice/constraints"
	"sluice/resolver"
)

// togetherSteps bounds each search for pins that move along.
const togetherSteps = 20_000

// together returns the candidates with the pins that must move along with them, when all
// of them would be admitted as one and none of these can be left out.
func (a *adviser) together() []string {
	moves := a.nearby()
	if moves == nil {
		moves = a.solved()
	}
	if moves == nil {
		return nil
	}
	return pinList(a.question, a.smallest(moves))
}

// nearby returns the pins to move along that are found going from clash to clash, nil
// when that leads nowhere.
func (a *adviser) nearby() map[constraints.Name]constraints.Version {
	all := make(map[constraints.Name]constraints.Version)
	const maxRounds = 6
	clashes := a.clashes
	for range maxRounds {
		moves := a.moves(clashes, all)
		if len(moves) == 0 {
			return nil
		}
		maps.Copy(all, moves)
		var verdict Verdict
		if verdict, clashes = a.judge(all); verdict == Admit {
			return all
		}
	}
	return nil
}

// moves returns the pins that would have to move for clashes to go, besides those that have
// moved, none when no move lifts one of them.
func (a *adviser) moves(clashes []*resolver.Clash, moved map[constraints.Name]constraints.Version) map[constraints.Name]constraints.Version {
	q := a.with(moved)
	moves := make(map[constraints.Name]constraints.Version)
	for _, c := range clashes {
		if c.Kind != resolver.OutOfRange {
			continue // it may go with the others
		}
		if c.Demand.From == nil {
			return nil
		}
		if v, ok := fittingRequirer(q, c); ok {
			moves[c.Demand.From.Name] = v
		} else if v, ok := fittingTarget(q, c); ok {
			moves[c.Target.Name] = v
		} else {
			return nil
		}
	}
	return moves
}

// solved returns the pins to move along with which all that fits today fits, in every
// environment, and would be admitted; nil for none.
func (a *adviser) solved() map[constraints.Name]constraints.Version {
	if a.hopeless() {
		return nil
	}
	moves := make(map[constraints.Name]constraints.Version)
	for _, b := range a.today {
		found, err := a.solve(b)
		if err != nil {
			return nil
		}
		for name, v := range found {
			if at, ok := moves[name]; !ok || v.Compare(at) > 0 {
				moves[name] = v
			}
		}
	}
	if len(moves) == 0 || !a.admits(moves) {
		return nil
	}
	return moves
}

// hopeless reports whether what rejects is no matter of other pins: a consumer's own
// requirement, the candidate itself, or a pinned package of which no version accepts it.
// It spares a rejection that is plain a search.
func (a *adviser) hopeless() bool {
	return slices.ContainsFunc(a.clashes, func(c *resolver.Clash) bool {
		switch {
		case !changes(a.question, c.Target.Name):
			return false
		case c.Kind != resolver.OutOfRange || c.Demand.From == nil:
			return true
		case c.Demand.From.Pin == nil:
			return false
		}
		_, other := fittingRequirer(a.question, c)
		return !other
	})
}

// solve returns the pins that move along in one environment, today's versions where they
// fit.
func (a *adviser) solve(b *baseline) (map[constraints.Name]constraints.Version, error) {
	pins, limits := Active(a.question.After, b.env)
	plan := resolver.Plan{Keep: make(map[constraints.Name]constraints.Version), MaxSteps: togetherSteps}
	if a.question.Policy.Prereleases == DenyPrereleases {
		plan.Prereleases = resolver.DenyPrereleases
	}
	var fixed []resolver.Pin
	for _, p := range pins {
		if p.URL != "" || changes(a.question, p.Name) {
			fixed = append(fixed, p)
			continue
		}
		plan.Keep[p.Name] = p.Version
		if !a.question.of(p.Name).Downgrade {
			floor := constraints.Requirement{Name: p.Name, Spelling: p.Spelling, Range: constraints.AtLeast(p.Version)}
			limits = append(limits, resolver.Root{Requirement: floor, Place: p.Place})
		}
	}
	joint := JoinFitting(a.question.Consumers, b.pins, b.world, b.env)
	plan.Apart = joint.Apart
	solution, err := resolver.NewWorld(b.env, fixed, limits, a.question.Source).Solve(context.Background(), joint.Job, plan)
	if err != nil {
		return nil, err
	}
	moves := make(map[constraints.Name]constraints.Version)
	for _, v := range solution.Chosen {
		if at, pinned := plan.Keep[v.Name]; pinned && !v.Version.Equal(at) {
			moves[v.Name] = v.Version
		}
	}
	return moves, nil
}

// smallest returns no more of the moves than it takes.
func (a *adviser) smallest(moves map[constraints.Name]constraints.Version) map[constraints.Name]constraints.Version {
	if len(moves) == 1 || len(moves) > maxSuggestions {
		return moves
	}
	for _, name := range slices.Sorted(maps.Keys(moves)) {
		fewer := maps.Clone(moves)
		if delete(fewer, name); a.admits(fewer) {
			moves = fewer
		}
	}
	return moves
}
