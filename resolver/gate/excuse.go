package gate

import (
	"fmt"
	"slices"

	"sluice/constraints"
	"sluice/constraints/ledger"
	"sluice/resolver"
)

// excuse gives a finding the status that policy and ledger give it: one that would reject,
// or is open, may be waived, be expected or be no more than a warning. It reports whether
// the finding is shown at all.
func (b *book) excuse(e *entry) (shown bool) {
	f := &e.finding
	switch f.Status {
	case Lifted:
		b.outlive(e)
		return true
	case New, Open:
	default:
		return true
	}
	switch b.severity(e) {
	case Off:
		return false
	case Caution:
		if f.Status == New {
			f.Status = Warning
		}
		return true
	}
	for _, entry := range b.question.Ledger.Entries {
		if e.isFor(entry) {
			b.apply(e, entry)
		}
	}
	return true
}

// severity returns how the policy has a finding count: as it has for all the changed
// packages that the finding is about, or for all where none is changed, and an error where
// they differ.
func (b *book) severity(e *entry) Severity {
	severity := Severity("")
	for _, about := range e.concerned(b.question) {
		of := b.question.of(about.Name).Severity[e.finding.Rule]
		if of == "" || of == Error || severity != "" && severity != of {
			return Error
		}
		severity = of
	}
	return severity
}

// concerned returns the packages that a finding is about: those that the question changes,
// where it changes one of them.
func (e *entry) concerned(q *Question) []resolver.Chosen {
	changed := slices.DeleteFunc(slices.Clone(e.about), func(c resolver.Chosen) bool { return !changes(q, c.Name) })
	if len(changed) == 0 {
		return e.about
	}
	return changed
}

// isFor reports whether an entry of the ledger is one that excuses findings such as this.
// What it says of consumers is not looked at.
func (e *entry) isFor(entry ledger.Entry) bool {
	covers := func(name constraints.Name, within constraints.Range, scope ledger.Scope) bool {
		return !slices.ContainsFunc(e.finding.Environments, func(env string) bool { return !scope.Contains(env) }) &&
			(name == "" || slices.ContainsFunc(e.about, func(c resolver.Chosen) bool {
				return c.Name == name && (c.Version.IsZero() || within.Contains(c.Version))
			}))
	}
	switch entry := entry.(type) {
	case *ledger.Waiver:
		requires := func(c resolver.Chosen) bool { return c.Name == entry.Dependent }
		return entry.Rule == e.finding.Rule && covers(entry.Package, entry.Range, entry.Environments) &&
			(entry.Dependent == "" || slices.ContainsFunc(e.about, requires))
	case *ledger.ExpectedFailure:
		return entry.Test == "" && e.clash != nil && covers(entry.Package, entry.Range, entry.Environments)
	}
	return false
}

// apply excuses a finding by an entry that is for it: wholly, or as far as the consumer
// goes that the entry names.
func (b *book) apply(e *entry, by ledger.Entry) {
	record := by.Common()
	status, verb, consumer := Waived, "waived", ""
	switch by := by.(type) {
	case *ledger.Waiver:
		consumer = by.Consumer
	case *ledger.ExpectedFailure:
		status, verb, consumer = Expected, "expected", by.Consumer
	}
	n := slices.IndexFunc(b.question.Consumers, func(c Consumer) bool { return c.Name == consumer })
	if _, reached := e.reaches[n]; consumer != "" && !reached {
		return
	}
	text := fmt.Sprintf("%s by %s: %s (%s)", verb, record.Place, record.Reason, credit(record))
	if record.ExpiredAt(b.question.Now) {
		e.finding.Details = appendNew(e.finding.Details, "no longer "+text)
		return
	}
	b.used[by] = true
	if consumer != "" {
		text = consumer + " " + text
		if e.excused == nil {
			e.excused = make(map[int]bool)
		}
		e.excused[n] = true
	}
	e.finding.Details = appendNew(e.finding.Details, text)
	if consumer == "" || !e.itself && len(e.excused) == len(e.reaches) {
		e.finding.Status = status
	}
}

// outlive tells of the failures that the ledger expects and that a finding, which goes away,
// was.
func (b *book) outlive(e *entry) {
	for _, by := range ledger.Of[*ledger.ExpectedFailure](b.question.Ledger.At(b.question.Now)) {
		n := slices.IndexFunc(b.question.Consumers, func(c Consumer) bool { return c.Name == by.Consumer })
		if _, reached := e.reaches[n]; reached && by.Test == "" && (by.Package == "" || slices.ContainsFunc(e.about, func(c resolver.Chosen) bool { return c.Name == by.Package })) {
			e.finding.Details = appendNew(e.finding.Details, fmt.Sprintf("%s expects %s to fail: %s", by.Place, by.Consumer, lifting(&by.Record)))
		}
	}
}

// unexpected returns a finding for each failure that the ledger expects and that nobody
// saw, of consumers that were judged.
func (b *book) unexpected() []Finding {
	var found []Finding
	for _, by := range ledger.Of[*ledger.ExpectedFailure](b.question.Ledger.At(b.question.Now)) {
		n := slices.IndexFunc(b.question.Consumers, func(c Consumer) bool { return c.Name == by.Consumer })
		if by.Test != "" || b.used[by] || n < 0 {
			continue
		}
		c := &b.question.Consumers[n]
		f := Finding{Rule: "expected-failure", Status: New, Place: placeOf(by.Place), Lifts: []string{lifting(&by.Record)}}
		f.Message = fmt.Sprintf("%s fits, and the ledger expects it to fail: %s", c.Name, by.Reason)
		f.Details = []string{credit(&by.Record)}
		for _, env := range b.question.Environments {
			if by.Environments.Contains(env.Name()) && c.supports(env) && len(c.Jobs) > 0 {
				f.Environments = append(f.Environments, env.Name())
			}
		}
		if len(f.Environments) > 0 && len(c.Problems) == 0 {
			found = append(found, f)
		}
	}
	return found
}
