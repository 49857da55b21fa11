package ledger

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"sluice/constraints"
)

// Text returns an entry as a table of a ledger.toml, with "\n" behind each line.
func Text(e Entry) string {
	w := &writer{}
	w.printf("[[%s]]\n", e.Kind())
	switch e := e.(type) {
	case *Hold:
		w.text("package", e.Spelling)
		w.versions("range", e.Range)
		w.texts("environments", e.Environments)
	case *Rejection:
		w.text("package", e.Spelling)
		w.text("version", e.Version.String())
		w.texts("with", pinTexts(e.With))
		w.texts("environments", e.Environments)
		w.texts("rules", e.Rules)
		w.text("evidence", e.Evidence)
		w.moment("rejected", e.Rejected, 0)
	case *Waiver:
		w.text("rule", e.Rule)
		w.text("package", e.Spelling)
		w.versions("range", e.Range)
		w.text("consumer", e.Consumer)
		w.text("dependent", string(e.Dependent))
		w.texts("environments", e.Environments)
	case *ExpectedFailure:
		w.text("consumer", e.Consumer)
		w.text("test", e.Test)
		w.text("package", e.Spelling)
		w.versions("range", e.Range)
		w.texts("environments", e.Environments)
	case *Freeze:
		w.moment("from", e.From, 0)
		w.moment("to", e.To, 1)
		w.texts("packages", texts(e.Packages))
		w.texts("except", texts(e.Except))
	case *Approval:
		w.text("package", e.Spelling)
		w.text("version", e.Version.String())
	}
	record := e.Common()
	w.text("reason", record.Reason)
	w.text("owner", record.Owner)
	w.text("issue", record.Issue)
	w.moment("expires", record.Expires, 1)
	return w.String()
}

// writer writes fields. Those that say nothing are left out.
type writer struct{ strings.Builder }

func (w *writer) printf(format string, args ...any) { fmt.Fprintf(&w.Builder, format, args...) }

func (w *writer) text(key, text string) {
	if text != "" {
		w.printf("%s = %s\n", key, Quote(text))
	}
}

func (w *writer) versions(key string, r constraints.Range) {
	if r != nil {
		w.text(key, r.String())
	}
}

func (w *writer) texts(key string, list []string) {
	if len(list) == 0 {
		return
	}
	items := make([]string, len(list))
	for i, text := range list {
		items[i] = Quote(text)
	}
	w.printf("%s = [%s]\n", key, strings.Join(items, ", "))
}

// moment writes a time: as a day, if it is the midnight at its beginning, or at its end,
// if the day counts as a whole (days is 1).
func (w *writer) moment(key string, t time.Time, days int) {
	if t.IsZero() {
		return
	}
	w.printf("%s = %s\n", key, momentText(t, days))
}

// Since returns the time at which something begins as a ledger has it: as a day, UTC, if it
// begins with one.
func Since(from time.Time) string { return momentText(from, 0) }

// Through returns the time at which something is over as a ledger has it: as the last day,
// UTC, if that counts as a whole.
func Through(over time.Time) string { return momentText(over, 1) }

func momentText(t time.Time, days int) string {
	t = t.UTC()
	if t.Equal(t.Truncate(24 * time.Hour)) {
		return t.AddDate(0, 0, -days).Format(time.DateOnly)
	}
	return t.Format(time.RFC3339Nano)
}

func pinTexts(pins []Pin) []string {
	var all []string
	for _, p := range pins {
		all = append(all, p.Spelling+"=="+p.Version.String())
	}
	return all
}

func texts[S ~string](list []S) []string {
	var all []string
	for _, s := range list {
		all = append(all, string(s))
	}
	return all
}

// Quote returns a text as a basic string (TOML 1.0, "String"). What cannot be seen is
// escaped, so that the file reads as what it says.
func Quote(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == ' ' || unicode.IsGraphic(r) && !unicode.IsSpace(r):
			b.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08X`, r)
		default:
			fmt.Fprintf(&b, `\u%04X`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
