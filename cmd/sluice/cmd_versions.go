package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"sluice/constraints"
	"sluice/constraints/pep508"
	"sluice/index"
	"sluice/resolver"
	"sluice/resolver/gate"
)

func versionsCommand() command {
	return command{
		name:    "versions",
		args:    "PACKAGE",
		summary: "list the versions of a package, and which may be looked at",
		details: `Newest first: when it was released, which Pythons it is for, what of the matrix it
has files for, whether it is yanked, which is pinned, whose ranges exclude it, and
whether sluice gate would look at it as a candidate. --full lists all versions.`,
		setup: question((*app).versions),
	}
}

// versionList is the answer as JSON.
type versionList struct {
	SchemaVersion int            `json:"schema_version"`
	Command       string         `json:"command"`
	Package       string         `json:"package"`
	Environments  []string       `json:"environments"`
	Versions      []versionEntry `json:"versions"` // newest first
}

// versionEntry is one version.
type versionEntry struct {
	Version        string     `json:"version"`
	Released       *time.Time `json:"released,omitempty"`
	RequiresPython string     `json:"requires_python,omitempty"`
	Yanked         bool       `json:"yanked,omitempty"`
	YankedReason   string     `json:"yanked_reason,omitempty"`
	Files          int        `json:"files"`
	Installable    []string   `json:"installable"`           // the environments that it has a file for
	Pinned         []string   `json:"pinned,omitempty"`      // the environments in which it is
	ExcludedBy     []string   `json:"excluded_by,omitempty"` // consumers whose own ranges do
	Candidate      bool       `json:"candidate"`
	Because        string     `json:"because,omitempty"` // why it is no candidate
}

func (a *app) versions(o *options, args []string) (int, error) {
	if len(args) != 1 || !pep508.ValidName(args[0]) {
		return 0, usagef("versions takes the name of one package")
	}
	in, err := a.load(o)
	if err != nil {
		return 0, err
	}
	defer in.close()
	name := pep508.NormalizeName(args[0])
	p, err := in.facts.pkg(name)
	if err := errors.Join(err, in.facts.settle()); err != nil {
		return 0, err
	}
	if p == nil {
		e := usageError{msg: fmt.Sprintf("the index has no %s", args[0])}
		if near := in.facts.suggest(name); len(near) > 0 {
			e.hint = fmt.Sprintf("did you mean %s?", near[0])
		}
		return 0, e
	}
	for _, remark := range in.facts.origin.Remarks(name) {
		a.hint("%s: %s", name, remark)
	}
	list := versionList{SchemaVersion: gate.SchemaVersion, Command: "versions", Package: string(name)}
	for _, env := range in.environments {
		list.Environments = append(list.Environments, env.Name())
	}
	if list.Versions, err = in.versionEntries(p); err != nil {
		return 0, err
	}
	if o.format == "json" {
		return exitOK, writeJSON(a.stdout, list)
	}
	return exitOK, writeVersions(a.stdout, &list, a.color(), o.full)
}

// versionEntries returns what there is to say of each version, newest first.
func (in *inputs) versionEntries(p *index.Package) ([]versionEntry, error) {
	pins := in.pinsOf(p.Name())
	demands := in.demandsOn(p.Name())
	against, err := in.against(p.Name(), pins)
	if err != nil {
		return nil, err
	}
	entries := make([]versionEntry, 0, p.Len())
	for i := p.Len() - 1; i >= 0; i-- {
		r, err := release(p, i)
		if err != nil {
			return nil, err
		}
		files, err := p.Files(i)
		if err != nil {
			return nil, err
		}
		published := p.Release(i)
		e := versionEntry{
			Version: r.Version.String(), RequiresPython: cmp.Or(published.RequiresPython, commonPython(files)),
			Yanked: r.Yanked, YankedReason: r.YankedReason, Files: len(files), Installable: []string{},
		}
		if at := uploaded(published, files); !at.IsZero() {
			e.Released = &at
		}
		for _, env := range in.environments {
			if r.Installable(env) && (r.RequiresRuntime == nil || r.RequiresRuntime.Contains(env.Runtime())) {
				e.Installable = append(e.Installable, env.Name())
			}
			if pin, ok := pins[env.Name()]; ok && pin.Equal(r.Version) {
				e.Pinned = append(e.Pinned, env.Name())
			}
		}
		e.ExcludedBy = demands.excluding(r.Version)
		e.Because = in.passedOver(p.Name(), r, &e, pins, against)
		e.Candidate = e.Because == ""
		entries = append(entries, e)
	}
	return entries, nil
}

// pinsOf returns the version that a name is pinned to, by environment.
func (in *inputs) pinsOf(name constraints.Name) map[string]constraints.Version {
	pins := make(map[string]constraints.Version)
	for _, env := range in.environments {
		for _, l := range in.lines {
			if l.Requirement.Name == name && l.IsPin() && l.Requirement.Applies(env, "") {
				pins[env.Name()] = l.Version
				break
			}
		}
	}
	return pins
}

// demands are the ranges that consumers state of a package themselves.
type demands []consumerDemand

type consumerDemand struct {
	consumer string
	within   constraints.Range
}

// demandsOn returns the ranges of all consumers, where they apply in an environment.
func (in *inputs) demandsOn(name constraints.Name) demands {
	var all demands
	for _, c := range in.consumers {
		for _, job := range c.judged.Jobs {
			for _, root := range job.Roots {
				r := root.Requirement
				applies := func(env *constraints.Environment) bool { return r.Applies(env, "") }
				if r.Name == name && r.URL == "" && slices.ContainsFunc(in.environments, applies) {
					all = append(all, consumerDemand{c.name, r.Range})
				}
			}
		}
	}
	return all
}

// excluding returns the consumers whose ranges exclude a version, each once.
func (d demands) excluding(v constraints.Version) []string {
	var names []string
	for _, one := range d {
		if !one.within.Contains(v) && !slices.Contains(names, one.consumer) {
			names = append(names, one.consumer)
		}
	}
	return names
}

// passedOver returns why a version is nothing for a gate to look at, "" when it is.
func (in *inputs) passedOver(name constraints.Name, r *resolver.Release, e *versionEntry, pins map[string]constraints.Version, against [][]resolver.Exclusion) string {
	policy, lower := in.settings.policyOf(name), len(pins) > 0
	for _, pin := range pins {
		lower = lower && r.Version.Compare(pin) < 0
	}
	switch {
	case len(e.Pinned) > 0 && len(e.Pinned) == len(pins):
		return "it is pinned"
	case r.Yanked:
		return "yanked"
	case len(e.Installable) == 0:
		return "no file for the matrix"
	case r.Version.IsPrerelease() && policy.Prereleases == gate.DenyPrereleases:
		return "a pre-release"
	case lower && !policy.Downgrade && !in.isForbidden(name, pins):
		return "lower than the pin"
	}
	return reasonAgainst(against, r.Version)
}

// isForbidden reports whether the ledger does not want what is pinned, so that it may be lowered.
func (in *inputs) isForbidden(name constraints.Name, pins map[string]constraints.Version) bool {
	return slices.ContainsFunc(in.environments, func(env *constraints.Environment) bool {
		return slices.ContainsFunc(in.forbidden(env), func(x resolver.Exclusion) bool {
			return x.Name == name && !pins[env.Name()].IsZero() && x.Range.Contains(pins[env.Name()])
		})
	})
}

// against returns what ledger and policy exclude of a package, by environment.
func (in *inputs) against(name constraints.Name, pins map[string]constraints.Version) ([][]resolver.Exclusion, error) {
	var all [][]resolver.Exclusion
	for _, env := range in.environments {
		excluded := slices.DeleteFunc(in.forbidden(env), func(x resolver.Exclusion) bool { return x.Name != name })
		unready, err := in.unready(resolver.Pin{Name: name, Spelling: string(name), Version: pins[env.Name()]})
		if err != nil {
			return nil, err
		}
		all = append(all, append(excluded, unready...))
	}
	return all, nil
}

// reasonAgainst returns why a version is excluded in all environments, "" where it is not.
func reasonAgainst(against [][]resolver.Exclusion, version constraints.Version) string {
	why := ""
	for _, excluded := range against {
		i := slices.IndexFunc(excluded, func(x resolver.Exclusion) bool { return x.Range.Contains(version) })
		if i < 0 {
			return ""
		}
		why = excluded[i].Reason
	}
	return why
}

// commonPython returns the Requires-Python that the files agree on, "" for none.
func commonPython(files []index.File) string {
	for _, f := range files {
		if f.RequiresPython != files[0].RequiresPython {
			return ""
		}
	}
	if len(files) == 0 {
		return ""
	}
	return files[0].RequiresPython
}

// uploaded returns when a release came out, zero when nobody says.
func uploaded(r index.Release, files []index.File) time.Time {
	at := r.Uploaded
	for _, f := range files {
		if !f.Uploaded.IsZero() && (at.IsZero() || f.Uploaded.Before(at)) {
			at = f.Uploaded
		}
	}
	return at
}

// shownVersions is how many versions a person is shown without asking for all.
const shownVersions = 20

// writeVersions writes the table.
func writeVersions(w io.Writer, list *versionList, color, full bool) error {
	p := newPrinter(w, color)
	p.styled(bold, list.Package)
	p.printf("   %s · %s\n\n", count(len(list.Versions), "version"), strings.Join(list.Environments, " "))
	shown := list.Versions
	if !full && len(shown) > shownVersions {
		last := slices.IndexFunc(shown, func(e versionEntry) bool { return len(e.Pinned) > 0 })
		shown = shown[:max(shownVersions, min(last+4, len(shown)))]
	}
	rows := [][]string{{"VERSION", "RELEASED", "PYTHON", "FILES FOR", "", "RANGES", "A CANDIDATE"}}
	for _, e := range shown {
		rows = append(rows, e.row(len(list.Environments)))
	}
	p.table(rows)
	if rest := len(list.Versions) - len(shown); rest > 0 {
		p.printf("\nand %s: --full\n", count(rest, "older version"))
	}
	return p.flush()
}

func (e *versionEntry) row(environments int) []string {
	released, files, state := "-", strings.Join(e.Installable, " "), ""
	if e.Released != nil {
		released = e.Released.Format(time.DateOnly)
	}
	switch len(e.Installable) {
	case 0:
		files = "none"
	case environments:
		files = "all"
	}
	switch {
	case len(e.Pinned) > 0:
		state = "pinned"
	case e.Yanked:
		state = "yanked"
	}
	ranges := "ok"
	if n := len(e.ExcludedBy); n > 0 {
		ranges = "excluded by " + e.ExcludedBy[0]
		if n > 1 {
			ranges += fmt.Sprintf(" and %d more", n-1)
		}
	}
	return []string{e.Version, released, cmp.Or(e.RequiresPython, "-"), files, state, ranges, cmp.Or(e.Because, "yes")}
}

// table writes rows with their columns under each other.
func (p *printer) table(rows [][]string) {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], len([]rune(printable(cell))))
		}
	}
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			if widths[i] > 0 {
				fmt.Fprintf(&line, "%-*s  ", widths[i], printable(cell))
			}
		}
		p.printf("%s\n", strings.TrimRight(line.String(), " "))
	}
}
