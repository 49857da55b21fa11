package index

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"sluice/constraints"
)

// Metadata is what a release says of itself, parsed. It is immutable and shared
// between releases that say the same.
type Metadata struct {
	Requirements   []constraints.Requirement // in the order of the metadata
	RequiresPython constraints.Range         // nil when none is stated or it is unreadable
	Extras         []constraints.Name        // sorted, each once

	// Remarks are the values that could not be read as their specification says.
	Remarks []Remark
}

// Remark says that a value of the metadata is not valid. With a Leniency it was
// read all the same; without one it is missing from the Metadata, and a verdict
// for an environment and extra in which it Applies is undecided.
type Remark struct {
	Field    string             // of the core metadata: "Requires-Dist", "Requires-Python"
	Text     string             // the value
	Leniency string             // the name of the rule by which it was read, or ""
	Marker   constraints.Marker // the condition of a Requires-Dist that is otherwise unreadable, or nil
	Err      error              // why it is not valid
}

// Applies reports whether the value would count in env while extra is being asked
// for ("" when none is). Most that nobody can read stand under an extra, such as
// the tests of the project, that nobody asks for.
func (r Remark) Applies(env *constraints.Environment, extra constraints.Name) bool {
	return r.Marker == nil || r.Marker.Holds(env, extra)
}

// Error says what was wrong and what was done about it.
func (r Remark) Error() string {
	if r.Leniency != "" {
		return fmt.Sprintf("%s: %v; read leniently (%s)", r.Field, r.Err, r.Leniency)
	}
	return fmt.Sprintf("%s: %v", r.Field, r.Err)
}

// ErrMetadataMissing says that a release exists but its metadata is not known.
var ErrMetadataMissing = errors.New("the metadata of the release is not known")

// Parsed returns what release i says of itself. For a release whose metadata is
// missing it returns ErrMetadataMissing, and with it what is known besides.
// Values that cannot be read are no error but Remarks.
func (p *Package) Parsed(i int) (*Metadata, error) {
	own := p.section.release(i)
	m := p.parser.metadata(own.body)
	if p.section.bodies[own.body].flags&flagMetadataMissing != 0 {
		return m, fmt.Errorf("%s %s: %w", p.Name(), own.version, ErrMetadataMissing)
	}
	return m, nil
}

// parser parses each distinct body of a package once.
type parser struct {
	section *section
	texts   *texts
	mu      sync.Mutex
	bodies  []*Metadata // by number; nil where nobody asked
}

// texts parses each distinct text once. All packages of a snapshot share one: a third
// of what pinned packages require they require in the same words, and most are for the
// same few ranges of Pythons.
type texts struct {
	requirements memo[*requirement]
	runtimes     memo[runtimes]
}

// memo remembers what was made of texts. The zero memo is ready; it is safe for
// concurrent use.
type memo[T any] struct {
	mu   sync.Mutex
	made map[string]T
}

// of returns what parse makes of a text, made once but for a race.
func (m *memo[T]) of(text string, parse func(string) T) T {
	m.mu.Lock()
	known, ok := m.made[text]
	m.mu.Unlock()
	if ok {
		return known
	}
	value := parse(text)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.made == nil {
		m.made = make(map[string]T)
	}
	m.made[text] = value
	return value
}

// requirement is a parsed Requires-Dist; remark is nil when it was valid.
type requirement struct {
	value  constraints.Requirement
	remark *Remark
}

// runtimes is a parsed Requires-Python; remark is nil when it was valid.
type runtimes struct {
	value  constraints.Range
	remark *Remark
}

// metadata returns the parsed form of a body.
func (p *parser) metadata(i uint32) *Metadata {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bodies == nil {
		p.bodies = make([]*Metadata, len(p.section.bodies))
	}
	if p.bodies[i] == nil {
		p.bodies[i] = p.parse(p.section.bodies[i])
	}
	return p.bodies[i]
}

func (p *parser) parse(b body) *Metadata {
	m := &Metadata{}
	refs := p.section.refs(b.requirements)
	if len(refs) > 0 {
		m.Requirements = make([]constraints.Requirement, 0, len(refs))
	}
	for _, ref := range refs {
		m.add(p.texts.requirements.of(p.section.text(ref), readRequirement))
	}
	if text := p.section.optional(b.python); text != "" {
		python := p.texts.runtimes.of(text, readRuntimes)
		if python.remark != nil {
			m.Remarks = append(m.Remarks, *python.remark)
		}
		m.RequiresPython = python.value
	}
	for _, extra := range p.section.list(b.extras) {
		m.Extras = append(m.Extras, normalizeName(extra))
	}
	slices.Sort(m.Extras)
	m.Extras = slices.Compact(m.Extras)
	return m
}

// add takes over a requirement that could be read, and what there is to say of it.
func (m *Metadata) add(r *requirement) {
	if r.remark != nil {
		m.Remarks = append(m.Remarks, *r.remark)
	}
	if r.value.Name != "" {
		m.Requirements = append(m.Requirements, r.value)
	}
}

func readRequirement(text string) *requirement {
	var r requirement
	r.value, r.remark = lenient("Requires-Dist", text, parseRequirement)
	if r.remark != nil && r.remark.Leniency == "" {
		r.remark.Marker = markerOf(text)
	}
	return &r
}

func readRuntimes(text string) (r runtimes) {
	r.value, r.remark = lenient("Requires-Python", text, parseRuntimeRange)
	return r
}
