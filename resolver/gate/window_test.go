package gate_test

import (
	"testing"
	"time"
	_ "time/tzdata" // also where the machine knows no zones

	"pgregory.net/rapid"

	"sluice/resolver/gate"
)

func TestWindows(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		window string
		at     string // in UTC
		want   bool
	}{
		{"fri 15:00 - mon 08:00", "2026-11-27T13:59:00Z", false}, // 14:59 in Berlin
		{"fri 15:00 - mon 08:00", "2026-11-27T14:00:00Z", true},
		{"fri 15:00 - mon 08:00", "2026-11-30T06:59:59Z", true},
		{"fri 15:00 - mon 08:00", "2026-11-30T07:00:00Z", false},
		{"fri 15:00 - mon 08:00", "2026-07-03T13:00:00Z", true}, // in summer
		{"sat - sun", "2026-11-27T22:59:00Z", false},
		{"sat - sun", "2026-11-27T23:00:00Z", true},
		{"sat - sun", "2026-11-29T22:59:00Z", true},
		{"sat - sun", "2026-11-29T23:00:00Z", false},
		{"Wed - wed", "2026-11-25T12:00:00Z", true},
		{"wed 24:00 - fri", "2026-11-25T22:59:00Z", false},
		{"wed 24:00 - fri", "2026-11-25T23:00:00Z", true},
	} {
		w, err := gate.ParseWindow(test.window, berlin)
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339, test.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := w.Contains(at); got != test.want {
			t.Errorf("%s at %s: %v", test.window, test.at, got)
		}
	}
	for _, text := range []string{"", "fri", "fri 15:00", "fri-mon", "fri 15 - mon", "fri 25:00 - sat", "fri 15:60 - sat", "fri 24:01 - sat", "day - sat", "fri 10:00 - fri 10:00", "mon - sun", "fri -1:00 - sat", "fri 1:5 - sat"} {
		if w, err := gate.ParseWindow(text, berlin); err == nil {
			t.Errorf("%q is taken for %s", text, w)
		}
	}
}

// A window and the one from its end to its beginning part the week.
func TestWindowsPartTheWeek(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		moment := func(label string) string {
			day := rapid.SampledFrom([]string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}).Draw(t, label)
			return day + " " + rapid.StringMatching(`(0[0-9]|1[0-9]|2[0-3]):[0-5][0-9]`).Draw(t, label+" time")
		}
		from, to := moment("from"), moment("to")
		if from == to {
			return
		}
		w, err := gate.ParseWindow(from+" - "+to, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		rest, err := gate.ParseWindow(to+" - "+from, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		at := time.Unix(rapid.Int64Range(0, 1<<33).Draw(t, "at"), 0)
		if w.Contains(at) == rest.Contains(at) {
			t.Fatalf("%s and %s at %s: %v", w, rest, at, w.Contains(at))
		}
	})
}
