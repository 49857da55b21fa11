package resolver

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// Most is an answer in which as many of some wishes as possible come true.
type Most struct {
	Solution *Solution
	Unmet    []int // the wishes that it leaves out, by their numbers from 0

	// Largest says that no solution leaves out fewer, which Conflicts prove: whatever meets
	// them all leaves out as many.
	Largest   bool
	Conflicts []Conflict
}

// Conflict is wishes that cannot all come true; one alone that never can.
type Conflict struct {
	Wishes []int
	Core   *Core
	Why    *Unsolved // of the core
}

// ProvenBy reports whether those of the conflicts for which something holds prove by
// themselves that no solution leaves out fewer wishes.
func (m *Most) ProvenBy(holds func(*Conflict) bool) bool {
	some := slices.DeleteFunc(slices.Clone(m.Conflicts), func(c Conflict) bool { return !holds(&c) })
	fewest, ok := fewestOf(some)
	return m.Largest && ok && len(fewest) >= len(m.Unmet)
}

// maxWishConflicts bounds how many conflicts are looked for.
const maxWishConflicts = 500

// SolveMost looks for the solution with the most wishes, from one that has some of them
// (ALGORITHM 12). ask solves with some wishes as roots; its errors are those of Solve.
func SolveMost(ctx context.Context, first *Solution, wishes []Root, ask func([]Root) (*Solution, error)) (*Most, error) {
	wishes = slices.Clone(wishes)
	for i := range wishes {
		wishes[i].Wish = i + 1
	}
	m := &Most{Solution: first, Unmet: first.unmet(wishes)}
	for range maxWishConflicts {
		given, fewest := fewestOf(m.Conflicts)
		if !fewest {
			break
		}
		if len(given) >= len(m.Unmet) {
			m.Largest = true
			break
		}
		var rest []Root
		for i, w := range wishes {
			if !slices.Contains(given, i) {
				rest = append(rest, w)
			}
		}
		solution, err := ask(rest)
		var unsolved *Unsolved
		switch {
		case errors.As(err, &unsolved):
			core, smaller := unsolved.Core(ctx)
			c := Conflict{Core: core, Why: smaller}
			for _, r := range core.Roots {
				if r.Wish > 0 {
					c.Wishes = append(c.Wishes, r.Wish-1)
				}
			}
			if len(c.Wishes) == 0 {
				return nil, fmt.Errorf("an error in this program: without any wish there is no solution")
			}
			m.Conflicts = append(m.Conflicts, c)
		case errors.Is(err, ErrGaveUp) || errors.As(err, new(*FactsError)):
			return m, nil // there may be more, nobody knows
		case err != nil:
			return nil, err
		default: // no other leaves out fewer than the conflicts ask for
			m.Solution, m.Unmet, m.Largest = solution, solution.unmet(wishes), true
			return m, nil
		}
	}
	return m, ctx.Err()
}

// unmet returns the wishes that a solution leaves out.
func (s *Solution) unmet(wishes []Root) (numbers []int) {
	for i, w := range wishes {
		met := slices.ContainsFunc(s.Chosen, func(c Chosen) bool {
			return c.Name == w.Requirement.Name && w.Requirement.Range.Contains(c.Version)
		})
		if !met {
			numbers = append(numbers, i)
		}
	}
	return numbers
}

// maxTries bounds the search for the fewest wishes to give up.
const maxTries = 5000

// fewestOf returns the fewest wishes of which each conflict has one; false where that was
// not found out.
func fewestOf(conflicts []Conflict) (fewest []int, ok bool) {
	var never []int // those that never come true: all of them
	for _, c := range conflicts {
		if len(c.Wishes) == 1 {
			never = append(never, c.Wishes[0])
		}
	}
	rest := slices.DeleteFunc(slices.Clone(conflicts), func(c Conflict) bool { return c.hasOneOf(never) })
	var best []int
	tries := 0
	var try func(given []int)
	try = func(given []int) {
		if tries++; tries > maxTries {
			return
		}
		open, disjoint := openOf(rest, given)
		switch {
		case best != nil && len(given)+disjoint >= len(best):
		case open == nil:
			best = given
		default:
			for _, w := range open.Wishes {
				try(append(slices.Clone(given), w))
			}
		}
	}
	try([]int{})
	return slices.Concat(never, best), tries <= maxTries
}

// openOf returns the smallest conflict that has none of the wishes given up, nil for none,
// and how many such conflicts have nothing in common, each of which takes one wish more.
func openOf(conflicts []Conflict, given []int) (smallest *Conflict, disjoint int) {
	taken := slices.Clone(given)
	for i := range conflicts {
		c := &conflicts[i]
		if c.hasOneOf(given) {
			continue
		}
		if smallest == nil || len(c.Wishes) < len(smallest.Wishes) {
			smallest = c
		}
		if !c.hasOneOf(taken) {
			taken = append(taken, c.Wishes...)
			disjoint++
		}
	}
	return smallest, disjoint
}

func (c *Conflict) hasOneOf(wishes []int) bool {
	return slices.ContainsFunc(c.Wishes, func(w int) bool { return slices.Contains(wishes, w) })
}
