package gate

import (
	"context"
	"maps"
	"slices"

	"sluice/constraints"
	"sluice/resolver"
)

// Edits is what consumers would have to require instead for candidates to be admitted.
type Edits struct {
	Requirements []Edit   `json:"requirements"`
	Together     []string `json:"together,omitempty"` // pins that must move then, the candidates among them
}

// Edit is a requirement of consumers that admits more than today.
type Edit struct {
	Place     constraints.Place `json:"place"`
	From      string            `json:"from"`
	To        string            `json:"to"`
	Consumers []string          `json:"consumers"`

	requirement constraints.Requirement
}

// Bounds of the search for edits: nobody follows a suggestion of more, and each round
// judges all consumers that are reached.
const (
	maxEdits      = 40
	maxEditRounds = 8
)

// withEdits returns the fewest edits that it can find in the requirements of consumers
// with which the candidates would be admitted, and the pins that must move along then; nil
// for none. There are none of the edits where the pins alone turn out to do. Each edit
// changes as little as lets in the version that is there. All of it was judged as one.
func (a *adviser) withEdits(report *Report, clashes []*resolver.Clash) *Edits {
	e := editor{adviser: a, base: a, moved: make(map[constraints.Name]constraints.Version)}
	for range maxEditRounds {
		if !e.improve(report, clashes) {
			return nil
		}
		report, clashes = compareWorlds(e.with(e.moved), e.today)
		if verdictOf(report.Findings) == Admit {
			return e.result()
		}
	}
	return nil
}

// editor is an adviser whose consumers have been edited.
type editor struct {
	*adviser
	base  *adviser                                 // whose consumers are as they are
	moved map[constraints.Name]constraints.Version // besides the candidates
	edits []Edit
}

// improve makes the next change that may lift what rejects: it edits what consumers
// require of pins, else moves pins, else edits what consumers require of what nothing pins.
// It returns false where none of these will do.
func (e *editor) improve(report *Report, clashes []*resolver.Clash) bool {
	var ranges []Edit
	var others []*resolver.Clash
	for i, c := range clashes {
		if report.Findings[i].Status != New {
			continue
		}
		switch {
		case c == nil:
			return false // it is about the candidate itself
		case c.Kind != resolver.OutOfRange || c.Demand.From != nil:
			others = append(others, c)
		default:
			edit, ok := e.widen(c.Demand.Requirement, c.Demand.Place, c.Target.Version)
			if !ok {
				return false
			}
			ranges = append(ranges, edit)
		}
	}
	if len(ranges) > 0 {
		return e.apply(ranges...)
	}
	moves := e.moves(others, e.moved)
	if len(moves) > 0 {
		maps.Copy(e.moved, moves)
		return true
	}
	edit, ok := e.relax(report, clashes)
	return ok && e.apply(edit)
}

// widen returns the edit that lets a version into a requirement, false where it cannot say
// it or the requirement is no consumer's.
func (e *editor) widen(r constraints.Requirement, place constraints.Place, v constraints.Version) (Edit, bool) {
	w, ok := r.Range.(widener)
	if !ok {
		return Edit{}, false
	}
	edit := Edit{Place: place, From: r.String(), requirement: r}
	if i := e.known(place, r.Name); i >= 0 {
		edit.From = e.edits[i].From
	}
	if edit.requirement.Range, ok = w.Widen(v); !ok {
		return Edit{}, false
	}
	edit.To = edit.requirement.String()
	for i := range e.base.question.Consumers {
		if c := &e.base.question.Consumers[i]; edit.concerns(c) {
			edit.Consumers = append(edit.Consumers, c.Name)
		}
	}
	return edit, len(edit.Consumers) > 0
}

// is reports whether a root is the requirement that is edited.
func (e *Edit) is(r *resolver.Root) bool {
	return r.Place == e.Place && r.Requirement.Name == e.requirement.Name && r.Requirement.String() == e.From
}

func (e *Edit) concerns(c *Consumer) bool {
	return slices.ContainsFunc(c.Jobs, func(j Job) bool {
		return slices.ContainsFunc(slices.Concat(j.Roots, j.Limits), func(r resolver.Root) bool { return e.is(&r) })
	})
}

// relax returns the edit of a consumer's requirement on a package that nothing pins, with
// which the first of what cannot be solved has a solution.
func (e *editor) relax(report *Report, clashes []*resolver.Clash) (Edit, bool) {
	for i, c := range clashes {
		f := &report.Findings[i]
		if f.Status != New || c == nil || c.Kind != resolver.Unsolvable || len(f.Reaches) == 0 {
			continue
		}
		q := e.with(e.moved)
		for _, b := range e.today {
			if !slices.Contains(f.Environments, b.env.Name()) {
				continue
			}
			world := newSurvey(q, b).after
			if edit, ok := e.relaxed(world, e.jobOf(f, c)); ok {
				return edit, true
			}
		}
	}
	return Edit{}, false
}

// relaxed returns the edit of one of a job's requirements with which the job has a
// solution.
func (e *editor) relaxed(world *resolver.World, job resolver.Job) (Edit, bool) {
	ctx, plan := context.Background(), resolver.Plan{MaxSteps: togetherSteps}
	for i := range job.Roots {
		r := &job.Roots[i]
		if r.Requirement.URL != "" || world.Pin(r.Requirement.Name) != nil {
			continue
		}
		free := job
		free.Roots = slices.Clone(job.Roots)
		free.Roots[i].Requirement.Range = constraints.Everything()
		solution, err := world.Solve(ctx, free, plan)
		if err != nil {
			continue
		}
		for _, c := range solution.Chosen {
			if c.Name == r.Requirement.Name && !r.Requirement.Range.Contains(c.Version) {
				return e.widen(r.Requirement, r.Place, c.Version)
			}
		}
	}
	return Edit{}, false
}

// known returns the number of the edit of a requirement, -1 for none.
func (e *editor) known(place constraints.Place, name constraints.Name) int {
	return slices.IndexFunc(e.edits, func(edit Edit) bool { return edit.Place == place && edit.requirement.Name == name })
}

// apply edits the consumers, and reports whether that is a change and still one of those
// that are worth a suggestion.
func (e *editor) apply(edits ...Edit) bool {
	changed := false
	for _, edit := range edits {
		switch i := e.known(edit.Place, edit.requirement.Name); {
		case i < 0:
			e.edits = append(e.edits, edit)
			changed = true
		case e.edits[i].To != edit.To:
			e.edits[i] = edit
			changed = true
		}
	}
	e.adviser = e.base.edited(e.edits)
	return changed && len(e.edits) <= maxEdits
}

// edited returns the adviser of the question with consumers that require something else.
func (a *adviser) edited(edits []Edit) *adviser {
	q := *a.question
	q.Consumers = slices.Clone(q.Consumers)
	touched := make(map[int]bool)
	for i := range q.Consumers {
		c := &q.Consumers[i]
		if !slices.ContainsFunc(edits, func(e Edit) bool { return e.concerns(c) }) {
			continue
		}
		touched[i] = true
		c.Jobs = slices.Clone(c.Jobs)
		for j := range c.Jobs {
			c.Jobs[j].Roots = editedRoots(c.Jobs[j].Roots, edits)
			c.Jobs[j].Limits = editedRoots(c.Jobs[j].Limits, edits)
		}
	}
	other := &adviser{question: &q, along: a.along}
	for _, b := range a.today {
		other.today = append(other.today, b.withConsumers(&q, touched))
	}
	return other
}

func editedRoots(roots []resolver.Root, edits []Edit) []resolver.Root {
	roots = slices.Clone(roots)
	for i := range roots {
		for j := range edits {
			if edits[j].is(&roots[i]) {
				roots[i].Requirement = edits[j].requirement
				break
			}
		}
	}
	return roots
}

// result returns what was found without what it does without, in the order of the files: as
// long as there is anything, since what it takes of one depends on the others.
func (e *editor) result() *Edits {
	for e.reduce() {
	}
	slices.SortFunc(e.edits, func(x, y Edit) int { return x.Place.Compare(y.Place) })
	found := &Edits{Requirements: e.edits}
	if len(e.moved) > 0 {
		found.Together = pinList(e.question, e.moved)
	}
	return found
}

// reduce leaves out a pin with the edits for it, or an edit, and reports whether it could.
func (e *editor) reduce() bool {
	for _, name := range slices.Sorted(maps.Keys(e.moved)) {
		fewer := maps.Clone(e.moved)
		delete(fewer, name)
		rest := slices.DeleteFunc(slices.Clone(e.edits), func(edit Edit) bool { return edit.requirement.Name == name })
		if e.does(rest, fewer) || len(rest) < len(e.edits) && e.does(e.edits, fewer) {
			return true
		}
	}
	for i := len(e.edits) - 1; i >= 0; i-- {
		if changes(e.base.question, e.edits[i].requirement.Name) {
			continue // without it the candidate is excluded
		}
		if e.does(slices.Delete(slices.Clone(e.edits), i, i+1), e.moved) {
			return true
		}
	}
	return false
}

// does takes over edits and moves if they are enough.
func (e *editor) does(edits []Edit, moved map[constraints.Name]constraints.Version) bool {
	a := e.base.edited(edits)
	if !a.admits(moved) {
		return false
	}
	e.adviser, e.edits, e.moved = a, edits, moved
	return true
}
