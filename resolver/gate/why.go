package gate

import (
	"maps"
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/resolver"
)

// Why is all that can be said of one package under the constraints: what pins it,
// who requires it and through what, and what holds it back.
type Why struct {
	SchemaVersion int          `json:"schema_version"`
	Command       string       `json:"command"` // "why"
	Package       string       `json:"package"`
	Facts         string       `json:"facts,omitempty"`
	Consumer      *WhyConsumer `json:"consumer,omitempty"` // that is, or publishes, the package
	Pins          []WhyPin     `json:"pins"`
	Chosen        []string     `json:"chosen_versions,omitempty"` // that jobs install where nothing pins it, newest first
	Versions      int          `json:"published_versions"`
	Newest        string       `json:"newest,omitempty"` // final release
	RequiredBy    []WhyRow     `json:"required_by"`      // releases that are pinned or chosen, and consumers' own lines
	InstalledBy   []Reach      `json:"installed_by"`     // the consumers that install it, nearest first
	Newer         []string     `json:"newer_versions"`   // than the lowest pin, final releases, ascending
	Admissible    string       `json:"admissible,omitempty"`
	HeldBack      []Finding    `json:"held_back_by,omitempty"` // what rejects the newest
	NotJudged     []Unread     `json:"not_judged,omitempty"`   // what could not be read may require the package, and hold it back
	ReadInPart    []Unread     `json:"read_in_part,omitempty"` // likewise
}

// WhyConsumer is a consumer that goes by the name of the package.
type WhyConsumer struct {
	Name  string   `json:"name"`
	Owner string   `json:"owner,omitempty"`
	Jobs  []string `json:"jobs"` // "" is the runtime requirements alone
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
	ChosenFor    []string           `json:"chosen_for,omitempty"` // consumers, where nothing pins the release
	Environments []string           `json:"environments"`
}

// Explain says what can be said of a package under the constraints Before.
func Explain(q *Question, name constraints.Name) (*Why, error) {
	e := explanation{
		question: q, name: name,
		why:     &Why{SchemaVersion: SchemaVersion, Command: "why", Package: string(name), Pins: []WhyPin{}, RequiredBy: []WhyRow{}, InstalledBy: []Reach{}, Newer: []string{}},
		reaches: make(map[int]*Reach), chosen: make(map[string]constraints.Version),
	}
	for _, env := range q.Environments {
		pins, limits := Active(q.Before, env)
		e.look(resolver.NewWorld(env, pins, limits, q.Source))
	}
	for _, key := range slices.Backward(slices.Sorted(maps.Keys(e.chosen))) {
		e.why.Chosen = append(e.why.Chosen, e.chosen[key].String())
	}
	for _, r := range e.reaches {
		e.why.InstalledBy = append(e.why.InstalledBy, *r)
	}
	slices.SortFunc(e.why.InstalledBy, compareReach)
	count := countConsumers(q, nil)
	e.why.NotJudged, e.why.ReadInPart = count.NotJudged, count.ReadInPart
	return e.why, e.why.addNewer(q, name)
}

// explanation is a Why in the making.
type explanation struct {
	question *Question
	name     constraints.Name
	why      *Why
	reaches  map[int]*Reach                 // by the number of the consumer
	chosen   map[string]constraints.Version // by key
}

// look adds what one environment says of the package.
func (e *explanation) look(world *resolver.World) {
	env := world.Environment()
	e.why.addPin(world, e.name)
	for _, d := range world.Requirers(e.name) {
		e.why.addRow(WhyRow{By: named(*d.From), Requirement: d.Requirement.String(), Place: placeOf(d.Place)}, env)
	}
	for i := range e.question.Consumers {
		c := &e.question.Consumers[i]
		if !c.supports(env) {
			continue
		}
		for _, job := range c.Jobs {
			for _, root := range job.Roots {
				if root.Requirement.Name == e.name && root.Requirement.Applies(env, "") {
					e.why.addRow(WhyRow{By: c.Name, Requirement: root.Requirement.String(), Place: placeOf(root.Place)}, env)
				}
			}
			e.lookAt(world.Verify(job.Job), i, job.Name, env)
		}
	}
}

// lookAt adds what one job of a consumer has to do with the package.
func (e *explanation) lookAt(o *resolver.Outcome, consumer int, job string, env *constraints.Environment) {
	c := &e.question.Consumers[consumer]
	for _, d := range o.DemandsOfChosen(e.name) {
		e.why.addRow(WhyRow{By: named(*d.From), Requirement: d.Requirement.String(), ChosenFor: []string{c.Name}}, env)
	}
	if v, ok := o.Chosen(e.name); ok {
		e.chosen[v.Key()] = v
	}
	path := o.PathTo(e.name)
	if path == nil {
		return
	}
	if r, ok := e.reaches[consumer]; ok {
		r.Jobs = appendNew(r.Jobs, job)
		return
	}
	e.reaches[consumer] = &Reach{Consumer: c.Name, Owner: c.Owner, Jobs: []string{job}, Chain: steps(path)}
}

func (w *Why) addPin(world *resolver.World, name constraints.Name) {
	pin := world.Pin(name)
	if pin == nil {
		return
	}
	w.Package = spelling(pin)
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
			for _, consumer := range row.ChosenFor {
				r.ChosenFor = appendNew(r.ChosenFor, consumer)
			}
			return
		}
	}
	row.Environments = []string{env.Name()}
	w.RequiredBy = append(w.RequiredBy, row)
}

// addNewer says which newer final releases there are, the highest that would be
// admitted as far as consumers could be read, and what rejects the newest.
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
	asItStands := *q
	asItStands.After = q.Before
	a := &adviser{question: &asItStands, today: newBaselines(q)}
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
		if verdictOf(report.Findings) == Admit {
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
