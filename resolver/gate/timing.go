package gate

import (
	"fmt"
	"time"

	"sluice/constraints"
)

// checkMinAge finds a candidate that was uploaded too short a time ago: what is wrong with
// a release often shows in its first days.
func checkMinAge(s *survey, name constraints.Name) []Finding {
	pin, wanted := s.after.Pin(name), s.question.of(name).MinAge
	if wanted == 0 || pin == nil || pin.Version.IsZero() {
		return nil
	}
	release := s.after.Release(name)
	if release == nil {
		return nil // what is unpublished or unknown is found by the survey
	}
	if release.Uploaded.IsZero() {
		f := s.finding(Open, pin, fmt.Sprintf("is to be %s old, and the index does not say when it was uploaded", Span(wanted)))
		f.Unknown = true
		return []Finding{f}
	}
	if age := s.question.Now.Sub(release.Uploaded); age >= wanted {
		return nil
	}
	f := s.finding(New, pin, fmt.Sprintf("was uploaded at %s, and the policy wants it to be %s old", moment(release.Uploaded), Span(wanted)))
	f.Lifts = []string{"wait until " + moment(release.Uploaded.Add(wanted))}
	return []Finding{f}
}

// Span puts a time span into words: in days, where it is whole days.
func Span(d time.Duration) string {
	switch day := 24 * time.Hour; {
	case d%day == 0:
		return count(int(d/day), "day")
	case d%time.Hour == 0:
		return count(int(d/time.Hour), "hour")
	}
	return d.String()
}

// checkWindow finds a candidate at a time of the week in which nothing is admitted.
func checkWindow(s *survey, name constraints.Name) []Finding {
	for _, w := range s.question.of(name).Closed {
		if !w.Contains(s.question.Now) {
			continue
		}
		if f, ok := s.change(name, "is not to change in the time of "+w.String()); ok {
			return []Finding{f}
		}
	}
	return nil
}
