package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/pflag"

	"sluice/constraints"
	"sluice/constraints/pep508"
	"sluice/constraints/pinfile"
	"sluice/resolver"
	"sluice/resolver/gate"
)

func generateCommand() command {
	return command{
		name:    "generate",
		args:    "[-r FILE] -o FILE",
		summary: "write a constraints file that fits all consumers together",
		details: `The newest versions that fit all consumers at once, in every environment of the
matrix: one line where environments agree, and otherwise lines whose markers part
all environments exactly. The constraints file keeps its order, its comments and
its lines that fix no version; its pins do not count, unless --pins prefer.`,
		setup: func(a *app, flags *pflag.FlagSet) runFunc {
			o := options{flags: flags}
			var g generation
			o.addFlags(flags)
			flags.StringArrayVarP(&g.files, "requirements", "r", nil, "fit the requirements of this `FILE` instead of the consumers' (repeatable)")
			flags.BoolVar(&g.runtime, "runtime", false, "leave out what consumers require for tests, docs and other extras")
			flags.StringSliceVar(&g.leftOut, "leave-out", nil, "packages that are not to be constrained, as `NAMES` with commas between: each consumer gets versions of its own beside the pins")
			flags.StringArrayVar(&g.excluded, "exclude", nil, "a `REQUIREMENT` whose versions are not to be chosen, such as 'urllib3==2.0.5' (repeatable)")
			flags.StringVar(&g.order, "order", "highest", "which `VERSIONS` go first: highest or lowest")
			flags.StringVar(&g.pins, "pins", "ignore", "whether pins of today `COUNT`: prefer or ignore")
			flags.StringVarP(&g.output, "output", "o", "-", "write to this `FILE`, - for stdout")
			return func(args []string) (int, error) { return a.generate(&o, &g, args) }
		},
	}
}

// generation is how to generate, as flags say.
type generation struct {
	files, leftOut, excluded []string
	runtime                  bool
	order, pins, output      string
}

func (g *generation) validate(args []string) error {
	var errs []error
	if len(args) > 0 {
		errs = append(errs, usagef("generate takes no arguments, not %q", args[0]))
	}
	errs = append(errs, wordOf("order", g.order, "highest", "lowest"), wordOf("pins", g.pins, "prefer", "ignore"))
	for _, name := range g.leftOut {
		if !pep508.ValidName(name) {
			errs = append(errs, usagef("--leave-out: %q is not the name of a package", name))
		}
	}
	return errors.Join(errs...)
}

func (a *app) generate(o *options, g *generation, args []string) (int, error) {
	if err := g.validate(args); err != nil {
		return 0, err
	}
	s, err := o.settings(a)
	if err != nil {
		return 0, err
	}
	if err := s.spares(g.output, g.files); err != nil {
		return 0, err
	}
	g.leftOut = slices.Concat(s.Choose.LeaveOut, g.leftOut)
	in := &inputs{settings: s}
	if err := g.load(in); err != nil {
		return 0, err
	}
	defer in.close()
	chosen, found, err := g.choose(in)
	if err := errors.Join(err, in.facts.settle()); err != nil {
		return 0, err
	}
	a.tell(s.notes)
	if len(found.all) > 0 {
		return gate.Reject.ExitStatus(), found.write(a, g.leftOut)
	}
	file, err := g.rewrite(in, chosen, nil)
	if err == nil {
		if strays := straysOf(in, file, chosen); len(strays) > 0 {
			file, err = g.rewrite(in, chosen, strays)
		}
	}
	if err != nil {
		return 0, err
	}
	if g.output != "-" {
		err = s.write(g.output, file.Bytes())
	} else {
		_, err = a.stdout.Write(file.Bytes())
	}
	return a.checkGenerated(in, file), err
}

// checkGenerated judges the file that was written, as sluice check does: a package that is
// left out may not fit beside the pins, in whatever version a consumer takes it.
func (a *app) checkGenerated(in *inputs, file *pinfile.File) (status int) {
	report := gate.Check(in.question(linesOf(file)))
	failing := make(map[string]bool)
	for _, r := range report.Results {
		if r.State == gate.Fails || r.State == gate.Unjudged {
			failing[r.Consumer] = true
		}
	}
	if len(failing) > 0 {
		names := slices.Sorted(maps.Keys(failing))
		a.hint("what is left out does not fit beside the pins for %s, such as %s: sluice check tells why", count(len(names), "consumer"), names[0])
	}
	if len(failing) == 0 && report.Verdict == gate.Reject {
		a.hint("sluice check rejects the file: %s", report.Findings[0].Message)
	}
	for _, c := range in.consumers {
		if len(c.judged.Problems) > 0 {
			a.hint("%s could not be read, or not wholly: sluice check tells why", c.name)
		}
	}
	return report.Verdict.ExitStatus()
}

// load reads what is to fit together, and the file of today if there is one.
func (g *generation) load(in *inputs) (err error) {
	s := in.settings
	if in.environments, err = s.environments(); err != nil {
		return err
	}
	if s.hasConstraintsFile() {
		err = in.loadConstraints()
	} else { // it is made from nothing
		s.notes = append(s.notes, note{Message: fmt.Sprintf("there is no %s, so the file is made from nothing", s.Constraints)})
		in.file, err = parseConstraints(s.Constraints, nil)
	}
	if len(g.files) == 0 {
		err = errors.Join(err, s.complete())
		if err == nil {
			err = in.loadConsumers()
		}
	}
	if err != nil {
		return err
	}
	for _, c := range in.consumers {
		c.judged.Jobs = slices.DeleteFunc(c.judged.Jobs, func(j gate.Job) bool { return g.runtime && j.Name != "" })
	}
	return in.loadIndex()
}

// demand returns all that is to fit together in an environment.
func (g *generation) demand(in *inputs, env *constraints.Environment) (*gate.Joint, error) {
	joint := gate.Join(in.question(nil).Consumers, env)
	for _, name := range g.files {
		job, _, err := in.settings.readRequirements(name)
		if err != nil {
			return nil, err
		}
		joint.Roots = append(joint.Roots, job.Roots...)
	}
	return joint, nil
}

// maxConflicts bounds how many conflicts are looked for in one environment.
const maxConflicts = 50

// conflicts is why nothing fits. After each the search goes on without one of its packages.
type conflicts struct {
	all     []*resolutionAnswer // with the environments in which they are
	without []constraints.Name  // the packages without which the rest fits
	more    bool                // there is a conflict that cannot be passed over so
}

// add adds a conflict of an environment. It returns the package to leave out, false for
// none.
func (x *conflicts) add(c *resolutionAnswer, plan *resolver.Plan) bool {
	switch i := slices.IndexFunc(x.all, c.saysAs); {
	case i < 0:
		x.all = append(x.all, c)
	case !strings.HasSuffix(" "+x.all[i].Environment, " "+c.Environment):
		x.all[i].Environment += " " + c.Environment
	}
	name, ok := c.leaveOut(plan.Apart)
	if !ok || len(plan.Apart) >= maxConflicts {
		x.more = true
		return false
	}
	x.leaveOut(name, plan)
	return true
}

// leaveOut goes on without a package.
func (x *conflicts) leaveOut(name constraints.Name, plan *resolver.Plan) {
	plan.Apart = append(plan.Apart, name)
	if !slices.Contains(x.without, name) {
		x.without = append(x.without, name)
	}
}

// write writes the conflicts, and what to do about them.
func (x *conflicts) write(a *app, leftOut []string) error {
	for _, c := range x.all {
		if err := c.writeConflict(a.stderr, a.color()); err != nil {
			return err
		}
		fmt.Fprintln(a.stderr)
	}
	names := slices.Clone(leftOut)
	for _, name := range x.without {
		names = append(names, string(name))
	}
	slices.Sort(names)
	switch all := strings.Join(slices.Compact(names), ","); {
	case x.more:
		a.hint("there may be more conflicts behind the last of these")
	default:
		a.hint("if consumers may have versions of their own of these, the rest fits: --leave-out %s", all)
	}
	return nil
}

// choose solves each environment. It returns the version of each package by environment,
// or the conflicts.
func (g *generation) choose(in *inputs) (chosen []map[constraints.Name]constraints.Version, found conflicts, err error) {
	ctx, stop := signal.NotifyContext(in.facts.ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	excluded, err := in.settings.exclusions(g.excluded)
	if err != nil {
		return nil, found, err
	}
	for _, env := range in.environments {
		versions, err := g.solve(ctx, in, env, excluded, &found)
		if err != nil {
			return nil, found, withHint(fmt.Errorf("%s: %w", env.Name(), err))
		}
		chosen = append(chosen, versions)
	}
	return chosen, found, nil
}

// solve returns the version of each package in one environment, or adds the conflicts.
func (g *generation) solve(ctx context.Context, in *inputs, env *constraints.Environment, excluded []resolver.Exclusion, found *conflicts) (map[constraints.Name]constraints.Version, error) {
	joint, err := g.demand(in, env)
	if err != nil {
		return nil, err
	}
	pins, limits := gate.Active(in.lines, env)
	fixed := slices.DeleteFunc(slices.Clone(pins), func(p resolver.Pin) bool { return p.URL == "" })
	plan := g.plan(in, pins, excluded)
	for {
		solution, err := resolver.NewWorld(env, fixed, limits, in.facts).Solve(ctx, joint.Job, plan)
		var unsolved *resolver.Unsolved
		if errors.As(err, &unsolved) {
			c := new(resolutionAnswer)
			c.explain(ctx, in, unsolved)
			if found.add(c, &plan) {
				continue
			}
			return nil, nil
		}
		if err != nil && len(found.all) > 0 && ctx.Err() == nil { // what is known is said first
			found.more = true
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		if len(found.all) > 0 {
			if name, ok := plugin(in, env, joint, solution.Chosen, plan.Apart); ok {
				found.leaveOut(name, &plan)
				continue
			}
		}
		versions := make(map[constraints.Name]constraints.Version)
		for _, c := range solution.Chosen {
			if c.Pin == nil || c.Pin.URL == "" {
				versions[c.Name] = c.Version
			}
		}
		return versions, nil
	}
}

// plugin returns a package that was chosen and requires what is left out, in a version
// that does not fit some consumer, so that it had better be left out too; false for none.
func plugin(in *inputs, env *constraints.Environment, joint *gate.Joint, chosen []resolver.Chosen, leftOut []constraints.Name) (constraints.Name, bool) {
	var pins []resolver.Pin
	for _, c := range chosen {
		if c.Pin == nil {
			pins = append(pins, resolver.Pin{Name: c.Name, Version: c.Version, Range: constraints.Exactly(c.Version)})
		}
	}
	world := resolver.NewWorld(env, pins, nil, in.facts)
	for _, part := range joint.Parts {
		for _, clash := range world.Verify(part.Job).Clashes {
			if !slices.Contains(leftOut, clash.Target.Name) {
				continue
			}
			for _, d := range append(slices.Clone(clash.Demands), clash.Demand) {
				if d.From != nil && d.From.Pin != nil && !slices.Contains(leftOut, d.From.Name) {
					return d.From.Name, true
				}
			}
		}
	}
	return "", false
}

func (g *generation) plan(in *inputs, pins []resolver.Pin, excluded []resolver.Exclusion) resolver.Plan {
	plan := resolver.Plan{Excluded: excluded, Order: orders[g.order], Prereleases: prereleases[in.settings.Policy.Prereleases]}
	for _, name := range g.leftOut {
		plan.Apart = append(plan.Apart, pep508.NormalizeName(name))
	}
	if g.pins == "prefer" {
		plan.Keep = make(map[constraints.Name]constraints.Version)
		for _, p := range pins {
			plan.Keep[p.Name] = p.Version
		}
	}
	return plan
}

// rewrite returns the file of today with the pins of what was chosen.
func (g *generation) rewrite(in *inputs, chosen []map[constraints.Name]constraints.Version, strays map[stray]bool) (*pinfile.File, error) {
	wanted := make(map[constraints.Name][]cell)
	for _, versions := range chosen {
		for name := range versions {
			if wanted[name] != nil {
				continue
			}
			cells := make([]cell, len(chosen))
			for i := range chosen {
				cells[i].env = in.environments[i]
				if v, ok := chosen[i][name]; ok {
					cells[i].version = v.String()
				} else if strays[stray{i, name}] {
					cells[i].version = nothing
				}
			}
			wanted[name] = cells
		}
	}
	return rewritePins(in.file, wanted, g.spellings(in))
}

// stray is a pin in an environment, by its number, in which nobody needs it.
type stray struct {
	environment int
	name        constraints.Name
}

// straysOf returns the pins that hold in an environment which does not need them, and where
// they do not fit in with the others.
func straysOf(in *inputs, file *pinfile.File, chosen []map[constraints.Name]constraints.Version) map[stray]bool {
	all := make(map[stray]bool)
	lines := linesOf(file)
	for i, env := range in.environments {
		pins, limits := gate.Active(lines, env)
		world := resolver.NewWorld(env, pins, limits, in.facts)
		for _, p := range pins {
			if _, needed := chosen[i][p.Name]; needed || p.URL != "" {
				continue
			}
			if len(world.Verify(gate.JobOf(p.Name)).Clashes) > 0 {
				all[stray{i, p.Name}] = true
			}
		}
	}
	return all
}

// spellings returns how people spell the names of packages: in the file, else in what
// consumers require.
func (g *generation) spellings(in *inputs) map[constraints.Name]string {
	all := make(map[constraints.Name]string)
	for _, c := range in.consumers {
		for _, job := range c.judged.Jobs {
			for _, root := range job.Roots {
				if r := root.Requirement; all[r.Name] == "" {
					all[r.Name] = r.Spelling
				}
			}
		}
	}
	for _, l := range in.lines {
		all[l.Requirement.Name] = l.Requirement.Spelling
	}
	return all
}
