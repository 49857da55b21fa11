package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"sluice/constraints"
	"sluice/constraints/pep508"
	"sluice/resolver"
	"sluice/resolver/gate"
)

func resolveCommand() command {
	return command{
		name:    "resolve",
		args:    "[REQUIREMENT...] [-r FILE] [--consumer C]",
		summary: "choose versions for requirements, or say why none fit together",
		details: `Under the constraints file, if there is one: a pin fixes a version where the
package is needed. With --pins prefer it is taken where it fits, with --pins ignore
it does not count. Everything else is chosen as --order says.`,
		setup: func(a *app, flags *pflag.FlagSet) runFunc {
			o := options{flags: flags}
			var r resolution
			o.addFlags(flags)
			r.addRootFlags(flags)
			flags.StringVar(&r.order, "order", "highest", "which `VERSIONS` go first: highest, lowest or lowest-direct")
			flags.StringVar(&r.pins, "pins", "fix", "whether pins `COUNT`: fix, prefer or ignore")
			flags.StringArrayVar(&r.overrides, "override", nil, "a `REQUIREMENT` that stands for all on its package (repeatable)")
			flags.StringArrayVar(&r.excluded, "exclude", nil, "a `REQUIREMENT` whose versions are not to be chosen, such as 'urllib3==2.0.5' (repeatable)")
			flags.StringVar(&r.format, "format", "", "the `FORMAT` of the answer: requirements, constraints, pylock or json (default: pylock for an --output so named)")
			flags.BoolVar(&r.hashes, "hashes", false, "write the digests of all files, for pip's --require-hashes")
			flags.StringVarP(&r.output, "output", "o", "-", "write to this `FILE`, - for stdout")
			return func(args []string) (int, error) { return a.resolve(&o, &r, args) }
		},
	}
}

// addRootFlags defines the flags that say what is to be resolved.
func (r *resolution) addRootFlags(flags *pflag.FlagSet) {
	flags.StringArrayVarP(&r.files, "requirements", "r", nil, "take the requirements of this `FILE`: a requirements file, pyproject.toml or setup.cfg, or - for stdin (repeatable)")
	flags.StringArrayVar(&r.consumers, "consumer", nil, "take the requirements of this `CONSUMER`")
	flags.StringVar(&r.job, "job", "", "the `JOB` of the consumer: one of its extras or groups (default: its runtime requirements)")
}

// resolution is how to resolve, as flags say.
type resolution struct {
	files, overrides, excluded, consumers []string
	job, order, pins, format, output      string
	hashes, guessed                       bool // guessed: no flag says the format
}

// Words of the flags of resolve.
var (
	orders      = map[string]resolver.Order{"highest": resolver.Highest, "lowest": resolver.Lowest, "lowest-direct": resolver.LowestDirect}
	prereleases = map[string]resolver.Prereleases{
		"": resolver.PrereleasesAsNamed, "deny": resolver.DenyPrereleases, "if-needed": resolver.FinalsFirst, "allow": resolver.AllowPrereleases,
	}
)

func (r *resolution) validate() error {
	return errors.Join(
		wordOf("order", r.order, "highest", "lowest", "lowest-direct"),
		wordOf("pins", r.pins, "fix", "prefer", "ignore"),
		wordOf("format", r.format, "requirements", "constraints", "pylock", "json"),
		r.validateOutput())
}

// settleFormat chooses the format where no flag does.
func (r *resolution) settleFormat() {
	r.guessed = r.format == ""
	switch {
	case !r.guessed:
	case isLockName(r.output):
		r.format = "pylock"
	default:
		r.format = "requirements"
	}
}

// validateOutput holds to the name that installers know a lock file by.
func (r *resolution) validateOutput() error {
	if base := strings.ToLower(filepath.Base(r.output)); r.guessed && strings.Contains(base, "pylock") && strings.HasSuffix(base, ".toml") && !isLockName(r.output) {
		return usageError{msg: fmt.Sprintf("--output: %s looks like a lock file, and is no name of one", r.output), hint: "installers read pylock.toml and pylock.NAME.toml (PEP 751); --format says otherwise"}
	}
	if r.format != "pylock" || r.output == "-" || isLockName(r.output) {
		return nil
	}
	return usageError{msg: fmt.Sprintf("--output: %s is no name of a lock file", r.output), hint: "installers read pylock.toml and pylock.NAME.toml (PEP 751)"}
}

// wordOf complains of the value of a flag that is none of some words.
func wordOf(flag, value string, known ...string) error {
	if slices.Contains(known, value) {
		return nil
	}
	return usageError{msg: fmt.Sprintf("--%s: %q is none of %s", flag, value, strings.Join(known, ", ")), hint: didYouMean(value, known)}
}

func didYouMean(word string, known []string) string {
	if near := constraints.Nearest(word, known); near != "" {
		return fmt.Sprintf("did you mean %s?", near)
	}
	return ""
}

func (a *app) resolve(o *options, r *resolution, args []string) (int, error) {
	r.settleFormat()
	if err := r.validate(); err != nil {
		return 0, err
	}
	s, err := o.settings(a)
	if err != nil {
		return 0, err
	}
	env, err := soleEnvironment(s)
	if err := errors.Join(err, s.spares(r.output, r.files)); err != nil {
		return 0, err
	}
	in := &inputs{settings: s, environments: []*constraints.Environment{env}}
	job, err := r.load(in, o, args)
	if err != nil {
		return 0, err
	}
	if err := in.loadIndex(); err != nil {
		return 0, err
	}
	defer in.close()
	plan, err := r.plan(in, s)
	if err != nil {
		return 0, err
	}
	ctx, stop := interruptible(in.facts.ctx)
	defer stop()
	answer, err := r.ask(ctx, in, env, job, plan)
	if err := errors.Join(err, in.facts.settle()); err != nil {
		return 0, err
	}
	if r.format == "json" {
		answer.Facts = in.facts.digest()
	}
	return a.answerResolution(s, r, answer)
}

// soleEnvironment returns the environment that a question for one is about.
func soleEnvironment(s *settings) (*constraints.Environment, error) {
	if len(s.Environments) != 1 {
		names := make([]string, len(s.Environments))
		for i, e := range s.Environments {
			names[i] = e.Name
		}
		hint := "give --environment NAME, such as py312"
		if len(names) > 0 {
			hint = "give --environment, one of " + strings.Join(names, ", ") + " or a preset such as py312"
		}
		return nil, usageError{msg: "for which environment?", hint: hint}
	}
	return s.Environments[0].environment()
}

// load reads the requirements and, where they count, the constraints.
func (r *resolution) load(in *inputs, o *options, args []string) (resolver.Job, error) {
	var job resolver.Job
	var errs []error
	for _, text := range args {
		root, err := parseRoot(text)
		errs = append(errs, err)
		job.Roots = append(job.Roots, root)
	}
	for _, name := range r.files {
		own, notes, err := in.settings.readRequirements(name, in.environments[0])
		errs = append(errs, err)
		job.Roots, job.Limits = append(job.Roots, own.Roots...), append(job.Limits, own.Limits...)
		in.settings.notes = append(in.settings.notes, notes...)
	}
	switch {
	case len(r.consumers) > 1:
		errs = append(errs, usageError{msg: "--consumer is given twice", hint: "what consumers need together is the question of sluice generate"})
	case len(r.consumers) == 0 && r.job != "":
		errs = append(errs, usageError{msg: "--job is one of a consumer's", hint: "give --consumer too"})
	case len(r.consumers) == 1:
		own, err := r.consumerJob(in)
		errs = append(errs, err)
		job.Roots, job.Limits = append(job.Roots, own.Roots...), append(job.Limits, own.Limits...)
	}
	if s := in.settings; r.pins != "ignore" && (s.configured || o.constraints != "" || s.hasConstraintsFile()) {
		errs = append(errs, in.loadConstraints())
	}
	if err := errors.Join(errs...); err != nil {
		return job, err
	}
	if len(args)+len(r.files)+len(r.consumers) == 0 {
		return job, usageError{msg: "nothing to resolve", hint: "give requirements, -r FILE or --consumer NAME"}
	}
	return job, nil
}

// hasConstraintsFile reports whether there is a constraints file.
func (s *settings) hasConstraintsFile() bool {
	_, err := os.Stat(s.abs(s.Constraints))
	return err == nil
}

// parseRoot reads a requirement of the command line.
func parseRoot(text string) (resolver.Root, error) {
	r, err := pep508.ParseRequirement(text)
	if err != nil {
		return resolver.Root{}, usageError{msg: fmt.Sprintf("%q is no requirement: %v", constraints.Redact(text), err), hint: "write NAME, NAME>=1.2 or NAME[EXTRA]==1.2; quote it for the shell"}
	}
	return resolver.Root{Requirement: r, Place: constraints.Place{File: "the command line"}}, nil
}

// consumerJob returns what a consumer installs.
func (r *resolution) consumerJob(in *inputs) (resolver.Job, error) {
	c, err := in.loadConsumer(r.consumers[0])
	if err == nil && len(c.problems) > 0 {
		err = c.problems
	}
	if err != nil {
		return resolver.Job{}, err
	}
	if env := in.environments[0]; c.judged.Runtime != nil && !c.judged.Runtime.Contains(env.Runtime()) {
		return resolver.Job{}, usageError{msg: fmt.Sprintf("%s is for Python %s, and %s has %s", c.name, c.judged.Runtime, env.Name(), env.Runtime()), hint: "give another --environment"}
	}
	var jobs []string
	for _, job := range c.judged.Jobs {
		if job.Name == r.job {
			return job.Job, nil
		}
		jobs = append(jobs, cmp.Or(job.Name, "the runtime requirements"))
	}
	if r.job == "" && len(c.judged.Problems) == 0 {
		return resolver.Job{}, nil // it requires nothing
	}
	return resolver.Job{}, usageError{msg: fmt.Sprintf("%s has no job %q", c.name, r.job), hint: "it has " + strings.Join(jobs, ", ")}
}

// plan returns how to choose.
func (r *resolution) plan(in *inputs, s *settings) (resolver.Plan, error) {
	plan := resolver.Plan{Order: orders[r.order], Prereleases: prereleases[s.Policy.Prereleases]}
	var errs []error
	for _, text := range r.overrides {
		root, err := parseRoot(text)
		errs = append(errs, err)
		plan.Overrides = append(plan.Overrides, root)
	}
	excluded, err := s.exclusions(r.excluded)
	plan.Excluded = excluded
	errs = append(errs, err)
	if r.pins == "prefer" {
		plan.Keep = make(map[constraints.Name]constraints.Version)
		for _, l := range in.lines {
			if !l.Version.IsZero() && l.Requirement.Applies(in.environments[0], "") {
				plan.Keep[l.Requirement.Name] = l.Version
			}
		}
	}
	return plan, errors.Join(errs...)
}

// exclusions returns the versions that are not to be chosen: those of sluice.toml, and of
// flags.
func (s *settings) exclusions(flags []string) (all []resolver.Exclusion, err error) {
	for i, text := range s.Choose.Exclude {
		x, wrong := parseExclusion(text, s.layout.place(under("choose.exclude", strconv.Itoa(i))))
		if wrong != nil {
			return nil, *wrong
		}
		all = append(all, x)
	}
	for _, text := range flags {
		x, wrong := parseExclusion(text, constraints.Place{File: "the command line"})
		if wrong != nil {
			wrong.msg = "--exclude: " + wrong.msg
			err = errors.Join(err, *wrong)
		}
		all = append(all, x)
	}
	return all, err
}

// parseExclusion reads versions that are not to be chosen, as a requirement.
func parseExclusion(text string, place constraints.Place) (resolver.Exclusion, *usageError) {
	r, err := pep508.ParseRequirement(text)
	const hint = "name versions, as in 'urllib3==2.0.5'"
	switch {
	case err != nil:
		return resolver.Exclusion{}, &usageError{msg: fmt.Sprintf("%q is no requirement: %v", text, err), hint: hint}
	case r.URL != "" || r.Marker != nil || len(r.Extras) > 0:
		return resolver.Exclusion{}, &usageError{msg: fmt.Sprintf("%q is more than a name and versions", text), hint: hint}
	case r.Range.String() == "":
		return resolver.Exclusion{}, &usageError{msg: fmt.Sprintf("%q excludes all versions", text), hint: hint}
	}
	return resolver.Exclusion{Name: r.Name, Range: r.Range, Place: place}, nil
}

// withHint adds what to do where nobody knows what a release requires.
func withHint(err error) error {
	var unknown *resolver.FactsError
	if !errors.As(err, &unknown) || unknown.Version.IsZero() {
		return err
	}
	return usageError{msg: err.Error(), hint: fmt.Sprintf("it would be chosen; to choose another, --exclude '%s==%s'", unknown.Name, unknown.Version)}
}

// contradiction complains of a package that is pinned to two versions.
func contradiction(pins []resolver.Pin, env *constraints.Environment) error {
	var errs []error
	first := make(map[constraints.Name]resolver.Pin)
	for _, p := range pins {
		f, ok := first[p.Name]
		if !ok {
			first[p.Name] = p
			continue
		}
		if !f.Version.Equal(p.Version) || f.URL != p.URL {
			errs = append(errs, usageError{
				msg:  fmt.Sprintf("%s is pinned to %s and to %s in %s", p.Spelling, cmp.Or(f.URL, f.Version.String()), cmp.Or(p.URL, p.Version.String()), env.Name()),
				hint: fmt.Sprintf("see %s and %s", f.Place, p.Place),
			})
		}
	}
	return errors.Join(errs...)
}

// ask solves, and tells what came out.
func (r *resolution) ask(ctx context.Context, in *inputs, env *constraints.Environment, job resolver.Job, plan resolver.Plan) (*resolutionAnswer, error) {
	answer := &resolutionAnswer{SchemaVersion: gate.SchemaVersion, Command: "resolve", Environment: env.Name()}
	var lines []gate.Line
	if r.pins == "fix" {
		lines = in.lines
	}
	pins, limits := gate.Active(lines, env)
	if err := contradiction(pins, env); err != nil {
		return nil, err
	}
	references, err := in.references(env, job)
	if err != nil {
		return nil, err
	}
	answer.unknown = references.unknown
	if pins, limits, err = references.among(pins, limits); err != nil {
		return nil, err
	}
	solution, err := resolver.NewWorld(env, pins, limits, in.facts).Solve(ctx, job, plan)
	var unsolved *resolver.Unsolved
	switch {
	case errors.As(err, &unsolved):
		answer.explain(ctx, in, unsolved)
		return answer, ctx.Err() // what was not asked to the end is no answer
	case err != nil:
		return nil, withHint(err)
	}
	if r.format == "pylock" {
		answer.lock, err = in.lock(env, solution, r.output, references)
	}
	return answer, errors.Join(err, answer.tell(in, solution, r.hashes))
}
