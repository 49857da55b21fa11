package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/constraints/pep440"
	"sluice/resolver"
	"sluice/resolver/gate"
)

// resolutionAnswer is the answer of resolve, as JSON.
type resolutionAnswer struct {
	SchemaVersion int               `json:"schema_version"`
	Command       string            `json:"command"`
	Environment   string            `json:"environment"`
	Facts         string            `json:"facts,omitempty"` // digest of the index facts that it rests on
	Solved        bool              `json:"solved"`
	Packages      []resolvedPackage `json:"packages,omitempty"` // by name
	Notes         []note            `json:"notes,omitempty"`    // what could not be looked at
	Because       []gate.Deduction  `json:"because,omitempty"`  // why there is no solution; the last step says so
	Conflict      *gate.Conflict    `json:"conflict,omitempty"`
	Hints         []string          `json:"hints,omitempty"` // what might be done

	lock            *lockFile                  // if asked for
	unknown         map[constraints.Name]error // why it is not known what direct references require
	required, about []constraints.Name         // of a conflict: what its requirements are on, and all that it is about
}

// resolvedPackage is one of the packages that are installed.
type resolvedPackage struct {
	Name    string   `json:"name"`
	Version string   `json:"version,omitempty"`
	URL     string   `json:"url,omitempty"`    // of a direct reference that stands for a release, without user and password
	Pinned  string   `json:"pinned,omitempty"` // where
	Via     []string `json:"via"`              // who requires it: packages, and places of requirements
	Hashes  []string `json:"hashes,omitempty"` // ALGORITHM:HEX, of all its files

	source  string // the URL with all that it takes to get there
	literal bool   // "==" would let in another published version
}

// tell takes over a solution.
func (x *resolutionAnswer) tell(in *inputs, s *resolver.Solution, hashes bool) error {
	x.Solved = true
	demands := s.Demands()
	for _, c := range s.Installed() {
		p := resolvedPackage{Name: string(c.Name), Version: c.Version.String(), Via: []string{}}
		switch {
		case c.Pin == nil:
		case c.Pin.Release != nil: // a direct reference
			p.from(c.Pin.URL)
		case c.Pin.Place.File != "":
			p.Pinned = c.Pin.Place.String()
			p.from(c.Pin.URL)
		}
		for _, d := range demands[c.Name] {
			via := d.Place.String()
			if d.From != nil {
				via = string(d.From.Name)
			}
			p.Via = append(p.Via, via)
		}
		slices.Sort(p.Via)
		p.Via = slices.Compact(p.Via)
		if p.literal = in.isOneOfSeveral(c); hashes {
			if err := p.addHashes(in, c); err != nil {
				return err
			}
		}
		x.Packages = append(x.Packages, p)
		x.Notes = append(x.Notes, in.remarksOn(c)...)
	}
	for _, n := range s.Notes() {
		x.note(&n)
	}
	slices.SortStableFunc(x.Packages, func(a, b resolvedPackage) int { return strings.Compare(a.Name, b.Name) })
	return nil
}

// remarksOn tells what of the metadata of a release is not valid: it was chosen all the same,
// and installers of today refuse it.
func (in *inputs) remarksOn(c resolver.Chosen) []note {
	pkg, err := in.facts.pkg(c.Name)
	if err != nil || pkg == nil || c.Pin != nil && c.Pin.URL != "" {
		return nil
	}
	i, ok := pkg.Find(c.Version)
	if !ok {
		return nil
	}
	meta, err := pkg.Parsed(i)
	if err != nil || len(meta.Remarks) == 0 {
		return nil
	}
	return []note{{Message: fmt.Sprintf("the metadata of %s %s is not valid, and pip since 24.1 refuses it: %v", c.Name, c.Version, meta.Remarks[0].Err)}}
}

// note takes over what the solution passes over; a direct reference is a package too.
func (x *resolutionAnswer) note(n *resolver.Note) {
	r := n.Demand.Requirement
	text := note{Message: gate.TextOfNote(n)}
	if why := x.unknown[r.Name]; why != nil && n.Kind == resolver.DirectReference {
		text.Message += ": " + why.Error()
	}
	if !slices.Contains(x.Notes, text) {
		x.Notes = append(x.Notes, text)
	}
	if n.Kind != resolver.DirectReference || r.URL == "" {
		return
	}
	via := n.Demand.Place.String()
	if n.Demand.From != nil {
		via = string(n.Demand.From.Name)
	}
	i := slices.IndexFunc(x.Packages, func(p resolvedPackage) bool { return p.Name == string(r.Name) })
	if i < 0 {
		i = len(x.Packages)
		x.Packages = append(x.Packages, resolvedPackage{Name: string(r.Name), Via: []string{}})
		x.Packages[i].from(r.URL)
	}
	if p := &x.Packages[i]; !slices.Contains(p.Via, via) {
		p.Via = append(p.Via, via)
		slices.Sort(p.Via)
	}
}

// isOneOfSeveral reports whether "==" and the version of a release let in another too, as
// ==1.0 does 1.0+cpu, which installers prefer (PEP 440, "Version matching").
func (in *inputs) isOneOfSeveral(c resolver.Chosen) bool {
	versions, err := in.facts.Versions(c.Name)
	if err != nil {
		return false
	}
	same, err := pep440.ParseSpecifierSet("==" + c.Version.String())
	return err == nil && admitsAnother(same, c.Version, versions)
}

// from says that a URL stands for the release.
func (p *resolvedPackage) from(url string) { p.URL, p.source = constraints.Redact(url), url }

// addHashes adds the digests of the files of a release.
func (p *resolvedPackage) addHashes(in *inputs, c resolver.Chosen) error {
	if p.URL != "" {
		return usageError{msg: fmt.Sprintf("%s is pinned to a source, whose digest is not known", c.Name), hint: "leave out --hashes"}
	}
	pkg, err := in.facts.pkg(c.Name)
	if err != nil || pkg == nil {
		return err
	}
	if i, ok := pkg.Find(c.Version); ok {
		files, err := pkg.Files(i)
		if err != nil {
			return err
		}
		for _, f := range files {
			for _, h := range f.Hashes {
				if h.Algorithm == "sha256" {
					p.Hashes = append(p.Hashes, h.Algorithm+":"+h.Hex)
				}
			}
		}
	}
	if len(p.Hashes) == 0 {
		return usageError{msg: fmt.Sprintf("the index states no SHA-256 of the files of %s %s", c.Name, c.Version), hint: "leave out --hashes"}
	}
	slices.Sort(p.Hashes)
	p.Hashes = slices.Compact(p.Hashes)
	return nil
}

// explain takes over why there is no solution.
func (x *resolutionAnswer) explain(ctx context.Context, in *inputs, e *resolver.Unsolved) {
	x.Environment = e.Environment().Name()
	core, smaller := e.Core(ctx)
	for _, h := range smaller.Hints() {
		x.Hints = append(x.Hints, in.hintOf(h)...)
	}
	x.Hints = append(x.Hints, in.hidden()...)
	x.Because, x.Conflict = gate.Deductions(smaller.Explain()), gate.ConflictOf(core)
	for _, r := range core.Roots {
		x.required = append(x.required, r.Requirement.Name)
	}
	x.about = smaller.Packages()
}

// saysAs reports whether two answers are about one conflict.
func (x *resolutionAnswer) saysAs(other *resolutionAnswer) bool {
	return reflect.DeepEqual(x.Conflict, other.Conflict)
}

// leaveOut returns the package of a conflict that is best left out besides others: one on
// which it has two requirements, else the first that is required; false for none.
func (x *resolutionAnswer) leaveOut(others []constraints.Name) (best constraints.Name, ok bool) {
	for i, name := range slices.Concat(x.required, x.about) {
		switch twice := i < len(x.required) && slices.Contains(x.required[:i], name); {
		case slices.Contains(others, name):
		case twice:
			return name, true
		case !ok:
			best, ok = name, true
		}
	}
	return best, ok
}

// hintOf returns a hint in words; none where there is nothing to say.
func (in *inputs) hintOf(h resolver.Hint) []string {
	switch h.Kind {
	case resolver.WasYanked:
		return []string{fmt.Sprintf("%s %s was yanked: it counts if a requirement or constraint names it exactly", h.Name, h.Version)}
	case resolver.NeedsRuntime:
		return []string{fmt.Sprintf("%s %s is for Python %s", h.Name, h.Version, h.Range)}
	case resolver.IsPrerelease:
		return []string{fmt.Sprintf("%s %s is a pre-release, and the policy wants none: --prereleases if-needed", h.Name, h.Version)}
	case resolver.IsExcludedNow:
		return []string{fmt.Sprintf("versions of %s are excluded, by --exclude, sluice.toml or the ledger", h.Name)}
	case resolver.IsNotThere:
		near := in.facts.suggest(h.Name)
		if len(near) == 0 {
			return nil
		}
		names := make([]string, len(near))
		for i, n := range near {
			names[i] = string(n)
		}
		return []string{fmt.Sprintf("there is no %s; did you mean %s?", h.Name, strings.Join(names, " or "))}
	}
	return nil
}

// hidden returns as hints why there may be more versions than are known.
func (in *inputs) hidden() (hints []string) {
	if _, isLive := in.facts.origin.(live); isLive && in.settings.live.offline {
		hints = append(hints, "nobody was asked (--offline): what was published since the cache was filled is not known")
	}
	if !in.facts.before.IsZero() {
		hints = append(hints, "what was uploaded later is hidden (--as-of "+in.settings.live.asOf+")")
	}
	return hints
}

// answerResolution writes the answer in the form asked for.
func (a *app) answerResolution(s *settings, r *resolution, x *resolutionAnswer) (int, error) {
	status := exitOK
	if !x.Solved {
		status = gate.Reject.ExitStatus()
	}
	x.Notes = slices.Concat(s.notes, x.Notes)
	a.tell(x.Notes)
	var text bytes.Buffer
	var err error
	switch {
	case r.format == "json":
		err = writeJSON(&text, x)
	case !x.Solved:
		return status, x.writeConflict(a.stderr, a.color())
	case r.format == "pylock":
		err = x.lock.write(&text)
	default:
		x.writePins(&text, r)
	}
	if err != nil {
		return 0, err
	}
	if r.output != "-" {
		return status, s.write(r.output, text.Bytes())
	}
	_, err = a.stdout.Write(text.Bytes())
	return status, err
}

// writePins writes the packages as requirements with who requires them, or as constraints.
func (x *resolutionAnswer) writePins(w io.Writer, r *resolution) {
	fmt.Fprintf(w, "# sluice %s, for %s\n", x.Command, printable(x.Environment))
	for _, p := range x.Packages {
		fmt.Fprint(w, p.line(r.format))
		if r.format == "constraints" {
			fmt.Fprintln(w)
			continue
		}
		for _, h := range p.Hashes {
			fmt.Fprintf(w, " \\\n    --hash=%s", h)
		}
		switch len(p.Via) {
		case 0:
			fmt.Fprintln(w)
		case 1:
			fmt.Fprintf(w, "\n    # via %s\n", printable(p.Via[0]))
		default:
			fmt.Fprintf(w, "\n    # via\n")
			for _, via := range p.Via {
				fmt.Fprintf(w, "    #   %s\n", printable(via))
			}
		}
	}
}

// line returns the package as a line of a file.
func (p *resolvedPackage) line(format string) string {
	switch {
	case p.URL != "":
		return p.Name + " @ " + printable(p.source)
	case format == "constraints", p.literal:
		return p.Name + "===" + p.Version
	}
	return p.Name + "==" + p.Version
}

// writeConflict writes why there is no solution.
func (x *resolutionAnswer) writeConflict(w io.Writer, color bool) error {
	p := newPrinter(w, color)
	x.printConflict(p)
	return p.flush()
}

func (x *resolutionAnswer) printConflict(p *printer) {
	p.styled(red, "no versions fit together")
	p.printf("   %s\n", x.Environment)
	p.proof(x.Because, ownProof)
	p.conflict(x.Conflict)
	for _, h := range x.Hints {
		p.printf("  hint     %s\n", h)
	}
}
