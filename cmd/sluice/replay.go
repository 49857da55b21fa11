package main

import (
	"maps"
	"slices"

	"sluice/constraints"
	"sluice/constraints/ledger"
	"sluice/constraints/pep508"
	"sluice/resolver"
	"sluice/resolver/gate"
)

// replay is what the gate would have said of a history, as JSON.
type replay struct {
	SchemaVersion int          `json:"schema_version"`
	Command       string       `json:"command"`
	Facts         string       `json:"facts,omitempty"` // digest of the index facts that it rests on
	From          *commit      `json:"from,omitempty"`  // the first commit that was judged
	To            *commit      `json:"to,omitempty"`    // the last one
	Commits       tally        `json:"commits"`
	Changes       changeTally  `json:"changes"`
	Rules         []ruleTally  `json:"rules"`
	Stops         []stop       `json:"stops"`
	Unknown       []unknownPin `json:"unknown,omitempty"` // of which the facts say nothing, so that little was judged
	Unread        []unreadPast `json:"unread,omitempty"`
}

// tally counts verdicts.
type tally struct {
	Total     int `json:"total"`
	Admit     int `json:"admit"`
	Reject    int `json:"reject"`
	Undecided int `json:"undecided"`
}

// changeTally counts what the commits did to pins. A pin that moves in several
// environments in different ways counts as several.
type changeTally struct {
	Total   int `json:"total"`
	Raised  int `json:"raised"`
	Lowered int `json:"lowered"`
	Added   int `json:"added"`
	Removed int `json:"removed"`

	Kept    int `json:"raises_kept"`      // raised or added, and never taken back
	Stopped int `json:"kept_but_stopped"` // of these, the ones that would have been stopped
}

// ruleTally is how often a rule would have stopped something.
type ruleTally struct {
	Rule      string `json:"rule"`
	Commits   int    `json:"commits"`
	Stops     int    `json:"stops"`
	Confirmed int    `json:"confirmed"` // stops of which history undid something
}

// stop is a finding that would have stopped a commit.
type stop struct {
	commit
	Rule         string    `json:"rule"`
	Message      string    `json:"message"`
	Environments []string  `json:"environments"`
	Details      []string  `json:"details,omitempty"`
	Changes      []stopped `json:"changes"` // what of the commit it is about
	Confirmed    bool      `json:"confirmed"`
}

// stopped is a change that would not have come about.
type stopped struct {
	Name string     `json:"name"`
	Kind changeKind `json:"kind"`
	From string     `json:"from,omitempty"`
	To   string     `json:"to,omitempty"`
	Fate fate       `json:"later"`

	move move
}

// unknownPin is a version that the history pinned and of which the facts do not tell.
type unknownPin struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Commit  string `json:"commit"` // that brought it
}

// unreadPast is a state of the constraints that could not be read.
type unreadPast struct {
	Commit string `json:"commit"`
	Reason string `json:"reason"`
}

// replayer walks a history and has the gate judge each commit of it by what was known then.
type replayer struct {
	eras      []era
	law       gate.Law
	consumers []gate.Consumer
	source    resolver.Source
	recall    *recall

	sequence gate.Sequence
	facts    *witnessed
	last     []gate.Line // after the commit that was judged last
	pins     pinIndex    // of these
	timeline *timeline
	seen     map[string]bool // unknown pins
	answer   *replay
}

// walk judges the commits of a history.
func (p *replayer) walk(h history) (*replay, error) {
	p.timeline, p.seen = newTimeline(), make(map[string]bool)
	p.facts = &witnessed{p.source, make(map[constraints.Name][]constraints.Version)}
	p.answer = &replay{SchemaVersion: gate.SchemaVersion, Command: "replay", Rules: []ruleTally{}, Stops: []stop{}}
	for r, err := range ahead(h) {
		if err != nil {
			return nil, err
		}
		p.judge(r)
	}
	p.conclude()
	return p.answer, nil
}

// judge judges one commit.
func (p *replayer) judge(r *revision) {
	if p.answer.From == nil {
		p.answer.From = &r.commit
	}
	p.answer.To = &r.commit
	if r.Unread != nil {
		p.answer.Unread = append(p.answer.Unread, unreadPast{r.ID, r.Unread.Error()})
	}
	eras, law := p.eras, p.law
	if r.Rules != nil {
		eras, law = r.Rules.eras, r.Rules.law
	}
	matrix := matrixAt(eras, r.Date)
	changed := p.follow(r)
	p.facts.see(changed)
	moves := movesOf(changed, matrix)
	p.recall.learn(r, moves, matrix)
	p.timeline.add(r, moves)
	p.count(moves)
	verdict := gate.Admit
	for _, f := range p.sequence.Compare(p.question(r, matrix, law)).Findings {
		switch {
		case f.Status == gate.New && !isFarewell(f, r):
			verdict = gate.Reject
			p.answer.Stops = append(p.answer.Stops, stopOf(r.commit, f, moves))
		case f.Status == gate.Open:
			p.unknown(r.commit, f)
			if verdict == gate.Admit {
				verdict = gate.Undecided
			}
		}
	}
	p.answer.Commits.add(verdict)
}

// isFarewell reports whether a finding only says that a package is pinned no more, by no
// line: whether anybody still needed it, the constraints of the past do not tell.
func isFarewell(f gate.Finding, r *revision) bool {
	return f.Rule == "partition" && !slices.ContainsFunc(r.After, func(l gate.Line) bool {
		return l.IsPin() && l.Requirement.Name == pep508.NormalizeName(f.Package)
	})
}

// follow returns which packages a commit touches. The constraints before it are, but for
// the first one, those after the one before.
func (p *replayer) follow(r *revision) []touched {
	before, after := p.pins, pinLines(r.After)
	if len(r.Before) == 0 || len(p.last) == 0 || &r.Before[0] != &p.last[0] {
		before = pinLines(r.Before)
		p.facts.see(touchedBy(nil, before))
	}
	p.last, p.pins = r.After, after
	return touchedBy(before, after)
}

// question returns what is asked about a commit, by what was known then.
func (p *replayer) question(r *revision, matrix []*constraints.Environment, law gate.Law) *gate.Question {
	law.Ledger = ledger.Ledger{Entries: slices.Concat(law.Ledger.Entries, p.recall.ledger(matrix).Entries)}
	q := &gate.Question{
		Environments: matrix,
		Before:       r.Before,
		After:        r.After,
		Consumers:    p.consumers,
		Source:       p.facts,
		Now:          r.Date,
		Law:          law,
	}
	if q.Before == nil {
		q.Before = []gate.Line{} // there were none: that is compared with, too
	}
	return q
}

// add counts a verdict.
func (t *tally) add(v gate.Verdict) {
	t.Total++
	switch v {
	case gate.Admit:
		t.Admit++
	case gate.Reject:
		t.Reject++
	default:
		t.Undecided++
	}
}

// count counts what a commit does.
func (p *replayer) count(moves []move) {
	c := &p.answer.Changes
	for i := range moves {
		c.Total++
		switch moves[i].direction() {
		case raised:
			c.Raised++
		case lowered:
			c.Lowered++
		case added:
			c.Added++
		case removed:
			c.Removed++
		}
	}
}

// stopOf returns a finding as a stop, with what of its commit it is about. What becomes of
// that is not known yet.
func stopOf(by commit, f gate.Finding, moves []move) stop {
	s := stop{commit: by, Rule: f.Rule, Message: f.Message, Environments: f.Environments, Details: f.Details, Changes: []stopped{}}
	about := func(name constraints.Name) bool {
		return name == pep508.NormalizeName(f.Package) || name == pep508.NormalizeName(f.Target)
	}
	for _, m := range moves {
		if about(m.name) && slices.ContainsFunc(m.environments, func(env string) bool { return slices.Contains(f.Environments, env) }) {
			s.Changes = append(s.Changes, stopped{Name: m.spelling, Kind: m.direction(), From: m.from.String(), To: m.to.String(), move: m})
		}
	}
	return s
}

// unknown takes up a pin of which the facts do not tell.
func (p *replayer) unknown(by commit, f gate.Finding) {
	pin := unknownPin{f.Package, f.Version, by.ID}
	if key := f.Package + " " + f.Version; f.Version != "" && !p.seen[key] {
		p.seen[key] = true
		p.answer.Unknown = append(p.answer.Unknown, pin)
	}
}

// conclude adds what became of everything, once it is known.
func (p *replayer) conclude() {
	for i := range p.answer.Stops {
		s := &p.answer.Stops[i]
		for j := range s.Changes {
			c := &s.Changes[j]
			c.Fate = p.timeline.fateOf(c.move, s.commit)
			s.Confirmed = s.Confirmed || c.Fate.Confirmed
		}
	}
	p.answer.Rules = tallyRules(p.answer.Stops)
	p.countKept()
}

// tallyRules counts stops by rule, in the order of the rules.
func tallyRules(stops []stop) []ruleTally {
	tallies := []ruleTally{}
	for _, rule := range gate.Rules() {
		t := ruleTally{Rule: rule.ID}
		commits := make(map[string]bool)
		for _, s := range stops {
			if s.Rule != rule.ID {
				continue
			}
			commits[s.ID] = true
			t.Stops++
			if s.Confirmed {
				t.Confirmed++
			}
		}
		if t.Commits = len(commits); t.Stops > 0 {
			tallies = append(tallies, t)
		}
	}
	return tallies
}

// countKept counts the raises that history never took back, and those of them that would
// have been stopped.
func (p *replayer) countKept() {
	type change struct{ commit, name, to string }
	held := make(map[change]bool)
	for _, s := range p.answer.Stops {
		for _, c := range s.Changes {
			held[change{s.ID, string(c.move.name), c.move.to.Key()}] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.timeline.moves)) {
		for _, d := range p.timeline.moves[name] {
			if k := d.direction(); k != raised && k != added || p.timeline.fateOf(d.move, d.by).Confirmed {
				continue
			}
			p.answer.Changes.Kept++
			if held[change{d.by.ID, string(name), d.to.Key()}] {
				p.answer.Changes.Stopped++
			}
		}
	}
}

// witnessed is a source in which all that the history pins was published: facts of another
// day may lack it, and then nothing is known of what it requires.
type witnessed struct {
	resolver.Source
	pins map[constraints.Name][]constraints.Version
}

// see takes up what a commit pins.
func (w *witnessed) see(changed []touched) {
	for _, t := range changed {
		for _, l := range slices.Concat(t.before, t.after) {
			if known := w.pins[t.name]; !l.Version.IsZero() && !slices.ContainsFunc(known, l.Version.Equal) {
				w.pins[t.name] = append(known, l.Version)
			}
		}
	}
}

// Release implements resolver.Source.
func (w *witnessed) Release(name constraints.Name, version constraints.Version) (*resolver.Release, error) {
	r, err := w.Source.Release(name, version)
	if r == nil && err == nil && slices.ContainsFunc(w.pins[name], version.Equal) {
		return &resolver.Release{Version: version, Unknown: true}, nil
	}
	return r, err
}

// nothingKnown is the source of a history of which only versions are known: each is
// published and requires nothing.
type nothingKnown struct{}

// Versions implements resolver.Source.
func (nothingKnown) Versions(constraints.Name) ([]constraints.Version, error) { return nil, nil }

// Release implements resolver.Source.
func (nothingKnown) Release(_ constraints.Name, version constraints.Version) (*resolver.Release, error) {
	return &resolver.Release{Version: version}, nil
}
