package gate

import (
	"fmt"
	"slices"

	"sluice/constraints"
	"sluice/constraints/ledger"
	"sluice/resolver"
)

// Rule is one way in which a change can be wrong. Its identifier is stable.
type Rule struct {
	ID      string
	Rejects string // completes "rejects when ..."
	Lasts   bool   // what it finds stays so, as far as anybody knows, and is worth remembering

	// claims reports whether a clash of the graph is this rule's; the first rule
	// of the table that claims it has it.
	claims func(s *survey, c *resolver.Clash) bool

	// check returns what is wrong with a changed pin itself, in one environment.
	check func(s *survey, name constraints.Name) []Finding

	// ofChange says that check compares with today's pin, so that it has nothing to
	// say of constraints as they stand.
	ofChange bool
}

// Rules returns the rules in the order in which their findings are reported.
func Rules() []Rule {
	return []Rule{
		{
			ID:      "published",
			Lasts:   true,
			Rejects: "the version is not in the index, is yanked, has no file that an environment of the matrix can install, or has invalid metadata",
			claims: func(_ *survey, c *resolver.Clash) bool {
				return c.Kind == resolver.Unpublished || c.Kind == resolver.NoFile || c.Kind == resolver.BadMetadata
			},
			check: checkYanked,
		},
		{ID: "loosened", Rejects: "the change itself brings the ledger or the policy under which it would pass"},
		{
			ID:      "requires-python",
			Lasts:   true,
			Rejects: "its Requires-Python excludes an environment",
			claims:  func(_ *survey, c *resolver.Clash) bool { return c.Kind == resolver.WrongRuntime },
		},
		{ID: "prerelease", Rejects: "the version is a pre-release and the policy does not want them", check: checkPrerelease, ofChange: true},
		{ID: "downgrade", Rejects: "the version is lower than today's pin and the policy does not want that", check: checkDowngrade, ofChange: true},
		{ID: "hold", Rejects: "the ledger holds the package to a range that the version is not in", check: checkHold, ofChange: true},
		{ID: "rejected-before", Rejects: "the ledger has the version as rejected", check: checkRejected, ofChange: true},
		{ID: "min-age", Rejects: "the version was uploaded too short a time ago for the policy", check: checkMinAge, ofChange: true},
		{ID: "freeze", Rejects: "the ledger has the package stay as it is at this time", check: checkFreeze, ofChange: true},
		{ID: "window", Rejects: "the policy admits nothing at this time of the week", check: checkWindow, ofChange: true},
		{ID: "approval", Rejects: "fewer people approve of the version, in the ledger, than the policy asks for", check: checkApprovals, ofChange: true},
		{
			ID:      "semver",
			Rejects: "the step from today's version is larger than the policy allows, or a first-party release adds a dependency or raises a minimum without being a minor release",
			check:   checkSemver, ofChange: true,
		},
		{ID: "partition", Rejects: "the edited file would have no or several active pins of a name in an environment", check: checkPartition},
		{
			ID:      "range",
			Lasts:   true,
			Rejects: "a consumer's declared range excludes it, in an environment where the requirement applies",
			claims: func(_ *survey, c *resolver.Clash) bool {
				return c.Kind == resolver.OutOfRange && c.Demand.From == nil
			},
		},
		{
			ID:      "dependent",
			Lasts:   true,
			Rejects: "what another pinned package requires of it does not fit",
			claims: func(s *survey, c *resolver.Clash) bool {
				return c.Kind == resolver.OutOfRange && s.isChanged(c.Target.Name) && !s.isChanged(c.Demand.From.Name)
			},
		},
		{
			ID:      "dependency",
			Lasts:   true,
			Rejects: "what the candidate requires, itself or through others, does not fit the other pins",
			claims:  func(_ *survey, c *resolver.Clash) bool { return c.Kind == resolver.OutOfRange },
		},
		{ID: "expected-failure", Rejects: "a consumer fits that the ledger expects to fail (check)"},
		{
			ID:      "resolve",
			Lasts:   true,
			Rejects: "something unpinned that is reachable has no solution",
			claims:  func(*survey, *resolver.Clash) bool { return true },
		},
	}
}

// checkYanked finds a version that was withdrawn from the index (PEP 592). pip
// would still install it for an exact pin, with a warning; nobody should begin to
// pin it.
func checkYanked(s *survey, name constraints.Name) []Finding {
	pin := s.after.Pin(name)
	if pin == nil || pin.URL != "" {
		return nil
	}
	release := s.after.Release(name)
	if release == nil {
		return nil // what is unknown or unpublished is found by the survey
	}
	yanked, reason := release.YankedIn(s.env)
	if !yanked {
		return nil
	}
	f := s.finding(New, pin, "was yanked from the index")
	if reason != "" {
		f.Message += ": " + reason
	}
	return []Finding{f}
}

// checkPrerelease holds a candidate against the policy for pre-releases. Going
// from one pre-release to another makes nothing worse.
func checkPrerelease(s *survey, name constraints.Name) []Finding {
	pin := s.after.Pin(name)
	policy := s.question.of(name).Prereleases
	if pin == nil || !pin.Version.IsPrerelease() || policy == AllowPrereleases {
		return nil
	}
	versions, err := s.question.Source.Versions(name)
	needed := err == nil && !containsFinal(versions)
	if needed && policy == PrereleasesIfNeeded {
		return nil
	}
	f := s.finding(New, pin, "is a pre-release")
	if was := s.today.world.Pin(name); was != nil && was.Version.IsPrerelease() {
		f.Status = Standing
		f.Message += ", as is today's " + was.Version.String()
		return []Finding{f}
	}
	f.Lifts = allowing("prereleases", "allow")
	if needed {
		f.Lifts = allowing("prereleases", "if-needed")
	}
	return []Finding{f}
}

// allowing says which policy would allow what today's does not.
func allowing(key, value string) []string {
	return []string{fmt.Sprintf("allow it by %s = %q under [policy] in sluice.toml, or --%s %s", key, value, key, value)}
}

func containsFinal(versions []constraints.Version) bool {
	for _, v := range versions {
		if !v.IsPrerelease() {
			return true
		}
	}
	return false
}

// checkDowngrade finds a candidate that is lower than the pin that it replaces, where the
// ledger has no record of what is wrong with that.
func checkDowngrade(s *survey, name constraints.Name) []Finding {
	was, pin := s.today.world.Pin(name), s.after.Pin(name)
	if s.question.of(name).Downgrade || was == nil || pin == nil || pin.Version.IsZero() || pin.Version.Compare(was.Version) >= 0 || s.isAtFault(was) {
		return nil
	}
	f := s.finding(New, pin, "is lower than today's "+was.Version.String())
	f.Lifts = allowing("downgrade", "allow")
	return []Finding{f}
}

// isAtFault reports whether the ledger says that a pin of today ought not to be there.
func (s *survey) isAtFault(pin *resolver.Pin) bool {
	current := s.question.Ledger.At(s.question.Now)
	return slices.ContainsFunc(ledger.Of[*ledger.Rejection](current), func(r *ledger.Rejection) bool {
		return r.Name == pin.Name && r.Environments.Contains(s.env.Name()) && isRejected(r, s.today.world)
	}) || slices.ContainsFunc(ledger.Of[*ledger.Hold](current), func(h *ledger.Hold) bool {
		return h.Forbids(pin.Name, pin.Version, s.env.Name())
	})
}

// checkPartition finds an environment in which the edited file has several active
// pins of the name, or none although it is pinned there today or pinned by
// several lines that ought to cover every environment.
func checkPartition(s *survey, name constraints.Name) []Finding {
	before, after := s.activePins(s.question.Before, name), s.activePins(s.question.After, name)
	f := Finding{Status: New}
	lines := after
	switch {
	case len(after) > 1:
		f.Message = "has several active pins"
		if len(before) > 1 {
			f.Status = Standing
		}
	case len(after) == 0 && len(before) > 0 && len(pinsOf(s.question.After, name)) == 0:
		if !s.misses(name, &f) {
			return nil
		}
		lines = before
	case len(after) == 0 && len(before) > 0:
		f.Message = "loses its active pin"
		lines = before
	case len(after) == 0 && isSplit(s.question.After, name):
		f.Message = "is pinned by several lines and none of them is active"
		lines = pinsOf(s.question.After, name)
		if isSplit(s.question.Before, name) {
			f.Status = Standing
		}
	default:
		return nil
	}
	f.Package = lines[0].Requirement.Spelling
	f.Message = f.Package + " " + f.Message
	f.Place = placeOf(lines[0].Place)
	for _, l := range lines {
		f.Details = append(f.Details, l.Place.String()+"  "+l.Requirement.String())
	}
	return []Finding{f}
}

// misses reports whether a consumer installs a package that is pinned no more, with the pins
// that are asked about, or nobody knows whether one does; and says so.
func (s *survey) misses(name constraints.Name, f *Finding) bool {
	is := func(other constraints.Name) bool { return other == name }
	var known, unknown []string
	for _, t := range s.today.trials {
		consumer := s.question.Consumers[t.consumer].Name
		switch outcome := s.after.Verify(t.job.Job); {
		case outcome.Needs(is):
			known = appendNew(known, consumer+" installs it")
		case slices.ContainsFunc(outcome.Clashes, func(c resolver.Clash) bool { return c.Kind.Undecided() }):
			unknown = appendNew(unknown, "what "+consumer+" installs is not known")
		}
	}
	switch {
	case len(known) > 0:
		f.Message, f.Details = "is pinned no more, and is installed by "+count(len(known), "consumer"), known
	case len(unknown) > 0:
		f.Status, f.Unknown = Open, true
		f.Message, f.Details = "is pinned no more, and whether anybody installs it is not known", unknown
	}
	return len(f.Details) > 0
}

// isSplit reports whether several lines pin a name.
func isSplit(lines []Line, name constraints.Name) bool { return len(pinsOf(lines, name)) > 1 }

// pinsOf returns the lines that pin a name in any environment.
func pinsOf(lines []Line, name constraints.Name) []Line {
	var pins []Line
	for _, l := range lines {
		if l.Requirement.Name == name && l.IsPin() {
			pins = append(pins, l)
		}
	}
	return pins
}

// activePins returns the lines that pin a name in the survey's environment.
func (s *survey) activePins(lines []Line, name constraints.Name) []Line {
	return slices.DeleteFunc(pinsOf(lines, name), func(l Line) bool { return !l.Requirement.Applies(s.env, "") })
}

// finding begins a finding about a pin.
func (s *survey) finding(status Status, pin *resolver.Pin, message string) Finding {
	return Finding{
		Status:  status,
		Message: spelling(pin) + " " + pin.Version.String() + " " + message,
		Package: spelling(pin),
		Version: pin.Version.String(),
		Place:   placeOf(pin.Place),
	}
}

// placeOf returns a place as reports hold it: nil when there is none.
func placeOf(p constraints.Place) *constraints.Place {
	if p.File == "" {
		return nil
	}
	return &p
}
