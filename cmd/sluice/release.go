package main

import (
	"errors"
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/constraints/pep508"
	"sluice/index"
	"sluice/resolver"
)

// release returns the i-th release of a package as the resolver sees it.
func release(p *index.Package, i int) (*resolver.Release, error) {
	published, err := p.Outline(i)
	if err != nil {
		return nil, err
	}
	meta, err := p.Parsed(i)
	if err != nil && !errors.Is(err, index.ErrMetadataMissing) {
		return nil, err
	}
	files := published.Files
	r := &resolver.Release{
		Version:      published.Version,
		Yanked:       published.Yanked,
		YankedReason: published.YankedReason,
		Unknown:      published.MetadataMissing,
		Incomplete:   published.Incomplete,
		Uploaded:     uploaded(published, files),
	}
	if meta != nil {
		r.Requirements, r.Extras, r.RequiresRuntime = meta.Requirements, meta.Extras, meta.RequiresPython
		addUnreadable(r, meta.Remarks)
	}
	if files != nil {
		r.Files = make([]resolver.File, 0, len(files))
	}
	for _, file := range files {
		if tags := file.Tags(); tags != nil || file.IsSource() {
			r.Files = append(r.Files, resolver.File{
				Name: file.Name, Tags: tags, RequiresRuntime: p.Runtimes(file), Yanked: file.Yanked, YankedReason: file.YankedReason,
			})
		}
	}
	if !r.Yanked && len(files) > 0 && !slices.ContainsFunc(files, func(f index.File) bool { return !f.Yanked }) {
		r.Yanked, r.YankedReason = true, files[0].YankedReason
	}
	return r, nil
}

// addUnreadable adds the requirements that could not be read, as ones that no
// version meets: they stand in the way where they apply, and nowhere else. What
// does not even name a package makes the whole release malformed.
func addUnreadable(r *resolver.Release, remarks []index.Remark) {
	requirements := r.Requirements
	for _, remark := range remarks {
		if remark.Leniency != "" || remark.Field != "Requires-Dist" {
			continue
		}
		text, _, _ := strings.Cut(remark.Text, ";")
		spelling := leadingName(text)
		if !pep508.ValidName(spelling) {
			r.Malformed = remark.Error()
			continue
		}
		requirements = append(slices.Clip(requirements), constraints.Requirement{
			Name:     pep508.NormalizeName(spelling),
			Spelling: spelling,
			Range:    constraints.Unreadable(strings.TrimSpace(text[len(spelling):])),
			Marker:   remark.Marker,
		})
	}
	r.Requirements = requirements
}

// leadingName returns what stands before the first character that cannot be part
// of a name.
func leadingName(text string) string {
	end := strings.IndexFunc(text, func(r rune) bool {
		return !strings.ContainsRune("-_.", r) && (r < '0' || r > '9') && (r|0x20 < 'a' || r|0x20 > 'z')
	})
	if end < 0 {
		return text
	}
	return text[:end]
}
