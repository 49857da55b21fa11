package main

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/constraints/ledger"
	"sluice/constraints/manifest"
	"sluice/constraints/openstack"
	"sluice/constraints/pinfile"
	"sluice/resolver/gate"
)

// openstackLayout is the value of the key layout for a checkout of openstack/requirements.
const openstackLayout = "openstack"

// lists reads the checkout that the constraints file is in, nil where the layout is none. With
// a base it is the base's, since it says what is forbidden.
func (s *settings) lists() (*openstack.Tree, error) {
	if s.Lists != openstackLayout {
		return nil, nil
	}
	folder := filepath.Dir(s.Constraints)
	shown := filepath.ToSlash(folder)
	if s.base != nil && s.base.contains(s.abs(s.Constraints)) {
		where, err := s.base.path(s.abs(s.Constraints))
		if err != nil {
			return nil, err
		}
		shown = s.base.shown(path.Dir(where))
	}
	return openstack.Read(func(list string) ([]byte, error) {
		data, _, err := s.readLaw(filepath.Join(folder, list), pinfile.MaxFile)
		return data, err
	}, shown)
}

// memory returns what the ledger says, and with it what the lists do: what the global list
// excludes is held, and conflicts that are known are waived. The lists are nil for none.
func (s *settings) memory() (ledger.Ledger, *openstack.Tree, error) {
	file, err := s.readLedger()
	if err != nil {
		return ledger.Ledger{}, nil, err
	}
	book := file.Ledger()
	if s.base != nil {
		book = elsewhere(book) // it is not the file that commands would edit
	}
	lists, err := s.lists()
	if lists == nil || err != nil {
		return book, nil, err
	}
	matrix, err := s.environments()
	if err != nil {
		return ledger.Ledger{}, nil, err
	}
	return ledger.Ledger{Entries: slices.Concat(book.Entries, entriesOf(lists, matrix))}, lists, nil
}

// elsewhere returns a ledger whose entries are not in the ledger.toml of the working tree.
func elsewhere(book ledger.Ledger) ledger.Ledger {
	var entries []ledger.Entry
	for _, e := range book.Entries {
		record := *e.Common()
		record.Elsewhere = true
		entries = append(entries, ledger.WithRecord(e, record))
	}
	return ledger.Ledger{Entries: entries}
}

// entriesOf returns what lists say as entries of a ledger.
func entriesOf(lists *openstack.Tree, matrix []*constraints.Environment) []ledger.Entry {
	var entries []ledger.Entry
	for _, g := range lists.Global {
		if g.URL != "" || g.Range.String() == "" {
			continue
		}
		if scope, applies := scopeOf(g.Requirement, matrix); applies {
			record := ledger.Record{Reason: "so it is in the global list", Owner: "the global list", Place: g.Place, Elsewhere: true}
			entries = append(entries, &ledger.Hold{Record: record, Package: g.Name, Spelling: g.Spelling, Range: g.Range, Environments: scope})
		}
	}
	for _, x := range lists.XFails {
		record := ledger.Record{Reason: "the conflict is known: " + x.Text, Owner: "upper-constraints-xfails.txt", Place: x.Place, Elsewhere: true}
		for _, affected := range x.Affected {
			entries = append(entries, &ledger.Waiver{
				Record: record, Rule: "dependent", Package: x.Name, Spelling: x.Spelling, Range: constraints.Exactly(x.Version), Dependent: affected,
			})
		}
	}
	return entries
}

// scopeOf returns in which environments of a matrix a requirement applies, none standing for
// all, and whether it does in any.
func scopeOf(r constraints.Requirement, matrix []*constraints.Environment) (scope ledger.Scope, applies bool) {
	for _, env := range matrix {
		if r.Applies(env, "") {
			scope = append(scope, env.Name())
		}
	}
	if len(scope) == len(matrix) {
		return nil, len(matrix) > 0
	}
	return scope, len(scope) > 0
}

// checkLists applies the rules of requirements-check to the lists and to the consumers that
// they bind.
func (in *inputs) checkLists() []gate.Finding {
	if in.lists == nil {
		return nil
	}
	found := in.lists.CheckLists(in.environments)
	for _, c := range in.consumers {
		if c.manifest != nil && in.lists.Binds(c.name) {
			found = append(found, in.lists.CheckProject(c.name, c.stated(), in.environments)...)
		}
	}
	order := make(map[string]int)
	for i, rule := range openstack.Rules() {
		order[rule.ID] = i
	}
	slices.SortStableFunc(found, func(a, b openstack.Finding) int { return order[a.Rule] - order[b.Rule] })
	var findings []gate.Finding
	for _, f := range found {
		if finding, shown := in.listFinding(f); shown {
			findings = append(findings, finding)
		}
	}
	return findings
}

// unbound tells how many consumers the rules do not bind.
func (in *inputs) unbound() []note {
	if in.lists == nil {
		return nil
	}
	free := 0
	for _, c := range in.consumers {
		if !in.lists.Binds(c.name) {
			free++
		}
	}
	if free == 0 {
		return nil
	}
	return []note{{Message: fmt.Sprintf("%d of %s not in projects.txt: the rules of requirements-check do not bind them", free, many(len(in.consumers), "consumer is", "consumers are"))}}
}

// stated returns what a consumer requires in the files that the rules look at.
func (c *consumer) stated() []openstack.Stated {
	var all []openstack.Stated
	for _, d := range c.manifest.Requirements {
		place := d.Place.Under(c.prefix)
		file := strings.TrimPrefix(path.Clean(place.File), path.Clean(filepath.ToSlash(c.folder))+"/")
		read := openstack.Reads(file)
		switch file {
		case "setup.cfg":
			read = d.Group.Kind == manifest.Extra
		case "pyproject.toml":
			read = d.Group.Kind == manifest.Extra || d.Group.Kind == manifest.Runtime
		}
		if read && d.URL == "" {
			all = append(all, openstack.Stated{Line: openstack.Line{Requirement: d.Requirement, Place: place, Text: d.Text}, List: file + " " + d.Group.String()})
		}
	}
	return all
}

// listFinding returns a finding of the lists as one of the gate, with the status that policy
// and ledger give it; false where it is not shown at all.
func (in *inputs) listFinding(f openstack.Finding) (finding gate.Finding, shown bool) {
	finding = gate.Finding{Rule: f.Rule, Status: gate.New, Message: f.Message, Package: f.Package, Version: f.Version.String(), Place: &f.Place, Line: f.Line, Details: f.Details, Environments: f.Environments, Lifts: f.Lifts}
	if finding.Environments == nil {
		finding.Environments = []string{}
	}
	if f.Reference != "" {
		finding.Details = append(slices.Clip(finding.Details), f.Reference)
	}
	if f.Project != "" {
		finding.Message = f.Project + ": " + f.Message
	}
	usual := gate.Error
	if at := slices.IndexFunc(openstack.Rules(), func(r openstack.Rule) bool { return r.ID == f.Rule }); openstack.Rules()[at].Caution {
		usual = gate.Caution
	}
	terms := in.settings.termsOf(f.Name)
	switch terms.severity(f.Rule, usual) {
	case gate.Off:
		return finding, false
	case gate.Caution:
		finding.Status = gate.Warning
		return finding, true
	}
	for _, w := range ledger.Of[*ledger.Waiver](in.law.Ledger.At(in.settings.now)) {
		outside := slices.ContainsFunc(f.Environments, func(env string) bool { return !w.Covers(f.Name, f.Version, env) })
		if w.Rule == f.Rule && w.Package == f.Name && (w.Consumer == "" || w.Consumer == f.Project) && !outside {
			finding.Status = gate.Waived
			finding.Details = append(slices.Clip(finding.Details), fmt.Sprintf("waived by %s: %s (owner %s)", w.Place, w.Reason, w.Owner))
			break
		}
	}
	return finding, true
}
