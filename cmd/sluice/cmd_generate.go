package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

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
its lines that fix no version; its pins do not count, unless --pins prefer, but for
the ledger's freezes and for the steps that the policy allows from them.`,
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
			flags.StringVar(&g.format, "format", "constraints", "the `FORMAT` of the answer: constraints, or json, which says what --output gets")
			flags.StringVarP(&g.output, "output", "o", "-", "write the file to this `FILE`, - for stdout unless the answer is json")
			return func(args []string) (int, error) { return a.generate(&o, &g, args) }
		},
	}
}

// generation is how to generate, as flags say.
type generation struct {
	files, leftOut, excluded []string
	runtime                  bool
	order, pins              string
	format, output           string

	required resolver.Job // by the files
	isTrial  bool         // of a hint: what is left out is given already
}

func (g *generation) validate(args []string) error {
	var errs []error
	if len(args) > 0 {
		errs = append(errs, usagef("generate takes no arguments, not %q", args[0]))
	}
	errs = append(errs, wordOf("order", g.order, "highest", "lowest"), wordOf("pins", g.pins, "prefer", "ignore"), wordOf("format", g.format, "constraints", "json"))
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
	if in.lists != nil {
		for _, denied := range in.lists.Denied {
			g.leftOut = append(g.leftOut, denied.Spelling)
		}
		slices.Sort(g.leftOut)
	}
	answer, file, err := g.answer(in)
	if err := errors.Join(err, in.facts.settle()); err != nil {
		return 0, err
	}
	switch {
	case file == nil: // nothing fits
	case g.output != "-":
		err = s.write(g.output, file.Bytes())
	case g.format != "json":
		_, err = a.stdout.Write(file.Bytes())
	}
	if err != nil {
		return 0, err
	}
	return a.answerGenerated(in, g, answer)
}

// answer chooses, and makes the file, which is nil where nothing fits.
func (g *generation) answer(in *inputs) (*generateAnswer, *pinfile.File, error) {
	x := &generateAnswer{SchemaVersion: gate.SchemaVersion, Command: "generate", Verdict: gate.Reject, Pins: []generatedPin{}}
	for _, env := range in.environments {
		x.Environments = append(x.Environments, env.Name())
	}
	chosen, found, err := g.choose(in)
	if err != nil {
		return nil, nil, err
	}
	if len(found.all) > 0 {
		restFits := g.restFits(in, &found)
		x.fail(found, g.leftOut, restFits)
		return x, nil, nil
	}
	file, err := g.fileOf(in, chosen)
	if err != nil {
		return nil, nil, err
	}
	x.tell(in, file)
	return x, file, nil
}

// restFits reports whether sluice check accepts a file without the packages of conflicts,
// and adds to these what turns out to stand in the way besides.
func (g *generation) restFits(in *inputs, found *conflicts) bool {
	for !found.more && len(found.without) <= maxConflicts {
		rest := *g
		rest.isTrial, rest.leftOut = true, slices.Concat(g.leftOut, namesAsText(found.without))
		chosen, more, err := rest.choose(in)
		if err != nil || more.more {
			return false
		}
		if len(more.without) > 0 {
			found.without = append(found.without, more.without...)
			continue
		}
		file, err := rest.fileOf(in, chosen)
		return err == nil && gate.Check(in.question(linesOf(file))).Verdict != gate.Reject
	}
	return false
}

func namesAsText(names []constraints.Name) (all []string) {
	for _, name := range names {
		all = append(all, string(name))
	}
	return all
}

// fileOf returns the file of today with the pins of what was chosen. No pin holds where its
// package comes from a source, nor one that would not fit where nobody needs it.
func (g *generation) fileOf(in *inputs, chosen []map[constraints.Name]constraints.Version) (*pinfile.File, error) {
	besides := g.sourced(in)
	file, err := g.rewrite(in, chosen, besides)
	if err != nil {
		return nil, err
	}
	if strays := straysOf(in, file, chosen); len(strays) > 0 {
		maps.Copy(besides, strays)
		return g.rewrite(in, chosen, besides)
	}
	return file, nil
}

// load reads what is to fit together, and the file of today if there is one.
func (g *generation) load(in *inputs) (err error) {
	s := in.settings
	if in.environments, err = s.environments(); err != nil {
		return err
	}
	if err := in.loadLaw(); err != nil {
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
	for _, name := range g.files {
		job, notes, err := s.readRequirements(name, nil)
		if err != nil {
			return err
		}
		g.required.Roots, g.required.Limits = append(g.required.Roots, job.Roots...), append(g.required.Limits, job.Limits...)
		s.notes = append(s.notes, notes...)
	}
	for _, c := range in.consumers {
		c.judged.Jobs = slices.DeleteFunc(c.judged.Jobs, func(j gate.Job) bool { return g.runtime && j.Name != "" })
	}
	return in.loadIndex()
}

// demand returns all that is to fit together in an environment.
func (g *generation) demand(in *inputs, env *constraints.Environment) *gate.Joint {
	joint := gate.Join(in.question(nil).Consumers, env)
	joint.Roots = append(joint.Roots, g.required.Roots...)
	joint.Limits = append(joint.Limits, g.required.Limits...)
	return joint
}

// choose solves each environment. It returns the version of each package by environment,
// or the conflicts.
func (g *generation) choose(in *inputs) (chosen []map[constraints.Name]constraints.Version, found conflicts, err error) {
	ctx, stop := interruptible(in.facts.ctx)
	defer stop()
	excluded, err := in.settings.exclusions(g.excluded)
	if err != nil {
		return nil, found, err
	}
	for _, env := range in.environments {
		versions, err := g.solve(ctx, in, env, slices.Concat(excluded, in.forbidden(env)), &found)
		if err != nil {
			return nil, found, withHint(fmt.Errorf("%s: %w", env.Name(), err))
		}
		chosen = append(chosen, versions)
	}
	return chosen, found, nil
}

// solve returns the version of each package in one environment, or adds the conflicts.
func (g *generation) solve(ctx context.Context, in *inputs, env *constraints.Environment, excluded []resolver.Exclusion, found *conflicts) (map[constraints.Name]constraints.Version, error) {
	joint := g.demand(in, env)
	pins, limits := gate.Active(in.lines, env)
	fixed := slices.DeleteFunc(slices.Clone(pins), func(p resolver.Pin) bool { return p.URL == "" })
	plan := g.plan(in, pins, excluded)
	if err := in.holdBack(pins, &plan); err != nil {
		return nil, err
	}
	for {
		solution, err := resolver.NewWorld(env, fixed, limits, in.facts).Solve(ctx, joint.Job, plan)
		var unsolved *resolver.Unsolved
		if errors.As(err, &unsolved) {
			c := new(conflict)
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
		if len(found.all) > 0 || g.isTrial {
			if name, ok := plugin(in, env, joint, solution.Chosen, plan.Apart); ok {
				found.leaveOut(name, &plan)
				continue
			}
		}
		if young, err := in.tooYoung(solution.Chosen, pins); err != nil || len(young) > 0 {
			if err != nil {
				return nil, err
			}
			plan.Excluded = append(plan.Excluded, young...)
			continue
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

// holdBack excludes the versions that pins are not to go to for now.
func (in *inputs) holdBack(pins []resolver.Pin, plan *resolver.Plan) error {
	for _, p := range pins {
		if p.URL != "" {
			continue
		}
		unready, err := in.unready(p)
		if err != nil {
			return err
		}
		plan.Excluded = append(slices.Clip(plan.Excluded), unready...)
	}
	return nil
}

// tooYoung returns the versions of packages that nothing pins yet, and that were chosen in one
// of them, that are too young for the policy.
func (in *inputs) tooYoung(chosen []resolver.Chosen, pins []resolver.Pin) ([]resolver.Exclusion, error) {
	var all []resolver.Exclusion
	for _, c := range chosen {
		if slices.ContainsFunc(pins, func(p resolver.Pin) bool { return p.Name == c.Name }) {
			continue
		}
		unripe, err := in.unripe(resolver.Pin{Name: c.Name, Spelling: string(c.Name)})
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(unripe, func(x resolver.Exclusion) bool { return x.Range.Contains(c.Version) }) {
			all = append(all, unripe...)
		}
	}
	return all, nil
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

// rewrite returns the file of today with the pins of what was chosen, and besides what
// packages are to have where nothing was: a version, or nothing.
func (g *generation) rewrite(in *inputs, chosen []map[constraints.Name]constraints.Version, besides map[spot]string) (*pinfile.File, error) {
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
				} else {
					cells[i].version = besides[spot{i, name}]
				}
			}
			wanted[name] = cells
		}
	}
	file, err := rewritePins(in.file, wanted, g.spellings(in))
	if err != nil {
		return nil, err
	}
	return literalPins(in, file, chosen)
}

// spot is a package in an environment, which has a number.
type spot struct {
	environment int
	name        constraints.Name
}

// sourced returns where a requirement names the URL of a package, which a version beside it
// would contradict: nothing.
func (g *generation) sourced(in *inputs) map[spot]string {
	all := make(map[spot]string)
	for i, env := range in.environments {
		for _, r := range g.demand(in, env).Roots {
			if r.Requirement.URL != "" && r.Requirement.Applies(env, "") {
				all[spot{i, r.Requirement.Name}] = nothing
			}
		}
	}
	return all
}

// straysOf returns what packages are to have that are pinned in an environment which does
// not need them, to what does not fit in with its other pins: a version that they have
// elsewhere and that does, else nothing.
func straysOf(in *inputs, file *pinfile.File, chosen []map[constraints.Name]constraints.Version) map[spot]string {
	all := make(map[spot]string)
	lines := linesOf(file)
	for i, env := range in.environments {
		pins, limits := gate.Active(lines, env)
		fits := func(name constraints.Name) bool {
			return len(resolver.NewWorld(env, pins, limits, in.facts).Verify(gate.JobOf(name)).Clashes) == 0
		}
		for j, p := range pins {
			if _, needed := chosen[i][p.Name]; needed || p.URL != "" || fits(p.Name) {
				continue
			}
			all[spot{i, p.Name}] = nothing
			for _, v := range chosenOf(chosen, p.Name) {
				pins[j].Version, pins[j].Range = v, constraints.Exactly(v)
				if fits(p.Name) {
					all[spot{i, p.Name}] = v.String()
					break
				}
			}
			pins[j] = p
		}
	}
	return all
}

// chosenOf returns the versions that were chosen of a package, the newest first.
func chosenOf(chosen []map[constraints.Name]constraints.Version, name constraints.Name) []constraints.Version {
	var all []constraints.Version
	for _, versions := range chosen {
		if v, ok := versions[name]; ok {
			all = append(all, v)
		}
	}
	slices.SortFunc(all, func(a, b constraints.Version) int { return b.Compare(a) })
	return slices.CompactFunc(all, constraints.Version.Equal)
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
