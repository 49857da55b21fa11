package main

import (
	"slices"

	"sluice/constraints"
	"sluice/resolver/gate"
)

// blame is who set the pins of a package, and what is remembered of it, as JSON.
type blame struct {
	SchemaVersion int           `json:"schema_version"`
	Command       string        `json:"command"`
	Name          string        `json:"name"`
	Pins          []blamedPin   `json:"pins"`              // as they are at the end of the history
	Changes       []blamedMove  `json:"changes"`           // newest first
	Records       []blamedEntry `json:"records,omitempty"` // newest first
}

// blamedPin is a line that pins the package.
type blamedPin struct {
	Version string             `json:"version"`
	Marker  string             `json:"marker,omitempty"`
	Place   *constraints.Place `json:"place,omitempty"`
	Since   *commit            `json:"since,omitempty"` // nil where it was there before the history begins
}

// blamedMove is a commit that changed what the package is pinned to.
type blamedMove struct {
	commit
	Kind     changeKind `json:"kind"`
	From     []string   `json:"from"` // "VERSION" or "VERSION; MARKER"
	To       []string   `json:"to"`
	Admitted []string   `json:"admitted,omitempty"` // who or what let it in, as trailers of the commit say
}

// blamedEntry is a record that concerns the package, and when it counted.
type blamedEntry struct {
	Kind     string   `json:"kind"`
	What     string   `json:"what"`
	Reason   string   `json:"reason,omitempty"`
	Owner    string   `json:"owner,omitempty"`
	Issue    string   `json:"issue,omitempty"`
	Rules    []string `json:"rules,omitempty"`
	Evidence string   `json:"evidence,omitempty"`
	Added    *commit  `json:"added,omitempty"`  // nil where it was there before the history begins
	Lifted   *commit  `json:"lifted,omitempty"` // nil where it is still there

	fromLedger bool // and not from a list of requirements
}

// blamer follows one package through a history.
type blamer struct {
	name   constraints.Name
	answer *blame
	since  map[string]*commit // who brought a line, by what it says
	first  bool
}

// blamePins returns who changed the pins of a package, and what the ledger, nil for none,
// said of it.
func blamePins(h history, book *gitHistory, name constraints.Name) (*blame, error) {
	b := &blamer{name: name, since: make(map[string]*commit), first: true}
	b.answer = &blame{SchemaVersion: gate.SchemaVersion, Command: "blame", Name: string(name), Pins: []blamedPin{}, Changes: []blamedMove{}}
	var last []gate.Line
	for r, err := range h {
		if err != nil {
			return nil, err
		}
		b.follow(r)
		last = r.After
	}
	for _, l := range pinLines(last)[name] {
		place := l.Place
		pin := blamedPin{Version: pinnedTo(l), Marker: markerOfLine(l), Place: &place, Since: b.since[lineText(l)]}
		if place.File == "" {
			pin.Place = nil
		}
		b.answer.Pins = append(b.answer.Pins, pin)
	}
	if book != nil {
		if err := b.rememberAll(book); err != nil {
			return nil, err
		}
	}
	slices.Reverse(b.answer.Changes)
	slices.Reverse(b.answer.Records)
	return b.answer, nil
}

// follow takes up what a commit does to the package.
func (b *blamer) follow(r *revision) {
	for i := range r.Listed {
		if l := &r.Listed[i]; l.Name == b.name {
			b.list(l)
		}
	}
	from, to := b.texts(r.Before), b.texts(r.After)
	if slices.Equal(from, to) {
		return
	}
	by := r.commit
	for _, text := range to {
		if !slices.Contains(from, text) {
			b.since[text] = &by
		}
	}
	before, after := b.highest(r.Before), b.highest(r.After)
	m := move{from: before, to: after}
	kind := m.direction()
	if kind == respelled {
		kind = replaced
	}
	b.answer.Changes = append(b.answer.Changes, blamedMove{by, kind, from, to, r.Admitted})
}

// list takes up what a list of requirements says of the package: what it said before ends.
func (b *blamer) list(l *listing) {
	by := &l.commit
	if by.ID == "" {
		by = nil // it said so from the beginning
	}
	for i := range b.answer.Records {
		if e := &b.answer.Records[i]; e.Lifted == nil && !e.fromLedger {
			e.Lifted = by
		}
	}
	for _, r := range l.Requirements {
		b.answer.Records = append(b.answer.Records, blamedEntry{Kind: "requirement", What: r.String(), Owner: l.Author, Added: by})
	}
}

// texts returns what the lines of the package say.
func (b *blamer) texts(lines []gate.Line) []string {
	texts := []string{}
	for i := range lines {
		if l := &lines[i]; l.IsPin() && l.Requirement.Name == b.name {
			texts = append(texts, lineText(l))
		}
	}
	return texts
}

// highest returns the highest version that the package is pinned to, zero for none.
func (b *blamer) highest(lines []gate.Line) constraints.Version {
	var highest constraints.Version
	for _, l := range lines {
		if l.Requirement.Name == b.name && !l.Version.IsZero() && (highest.IsZero() || l.Version.Compare(highest) > 0) {
			highest = l.Version
		}
	}
	return highest
}

// lineText returns what a line pins and where: "VERSION; MARKER".
func lineText(l *gate.Line) string {
	if marker := markerOfLine(l); marker != "" {
		return pinnedTo(l) + "; " + marker
	}
	return pinnedTo(l)
}

// pinnedTo returns what a line pins its package to: a version or a source.
func pinnedTo(l *gate.Line) string {
	if l.Requirement.URL != "" {
		return l.Requirement.URL
	}
	return l.Version.String()
}
