package gate

import (
	"cmp"
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/constraints/ledger"
	"sluice/resolver"
)

// book gathers what the surveys saw into findings: sightings with the same root
// become one, with all the environments and consumers that it concerns.
type book struct {
	question *Question
	rules    []Rule
	entries  map[entryKey]*entry
	order    []*entry
	used     map[ledger.Entry]bool // of the ledger, to excuse findings
}

// entryKey is what makes two sightings one finding.
type entryKey struct {
	rule, message string
	status        Status
	place         constraints.Place
}

type entry struct {
	rule    int
	finding Finding
	clash   *resolver.Clash // nil for what a rule's check found
	reaches map[int]*Reach  // by the number of the consumer
	itself  bool            // the constraints themselves are concerned, whoever installs them
	about   []resolver.Chosen
	excused map[int]bool // the consumers as far as whom it does not count
}

func newBook(q *Question) *book {
	return &book{question: q, rules: Rules(), entries: make(map[entryKey]*entry), used: make(map[ledger.Entry]bool)}
}

// enter adds what one environment found.
func (b *book) enter(s *survey) {
	for i, rule := range b.rules {
		if rule.check == nil || rule.ofChange && s.question.Before == nil {
			continue
		}
		for _, name := range s.changed {
			for _, f := range rule.check(s, name) {
				e, fresh := b.entry(i, f, nil)
				e.itself = true
				e.sawIn(s.env)
				if fresh {
					e.about = []resolver.Chosen{s.chosen(name)}
				}
			}
		}
	}
	known := make(roots)
	var later []*sighting
	for i := range s.sightings {
		seen := &s.sightings[i]
		if seen.clash != nil && seen.clash.Kind == resolver.Unsolvable {
			later = append(later, seen)
			continue
		}
		known.add(seen, b.record(s, seen))
	}
	for _, seen := range later {
		if e, o := known.of(s, seen); e != nil {
			e.follow(b.question, seen, o)
		} else {
			b.record(s, seen)
		}
	}
}

// record enters what was seen as a finding of its own.
func (b *book) record(s *survey, seen *sighting) *entry {
	e, fresh := b.entry(b.rule(s, seen), b.describe(seen), seen.clash)
	if fresh && seen.clash != nil {
		e.finding.Details = b.details(seen.clash, s.env)
		e.finding.own = len(e.finding.Details)
	}
	if fresh {
		e.about = seen.about()
	}
	e.sawIn(s.env)
	e.reach(b.question, seen, seen.path())
	return e
}

// rule returns the number of the rule that a sighting falls under.
func (b *book) rule(s *survey, seen *sighting) int {
	if seen.note != nil {
		return slices.IndexFunc(b.rules, func(r Rule) bool { return r.ID == "dependency" })
	}
	return slices.IndexFunc(b.rules, func(r Rule) bool { return r.claims != nil && r.claims(s, seen.clash) })
}

// entry returns the entry of a finding, which is fresh when nothing like it was
// seen before.
func (b *book) entry(rule int, f Finding, clash *resolver.Clash) (e *entry, fresh bool) {
	f.Rule = b.rules[rule].ID
	key := entryKey{rule: f.Rule, message: f.Message, status: f.Status}
	if f.Place != nil {
		key.place = *f.Place
	}
	if e, ok := b.entries[key]; ok {
		return e, false
	}
	e = &entry{rule: rule, finding: f, clash: clash, reaches: make(map[int]*Reach)}
	b.entries[key] = e
	b.order = append(b.order, e)
	return e, true
}

func (e *entry) sawIn(env *constraints.Environment) {
	e.finding.Environments = appendNew(e.finding.Environments, env.Name())
}

// follow adds a search that found nothing because of what the entry is about, by way
// of an obstacle.
func (e *entry) follow(q *Question, seen *sighting, by resolver.Obstacle) {
	e.finding.Details = appendNew(e.finding.Details, "so that no version of "+spelled(seen.clash.Target)+" fits")
	e.reach(q, seen, append(slices.Clip(seen.path()), by.Demand))
}

// reach adds the consumer that saw the clash, with the shortest chain to it.
func (e *entry) reach(q *Question, seen *sighting, path []resolver.Demand) {
	if seen.consumer == constraintsThemselves {
		e.itself = true
		return
	}
	r, ok := e.reaches[seen.consumer]
	if !ok {
		c := &q.Consumers[seen.consumer]
		e.reaches[seen.consumer] = &Reach{Consumer: c.Name, Owner: c.Owner, Jobs: []string{seen.job}, Chain: steps(path)}
		return
	}
	r.Jobs = appendNew(r.Jobs, seen.job)
	if len(path) < len(r.Chain) {
		r.Chain = steps(path)
	}
}

// about returns the packages that what was seen is about.
func (s *sighting) about() []resolver.Chosen {
	if s.note != nil {
		return []resolver.Chosen{s.note.Target}
	}
	about := []resolver.Chosen{s.clash.Target}
	if from := s.clash.Demand.From; from != nil {
		about = append(about, *from)
	}
	return about
}

// chosen returns a package as it is pinned with the change.
func (s *survey) chosen(name constraints.Name) resolver.Chosen {
	c := resolver.Chosen{Name: name, Pin: s.after.Pin(name)}
	if c.Pin != nil {
		c.Version = c.Pin.Version
	}
	return c
}

// path returns the chain of demands to what was seen.
func (s *sighting) path() []resolver.Demand {
	if s.note != nil {
		return s.note.Path
	}
	return s.clash.Path
}

// findings returns all that was gathered: what rejects first, each rule in the
// order of the table, what concerns most consumers first. Beside them it returns
// the clash that each rests on, nil for none.
func (b *book) findings() ([]Finding, []*resolver.Clash) {
	b.order = slices.DeleteFunc(b.order, func(e *entry) bool { return !b.excuse(e) })
	slices.SortStableFunc(b.order, func(x, y *entry) int {
		return cmp.Or(
			cmp.Compare(x.finding.rank(), y.finding.rank()),
			cmp.Compare(x.rule, y.rule),
			cmp.Compare(len(y.reaches), len(x.reaches)),
			strings.Compare(x.finding.Message, y.finding.Message),
			x.place().Compare(y.place()),
		)
	})
	findings := make([]Finding, 0, len(b.order))
	var clashes []*resolver.Clash
	for _, e := range b.order {
		for n, r := range e.reaches {
			if !e.excused[n] || e.finding.Status == Waived || e.finding.Status == Expected {
				e.finding.Reaches = append(e.finding.Reaches, *r)
			}
		}
		slices.SortFunc(e.finding.Reaches, compareReach)
		findings = append(findings, e.finding)
		clashes = append(clashes, e.clash)
	}
	return findings, clashes
}

func (e *entry) place() constraints.Place {
	if e.finding.Place == nil {
		return constraints.Place{}
	}
	return *e.finding.Place
}

// rank is the place in a report of findings of one kind. Of what stands, ignorance
// goes first: it may hide more.
func (f *Finding) rank() int {
	rank := 2 * slices.Index([]Status{New, Open, Warning, Waived, Expected, Standing, Lifted}, f.Status)
	if f.Status == Standing && f.Unknown {
		rank--
	}
	return rank
}
