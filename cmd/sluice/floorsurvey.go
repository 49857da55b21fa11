package main

import (
	"context"
	"errors"
	"io"
	"reflect"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"sluice/constraints"
	"sluice/resolver"
	"sluice/resolver/gate"
)

// floorSurvey is what there is to say of the minimums of all consumers, as JSON.
type floorSurvey struct {
	SchemaVersion int           `json:"schema_version"`
	Command       string        `json:"command"`
	Environments  []string      `json:"environments"`
	Facts         string        `json:"facts,omitempty"`
	Consumers     int           `json:"consumers"`
	Declared      int           `json:"declared"` // minimums, each line once
	Real          int           `json:"real"`     // ... that are so in every environment
	Jobs          []*floorCheck `json:"jobs"`     // in the order of consumers
	Notes         []note        `json:"notes,omitempty"`
}

// floorOfAll checks the minimums of all consumers, each by itself.
func (a *app) floorOfAll(s *settings, f *floor) (int, error) {
	if f.output != "" {
		return 0, usageError{msg: "--output is for the lowest versions of some requirements or one consumer", hint: "sluice generate --order lowest -o FILE writes those that fit all consumers together"}
	}
	environments, err := s.environments()
	missing := s.complete()
	if err := errors.Join(s.unconfigured(missing), err, missing); err != nil {
		return 0, err
	}
	in := &inputs{settings: s, environments: environments}
	if err := errors.Join(in.loadConsumers(), in.loadIndex()); err != nil {
		return 0, err
	}
	defer in.close()
	plan, err := f.plan(in, s)
	if err := errors.Join(err, in.loadRoots()); err != nil {
		return 0, err
	}
	plan.Order = resolver.Lowest
	ctx, stop := interruptible(in.facts.ctx)
	defer stop()
	survey, err := surveyFloor(ctx, in, plan)
	if err := errors.Join(err, in.facts.settle()); err != nil {
		return 0, err
	}
	a.tell(s.notes)
	if f.format == "json" {
		survey.Facts, survey.Notes = in.facts.digest(), s.notes
		return survey.verdict().ExitStatus(), writeJSON(a.stdout, survey)
	}
	return survey.verdict().ExitStatus(), survey.write(a.stdout, a.color())
}

// surveyFloor checks each job in each environment, several at a time.
func surveyFloor(ctx context.Context, in *inputs, plan resolver.Plan) (*floorSurvey, error) {
	survey := &floorSurvey{SchemaVersion: gate.SchemaVersion, Command: "floor", Consumers: len(in.consumers), Jobs: []*floorCheck{}}
	for _, env := range in.environments {
		survey.Environments = append(survey.Environments, env.Name())
	}
	checks := make([][]*floorCheck, len(in.consumers))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(in.facts.origin.Parallel())
	for i, c := range in.consumers {
		group.Go(func() (err error) {
			checks[i], err = checkConsumer(ctx, in, c, plan)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	in.facts.origin.Stage("facts of the lowest versions")
	survey.Jobs = slices.Concat(checks...)
	survey.count()
	return survey, nil
}

// checkConsumer checks what each job of a consumer requires besides the jobs before it.
func checkConsumer(ctx context.Context, in *inputs, c *consumer, plan resolver.Plan) (checks []*floorCheck, err error) {
	for _, p := range c.judged.Problems {
		checks = append(checks, &floorCheck{Job: c.name, Minimums: []floorMinimum{}, Unknown: p.Error()})
	}
	for _, env := range in.environments {
		known := make(map[constraints.Place]bool)
		for _, part := range gate.Join([]gate.Consumer{c.judged}, env).Parts {
			own := slices.DeleteFunc(slices.Clone(part.Job.Roots), func(r resolver.Root) bool { return known[r.Place] })
			for _, r := range own {
				known[r.Place] = true
			}
			x, err := checkFloor(ctx, in, env, part.Job, own, plan)
			if unclear(err) && ctx.Err() == nil {
				x.Unknown, err = err.Error(), nil
			}
			if err != nil {
				return nil, err
			}
			x.Job = part.Name
			checks = append(checks, x)
		}
	}
	return checks, nil
}

// count counts the minimums, each line once.
func (x *floorSurvey) count() {
	type line struct{ requirement, source string }
	real := make(map[line]bool)
	for _, job := range x.Jobs {
		for _, m := range job.Minimums {
			if m.Declared != "" {
				at := line{m.Requirement, m.Source}
				before, known := real[at]
				real[at] = m.isReal() && (before || !known)
			}
		}
	}
	x.Declared = len(real)
	for _, is := range real {
		if is {
			x.Real++
		}
	}
}

// verdict says whether the minimums of all jobs are real.
func (x *floorSurvey) verdict() gate.Verdict {
	verdict := gate.Admit
	for _, job := range x.Jobs {
		switch v := job.verdict(); {
		case v == gate.Reject:
			return v
		case v == gate.Undecided:
			verdict = v
		}
	}
	return verdict
}

// write writes each minimum that is not real, what fits with nothing and what is not
// known, environments that agree together.
func (x *floorSurvey) write(w io.Writer, color bool) error {
	p := newPrinter(w, color)
	for _, g := range groupMinimums(x.Jobs) {
		if g.isUnreal() || g.Unknown != "" {
			g.write(p, only(g.environments, x.Environments))
		}
	}
	for _, job := range x.Jobs {
		switch {
		case job.Unknown != "":
			p.styled(bold, job.Job)
			p.printf("   %s\n  not known: %s\n\n", job.Environment, job.Unknown)
		case !job.Solved:
			p.styled(bold, job.Job)
			p.printf("   ")
			job.resolution.printConflict(p)
			p.printf("\n")
		}
	}
	p.printf("%d of %s real in %s, of %s\n", x.Real, count(x.Declared, "declared minimum"), strings.Join(x.Environments, " "), count(x.Consumers, "consumer"))
	return p.flush()
}

// groupedMinimum is a minimum of which the same is to say in some environments.
type groupedMinimum struct {
	floorMinimum
	environments []string
}

func groupMinimums(jobs []*floorCheck) (groups []*groupedMinimum) {
	at := make(map[string][]*groupedMinimum) // by place
	for _, job := range jobs {
		for _, m := range job.Minimums {
			i := slices.IndexFunc(at[m.Source], func(g *groupedMinimum) bool { return reflect.DeepEqual(g.floorMinimum, m) })
			if i < 0 {
				g := &groupedMinimum{floorMinimum: m}
				i, at[m.Source], groups = len(at[m.Source]), append(at[m.Source], g), append(groups, g)
			}
			if g := at[m.Source][i]; !slices.Contains(g.environments, job.Environment) {
				g.environments = append(g.environments, job.Environment)
			}
		}
	}
	return groups
}
