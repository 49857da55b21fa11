package gate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Window is a part of each week, on the clocks of a place.
type Window struct {
	from, to time.Duration // since the Monday began; to is before from where it spans the week's end
	zone     *time.Location
	text     string
}

const week = 7 * 24 * time.Hour

var weekdays = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}

// ParseWindow reads "fri 15:00 - mon 08:00": from a day and time until just before
// another, on the clocks of a zone. "sat - sun" is whole days, the last included.
func ParseWindow(text string, zone *time.Location) (Window, error) {
	from, to, ok := strings.Cut(text, " - ")
	if !ok {
		return Window{}, fmt.Errorf("%q is no part of the week", text)
	}
	w := Window{zone: zone, text: text}
	var err error
	if w.from, err = parseMoment(from, false); err != nil {
		return Window{}, err
	}
	if w.to, err = parseMoment(to, true); err != nil {
		return Window{}, err
	}
	if w.from == w.to {
		return Window{}, fmt.Errorf("%q begins when it ends", text)
	}
	return w, nil
}

// parseMoment reads a day and a time of it; without a time, the day's beginning or its end.
func parseMoment(text string, end bool) (time.Duration, error) {
	day, clock, timed := strings.Cut(strings.TrimSpace(text), " ")
	n := slices.Index(weekdays, strings.ToLower(day))
	if n < 0 {
		return 0, fmt.Errorf("%q is no day of the week", day)
	}
	at := time.Duration(n) * 24 * time.Hour
	switch {
	case timed:
		within, err := parseClock(strings.TrimSpace(clock))
		if err != nil {
			return 0, err
		}
		at += within
	case end:
		at += 24 * time.Hour
	}
	return at % week, nil
}

// parseClock reads "08:30"; "24:00" is the end of the day.
func parseClock(text string) (time.Duration, error) {
	hours, minutes, ok := strings.Cut(text, ":")
	h, errH := strconv.ParseUint(hours, 10, 8)
	m, errM := strconv.ParseUint(minutes, 10, 8)
	at := time.Duration(h)*time.Hour + time.Duration(m)*time.Minute
	if !ok || errH != nil || errM != nil || len(minutes) != 2 || m > 59 || at > 24*time.Hour {
		return 0, fmt.Errorf("%q is no time of the day", text)
	}
	return at, nil
}

// Contains reports whether the window is open at a time.
func (w Window) Contains(t time.Time) bool {
	local := t.In(w.zone)
	at := time.Duration((int(local.Weekday())+6)%7)*24*time.Hour +
		time.Duration(local.Hour())*time.Hour + time.Duration(local.Minute())*time.Minute
	if w.from < w.to {
		return w.from <= at && at < w.to
	}
	return w.from <= at || at < w.to
}

// String returns the window as it was written, with its zone.
func (w Window) String() string { return w.text + " " + w.zone.String() }
