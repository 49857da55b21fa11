package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os/signal"
	"slices"
	"syscall"

	"github.com/spf13/pflag"

	"sluice/constraints"
	"sluice/constraints/pep440"
	"sluice/resolver"
	"sluice/resolver/gate"
)

func floorCommand() command {
	return command{
		name:    "floor",
		args:    "[REQUIREMENT...] [-r FILE] [--consumer C]",
		summary: "check that declared minimums are real, and write the lowest versions that fit",
		details: `A declared minimum is real if something can be installed with it. For each
requirement: the lowest version that it admits, and, if that fits with nothing
else, why, and the lowest that does. With -o the lowest versions that fit together
are written as constraints. Pins do not count. Exit status 1 if a minimum is not
real.`,
		setup: func(a *app, flags *pflag.FlagSet) runFunc {
			o := options{flags: flags}
			f := floor{resolution: resolution{pins: "ignore"}}
			o.addFlags(flags)
			f.addRootFlags(flags)
			flags.StringArrayVar(&f.excluded, "exclude", nil, "a `REQUIREMENT` whose versions are not to be chosen (repeatable)")
			flags.StringVar(&f.format, "format", "text", "the `FORMAT` of the answer: text or json")
			flags.StringVarP(&f.output, "output", "o", "", "write the lowest versions to this `FILE`, - for stdout")
			return func(args []string) (int, error) { return a.floor(&o, &f, args) }
		},
	}
}

// floor is how to look for the lowest versions, as flags say.
type floor struct {
	resolution
}

// floorAnswer is the answer as JSON.
type floorAnswer struct {
	SchemaVersion int            `json:"schema_version"`
	Command       string         `json:"command"`
	Environment   string         `json:"environment"`
	Facts         string         `json:"facts,omitempty"`
	Minimums      []floorMinimum `json:"minimums"` // in the order of the requirements

	// resolution is of the lowest versions.
	resolution resolutionAnswer
}

// floorMinimum is what there is to say of one requirement.
type floorMinimum struct {
	Requirement string         `json:"requirement"`
	Source      string         `json:"source"`
	Declared    string         `json:"declared,omitempty"` // the lowest published version that it admits; none if it declares no minimum
	Lowest      string         `json:"lowest"`             // the lowest that is known to fit
	Real        bool           `json:"real"`
	Because     []resolvedStep `json:"because,omitempty"` // why the declared one does not fit
}

func (a *app) floor(o *options, f *floor, args []string) (int, error) {
	if err := wordOf("format", f.format, "text", "json"); err != nil {
		return 0, err
	}
	s, err := o.settings(a)
	if err != nil {
		return 0, err
	}
	env, err := soleEnvironment(s)
	if err != nil {
		return 0, err
	}
	in := &inputs{settings: s, environments: []*constraints.Environment{env}}
	job, err := f.load(in, o, args)
	if err != nil {
		return 0, err
	}
	if err := in.loadIndex(); err != nil {
		return 0, err
	}
	defer in.close()
	plan, err := f.plan(in, s)
	if err != nil {
		return 0, err
	}
	plan.Order = resolver.Lowest
	ctx, stop := signal.NotifyContext(in.facts.ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	answer, err := f.check(ctx, in, env, job, plan)
	if err := errors.Join(err, in.facts.settle()); err != nil {
		return 0, err
	}
	return a.answerFloor(s, f, in, answer)
}

// check solves with the lowest versions, and once more for each minimum that this does not
// show to be real.
func (f *floor) check(ctx context.Context, in *inputs, env *constraints.Environment, job resolver.Job, plan resolver.Plan) (*floorAnswer, error) {
	answer := &floorAnswer{SchemaVersion: gate.SchemaVersion, Command: "floor", Environment: env.Name(), Minimums: []floorMinimum{}}
	world := resolver.NewWorld(env, nil, nil, in.facts)
	solution, err := world.Solve(ctx, job, plan)
	var unsolved *resolver.Unsolved
	switch {
	case errors.As(err, &unsolved):
		answer.resolution.explain(ctx, in, unsolved)
		return answer, nil
	case err != nil:
		return nil, withHint(err)
	}
	if err := answer.resolution.tell(in, solution, false); err != nil {
		return nil, err
	}
	installed := make(map[constraints.Name]constraints.Version)
	for _, c := range solution.Installed() {
		installed[c.Name] = c.Version
	}
	for _, root := range job.Roots {
		if r := root.Requirement; r.URL != "" || !r.Applies(env, "") {
			continue
		}
		m, err := minimumOf(ctx, in, world, job, plan, root, installed[root.Requirement.Name])
		if err != nil {
			return nil, err
		}
		answer.Minimums = append(answer.Minimums, m)
	}
	return answer, nil
}

// versionZero is below whatever is published, or nearly so: what admits it declares no
// minimum.
var versionZero, _ = pep440.Parse("0")

// minimumOf says whether the lowest version that a requirement admits fits with all else.
// fits is a version that does.
func minimumOf(ctx context.Context, in *inputs, world *resolver.World, job resolver.Job, plan resolver.Plan, root resolver.Root, fits constraints.Version) (floorMinimum, error) {
	m := floorMinimum{Requirement: root.Requirement.String(), Source: root.Place.String(), Lowest: fits.String()}
	versions, err := in.facts.Versions(root.Requirement.Name)
	if err != nil {
		return m, err
	}
	lowest := slices.IndexFunc(versions, func(v constraints.Version) bool {
		return root.Requirement.Range.Contains(v) && (!v.IsPrerelease() || root.Requirement.Range.MentionsPrerelease())
	})
	switch {
	case lowest < 0 || versions[lowest].Compare(fits) >= 0: // of pre-releases alone, one fits
		m.Declared, m.Real = fits.String(), true
		return m, nil
	case root.Requirement.Range.Contains(versionZero):
		return m, nil
	}
	m.Declared = versions[lowest].String()
	exactly := root
	exactly.Requirement.Range = constraints.Exactly(versions[lowest])
	job.Roots = append(slices.Clone(job.Roots), exactly)
	_, err = world.Solve(ctx, job, plan)
	var unsolved *resolver.Unsolved
	switch {
	case errors.As(err, &unsolved):
		var why resolutionAnswer
		why.explain(ctx, in, unsolved)
		m.Because = why.Because
		return m, nil
	case err != nil:
		return m, withHint(err)
	}
	m.Real, m.Lowest = true, m.Declared
	return m, nil
}

// answerFloor writes the answer, and the lowest versions where they are wanted.
func (a *app) answerFloor(s *settings, f *floor, in *inputs, x *floorAnswer) (int, error) {
	a.tell(s.notes)
	status := exitOK
	if !x.resolution.Solved || slices.ContainsFunc(x.Minimums, floorMinimum.isUnreal) {
		status = gate.Reject.ExitStatus()
	}
	if x.resolution.Solved && f.output != "" {
		var pins bytes.Buffer
		x.resolution.writePins(&pins, &resolution{format: "constraints"})
		if f.output == "-" {
			_, err := a.stdout.Write(pins.Bytes())
			return status, err
		}
		if err := s.write(f.output, pins.Bytes()); err != nil {
			return 0, err
		}
	}
	switch {
	case f.format == "json":
		x.Facts = in.facts.digest()
		return status, writeJSON(a.stdout, x)
	case !x.resolution.Solved:
		return status, x.resolution.writeConflict(a.stdout, a.color())
	}
	return status, x.write(a.stdout, a.color())
}

// isUnreal reports whether a minimum is declared and does not fit.
func (m floorMinimum) isUnreal() bool { return m.Declared != "" && !m.Real }

// write writes what there is to say of the requirements whose minimum is not real.
func (x *floorAnswer) write(w io.Writer, color bool) error {
	p := newPrinter(w, color)
	real, declared := 0, 0
	for _, m := range x.Minimums {
		if m.Declared != "" {
			declared++
		}
		if m.Real {
			real++
			continue
		}
		p.styled(bold, m.Requirement)
		p.printf("   ")
		p.styled(dim, m.Source)
		if m.Declared == "" {
			p.printf("\n  declares no minimum; the lowest that is known to fit is %s\n\n", m.Lowest)
			continue
		}
		p.printf("\n  %s does not fit; the lowest that is known to is %s\n", m.Declared, m.Lowest)
		for _, s := range m.Because {
			p.because(s.Facts)
		}
		p.printf("\n")
	}
	p.printf("%d of %s real in %s\n", real, count(declared, "declared minimum"), x.Environment)
	return p.flush()
}
