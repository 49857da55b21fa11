package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"sluice/constraints"
	"sluice/constraints/ledger"
	"sluice/constraints/pinfile"
	"sluice/resolver"
	"sluice/resolver/gate"
)

// retest is what judging anew came to for a hold or a rejection.
type retest struct {
	Entry     rememberedEntry `json:"entry"`
	Outcome   outcome         `json:"outcome"`
	Message   string          `json:"message"` // why
	Candidate string          `json:"candidate,omitempty"`
	Reaches   int             `json:"reaches"`            // consumers that the candidate reaches
	Evidence  string          `json:"evidence,omitempty"` // digest of the report that judged the candidate
	Moved     []string        `json:"moved,omitempty"`    // pins that it was rejected beside, and what they are now
	Lift      string          `json:"lift,omitempty"`     // the command
}

// outcome is what to do with an entry.
type outcome string

const (
	outcomeLift     outcome = "lift"       // nothing speaks against what it forbids any more
	outcomeStands   outcome = "stands"     // what it forbids would still be rejected
	outcomeOpen     outcome = "open"       // that cannot be decided
	outcomeUnjudged outcome = "not-judged" // it rests on something that is not judged here
)

// maxRetries bounds how many versions outside of a hold are tried, the newest first.
const maxRetries = 8

// retest judges anew what the ledger forbids.
func (k *keeper) retest(args []string) (*ledgerAnswer, error) {
	entries, err := k.asked(args)
	if err != nil {
		return nil, err
	}
	entries = slices.DeleteFunc(slices.Clone(entries), func(e ledger.Entry) bool {
		return e.Kind() != ledger.KindHold && e.Kind() != ledger.KindRejection || e.Common().ExpiredAt(k.now)
	})
	in, err := load(k.settings)
	if err != nil {
		return nil, err
	}
	defer in.close()
	x := k.answer(entries)
	r := &retester{in, k.now}
	for i, e := range entries {
		result, err := r.judge(e)
		if err != nil {
			return nil, err
		}
		result.Entry = x.Entries[i]
		if result.Outcome == outcomeLift {
			result.Lift = fmt.Sprintf("sluice ledger lift %d", e.Common().Place.Line)
		}
		x.Retests = append(x.Retests, *result)
	}
	if err := in.facts.settle(); err != nil {
		return nil, err
	}
	x.Facts = in.facts.digest()
	return x, nil
}

// retester judges what entries of a ledger forbid as if they were not there.
type retester struct {
	in  *inputs
	now time.Time
}

func (r *retester) judge(e ledger.Entry) (*retest, error) {
	if hold, ok := e.(*ledger.Hold); ok {
		return r.hold(hold)
	}
	return r.rejection(e.(*ledger.Rejection))
}

// hold judges the versions that a hold keeps out, the newest first. It can be lifted if one
// would be admitted.
func (r *retester) hold(h *ledger.Hold) (*retest, error) {
	versions, err := r.outside(h)
	if err != nil {
		return nil, err
	}
	if len(versions) == 0 {
		return &retest{Outcome: outcomeStands, Message: "nothing is published that it would keep out"}, nil
	}
	var first *retest // of the versions that come to the same, the newest
	rank := map[outcome]int{outcomeOpen: 0, outcomeStands: 1, outcomeUnjudged: 2}
	for _, v := range versions[:min(len(versions), maxRetries)] {
		result, err := r.ask(h, ledger.Pin{Name: h.Package, Spelling: h.Spelling, Version: v}, h.Environments)
		if err != nil {
			return nil, err
		}
		if result.Outcome == outcomeLift {
			result.Message = fmt.Sprintf("%s, which it keeps out, would be admitted by requirements and metadata", result.Candidate)
			return result, nil
		}
		if first == nil || rank[result.Outcome] < rank[first.Outcome] {
			first = result
		}
	}
	if more := len(versions) - maxRetries; more > 0 {
		first.Message += fmt.Sprintf(" (%d older versions are not tried)", more)
	}
	return first, nil
}

// outside returns the versions that a hold keeps out and that could be pinned, the newest
// first: final ones, unless all are pre-releases.
func (r *retester) outside(h *ledger.Hold) ([]constraints.Version, error) {
	p, err := r.in.facts.pkg(h.Package)
	if p == nil || err != nil {
		return nil, err
	}
	var finals, previews []constraints.Version
	for i := p.Len() - 1; i >= 0; i-- {
		release, err := release(p, i)
		switch {
		case err != nil:
			return nil, err
		case h.Range.Contains(release.Version) || release.Yanked || !r.fits(release, h.Environments):
		case release.Version.IsPrerelease():
			previews = append(previews, release.Version)
		default:
			finals = append(finals, release.Version)
		}
	}
	if len(finals) > 0 {
		return finals, nil
	}
	return previews, nil
}

// fits reports whether a release can be installed in an environment that an entry is for.
func (r *retester) fits(release *resolver.Release, scope ledger.Scope) bool {
	return slices.ContainsFunc(r.within(scope), func(env *constraints.Environment) bool {
		return release.Installable(env) && (release.RequiresRuntime == nil || release.RequiresRuntime.Contains(env.Runtime()))
	})
}

// within returns the environments that an entry is for.
func (r *retester) within(scope ledger.Scope) []*constraints.Environment {
	return slices.DeleteFunc(slices.Clone(r.in.environments), func(env *constraints.Environment) bool { return !scope.Contains(env.Name()) })
}

// rejection judges a version that was rejected, beside today's pins. What a person rejected,
// or a test run did, is not for requirements to say.
func (r *retester) rejection(e *ledger.Rejection) (*retest, error) {
	judged := gate.Rules()
	if other := slices.IndexFunc(e.Rules, func(rule string) bool {
		return !slices.ContainsFunc(judged, func(r gate.Rule) bool { return r.ID == rule })
	}); other >= 0 {
		return &retest{Outcome: outcomeUnjudged, Message: fmt.Sprintf("it was rejected by %s, which is not judged here", e.Rules[other])}, nil
	}
	if len(e.Rules) == 0 {
		return &retest{Outcome: outcomeUnjudged, Message: "it names no rule that rejected it: that its reason is gone is its owner's to say"}, nil
	}
	result, err := r.ask(e, e.Pin, e.Environments)
	if err != nil {
		return nil, err
	}
	result.Moved = r.moved(e)
	if result.Outcome == outcomeLift {
		result.Message = fmt.Sprintf("%s would be admitted: %s does not reject it any more", pinWords(e.Pin), strings.Join(e.Rules, ", "))
	}
	return result, nil
}

// moved returns the pins that a version was rejected beside and that are others now.
func (r *retester) moved(e *ledger.Rejection) []string {
	pins := r.in.pins()
	var moved []string
	for _, p := range e.With {
		now := pins[p.Name]
		if !slices.ContainsFunc(now, p.Version.Equal) {
			var versions []string
			for _, v := range now {
				versions = append(versions, v.String())
			}
			moved = append(moved, fmt.Sprintf("%s -> %s", pinWords(p), orNothing(versions)))
		}
	}
	return moved
}

func orNothing(versions []string) string {
	if len(versions) == 0 {
		return "no pin"
	}
	return strings.Join(versions, ", ")
}

// ask judges a pin as if an entry were not in the ledger.
func (r *retester) ask(without ledger.Entry, pin ledger.Pin, scope ledger.Scope) (*retest, error) {
	environments := r.within(scope)
	result := &retest{Candidate: pinWords(pin)}
	if len(environments) == 0 {
		result.Outcome, result.Message = outcomeUnjudged, "it is for no environment of the matrix"
		return result, nil
	}
	c := candidate{name: pin.Name, spelling: pin.Spelling, version: pin.Version.String()}
	edited, err := apply(r.in.file, []candidate{c}, environments)
	if err != nil {
		var usage usageError
		if errors.As(err, &usage) {
			result.Outcome, result.Message = outcomeOpen, usage.msg
			return result, nil
		}
		return nil, err
	}
	report := gate.Judge(r.in.ask(r.question(without, edited, environments)))
	result.Reaches = report.Consumers.Reached
	if _, result.Evidence, err = r.in.evidence(report); err != nil {
		return nil, err
	}
	switch {
	case len(report.Candidates) == 0:
		result.Outcome, result.Message = outcomeUnjudged, fmt.Sprintf("%s is what is pinned today", result.Candidate)
	case report.Verdict == gate.Admit:
		result.Outcome = outcomeLift
	case report.Verdict == gate.Reject:
		result.Outcome, result.Message = outcomeStands, fmt.Sprintf("%s would be rejected: %s", result.Candidate, firstReason(report, gate.New))
	default:
		result.Outcome, result.Message = outcomeOpen, fmt.Sprintf("%s is undecided: %s", result.Candidate, firstReason(report, gate.Open))
	}
	return result, nil
}

// question returns the question whether a file may be, as if an entry were not in the
// ledger, and whenever it is asked: what is only for now to wait for does not count.
func (r *retester) question(without ledger.Entry, edited *pinfile.File, environments []*constraints.Environment) *gate.Question {
	q := r.in.question(linesOf(edited))
	q.Environments, q.Now = environments, r.now
	q.Ledger = ledger.Ledger{}
	for _, e := range r.in.law.Ledger.Entries { // of the lists beside it, too
		if e.Common().Place != without.Common().Place && e.Kind() != ledger.KindFreeze {
			q.Ledger.Entries = append(q.Ledger.Entries, e)
		}
	}
	policyOf := q.PolicyOf
	usual := q.Policy
	q.PolicyOf = func(name constraints.Name) gate.Policy {
		p := usual
		if policyOf != nil {
			p = policyOf(name)
		}
		p.Downgrade, p.MinAge, p.Approvals, p.Closed, p.Step = true, 0, 0, nil, ""
		return p
	}
	return q
}

// firstReason returns the first finding of a status that a report has.
func firstReason(report *gate.Report, status gate.Status) string {
	for _, f := range report.Findings {
		if f.Status == status {
			return f.Message
		}
	}
	if len(report.Consumers.NotJudged) > 0 {
		return "not all consumers could be read"
	}
	return "not all is known"
}

// retests writes what judging anew came to, what can be lifted first.
func (p *printer) retests(all []retest) {
	if len(all) == 0 {
		p.printf("  nothing is held or rejected\n")
	}
	for _, want := range []outcome{outcomeLift, outcomeOpen, outcomeUnjudged, outcomeStands} {
		for _, r := range all {
			if r.Outcome != want {
				continue
			}
			p.row(string(r.Entry.Kind), r.Entry.Subject)
			p.sub(string(r.Outcome), r.Message)
			for _, m := range r.Moved {
				p.sub("moved", m)
			}
			if r.Outcome == outcomeLift {
				p.sub("reaches", count(r.Reaches, "consumer"))
				p.sub("evidence", r.Evidence)
			}
			p.sub("because", r.Entry.Reason)
			p.sub("owner", r.Entry.Owner)
			p.sub("at", r.Entry.Place.String())
			if r.Lift != "" {
				p.sub("lift", r.Lift)
			}
		}
	}
}
