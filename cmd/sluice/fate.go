package main

import (
	"math"
	"slices"
	"time"

	"sluice/constraints"
)

// timeline is what commits did to pins, in order.
type timeline struct {
	moves map[constraints.Name][]datedMove
	end   time.Time // of the history
}

// datedMove is a move and the commit that made it.
type datedMove struct {
	move
	by     commit
	revert bool // it says that it takes another one back
}

func newTimeline() *timeline { return &timeline{moves: make(map[constraints.Name][]datedMove)} }

// add takes up what a commit does.
func (t *timeline) add(r *revision, moves []move) {
	for _, m := range moves {
		t.moves[m.name] = append(t.moves[m.name], datedMove{m, r.commit, isRevert(r)})
	}
	t.end = r.Date
}

// fate is what history did later with what a commit did.
type fate struct {
	Became    changeKind `json:"became"`       // of the pin; "stayed" until the history ends
	To        string     `json:"to,omitempty"` // the version that came next
	Days      int        `json:"days"`         // until then
	By        *commit    `json:"by,omitempty"`
	Confirmed bool       `json:"confirmed"` // it was undone: what came in was taken out, what was taken out came back
}

// stayed is what becomes of a pin that nothing changes any more.
const stayed changeKind = "stayed"

// fateOf returns what became of what a commit did: the next thing that happened to the pin
// in one of its environments or, where it was lowered or removed, what brought it back.
func (t *timeline) fateOf(m move, by commit) fate {
	down := m.direction() == lowered || m.direction() == removed
	passed := false
	for _, d := range t.moves[m.name] {
		switch {
		case d.by.ID == by.ID:
			passed = true
			continue
		case !passed, !slices.ContainsFunc(d.environments, func(env string) bool { return slices.Contains(m.environments, env) }),
			down && (d.to.IsZero() || d.to.Compare(m.from) < 0):
			continue
		}
		f := fate{Became: d.direction(), To: d.to.String(), Days: days(d.by.Date.Sub(by.Date)), By: &d.by}
		f.Confirmed = down || f.Became == lowered || f.Became == removed && d.revert
		return f
	}
	return fate{Became: stayed, Days: days(t.end.Sub(by.Date))}
}

// days returns the whole days of a time span.
func days(d time.Duration) int { return int(math.Floor(d.Hours() / 24)) }
