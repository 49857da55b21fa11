package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"

	"sluice/constraints"
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
	Because       []resolvedStep    `json:"because,omitempty"`  // why there is no solution; the last step says so
	Conflict      *resolvedConflict `json:"conflict,omitempty"`
}

// resolvedPackage is one of the packages that are installed.
type resolvedPackage struct {
	Name    string   `json:"name"`
	Version string   `json:"version"`          // "" of a source
	URL     string   `json:"url,omitempty"`    // of the source that it is pinned to
	Pinned  string   `json:"pinned,omitempty"` // where
	Via     []string `json:"via"`              // who requires it: packages, and places of requirements
	Hashes  []string `json:"hashes,omitempty"` // ALGORITHM:HEX, of all its files
}

// resolvedStep is a step of an explanation.
type resolvedStep struct {
	Facts      []resolvedFact `json:"facts"`
	Uses       []int          `json:"uses,omitempty"` // earlier steps, from 0
	Conclusion string         `json:"conclusion"`
}

// resolvedFact is something that is so, with its source.
type resolvedFact struct {
	Text   string `json:"text"`
	Source string `json:"source"`
}

// resolvedConflict is the smallest part that has no solution.
type resolvedConflict struct {
	Members []resolvedFact `json:"members"`
	Minimal bool           `json:"minimal"` // it is proven that none can be left out
}

// tell takes over a solution.
func (x *resolutionAnswer) tell(in *inputs, s *resolver.Solution, hashes bool) error {
	x.Solved = true
	demands := s.Demands()
	for _, c := range s.Installed() {
		p := resolvedPackage{Name: string(c.Name), Version: c.Version.String(), Via: []string{}}
		if c.Pin != nil && c.Pin.Place.File != "" {
			p.Pinned, p.URL = c.Pin.Place.String(), c.Pin.URL
		}
		for _, d := range demands[c.Name] {
			via := d.Place.String()
			if d.From != nil {
				via = string(d.From.Name)
			}
			if !slices.Contains(p.Via, via) {
				p.Via = append(p.Via, via)
			}
		}
		slices.Sort(p.Via)
		if hashes {
			if err := p.addHashes(in, c); err != nil {
				return err
			}
		}
		x.Packages = append(x.Packages, p)
	}
	for _, n := range s.Notes() {
		if text := (note{Message: gate.TextOfNote(&n)}); !slices.Contains(x.Notes, text) {
			x.Notes = append(x.Notes, text)
		}
	}
	return nil
}

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
func (x *resolutionAnswer) explain(ctx context.Context, e *resolver.Unsolved) {
	core, smaller := e.Core(ctx)
	for _, step := range smaller.Explain().Steps {
		s := resolvedStep{Facts: []resolvedFact{}, Uses: step.Uses, Conclusion: step.Conclusion}
		if s.Conclusion == "" {
			s.Conclusion = "nothing fits"
		}
		for _, f := range step.Facts {
			source := f.Source
			if source == "" {
				source = f.Place.String()
			}
			s.Facts = append(s.Facts, resolvedFact{f.Text, source})
		}
		x.Because = append(x.Because, s)
	}
	x.Conflict = &resolvedConflict{Members: []resolvedFact{}, Minimal: core.Minimal}
	member := func(text string, place constraints.Place) {
		x.Conflict.Members = append(x.Conflict.Members, resolvedFact{text, place.String()})
	}
	for _, r := range core.Roots {
		member(r.Requirement.String(), r.Place)
	}
	for _, l := range core.Limits {
		member("the constraint "+l.Requirement.String(), l.Place)
	}
	for _, p := range core.Pins {
		member(fmt.Sprintf("the pin %s %s", p.Name, p.Version), p.Place)
	}
	for _, e := range core.Exclusions {
		member("without "+string(e.Name)+e.Range.String(), e.Place)
	}
}

// answerResolution writes the answer in the form asked for.
func (a *app) answerResolution(s *settings, r *resolution, x *resolutionAnswer) (int, error) {
	status := exitOK
	if !x.Solved {
		status = gate.Reject.ExitStatus()
	}
	a.tell(slices.Concat(s.notes, x.Notes))
	var text bytes.Buffer
	var err error
	switch {
	case r.format == "json":
		err = writeJSON(&text, x)
	case !x.Solved:
		return status, x.writeConflict(a.stdout, a.color())
	default:
		x.writePins(&text, r)
	}
	if err != nil {
		return 0, err
	}
	if r.output != "-" {
		return status, replaceFile(s.abs(r.output), text.Bytes(), nil)
	}
	_, err = a.stdout.Write(text.Bytes())
	return status, err
}

// writePins writes the packages as requirements with who requires them, or as constraints.
func (x *resolutionAnswer) writePins(w io.Writer, r *resolution) {
	fmt.Fprintf(w, "# sluice resolve, for %s\n", printable(x.Environment))
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
		return p.Name + " @ " + printable(p.URL)
	case format == "constraints":
		return p.Name + "===" + p.Version
	}
	return p.Name + "==" + p.Version
}

// writeConflict writes why there is no solution.
func (x *resolutionAnswer) writeConflict(w io.Writer, color bool) error {
	p := newPrinter(w, color)
	p.styled(red, "no versions fit together")
	p.printf("   %s\n", x.Environment)
	numbered := make(map[int]bool)
	for _, s := range x.Because {
		for _, n := range s.Uses {
			numbered[n] = true
		}
	}
	for i, s := range x.Because {
		p.printf("\n")
		width := 0
		for _, f := range s.Facts {
			width = max(width, len(f.Text))
		}
		for j, f := range s.Facts {
			lead := "and"
			if j == 0 {
				lead = "because"
			}
			p.printf("  %-8s %s   ", lead, padded(f.Text, min(width, 60)))
			p.styled(dim, f.Source)
			p.printf("\n")
		}
		for j, n := range s.Uses {
			lead := "and"
			if j == 0 && len(s.Facts) == 0 {
				lead = "because"
			}
			p.printf("  %-8s %s   (%d)\n", lead, x.Because[n].Conclusion, n+1)
		}
		p.printf("  %-8s ", "so")
		p.styled(bold, s.Conclusion)
		if numbered[i] {
			p.printf("   (%d)", i+1)
		}
		p.printf("\n")
	}
	if c := x.Conflict; c != nil && len(c.Members) > 0 {
		title := "enough to fail"
		if c.Minimal {
			title = "without any one of these the rest fits"
		}
		p.printf("\n  %s\n", title)
		for _, m := range c.Members {
			p.printf("           %s   ", padded(m.Text, 40))
			p.styled(dim, m.Source)
			p.printf("\n")
		}
	}
	return p.flush()
}
