package main

import (
	"cmp"
	"context"
	"fmt"
	"os"

	"github.com/spf13/pflag"

	"sluice/constraints"
	"sluice/constraints/ledger"
)

func replayCommand() command {
	return command{
		name:    "replay",
		args:    "[FILE]",
		summary: "judge every change that the constraints file had in the past",
		details: `Walks the commits of the git repository that changed FILE (default: the constraints
file), or a recorded history, and judges each by what was known then: the matrix of
its day, and what history had taught by then. A version that was taken out on
purpose is rejected until that is taken back. What a program took out in routine, as
the subject or author of the commit tells (--routine), was taken out by accident.
Each stop comes with what history did later. Consumers are those of today, so that
they are left out unless --with-consumers asks for them.

A history is a folder (upper-constraints.start.txt, constraints-diffs.jsonl and, where
they are there, bumps.jsonl and global-requirements-changes.jsonl), or a file of one
commit a line with the versions that it raised and lowered; of that only memory and
order can be judged.`,
		setup: func(a *app, flags *pflag.FlagSet) runFunc {
			o := options{flags: flags}
			var p past
			o.addFlags(flags)
			p.addFlags(flags)
			flags.StringArrayVar(&p.routine, "routine", routineCommits(), "a `PATTERN` of the subjects or authors of commits that programs make (repeatable; default: those of OpenStack, and *[bot])")
			flags.Lookup("routine").DefValue = "[]" // else help shows a list
			flags.BoolVar(&p.consumers, "with-consumers", false, "judge with the consumers of today, too")
			o.addOutputFlags(flags)
			return func(args []string) (int, error) { return a.replay(&o, &p, args) }
		},
	}
}

// routineCommits returns what the commits of well-known programs look like.
func routineCommits() []string {
	return []string{"Updated from generate-constraints", "update constraint for * to new release *", "*[bot]"}
}

// past is which history is meant, as flags say.
type past struct {
	history      string
	since, until string
	routine      []string
	consumers    bool
}

// addFlags defines the flags that say which history is meant.
func (p *past) addFlags(flags *pflag.FlagSet) {
	flags.StringVar(&p.history, "history", "", "a recorded history, `FOLDER` or file, in place of the git repository")
	flags.StringVar(&p.since, "since", "", "begin after this `REVISION`; of a recorded history a commit, or on a day such as 2026-11-26")
	flags.StringVar(&p.until, "until", "", "end with this `REVISION`, or day (default: the last one)")
}

// open opens the history of the constraints file, with the rules of its day where
// sluice.toml is in the repository.
func (p *past) open(a *app, o *options, s *settings) (history, error) {
	if p.history != "" {
		h, err := openHistory(abs(a.dir, p.history), p.history)
		return within(h, p.since, p.until), err
	}
	repo, err := openRepository(context.Background(), a.dir)
	if err != nil {
		return nil, err
	}
	path, err := repo.path(s.abs(s.Constraints))
	if err != nil {
		return nil, err
	}
	h, err := repo.openGit(path, p.since, cmp.Or(p.until, "HEAD"))
	if err != nil {
		return nil, err
	}
	h.law = &lawFiles{read: func(config, book *pastFile) (*rules, error) { return o.rulesOf(s, config, book) }}
	if name, _ := o.configFile(a); name != "" {
		h.law.config, _ = repo.path(abs(a.dir, name))
	}
	h.law.ledger, _ = repo.path(s.abs(s.Ledger)) // outside of the repository it has no past
	return h.revisions, nil
}

// rulesOf returns the rules that a sluice.toml and a ledger of the past have, with the flags
// put over them. Where there is no sluice.toml, today's counts.
func (o *options) rulesOf(today *settings, config, book *pastFile) (*rules, error) {
	s, name := *today, configName
	if config != nil {
		name = config.name
		c, err := parseConfig(config.name, config.data)
		if err != nil {
			return nil, err
		}
		s.config = *c
		o.override(&s)
		if err := s.choose(o.environments); err != nil {
			return nil, err
		}
	}
	eras, err := s.eras()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	past := new(ledger.File)
	if book != nil {
		if past, err = ledger.Parse(book.name, book.data); err != nil {
			return nil, err
		}
	}
	return &rules{eras, s.law(past.Ledger())}, nil
}

// openLedger opens the history of the ledger in the git repository, nil where it has none.
func (p *past) openLedger(a *app, s *settings) (*gitHistory, error) {
	if p.history != "" {
		return nil, nil
	}
	repo, err := openRepository(context.Background(), a.dir)
	if err != nil {
		return nil, err
	}
	path, err := repo.path(s.abs(s.Ledger))
	if err != nil {
		return nil, nil
	}
	return repo.openGit(path, p.since, cmp.Or(p.until, "HEAD"))
}

func (a *app) replay(o *options, p *past, args []string) (int, error) {
	if err := p.take(o, args); err != nil {
		return 0, err
	}
	s, err := o.settings(a)
	if err != nil {
		return 0, err
	}
	eras, err := s.eras()
	if err != nil {
		return 0, err
	}
	h, err := p.open(a, o, s)
	if err != nil {
		return 0, err
	}
	in := &inputs{settings: s}
	defer in.close()
	answer, err := p.judge(in, eras, h)
	if err != nil {
		return 0, err
	}
	a.tell(s.notes)
	if o.format == "json" {
		return exitOK, writeJSON(a.stdout, answer)
	}
	return exitOK, writeReplay(a.stdout, answer, a.color(), o.full)
}

// take takes the argument, which names the constraints file.
func (p *past) take(o *options, args []string) error {
	if len(args) > 1 {
		return usagef("replay takes one file")
	}
	if len(args) == 1 {
		o.constraints = args[0]
	}
	return nil
}

// judge judges the history.
func (p *past) judge(in *inputs, eras []era, h history) (*replay, error) {
	r := &replayer{
		eras:   eras,
		law:    in.settings.law(ledger.Ledger{}), // what was remembered then is for the history to say
		recall: newRecall(patternsOf(p.routine)),
		source: nothingKnown{},
	}
	if p.consumers {
		if err := in.loadConsumers(); err != nil {
			return nil, inFileOrder(err)
		}
		for _, c := range in.consumers {
			r.consumers = append(r.consumers, c.judged)
		}
	}
	if p.hasFacts(in.settings) {
		for _, e := range eras {
			in.environments = append(in.environments, e.env)
		}
		if err := in.loadIndex(); err != nil {
			return nil, err
		}
		r.source = in.facts
		h = in.facts.ready(h)
	}
	answer, err := r.walk(h)
	if err != nil || in.facts == nil {
		return answer, err
	}
	answer.Facts = in.facts.digest()
	return answer, in.facts.settle()
}

// ready returns a history before which the facts of what is pinned in the beginning were
// asked for side by side.
func (f *facts) ready(h history) history {
	return func(yield func(*revision, error) bool) {
		asked := false
		for r, err := range h {
			if err == nil && !asked {
				asked, err = true, f.prefetch(pinnedVersions(r.After))
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

// hasFacts reports whether the history tells enough of the constraints for facts to count.
func (p *past) hasFacts(s *settings) bool {
	if p.history == "" {
		return true
	}
	info, err := os.Stat(s.abs(p.history))
	return err == nil && info.IsDir()
}

// patternsOf returns texts as patterns.
func patternsOf(texts []string) []constraints.Pattern {
	var patterns []constraints.Pattern
	for _, text := range texts {
		patterns = append(patterns, constraints.Pattern(text))
	}
	return patterns
}
