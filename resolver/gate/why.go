package gate

import (
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/resolver"
)

// Why is all that can be said of one package under the constraints: what pins it,
// who requires it and through what, and what holds it back.
type Why struct {
	SchemaVersion int       `json:"schema_version"`
	Command       string    `json:"command"` // "why"
	Package       string    `json:"package"`
	Facts         string    `json:"facts,omitempty"`
	Pins          []WhyPin  `json:"pins"`
	Versions      int       `json:"published_versions"`
	Newest        string    `json:"newest,omitempty"` // final release
	RequiredBy    []WhyRow  `json:"required_by"`      // pinned releases and consumers' own lines
	InstalledBy   []Reach   `json:"installed_by"`     // the consumers that install it, nearest first
	Newer         []string  `json:"newer_versions"`   // than the lowest pin, final releases, ascending
	Admissible    string    `json:"admissible,omitempty"`
	HeldBack      []Finding `json:"held_back_by,omitempty"` // what rejects the newest
}

// WhyPin is a line that pins the package.
type WhyPin struct {
	Version      string            `json:"version"`
	Place        constraints.Place `json:"place"`
	Environments []string          `json:"environments"`
}

// WhyRow is one requirement on the package.
type WhyRow struct {
	By           string             `json:"by"` // "NAME VERSION", or the consumer
	Requirement  string             `json:"requirement"`
	Place        *constraints.Place `json:"place,omitempty"`
	Environments []string           `json:"environments"`
}

// Explain says what can be said of a package under the constraints Before.
func Explain(q *Question, name constraints.Name) (*Why, error) {
	why := &Why{SchemaVersion: SchemaVersion, Command: "why", Package: string(name), Pins: []WhyPin{}, RequiredBy: []WhyRow{}, InstalledBy: []Reach{}, Newer: []string{}}
	reaches := make(map[int]*Reach)
	for _, env := range q.Environments {
		pins, limits := active(q.Before, env)
		world := resolver.NewWorld(env, pins, limits, q.Source)
		why.addPin(world, name)
		for _, d := range world.Requirers(name) {
			why.addRow(WhyRow{By: named(*d.From), Requirement: d.Requirement.String(), Place: placeOf(d.Place)}, env)
		}
		why.addConsumers(q, world, name, reaches)
	}
	for _, r := range reaches {
		why.InstalledBy = append(why.InstalledBy, *r)
	}
	slices.SortFunc(why.InstalledBy, compareReach)
	return why, why.addNewer(q, name)
}

func (w *Why) addPin(world *resolver.World, name constraints.Name) {
	pin := world.Pin(name)
	if pin == nil {
		return
	}
	env := world.Environment().Name()
	for i := range w.Pins {
		if w.Pins[i].Place == pin.Place {
			w.Pins[i].Environments = append(w.Pins[i].Environments, env)
			return
		}
	}
	w.Pins = append(w.Pins, WhyPin{Version: pin.Version.String(), Place: pin.Place, Environments: []string{env}})
}

func (w *Why) addRow(row WhyRow, env *constraints.Environment) {
	for i := range w.RequiredBy {
		r := &w.RequiredBy[i]
		if r.By == row.By && r.Requirement == row.Requirement && (r.Place == row.Place || r.Place != nil && row.Place != nil && *r.Place == *row.Place) {
			r.Environments = appendNew(r.Environments, env.Name())
			return
		}
	}
	row.Environments = []string{env.Name()}
	w.RequiredBy = append(w.RequiredBy, row)
}

// addConsumers adds the lines of consumers that require the package, and the
// consumers that install it.
func (w *Why) addConsumers(q *Question, world *resolver.World, name constraints.Name, reaches map[int]*Reach) {
	env := world.Environment()
	for i := range q.Consumers {
		c := &q.Consumers[i]
		if !c.supports(env) {
			continue
		}
		for _, job := range c.Jobs {
			for _, root := range job.Roots {
				if root.Requirement.Name == name && root.Requirement.Applies(env, "") {
					w.addRow(WhyRow{By: c.Name, Requirement: root.Requirement.String(), Place: placeOf(root.Place)}, env)
				}
			}
			path := world.Verify(job.Job).PathTo(name)
			if path == nil {
				continue
			}
			if r, ok := reaches[i]; !ok {
				reaches[i] = &Reach{Consumer: c.Name, Owner: c.Owner, Jobs: []string{job.Name}, Chain: steps(path)}
			} else {
				r.Jobs = appendNew(r.Jobs, job.Name)
			}
		}
	}
}

// addNewer says which newer final releases there are, the highest that would be
// admitted, and what rejects the newest.
func (w *Why) addNewer(q *Question, name constraints.Name) error {
	versions, err := q.Source.Versions(name)
	if err != nil {
		return err
	}
	w.Versions = len(versions)
	was := pinned(q.Before, name)
	var newer []constraints.Version
	for _, v := range versions {
		if v.IsPrerelease() {
			continue
		}
		w.Newest = v.String()
		if !was.IsZero() && v.Compare(was) > 0 {
			newer = append(newer, v)
			w.Newer = append(w.Newer, v.String())
		}
	}
	a := &adviser{question: q, today: newBaselines(q)}
	tried := 0
	for i, v := range slices.Backward(newer) {
		if a.excludes(name, v) {
			continue
		}
		if tried++; tried > maxSuggestions {
			break
		}
		asked := a.with(map[constraints.Name]constraints.Version{name: v})
		report, clashes := compareWorlds(asked, a.today)
		if report.Verdict == Admit {
			w.Admissible = v.String()
			break
		}
		a.clashes = append(a.clashes, rejecting(report, clashes)...)
		if i == len(newer)-1 {
			(&adviser{question: asked, today: a.today, along: true}).explain(report, clashes)
			w.HeldBack = slices.DeleteFunc(report.Findings, func(f Finding) bool { return f.Status != New && f.Status != Open })
		}
	}
	return nil
}

// compareReach orders consumers by how near they are, then by name.
func compareReach(a, b Reach) int {
	if len(a.Chain) != len(b.Chain) {
		return len(a.Chain) - len(b.Chain)
	}
	return strings.Compare(a.Consumer, b.Consumer)
}
