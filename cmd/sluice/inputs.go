package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"sluice/constraints"
	"sluice/constraints/openstack"
	"sluice/constraints/pinfile"
	"sluice/index"
	"sluice/resolver/gate"
)

// inputs is everything that a question is asked about, read from its files.
type inputs struct {
	settings     *settings
	environments []*constraints.Environment
	file         *pinfile.File
	lines        []gate.Line
	consumers    []*consumer
	facts        *facts
	law          gate.Law
	lists        *openstack.Tree // that the constraints file is part of; nil for none
}

// load reads all inputs, the consumers and the index side by side.
func load(s *settings) (*inputs, error) {
	in := &inputs{settings: s}
	var err error
	in.environments, err = s.environments()
	missing := s.complete()
	if err := errors.Join(s.unconfigured(missing), err, missing); err != nil {
		return nil, err
	}
	err = inFileOrder(sideBySide(in.loadPins, in.loadConsumers, in.loadLaw))
	if err == nil {
		err = in.loadRoots()
	}
	if err != nil {
		return nil, errors.Join(err, in.close())
	}
	return in, nil
}

// sideBySide does all parts of a work, and returns what went wrong with them in their order.
func sideBySide(parts ...func() error) error {
	errs := make([]error, len(parts))
	var wait sync.WaitGroup
	for i, part := range parts {
		wait.Go(func() { errs[i] = part() })
	}
	wait.Wait()
	return errors.Join(errs...)
}

// loadPins reads the constraints file and the facts of what it pins, which every
// question will ask for.
func (in *inputs) loadPins() error {
	if err := errors.Join(in.loadConstraints(), in.loadIndex()); err != nil {
		return err
	}
	return in.prefetchPins()
}

// prefetchPins asks for the facts of what is pinned.
func (in *inputs) prefetchPins() error {
	pins := in.pins()
	err := in.facts.prefetch(pins)
	in.facts.origin.Stage("facts of " + count(len(pins), "pin"))
	return err
}

// loadLaw reads the ledger, the lists beside the constraints file, and what the policy says.
func (in *inputs) loadLaw() error {
	book, lists, err := in.settings.memory()
	if err != nil {
		return err
	}
	in.lists, in.law = lists, in.settings.law(book)
	return nil
}

// pins returns the versions that the constraints file pins each package to.
func (in *inputs) pins() map[constraints.Name][]constraints.Version { return pinnedVersions(in.lines) }

// pinnedVersions returns the versions that lines pin each package to.
func pinnedVersions(lines []gate.Line) map[constraints.Name][]constraints.Version {
	pins := make(map[constraints.Name][]constraints.Version)
	for _, l := range lines {
		if !l.Version.IsZero() {
			pins[l.Requirement.Name] = append(pins[l.Requirement.Name], l.Version)
		}
	}
	return pins
}

// loadRoots reads the facts of what consumers require and nothing pins, whose versions
// will be asked for.
func (in *inputs) loadRoots() error {
	pinned := make(map[constraints.Name]bool)
	for _, l := range in.lines {
		pinned[l.Requirement.Name] = true
	}
	roots := make(map[constraints.Name][]constraints.Version)
	for _, c := range in.consumers {
		for _, job := range c.judged.Jobs {
			for _, root := range job.Roots {
				if r := root.Requirement; !pinned[r.Name] && r.URL == "" {
					roots[r.Name] = nil
				}
			}
		}
	}
	err := in.facts.prefetch(roots)
	in.facts.origin.Stage("facts of what consumers require besides")
	return err
}

// complete says what is missing that a question cannot do without.
func (s *settings) complete() error {
	var errs []error
	if len(s.Consumers) == 0 {
		errs = append(errs, usageError{msg: "no consumers to judge for", hint: `give --consumers PATTERN, or [[consumer]] tables in sluice.toml`})
	}
	return errors.Join(errs...)
}

// unconfigured says that there is no sluice.toml, where something is missing that it
// would say.
func (s *settings) unconfigured(missing error) error {
	if s.configured || missing == nil && len(s.Environments) > 0 {
		return nil
	}
	return usageError{msg: fmt.Sprintf("there is no %s in this folder or above", configName), hint: "sluice help files says what stands in it; sluice demo FOLDER writes an example"}
}

// loadIndex opens the index facts.
func (in *inputs) loadIndex() error {
	facts, err := in.settings.openFacts(in.environments)
	in.facts = facts
	return err
}

// openFacts opens what is published: the file that is named, or the indexes.
func (s *settings) openFacts(environments []*constraints.Environment) (*facts, error) {
	before, err := s.live.before()
	if err != nil {
		return nil, err
	}
	if s.base != nil {
		if err := s.base.checkSources(s); err != nil {
			return nil, err
		}
	}
	if s.Index.File == "" {
		return s.app.openLive(s, environments, before)
	}
	if strings.Contains(s.Index.File, "://") {
		return nil, usageError{msg: "--index and [index] file name a file of recorded facts, and that is a URL", hint: "give --index-url URL, or [index] url"}
	}
	snapshot, err := index.OpenCached(s.abs(s.Index.File), s.cacheDir)
	if err != nil {
		return nil, s.unreadable("index.file", "index file", s.Index.File, err, "--index")
	}
	return newFacts(context.Background(), recorded{snapshot}, before), nil
}

// close releases what load opened.
func (in *inputs) close() error {
	if in.facts == nil {
		return nil
	}
	return in.facts.close()
}

// ask asks side by side for what a question will need, where that has to be asked over
// a network. What is asked here does not count as asked: only the question's own facts
// are those that the answer rests on.
func (in *inputs) ask(q *gate.Question) *gate.Question {
	if in.facts.origin.Cold() {
		ahead := *q
		ahead.Source = newFacts(in.facts.ctx, in.facts.origin, in.facts.before)
		gate.Walk(&ahead, walkers)
		in.facts.origin.Stage("facts of what is chosen")
	}
	return q
}

// walkers is how many jobs are walked at a time while facts are asked for. Each waits
// for one answer at a time, and has a world of its own.
const walkers = 24

// question returns the question of a change from the constraints as they are to
// the lines after.
func (in *inputs) question(after []gate.Line) *gate.Question {
	q := &gate.Question{
		Environments: in.environments,
		Before:       in.lines,
		After:        after,
		Source:       in.facts,
		Now:          in.settings.now,
		Law:          in.law,
	}
	for _, c := range in.consumers {
		q.Consumers = append(q.Consumers, c.judged)
	}
	return q
}
