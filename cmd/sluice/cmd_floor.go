package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"

	"github.com/spf13/pflag"

	"sluice/constraints"
	"sluice/resolver"
	"sluice/resolver/gate"
)

func floorCommand() command {
	return command{
		name:    "floor",
		args:    "[REQUIREMENT... | -r FILE | --consumer C]",
		summary: "check that declared minimums are real, and write the lowest versions that fit",
		details: `A declared minimum is real if something can be installed with it. For each
requirement: the lowest version that it admits, and, if that fits with nothing
else, why, and the lowest that does. Those of requirements, a file or a consumer
are checked in one environment, and with -o the lowest versions that fit together
are written as constraints. If nothing is named, those of all consumers are
checked, each by itself, in every environment; the lowest versions that fit all of
them together are written by sluice generate --order lowest. Pins do not count.
Exit status 1 if a minimum is not real.`,
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
	SchemaVersion int    `json:"schema_version"`
	Command       string `json:"command"`
	Facts         string `json:"facts,omitempty"`
	floorCheck
	Notes []note `json:"notes,omitempty"`
}

// floorCheck is what there is to say of the minimums of one job in one environment.
type floorCheck struct {
	Job         string           `json:"job,omitempty"` // the consumer, and which of its jobs
	Environment string           `json:"environment"`
	Solved      bool             `json:"solved"`
	Minimums    []floorMinimum   `json:"minimums"`           // in the order of the requirements
	Because     []gate.Deduction `json:"because,omitempty"`  // why nothing fits at all
	Conflict    *gate.Conflict   `json:"conflict,omitempty"` // ... and what it is about
	Unknown     string           `json:"unknown,omitempty"`  // why nobody can tell

	resolution resolutionAnswer // of the lowest versions
}

func (a *app) floor(o *options, f *floor, args []string) (int, error) {
	if err := wordOf("format", f.format, "text", "json"); err != nil {
		return 0, err
	}
	s, err := o.settings(a)
	if err != nil {
		return 0, err
	}
	if len(args)+len(f.files)+len(f.consumers) == 0 && f.job == "" {
		return a.floorOfAll(s, f)
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
	ctx, stop := interruptible(in.facts.ctx)
	defer stop()
	check, err := checkFloor(ctx, in, env, job, job.Roots, plan)
	if err := errors.Join(withHint(err), in.facts.settle()); err != nil {
		return 0, err
	}
	return a.answerFloor(s, f, in, &floorAnswer{SchemaVersion: gate.SchemaVersion, Command: "floor", floorCheck: *check})
}

// checkFloor solves with the lowest versions, and once more for each minimum of some roots
// of the job that this does not show to be real.
func checkFloor(ctx context.Context, in *inputs, env *constraints.Environment, job resolver.Job, roots []resolver.Root, plan resolver.Plan) (*floorCheck, error) {
	x := &floorCheck{Environment: env.Name(), Minimums: []floorMinimum{}}
	x.resolution.Command, x.resolution.Environment = "floor", env.Name()
	world := resolver.NewWorld(env, nil, nil, in.facts)
	solution, err := world.Solve(ctx, job, plan)
	var unsolved *resolver.Unsolved
	switch {
	case errors.As(err, &unsolved):
		x.resolution.explain(ctx, in, unsolved)
		x.Because, x.Conflict = x.resolution.Because, x.resolution.Conflict
		return x, nil
	case err != nil:
		return x, err
	}
	if err := x.resolution.tell(in, solution, false); err != nil {
		return x, err
	}
	x.Solved = true
	installed := versionsByName(solution.Installed())
	for _, root := range roots {
		if r := root.Requirement; r.URL != "" || !r.Applies(env, "") {
			continue
		}
		m, err := minimumOf(ctx, in, world, job, plan, root, installed[root.Requirement.Name])
		if err != nil {
			return x, err
		}
		x.Minimums = append(x.Minimums, m)
	}
	return x, nil
}

// verdict says whether all minimums of a job are real.
func (x *floorCheck) verdict() gate.Verdict {
	switch {
	case x.Unknown != "":
		return gate.Undecided
	case !x.Solved || slices.ContainsFunc(x.Minimums, floorMinimum.isUnreal):
		return gate.Reject
	case slices.ContainsFunc(x.Minimums, func(m floorMinimum) bool { return m.Unknown != "" }):
		return gate.Undecided
	}
	return gate.Admit
}

// answerFloor writes the answer, and the lowest versions where they are wanted. Where these go
// to stdout, why a minimum is not real is told on stderr.
func (a *app) answerFloor(s *settings, f *floor, in *inputs, x *floorAnswer) (int, error) {
	a.tell(s.notes)
	verdict, answer := x.verdict(), a.stdout
	if f.output == "-" {
		answer = a.stderr
	}
	if x.Solved && f.output != "" {
		var pins bytes.Buffer
		x.resolution.writePins(&pins, &resolution{format: "constraints"})
		var err error
		if f.output == "-" {
			_, err = a.stdout.Write(pins.Bytes())
		} else {
			err = s.write(f.output, pins.Bytes())
		}
		if err != nil || f.output == "-" && verdict == gate.Admit {
			return verdict.ExitStatus(), err
		}
	}
	status := verdict.ExitStatus()
	switch {
	case f.format == "json" && f.output != "-":
		x.Facts, x.Notes = in.facts.digest(), s.notes
		return status, writeJSON(answer, x)
	case !x.Solved:
		return status, x.resolution.writeConflict(answer, a.color())
	}
	return status, x.write(answer, a.color())
}

// write writes what there is to say of the requirements whose minimum is not real.
func (x *floorAnswer) write(w io.Writer, color bool) error {
	p := newPrinter(w, color)
	real, declared := 0, 0
	for _, m := range x.Minimums {
		if m.Declared != "" {
			declared++
		}
		switch {
		case m.isReal():
			real++
		default:
			m.write(p, "")
		}
	}
	p.printf("%d of %s real in %s\n", real, count(declared, "declared minimum"), x.Environment)
	return p.flush()
}
