package gate

import (
	"fmt"
	"slices"
)

// JudgeChange judges a change that brings a ledger and a policy of its own. The question's
// law counts, which is not the change's to alter. What the change's own law forbids besides
// is forbidden too; where it would let something pass that the question's does not, the
// change opens the gate for itself, which is a reason of its own to reject it. Without a
// law of its own (nil) the change is judged as by Judge.
func JudgeChange(q *Question, own *Law) *Report {
	report := Judge(q)
	if own == nil {
		return report
	}
	under := *q
	under.Law = *own
	theirs, _ := compareWorlds(&under, newBaselines(&under))
	counting := func(findings []Finding) []Finding {
		return slices.DeleteFunc(slices.Clone(findings), func(f Finding) bool { return f.Status != New && f.Status != Open })
	}
	before, after := counting(report.Findings), counting(theirs.Findings)
	var more []Finding
	for _, f := range after {
		if f.Status == New && !slices.ContainsFunc(before, f.isAlike) {
			f.Details = append(slices.Clip(f.Details), "so says the ledger or the policy that this change brings")
			more = append(more, f)
		}
	}
	for _, f := range before {
		if !slices.ContainsFunc(after, f.isAlike) {
			more = append(more, Finding{
				Rule: "loosened", Status: New, Package: f.Package, Version: f.Version, Target: f.Target, Environments: f.Environments, Reaches: f.Reaches, Place: f.Place,
				Message: fmt.Sprintf("the ledger or the policy of this change would let it pass that %s (%s)", f.Message, f.Rule),
				Details: f.excusedBy(theirs.Findings),
				Lifts:   []string{"let the ledger or the policy be changed first, by a change of its own"},
			})
		}
	}
	report.Findings = slices.Concat(more, report.Findings)
	report.Verdict = verdict(report)
	return report
}

// excusedBy returns what others say that are about the same, and do not count: by which entry.
func (f Finding) excusedBy(others []Finding) []string {
	for _, g := range others {
		if f.isAlike(g) && (g.Status == Waived || g.Status == Expected) && len(g.Details) > 0 {
			return g.Details[len(g.Details)-1:]
		}
	}
	return nil
}

// isAlike reports whether two findings are about the same, whatever they say of it.
func (f Finding) isAlike(g Finding) bool {
	return f.Rule == g.Rule && f.Package == g.Package && f.Version == g.Version && f.Target == g.Target
}
