package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/pflag"
	"golang.org/x/sync/errgroup"

	"sluice/constraints"
	"sluice/constraints/pep508"
	"sluice/constraints/pinfile"
	"sluice/resolver"
	"sluice/resolver/gate"
)

func upgradeCommand() command {
	return command{
		name:    "upgrade",
		args:    "[PACKAGE...] [-o FILE]",
		summary: "raise pins as far as every consumer allows, and say what holds the rest back",
		details: `All pins, or those of the packages that are named, go up to the newest versions that
hold for all consumers at once in every environment; nothing goes down. As many go
up as can, and whether that is proven is said. Jobs that fit today do so after; those
that fail, and pins that do not fit, are mended where that costs no raise. Of what
nothing pins each job has versions of its own. For each package that stays behind its
newest version it is told what holds it.`,
		setup: func(a *app, flags *pflag.FlagSet) runFunc {
			o := options{flags: flags}
			var u upgrade
			o.addFlags(flags)
			o.addOutputFlags(flags)
			flags.StringArrayVar(&u.excluded, "exclude", nil, "a `REQUIREMENT` whose versions are not to be chosen, such as 'urllib3==2.0.5' (repeatable)")
			flags.StringVarP(&u.output, "output", "o", "", "write the file with the raised pins to this `FILE`, - for stdout instead of the answer")
			return func(args []string) (int, error) { return a.upgrade(&o, &u, args) }
		},
	}
}

// upgrade is how to raise pins, as flags say.
type upgrade struct {
	excluded []string
	output   string
	named    map[constraints.Name]bool // empty for all
}

func (a *app) upgrade(o *options, u *upgrade, args []string) (int, error) {
	if err := u.name(args); err != nil {
		return 0, err
	}
	in, err := a.load(o)
	if err != nil {
		return 0, err
	}
	defer in.close()
	if err := u.pinned(in, args); err != nil {
		return 0, err
	}
	answer, file, err := u.raise(in)
	var unsolved *resolver.Unsolved
	if errors.As(err, &unsolved) {
		if err := in.facts.settle(); err != nil {
			return 0, err
		}
		var why resolutionAnswer
		why.explain(in.facts.ctx, in, unsolved)
		return gate.Reject.ExitStatus(), why.writeConflict(a.stderr, a.color())
	}
	if err := errors.Join(err, in.facts.settle()); err != nil {
		return 0, err
	}
	a.tell(in.settings.notes)
	if len(answer.Broken) == 0 && u.output != "" {
		if u.output == "-" {
			_, err = a.stdout.Write(file.Bytes())
			return exitOK, err
		}
		if err := in.settings.write(u.output, file.Bytes()); err != nil {
			return 0, err
		}
	}
	status := exitOK
	if len(answer.Broken) > 0 {
		status = gate.Reject.ExitStatus()
	}
	answer.Notes = in.toApprove(answer.Raised)
	a.tell(answer.Notes)
	if o.format == "json" {
		answer.Facts, answer.Notes = in.facts.digest(), slices.Concat(in.settings.notes, answer.Notes)
		return status, writeJSON(a.stdout, answer)
	}
	return status, answer.write(a.stdout, a.color(), o.full)
}

// name takes over which packages are named.
func (u *upgrade) name(args []string) error {
	var errs []error
	u.named = make(map[constraints.Name]bool)
	for _, arg := range args {
		if !pep508.ValidName(arg) {
			errs = append(errs, usagef("%q is not the name of a package", arg))
			continue
		}
		u.named[pep508.NormalizeName(arg)] = true
	}
	return errors.Join(errs...)
}

// pinned complains of packages that are named and that nothing pins.
func (u *upgrade) pinned(in *inputs, args []string) error {
	var errs []error
	for _, arg := range args {
		name := pep508.NormalizeName(arg)
		if !slices.ContainsFunc(in.lines, func(l gate.Line) bool { return l.Requirement.Name == name && !l.Version.IsZero() }) {
			errs = append(errs, usageError{msg: fmt.Sprintf("%s is not pinned", arg), hint: "name packages of the constraints file"})
		}
	}
	return errors.Join(errs...)
}

// raise solves each environment. It returns what moves and what does not, and the file
// with what moves.
func (u *upgrade) raise(in *inputs) (*upgradeAnswer, *pinfile.File, error) {
	excluded, err := in.settings.exclusions(u.excluded)
	if err != nil {
		return nil, nil, err
	}
	ctx, stop := interruptible(in.facts.ctx)
	defer stop()
	answer := &upgradeAnswer{SchemaVersion: gate.SchemaVersion, Command: "upgrade", Largest: true, LargestKnown: true, Raised: []pinMove{}, Behind: []pinBehind{}}
	climbs, err := u.climbAll(ctx, in, excluded)
	if err != nil {
		return nil, nil, err
	}
	var chosen []map[constraints.Name]constraints.Version
	for _, c := range climbs {
		answer.add(c)
		chosen = append(chosen, c.versions)
	}
	file, err := raisePins(in, answer.Raised, chosen, false)
	if err == nil && len(brokenBy(in, climbs, file)) > 0 {
		file, err = raisePins(in, answer.Raised, chosen, true)
	}
	if err != nil {
		return nil, nil, err
	}
	answer.Broken = brokenBy(in, climbs, file)
	for _, c := range climbs {
		answer.follow(c, linesOf(file))
	}
	for _, names := range []*[]string{&answer.LeftAside, &answer.Broken} {
		slices.Sort(*names)
		*names = slices.Compact(*names)
	}
	return answer, file, nil
}

// brokenBy returns which jobs fit today, or were mended, and do not fit with a file.
func brokenBy(in *inputs, climbs []*climb, file *pinfile.File) (names []string) {
	for _, c := range climbs {
		names = append(names, c.broken(in, linesOf(file))...)
	}
	return names
}

// climbAll solves each environment, several at a time. The error is that of the first.
func (u *upgrade) climbAll(ctx context.Context, in *inputs, excluded []resolver.Exclusion) ([]*climb, error) {
	climbs, errs := make([]*climb, len(in.environments)), make([]error, len(in.environments))
	var group errgroup.Group
	group.SetLimit(in.facts.origin.Parallel())
	for i, env := range in.environments {
		group.Go(func() error {
			climbs[i], errs[i] = u.climb(ctx, in, env, excluded)
			return nil
		})
	}
	group.Wait()
	for i, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("%s: %w", in.environments[i].Name(), err)
		}
	}
	return climbs, nil
}
