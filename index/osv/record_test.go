package osv

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sluice/constraints"
	"sluice/constraints/pep440"
)

func everything(constraints.Name) bool { return true }

func version(t testing.TB, text string) constraints.Version {
	t.Helper()
	v, err := pep440.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// fataler is a test, of the standard library or of rapid.
type fataler interface {
	Helper()
	Fatal(...any)
}

// affectedBy returns the affected versions of quill that a record has, written as the
// inside of an item of "affected".
func affectedBy(t fataler, inside string) *Affected {
	t.Helper()
	r, err := ParseRecord([]byte(`{"id": "X-1", "modified": "2026-01-02T03:04:05Z", "affected": [{"package": {"ecosystem": "PyPI", "name": "Quill"}, `+inside+`}]}`), everything)
	if err != nil {
		t.Fatal(err)
	}
	return &r.Affected[0]
}

// ranges returns an item of "affected" with ranges, each given as "TYPE KEY VALUE, ...".
func ranges(texts ...string) string {
	var all []string
	for _, text := range texts {
		kind, rest, _ := strings.Cut(text, " ")
		var events []string
		for _, e := range strings.Split(rest, ", ") {
			key, value, _ := strings.Cut(e, " ")
			events = append(events, fmt.Sprintf(`{%q: %q}`, key, value))
		}
		all = append(all, fmt.Sprintf(`{"type": %q, "events": [%s]}`, kind, strings.Join(events, ", ")))
	}
	return `"ranges": [` + strings.Join(all, ", ") + `]`
}

func TestVersionsThatARecordAffects(t *testing.T) {
	for name, c := range map[string]struct {
		inside   string
		affected string
		clean    string
		fixed    map[string]string // the lowest fixed version above one
	}{
		"all":                   {ranges("ECOSYSTEM introduced 0"), "0.dev0 0a1 0 1 99!1", "", map[string]string{"1": ""}},
		"until it is fixed":     {ranges("ECOSYSTEM introduced 0, fixed 1.0.2"), "0.dev0 0.1 1.0.1 1.0.2rc1 1.0.2.dev1", "1.0.2 1.0.2.post1 2", map[string]string{"1": "1.0.2", "2": ""}},
		"zero as a version":     {ranges("ECOSYSTEM introduced 0.0, fixed 1"), "0 0.5", "0a1 0.dev1 1", nil},
		"last affected":         {ranges("ECOSYSTEM introduced 1, last_affected 1.4"), "1 1.4 1.4.0 1.3.post1 1.4+cpu", "0.9 1.4.post1 1.4.1 2", map[string]string{"1": ""}},
		"one version":           {ranges("ECOSYSTEM introduced 1, last_affected 1"), "1 1.0", "0.9 1.0.1", nil},
		"one, told backwards":   {ranges("ECOSYSTEM last_affected 1, introduced 1"), "1", "0.9 1.0.1", nil},
		"no version":            {ranges("ECOSYSTEM introduced 1, fixed 1"), "", "0 1 2", nil},
		"two in a row":          {ranges("ECOSYSTEM introduced 0, fixed 1, introduced 1, fixed 2"), "0.5 1 1.5", "2", map[string]string{"0.5": "2", "1": "2"}},
		"several pairs":         {ranges("ECOSYSTEM introduced 1.0.0, fixed 1.0.2, introduced 3.0.0, fixed 3.2.5"), "1 1.0.1 3.0 3.2.4", "0 1.0.2 2 3.2.5 4", map[string]string{"1": "1.0.2", "3.1": "3.2.5"}},
		"unsorted":              {ranges("ECOSYSTEM fixed 3.2.5, introduced 3, fixed 1.0.2, introduced 1"), "1 1.0.1 3.0 3.2.4", "0 1.0.2 2 3.2.5 4", nil},
		"several ranges":        {ranges("ECOSYSTEM introduced 1, fixed 2", "SEMVER introduced 1.5.0, fixed 3.0.0"), "1 1.9 2.5", "0.9 3", map[string]string{"1": "3.0.0", "2.5": "3.0.0"}},
		"introduced twice":      {ranges("ECOSYSTEM introduced 1, introduced 2, fixed 3"), "1 1.5 2 2.9", "3", nil},
		"fixed twice":           {ranges("ECOSYSTEM introduced 1, fixed 2, fixed 3"), "1 1.5", "2 2.5 3", map[string]string{"1": "2"}},
		"pre-releases":          {ranges("ECOSYSTEM introduced 2.0rc1, fixed 2.0"), "2.0rc1 2.0rc2", "2.0b1 2.0 1.9", map[string]string{"2.0rc1": "2.0"}},
		"an epoch":              {ranges("ECOSYSTEM introduced 0, fixed 1!0"), "2024.1", "1!0 1!1", nil},
		"limit":                 {ranges("ECOSYSTEM introduced 1, limit 2"), "1 1.9 2.0rc1", "0.9 2 3", nil},
		"several limits":        {ranges("ECOSYSTEM introduced 1, limit 2, limit 3"), "1 2 2.9", "3", nil},
		"no limit":              {ranges("ECOSYSTEM introduced 1, limit 2, limit *"), "1 2 3", "0", nil},
		"versions only":         {`"versions": ["1.0", "1.1.0"]`, "1 1.0.0 1.1", "1.2 0.9 1.0.post1", map[string]string{"1": ""}},
		"versions beside":       {`"versions": ["0.5"], ` + ranges("ECOSYSTEM introduced 1, fixed 2"), "0.5 1", "0.4 0.6 2", map[string]string{"0.5": "2"}},
		"what is no version":    {`"versions": ["2004d", "1.0-final-2"]`, "", "2004 1", nil},
		"local versions":        {`"versions": ["1.0"], ` + ranges("ECOSYSTEM introduced 2, fixed 2.5"), "1.0+cpu 2.1+cu118", "2.5+cpu 1.1+cpu", nil},
		"commits":               {`"versions": ["1.0"], ` + ranges("GIT introduced 0, fixed 6879efc2c1596d11a6a6ad296f80063b558d5e0f"), "1.0", "1.1 0", nil},
		"neither":               {`"versions": []`, "", "0 1", nil},
		"semantic pre-releases": {ranges("SEMVER introduced 1.0.0-alpha.1, fixed 1.0.0"), "1.0a1 1.0b3", "1.0", nil},
		"fixed inside another":  {ranges("ECOSYSTEM introduced 0, fixed 1.5", "ECOSYSTEM introduced 1.4, fixed 1.6"), "1 1.5", "1.6", map[string]string{"1": "1.6"}},
	} {
		a := affectedBy(t, c.inside)
		if len(a.Unread) > 0 {
			t.Errorf("%s: unread %q", name, a.Unread)
		}
		for _, text := range strings.Fields(c.affected) {
			if !a.Contains(version(t, text)) {
				t.Errorf("%s: %s is not affected", name, text)
			}
		}
		for _, text := range strings.Fields(c.clean) {
			if a.Contains(version(t, text)) {
				t.Errorf("%s: %s is affected", name, text)
			}
		}
		for text, want := range c.fixed {
			if got := a.FixedAbove(version(t, text)).String(); got != want {
				t.Errorf("%s: above %s it is fixed in %q, want %q", name, text, got, want)
			}
		}
	}
	if a := affectedBy(t, `"versions": ["2004d"]`); !a.Contains(pep440.Literal("2004d")) {
		t.Error("a text that is no version is not affected under that text")
	}
}

func TestPartsThatCannotBeJudgedAreTold(t *testing.T) {
	for inside, want := range map[string]string{
		ranges("COMMIT introduced 0"):                                                   `a range of the unknown type "COMMIT"`,
		ranges("ECOSYSTEM introduced 0, fixed 1.x"):                                     `a range: invalid version "1.x"`,
		ranges("ECOSYSTEM introduced v-one"):                                            `a range: invalid version "v-one"`,
		ranges("ECOSYSTEM fixed 1"):                                                     "a range: it does not say where it begins",
		ranges("ECOSYSTEM introduced 0, patched 1"):                                     "a range: an event says 0 of introduced, fixed, last_affected and limit, not one",
		`"ranges": [{"type": "ECOSYSTEM"}]`:                                             "a range: it does not say where it begins",
		ranges("SEMVER introduced 0, fixed 1.2.3-4.5-6"):                                `a range: invalid version "1.2.3-4.5-6"`,
		`"ranges": [{"type": "SEMVER", "events": [{"introduced": "0", "fixed": "1"}]}]`: "an event says 2 of introduced",
	} {
		a := affectedBy(t, inside)
		if len(a.Unread) != 1 || !strings.Contains(a.Unread[0], want) || a.Contains(version(t, "0.5")) {
			t.Errorf("%s: unread %q, want %s", inside, a.Unread, want)
		}
	}
}

func TestRecordsThatCannotBeRead(t *testing.T) {
	for text, want := range map[string]string{
		``:                                     "it is no record of OSV: unexpected end of JSON input",
		`[]`:                                   "it is a JSON array",
		`{}`:                                   "it has no id",
		`{"id": 1}`:                            `"id" cannot be a JSON number`,
		`{"id": "x"}`:                          `modified: "" is no time`,
		`{"id": "x", "modified": "yesterday"}`: `modified: "yesterday" is no time`,
		`{"id": "x", "modified": "2026-01-02T03:04:05Z", "withdrawn": "maybe"}`:                                                                       `withdrawn: "maybe" is no time`,
		`{"id": "x", "modified": "2026-01-02T03:04:05Z", "affected": [{"package": {"ecosystem": "PyPI", "name": "../x"}}]}`:                           `"../x" is not the name of a package`,
		`{"id": "x", "modified": "2026-01-02T03:04:05Z", "affected": [{"package": {"ecosystem": "PyPI", "name": "x"}, "versions": [1]}]}`:             `"affected.versions" cannot be a JSON number`,
		`{"id": "x", "modified": "2026-01-02T03:04:05Z", "aliases": ["` + strings.Repeat("x", maxName+1) + `"]}`:                                      "an alias has more than 200 bytes",
		`{"id": "` + strings.Repeat("x", maxName+1) + `", "modified": "2026-01-02T03:04:05Z"}`:                                                        "its id has more than 200 bytes",
		`{"id": "x", "modified": "2026-01-02T03:04:05Z", "affected": [{"package": {"ecosystem": "PyPI", "name": "x"}, "ranges": [{"events": [5]}]}]}`: `"affected.ranges.events" cannot be a JSON number`,
	} {
		if r, err := ParseRecord([]byte(text), everything); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n is %+v, %v\nwant %s", text, r, err, want)
		}
	}
}

func TestWhatARecordSays(t *testing.T) {
	r, err := ParseRecord([]byte(`{"schema_version": "1.6.0", "id": "GHSA-1", "modified": "2026-01-02T03:04:05.678Z", "withdrawn": "2026-02-02T00:00:00Z",
		"aliases": ["PYSEC-1", "CVE-1", "CVE-1"], "summary": "ink\n runs  dry", "affected": [
		{"package": {"ecosystem": "npm", "name": "quill"}, "versions": ["1"]}, {"ranges": []},
		{"package": {"ecosystem": "PyPI:mirror", "name": "Quill_Pen"}, "versions": ["1"]}, {"package": {"ecosystem": "PyPI", "name": "other"}}]}`),
		func(name constraints.Name) bool { return name == "quill-pen" })
	if err != nil {
		t.Fatal(err)
	}
	if r.ID != "GHSA-1" || !slices.Equal(r.Aliases, []string{"CVE-1", "PYSEC-1"}) || r.Summary != "ink runs dry" || !r.Withdrawn ||
		len(r.Affected) != 1 || r.Affected[0].Name != "quill-pen" {
		t.Errorf("%+v", r)
	}
}

// A timeline that is walked along all versions, one after the other, switches on and off
// at each event: an account of the specification that compares no version with an event
// twice.
func TestRangesAreWalkedAlongAllVersions(t *testing.T) {
	var universe []constraints.Version
	for _, text := range strings.Fields("0.dev1 0.0 0.1 1.0a1 1.0rc1 1.0 1.0.post1 1.1.dev0 1.1 1.2 2.0b2 2.0 2.0.1 3 1!0.1") {
		universe = append(universe, version(t, text))
	}
	rapid.Check(t, func(t *rapid.T) {
		type change struct{ kind, at int } // at the place of a version in the universe; -1 for "0"
		n := rapid.IntRange(1, 6).Draw(t, "events")
		var changes []change
		var events []string
		limit := -1
		used := make(map[int]bool)
		for i := range n {
			c := change{rapid.IntRange(0, 2).Draw(t, "kind"), rapid.IntRange(0, len(universe)-1).Draw(t, "at")}
			if i == 0 {
				c.kind = 0
			}
			if used[c.at] {
				continue // at one version one event: what more mean is for the table above
			}
			used[c.at] = true
			text := universe[c.at].String()
			if c.kind == 0 && rapid.IntRange(0, 4).Draw(t, "from the start") == 0 {
				c.at, text = -1, "0"
			}
			changes = append(changes, c)
			events = append(events, []string{"introduced", "fixed", "last_affected"}[c.kind]+" "+text)
		}
		if rapid.Bool().Draw(t, "limited") {
			limit = rapid.IntRange(0, len(universe)-1).Draw(t, "limit")
			events = append(events, "limit "+universe[limit].String())
		}
		events = rapid.Permutation(events).Draw(t, "order")
		a := affectedBy(t, ranges("ECOSYSTEM "+strings.Join(events, ", ")))
		on := slices.Contains(changes, change{0, -1})
		for i, v := range universe {
			for _, c := range changes {
				if c.at == i && c.kind != 2 {
					on = c.kind == 0
				}
			}
			want := on && (limit < 0 || i < limit)
			if got := a.Contains(v); got != want {
				t.Fatalf("%q: %s is affected: %t, want %t", events, v, got, want)
			}
			for _, c := range changes {
				if c.at == i && c.kind == 2 {
					on = false
				}
			}
			if fixed := a.FixedAbove(v); !fixed.IsZero() && (fixed.Compare(v) <= 0 || a.Contains(fixed)) {
				t.Fatalf("%q: above %s it is fixed in %s", events, v, fixed)
			}
		}
	})
}

// Some databases have an item for each range of a package.
func TestItemsOfOnePackageCountTogether(t *testing.T) {
	r, err := ParseRecord([]byte(`{"id": "X-1", "modified": "2026-01-02T03:04:05Z", "affected": [
		{"package": {"ecosystem": "PyPI", "name": "quill"}, `+ranges("ECOSYSTEM introduced 2.0.0, fixed 2.0.6")+`},
		{"package": {"ecosystem": "PyPI", "name": "Quill"}, `+ranges("ECOSYSTEM introduced 0, fixed 2.0.0")+`}]}`), everything)
	if err != nil {
		t.Fatal(err)
	}
	a := r.Of("quill")
	if len(r.Affected) != 1 || a == nil || !a.Contains(version(t, "1.0")) || !a.Contains(version(t, "2.0.5")) || a.Contains(version(t, "2.0.6")) {
		t.Fatalf("%+v", r.Affected)
	}
	if fixed := a.FixedAbove(version(t, "1.0")); fixed.String() != "2.0.6" {
		t.Errorf("fixed in %s, want 2.0.6: 2.0.0 is affected", fixed)
	}
	if r.Of("inkwell") != nil {
		t.Error("it says something of another package")
	}
}

func FuzzParseRecord(f *testing.F) {
	for _, inside := range []string{
		ranges("ECOSYSTEM introduced 0, fixed 1.0.2"), ranges("SEMVER last_affected 1, introduced 1, limit *"), `"versions": ["1.0", "2004d"]`,
		ranges("GIT introduced 0"), `"ranges": [{"type": "ECOSYSTEM"}]`,
	} {
		f.Add([]byte(`{"id": "X-1", "modified": "2026-01-02T03:04:05Z", "aliases": ["CVE-1"], "affected": [{"package": {"ecosystem": "PyPI", "name": "quill"}, ` + inside + `}]}`))
	}
	probes := []constraints.Version{{}, version(f, "1"), version(f, "1.0+cpu"), pep440.Literal("2004d")}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := ParseRecord(data, everything)
		if err != nil {
			return
		}
		for i := range r.Affected {
			a := &r.Affected[i]
			for _, v := range probes {
				a.Contains(v)
				if fixed := a.FixedAbove(v); !fixed.IsZero() && (fixed.Compare(v) <= 0 || a.Contains(fixed)) {
					t.Errorf("above %s it is fixed in %s", v, fixed)
				}
			}
		}
	})
}
