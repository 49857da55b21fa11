package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/index"
	"sluice/index/pypi"
	"sluice/resolver/gate"
)

// licenceChange is under what terms a release is and, where these are others, one before it.
type licenceChange struct {
	From    string `json:"from,omitempty"`
	To      string `json:"to"`
	Earlier string `json:"earlier,omitempty"` // the version that is under the terms before
}

// checkLicence holds what the release of a pin says of its terms against those that are
// allowed, and against what a release before it said. One that says nothing is not judged.
func checkLicence(a *audit, p *audited) []auditFinding {
	if p.release == nil {
		return nil
	}
	at, ok := p.pkg.Find(p.release.Version)
	if !ok {
		return nil
	}
	return append(a.forbidden(p, at), a.relicensed(p, at)...)
}

// forbidden finds terms that are not allowed. They are an error unless the policy says
// otherwise.
func (a *audit) forbidden(p *audited, at int) []auditFinding {
	allowed, text := a.in.settings.Audit.Licences, p.pkg.Release(at).License
	if len(allowed) == 0 || text == "" || index.AllowsLicense(allowed, text) {
		return nil
	}
	return []auditFinding{{
		Severity: p.terms.severity("licence", gate.Error),
		Message:  fmt.Sprintf("%s is under %s, which is not allowed", p.name(), shortLicence(text)),
		Details:  []string{"allowed are " + strings.Join(allowed, ", ")},
		Licence:  &licenceChange{To: text},
	}}
}

// relicensed finds terms that differ from those of the release before.
func (a *audit) relicensed(p *audited, at int) []auditFinding {
	before, ok := a.in.facts.origin.Earlier(a.in.facts.ctx, p.pkg, at)
	if !ok {
		return nil
	}
	change := compareLicences(p.pkg.Release(before), p.pkg.Release(at))
	if change == nil {
		return nil
	}
	return []auditFinding{{
		Message: fmt.Sprintf("%s is under %s, %s was under %s", p.name(), shortLicence(change.To), change.Earlier, shortLicence(change.From)),
		Licence: change,
	}}
}

// compareLicences returns how the terms of a release differ from those of an earlier one,
// nil where they do not, or where nobody says.
func compareLicences(earlier, r index.Release) *licenceChange {
	if index.SameLicense(earlier.License, r.License) {
		return nil
	}
	return &licenceChange{From: earlier.License, To: r.License, Earlier: earlier.Version.String()}
}

// shortLicence returns terms in one line to read.
func shortLicence(text string) string { return constraints.Shorten(text, 80) }

// prefetchEarlier asks for what releases before those that are pinned say of their terms.
func (a *audit) prefetchEarlier() error {
	facts := a.in.facts
	pins := a.in.pins()
	earlier := make(map[constraints.Name][]constraints.Version, len(pins))
	for name, versions := range pins {
		pkg, err := facts.pkg(name)
		if err != nil || pkg == nil {
			continue // which is told of the pin
		}
		for _, v := range versions {
			at, ok := pkg.Find(v)
			if !ok {
				continue
			}
			if before, ok := facts.origin.Earlier(facts.ctx, pkg, at); ok {
				earlier[name] = append(earlier[name], pkg.Version(before))
			}
		}
	}
	err := facts.prefetch(earlier)
	facts.origin.Stage("licences of releases before")
	return err
}

// Earlier implements origin: all that is recorded is known.
func (r recorded) Earlier(_ context.Context, pkg *index.Package, at int) (before int, ok bool) {
	for i := at - 1; i >= 0; i-- {
		if earlier := pkg.Release(i); !earlier.Version.IsPrerelease() && earlier.License != "" {
			return i, true
		}
	}
	return 0, false
}

// Earlier implements origin: the nearest one, where its metadata is known or a document
// apart from its files, which may be large.
func (l live) Earlier(ctx context.Context, pkg *index.Package, at int) (before int, ok bool) {
	for i := at - 1; i >= 0; i-- {
		v := pkg.Version(i)
		if v.IsPrerelease() {
			continue
		}
		if !pkg.Release(i).MetadataMissing {
			return i, true
		}
		files, err := l.Client.Files(ctx, pkg.Name(), v)
		return i, err == nil && slices.ContainsFunc(files, func(f pypi.File) bool { return f.HasMetadata && f.Tags() != nil })
	}
	return 0, false
}
