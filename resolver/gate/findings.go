package gate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/resolver"
)

// book gathers what the surveys saw into findings: sightings with the same root
// become one, with all the environments and consumers that it concerns.
type book struct {
	question *Question
	rules    []Rule
	entries  map[entryKey]*entry
	order    []*entry
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
}

func newBook(q *Question) *book {
	return &book{question: q, rules: Rules(), entries: make(map[entryKey]*entry)}
}

// enter adds what one environment found.
func (b *book) enter(s *survey) {
	for i, rule := range b.rules {
		if rule.check == nil || rule.ofChange && s.question.Before == nil {
			continue
		}
		for _, name := range s.changed {
			for _, f := range rule.check(s, name) {
				b.entry(i, f, nil).sawIn(s.env)
			}
		}
	}
	for i := range s.sightings {
		seen := &s.sightings[i]
		e := b.entry(b.rule(s, seen), b.describe(seen), seen.clash)
		e.sawIn(s.env)
		e.reach(b.question, seen)
	}
}

// rule returns the number of the rule that a sighting falls under.
func (b *book) rule(s *survey, seen *sighting) int {
	if seen.note != nil {
		return slices.IndexFunc(b.rules, func(r Rule) bool { return r.ID == "dependency" })
	}
	return slices.IndexFunc(b.rules, func(r Rule) bool { return r.claims != nil && r.claims(s, seen.clash) })
}

// entry returns the entry of a finding, which is new when nothing like it was
// seen before.
func (b *book) entry(rule int, f Finding, clash *resolver.Clash) *entry {
	f.Rule = b.rules[rule].ID
	key := entryKey{rule: f.Rule, message: f.Message, status: f.Status}
	if f.Place != nil {
		key.place = *f.Place
	}
	e, ok := b.entries[key]
	if !ok {
		e = &entry{rule: rule, finding: f, clash: clash, reaches: make(map[int]*Reach)}
		b.entries[key] = e
		b.order = append(b.order, e)
	}
	return e
}

func (e *entry) sawIn(env *constraints.Environment) {
	e.finding.Environments = appendNew(e.finding.Environments, env.Name())
}

// reach adds the consumer that saw the clash, with the shortest chain to it.
func (e *entry) reach(q *Question, seen *sighting) {
	if seen.consumer == constraintsThemselves {
		return
	}
	c := &q.Consumers[seen.consumer]
	chain := steps(seen.path())
	r, ok := e.reaches[seen.consumer]
	if !ok {
		e.reaches[seen.consumer] = &Reach{Consumer: c.Name, Owner: c.Owner, Jobs: []string{seen.job}, Chain: chain}
		return
	}
	r.Jobs = appendNew(r.Jobs, seen.job)
	if len(chain) < len(r.Chain) {
		r.Chain = chain
	}
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
	slices.SortStableFunc(b.order, func(x, y *entry) int {
		return cmp.Or(
			cmp.Compare(x.finding.Status.rank(), y.finding.Status.rank()),
			cmp.Compare(x.rule, y.rule),
			cmp.Compare(len(y.reaches), len(x.reaches)),
			strings.Compare(x.finding.Message, y.finding.Message),
			x.place().Compare(y.place()),
		)
	})
	findings := make([]Finding, 0, len(b.order))
	var clashes []*resolver.Clash
	for _, e := range b.order {
		for _, r := range e.reaches {
			e.finding.Reaches = append(e.finding.Reaches, *r)
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

// rank is the place of a status in a report.
func (s Status) rank() int {
	return slices.Index([]Status{New, Open, Warning, Standing, Lifted}, s)
}

// describe puts a sighting into words.
func (b *book) describe(seen *sighting) Finding {
	if seen.note != nil {
		return describeNote(seen)
	}
	c := seen.clash
	f := Finding{Status: seen.status, Target: spelled(c.Target)}
	target := named(c.Target)
	if c.Target.Pin != nil {
		f.Place = placeOf(c.Target.Pin.Place)
	}
	if c.Kind == resolver.OutOfRange {
		describeRange(&f, c)
		return f
	}
	f.Package, f.Version = spelled(c.Target), c.Target.Version.String()
	switch c.Kind {
	case resolver.Unpublished:
		f.Message = target + " is not in the index"
		if r := b.release(c.Target); r != nil {
			f.Message += fmt.Sprintf(": it is published as %s, and === compares the text", r.Version)
		}
	case resolver.NoFile:
		f.Message = target + " has no file that can be installed"
	case resolver.BadMetadata:
		f.Message = target + " has metadata that is not valid, so that pip passes over it"
	case resolver.WrongRuntime:
		f.Message = target + " does not run on this Python"
		if r := b.release(c.Target); r != nil && r.RequiresRuntime != nil {
			f.Message = target + " requires Python " + r.RequiresRuntime.String()
		}
	case resolver.UnknownPackage:
		f.Message = string(c.Target.Name) + " is pinned nowhere and not in the index"
		f.Details = demands(c)
	case resolver.Unsolvable:
		f.Message = "no version of " + string(c.Target.Name) + " fits"
		f.Details = append(demands(c), obstacles(c)...)
	case resolver.UnknownFacts:
		f.Message = "the index does not say what " + target + " requires"
		if c.Err != nil {
			f.Message = "the facts of " + target + " could not be read: " + c.Err.Error()
		}
	case resolver.GaveUp:
		f.Message = "the search for a version of " + string(c.Target.Name) + " ended at its bound"
	}
	return f
}

// release returns the facts of a version, whatever its spelling; nil when there
// are none.
func (b *book) release(c resolver.Chosen) *resolver.Release {
	r, err := b.question.Source.Release(c.Name, c.Version)
	if err != nil {
		return nil
	}
	return r
}

// describeNote puts what could not be looked at into words.
func describeNote(seen *sighting) Finding {
	n := seen.note
	f := Finding{Status: seen.status, Package: spelled(n.Target), Version: n.Target.Version.String()}
	if n.Target.Pin != nil {
		f.Place = placeOf(n.Target.Pin.Place)
	}
	switch n.Kind {
	case resolver.IncompleteFacts:
		f.Message = named(n.Target) + " requires more than the index says"
	case resolver.UnknownExtra:
		f.Message = fmt.Sprintf("%s has no extra %s", named(n.Target), n.Extra)
	case resolver.DirectReference:
		f.Message = "what a direct reference requires is not known: " + short(n.Demand.Requirement)
		if n.Demand.From != nil {
			f.Message += ", required by " + named(*n.Demand.From)
		}
		f.Place = placeOf(n.Demand.Place)
	}
	return f
}

// describeRange puts a demand that is not met into words. A consumer's own line
// is where its finding stands; a release's requirement stands at its pin.
func describeRange(f *Finding, c *resolver.Clash) {
	r := c.Demand.Requirement
	if c.Demand.From == nil {
		f.Place = placeOf(c.Demand.Place)
		f.Line = r.String()
		f.Message = fmt.Sprintf("%s excludes %s", r.String(), named(c.Target))
		return
	}
	from := *c.Demand.From
	f.Package, f.Version = spelled(from), from.Version.String()
	f.Message = fmt.Sprintf("%s requires %s, against %s", named(from), short(r), c.Target.Version)
	if constraints.IsUnreadable(r.Range) {
		f.Message = fmt.Sprintf("%s has a requirement that is not valid: %s", named(from), short(r))
	}
	f.Place = nil
	if from.Pin != nil {
		f.Place = placeOf(from.Pin.Place)
		f.Line = named(from)
	}
}

// named returns "NAME VERSION".
func named(c resolver.Chosen) string {
	if c.Version.IsZero() {
		return spelled(c)
	}
	return spelled(c) + " " + c.Version.String()
}

// spelled returns a package's name as the constraints file has it, where it does.
func spelled(c resolver.Chosen) string {
	if c.Pin == nil {
		return string(c.Name)
	}
	return spelling(c.Pin)
}

func spelling(pin *resolver.Pin) string { return cmp.Or(pin.Spelling, string(pin.Name)) }

// short returns a requirement without its marker, which was met.
func short(r constraints.Requirement) string {
	r.Marker = nil
	return r.String()
}

// demands lists who wants what of a package that could not be chosen.
func demands(c *resolver.Clash) []string {
	var lines []string
	for _, d := range c.Demands {
		lines = appendNew(lines, demandLine(d))
	}
	return lines
}

// obstacles lists why versions of a package could not be chosen, the newest
// three.
func obstacles(c *resolver.Clash) []string {
	const shown = 3
	var lines []string
	for i, o := range c.Obstacles {
		if i == shown {
			lines = append(lines, fmt.Sprintf("and %d older versions", len(c.Obstacles)-shown))
			break
		}
		line := string(c.Target.Name) + " " + o.Version.String()
		switch {
		case o.Demand.From != nil && o.Demand.From.Name == c.Target.Name:
			line += fmt.Sprintf(" requires %s, against %s", short(o.Demand.Requirement), o.Target.Version)
		case o.Demand.From != nil:
			line += fmt.Sprintf(" leads to %s, which requires %s, against %s", named(*o.Demand.From), short(o.Demand.Requirement), o.Target.Version)
		default:
			line += " is " + o.Kind.String()
		}
		lines = append(lines, line)
	}
	return lines
}

// demandLine puts one demand into words.
func demandLine(d resolver.Demand) string {
	if d.From == nil {
		return strings.TrimSpace(d.Place.String() + "  " + d.Requirement.String())
	}
	if constraints.IsUnreadable(d.Requirement.Range) {
		return named(*d.From) + " has a requirement that is not valid: " + short(d.Requirement)
	}
	return named(*d.From) + " requires " + short(d.Requirement)
}

// steps returns a chain of demands as reports hold it.
func steps(path []resolver.Demand) []Step {
	chain := make([]Step, len(path))
	for i, d := range path {
		chain[i] = Step{Requirement: d.Requirement.String(), Place: placeOf(d.Place)}
		if d.From != nil {
			chain[i].By = named(*d.From)
			chain[i].Requirement = short(d.Requirement)
		}
	}
	return chain
}
