package ledger

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2/unstable"

	"sluice/constraints"
	"sluice/constraints/pep440"
	"sluice/constraints/pep508"
)

// form is the keys of a kind of entry: those that it has to have, and those that it may.
type form struct{ need, may []string }

// formOf returns the keys of a kind of entry, in the order in which they are written.
func formOf(kind Kind) form {
	f := map[Kind]form{
		KindHold:            {[]string{"package", "range"}, []string{"environments"}},
		KindRejection:       {[]string{"package", "version"}, []string{"with", "environments", "rules", "evidence", "rejected"}},
		KindWaiver:          {[]string{"rule", "package"}, []string{"range", "consumer", "dependent", "environments"}},
		KindExpectedFailure: {[]string{"consumer"}, []string{"test", "package", "range", "environments"}},
		KindFreeze:          {[]string{"from", "to"}, []string{"packages", "except"}},
		KindApproval:        {[]string{"package", "version"}, nil},
	}[kind]
	return form{append(f.need, "reason", "owner"), append(f.may, "issue", "expires")}
}

// entry returns what a table says. What is wrong with it goes to the problems of the
// document.
func (t *table) entry() Entry {
	t.checkKeys()
	record := Record{Reason: t.prose("reason"), Owner: t.text("owner"), Issue: t.text("issue"), Expires: t.through("expires"), Place: t.place}
	name, spelling := t.name("package")
	scope := Scope(t.texts("environments"))
	switch t.kind {
	case KindHold:
		return &Hold{record, name, spelling, t.versions("range"), scope}
	case KindRejection:
		return &Rejection{record, Pin{name, spelling, t.version("version")}, t.pins("with"), scope, t.texts("rules"), t.digest("evidence"), t.since("rejected")}
	case KindWaiver:
		dependent, _ := t.name("dependent")
		if f := t.field("dependent"); f != nil && t.text("rule") != "dependent" {
			t.complain(f.place, "dependent is for the rule of that name", `with rule = "dependent" it says whose requirement may be unmet`)
		}
		return &Waiver{record, t.text("rule"), name, spelling, t.versions("range"), t.text("consumer"), scope, dependent}
	case KindExpectedFailure:
		if f := t.field("range"); f != nil && t.field("package") == nil {
			t.complain(f.place, "range is of no package", `add package = "NAME"`)
		}
		return &ExpectedFailure{record, t.text("consumer"), t.text("test"), name, spelling, t.versions("range"), scope}
	case KindApproval:
		return &Approval{record, Pin{name, spelling, t.version("version")}}
	}
	freeze := &Freeze{record, t.since("from"), t.through("to"), t.patterns("packages"), t.patterns("except")}
	if !freeze.From.IsZero() && !freeze.To.IsZero() && !freeze.From.Before(freeze.To) {
		t.complain(t.field("to").place, "to is before from", "")
	}
	return freeze
}

// checkKeys complains of keys that an entry of its kind does not have, and of those that
// it lacks, unless what it lacks may be what could not be read.
func (t *table) checkKeys() {
	form := formOf(t.kind)
	known := slices.Concat(form.need, form.may)
	for _, f := range t.fields {
		if !slices.Contains(known, f.key) {
			t.complain(f.place, fmt.Sprintf("unknown key %s", quoteShort(f.key)), nearestOr(f.key, known, fmt.Sprintf("%s has %s", t.kind, strings.Join(known, ", "))))
		}
	}
	if t.faulty {
		return
	}
	for _, key := range form.need {
		if t.field(key) == nil {
			t.complain(t.place, fmt.Sprintf("%s has no %s", t.kind, key), hints[key])
		}
	}
}

// hints say by example how a value is written.
var hints = map[string]string{
	"package":   `such as package = "oslo.config"`,
	"dependent": `such as dependent = "oslo.config"`,
	"range":     `such as range = "<2"`,
	"version":   `such as version = "1.4.2"`,
	"reason":    "say why: it is read by who wonders later",
	"owner":     "say whom to ask before it is lifted",
	"rule":      "sluice help rules lists them",
	"consumer":  "the name of a consumer",
	"from":      "the first day, such as from = 2026-12-20",
	"to":        "the last day, such as to = 2027-01-04",
	"expires":   "the last day on which it counts, such as expires = 2027-01-31",
	"rejected":  "such as rejected = 2026-11-26T10:00:00Z",
	"evidence":  `such as evidence = "sha256:" and 64 digits from 0 to f`,
	"with":      `such as with = ["botocore==1.31.42"]`,
}

// text returns a text of one line, "" where the key is absent.
func (t *table) text(key string) string {
	f := t.field(key)
	if f == nil {
		return ""
	}
	return t.line(key, f.value)
}

// line returns a value as a text of one line.
func (t *table) line(key string, v value) string {
	switch {
	case v.kind != unstable.String:
		hint := hints[key]
		if v.kind != unstable.Array && v.kind != unstable.InlineTable {
			hint = fmt.Sprintf("write it in quotes: %q", v.text)
		}
		t.complain(v.place, fmt.Sprintf("%s must be a text, not %s", key, v.what()), hint)
	case strings.TrimSpace(v.text) == "":
		t.complain(v.place, key+" is empty", hints[key])
	case strings.ContainsFunc(v.text, isControl):
		t.complain(v.place, key+" has a line break or another control character in it", "write one line")
	default:
		return v.text
	}
	return ""
}

// prose returns a text that may be of several lines, as one.
func (t *table) prose(key string) string {
	f := t.field(key)
	if f == nil {
		return ""
	}
	joined := f.value
	joined.text = strings.Join(strings.Fields(joined.text), " ")
	return t.line(key, joined)
}

func isControl(r rune) bool {
	return r < ' ' || r == 0x7f || 0x80 <= r && r < 0xa0 || r == 0x2028 || r == 0x2029
}

// texts returns a list of texts, none where the key is absent.
func (t *table) texts(key string) []string {
	var all []string
	t.each(key, func(v value) {
		if text := t.line(key, v); text != "" {
			all = append(all, text)
		}
	})
	return all
}

// each calls do with each value of a list. An empty one would mean nothing at all, and the
// absent one everything: that is too near.
func (t *table) each(key string, do func(value)) {
	f := t.field(key)
	switch {
	case f == nil:
	case f.value.kind != unstable.Array:
		t.complain(f.value.place, fmt.Sprintf("%s must be a list, not %s", key, f.value.what()), fmt.Sprintf("write a list: %s = [%q]", key, f.value.text))
	case len(f.value.items) == 0:
		t.complain(f.place, key+" is an empty list", "leave it out for all")
	default:
		for _, item := range f.value.items {
			do(item)
		}
	}
}

// name returns the name of a package, and its spelling.
func (t *table) name(key string) (constraints.Name, string) {
	text := t.text(key)
	if text == "" {
		return "", ""
	}
	if !pep508.ValidName(text) {
		t.complain(t.field(key).value.place, fmt.Sprintf("%s is not the name of a package", quoteShort(text)), hints[key])
		return "", ""
	}
	return pep508.NormalizeName(text), text
}

// patterns returns a list of patterns of names.
func (t *table) patterns(key string) []constraints.Pattern {
	var all []constraints.Pattern
	t.each(key, func(v value) {
		text := t.line(key, v)
		if text == "" {
			return
		}
		pattern, err := pep508.ParsePattern(text)
		t.fault(v, 0, err)
		all = append(all, pattern)
	})
	return all
}

// versions returns a range of versions, everything where the key is absent.
func (t *table) versions(key string) constraints.Range {
	text := t.text(key)
	if text == "" {
		return constraints.Everything()
	}
	versions, err := pep440.ParseSpecifierSet(text)
	t.fault(t.field(key).value, 0, err)
	return versions
}

// version returns a version, the zero one where the key is absent.
func (t *table) version(key string) constraints.Version {
	text := t.text(key)
	if text == "" {
		return constraints.Version{}
	}
	version, err := pep440.Parse(text)
	t.fault(t.field(key).value, 0, err)
	return version
}

// pins returns a list of pins, NAME==VERSION.
func (t *table) pins(key string) []Pin {
	var all []Pin
	t.each(key, func(v value) {
		text := t.line(key, v)
		if text == "" {
			return
		}
		name, rest, pinned := strings.Cut(text, "==")
		name = strings.TrimSpace(name)
		if !pinned || !pep508.ValidName(name) {
			t.complain(v.place, fmt.Sprintf("%s is no pin", quoteShort(text)), hints[key])
			return
		}
		bare := strings.TrimLeft(strings.TrimPrefix(rest, "="), " \t")
		version, err := pep440.Parse(bare)
		t.fault(v, len(text)-len(bare), err)
		all = append(all, Pin{pep508.NormalizeName(name), name, version})
	})
	return all
}

// fault complains of what a parser says about a value, from an offset in its text on.
func (t *table) fault(v value, offset int, err error) {
	if err == nil {
		return
	}
	place, hint := v.place, ""
	var syntax *constraints.SyntaxError
	if errors.As(err, &syntax) {
		hint = syntax.Hint
		if written := v.length - len("``"); written == len(v.text) { // no escapes, one line
			place.Col += 1 + offset + syntax.Offset
		}
	}
	t.complain(place, err.Error(), hint)
}

var sha256Digest = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

// digest returns the digest of a document, "" where the key is absent.
func (t *table) digest(key string) string {
	text := t.text(key)
	if text != "" && !sha256Digest.MatchString(text) {
		t.complain(t.field(key).value.place, fmt.Sprintf("%s: %s is no digest", key, quoteShort(text)), hints[key])
	}
	return text
}

// since returns the moment that a value begins at, the zero time where the key is absent.
// A day begins at midnight, UTC.
func (t *table) since(key string) time.Time { return t.moment(key, 0) }

// through returns the moment that a value is over at, the zero time where the key is
// absent. A day is over when the next begins.
func (t *table) through(key string) time.Time { return t.moment(key, 1) }

func (t *table) moment(key string, days int) time.Time {
	f := t.field(key)
	if f == nil {
		return time.Time{}
	}
	var moment time.Time
	var err error
	switch f.value.kind {
	case unstable.LocalDate:
		moment, err = time.Parse(time.DateOnly, f.value.text)
		moment = moment.AddDate(0, 0, days)
	case unstable.DateTime:
		moment, err = time.Parse(time.RFC3339Nano, strings.ToUpper(strings.Replace(f.value.text, " ", "T", 1)))
	case unstable.LocalDateTime:
		t.complain(f.value.place, key+" does not say on whose clock", "add Z for UTC, or an offset such as +02:00")
		return time.Time{}
	default:
		t.complain(f.value.place, fmt.Sprintf("%s must be a date, not %s", key, f.value.what()), hints[key]+", without quotes")
		return time.Time{}
	}
	if err != nil || moment.Year() < firstYear || moment.Year() > lastYear {
		t.complain(f.value.place, fmt.Sprintf("%s: there is no %s", key, f.value.text), hints[key])
		return time.Time{}
	}
	return moment.UTC()
}

// Times are in years that a ledger can be about. It keeps their texts at four digits.
const firstYear, lastYear = 1970, 9000

// what says what a value is.
func (v value) what() string {
	switch v.kind {
	case unstable.String:
		return "a text"
	case unstable.Array:
		return "a list"
	case unstable.InlineTable:
		return "a table"
	case unstable.Bool:
		return "true or false"
	case unstable.Integer, unstable.Float:
		return "a number"
	}
	return "a date"
}
