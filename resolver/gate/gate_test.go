package gate_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sluice/constraints"
	"sluice/constraints/pep440"
	"sluice/resolver"
	"sluice/resolver/gate"
	"sluice/resolver/resolvertest"
)

// lines reads constraints such as "a===1 b<2"; a marker is written "a===1;m" with
// py39 or !py39 for m: python_version is, or is not, 3.9.
func lines(t testing.TB, text string) []gate.Line {
	t.Helper()
	var all []gate.Line
	for i, word := range strings.Fields(text) {
		word = strings.NewReplacer(";!py39", ";python_version!='3.9'", ";py39", ";python_version=='3.9'").Replace(word)
		r := resolvertest.Requirement(t, word)
		l := gate.Line{Requirement: r, Place: constraints.Place{File: "pins", Line: i + 1, Col: 1}}
		if pinned, ok := r.Range.(pep440.SpecifierSet).Exact(); ok {
			l.Version = resolvertest.Version(t, pinned)
		}
		all = append(all, l)
	}
	return all
}

// consumers reads consumers, one a line: "NAME: a>=1 | b", where "NAME/JOB: c"
// adds a further job to the same consumer.
func consumers(t testing.TB, text string) []gate.Consumer {
	t.Helper()
	var all []gate.Consumer
	for line := range strings.Lines(text) {
		head, roots, found := strings.Cut(strings.TrimSpace(line), ": ")
		if !found {
			continue
		}
		name, job, _ := strings.Cut(head, "/")
		j := resolvertest.Job(t, roots)
		for i := range j.Roots {
			j.Roots[i].Place = constraints.Place{File: head, Line: i + 1, Col: 1}
		}
		if n := len(all); n == 0 || all[n-1].Name != name {
			all = append(all, gate.Consumer{Name: name})
		}
		last := &all[len(all)-1]
		last.Jobs = append(last.Jobs, gate.Job{Name: job, Job: j})
	}
	return all
}

// check judges constraints as they stand, for one Python.
func check(t testing.TB, universe, pins, users string) *gate.Report {
	t.Helper()
	return gate.Check(&gate.Question{
		Environments: resolvertest.Environments(t, "py311"),
		After:        lines(t, pins),
		Consumers:    consumers(t, users),
		Source:       resolvertest.Parse(t, universe),
	})
}

// found writes findings one a line: "STATUS RULE MESSAGE [ENVIRONMENTS] consumers".
func found(r *gate.Report) string {
	var all []string
	for _, f := range r.Findings {
		line := fmt.Sprintf("%s %s: %s", f.Status, f.Rule, f.Message)
		if f.Status == gate.Standing && f.Unknown {
			line = "unknown " + line
		}
		if len(r.Environments) > 1 {
			line += fmt.Sprintf(" %v", f.Environments)
		}
		for _, d := range f.Details {
			if strings.HasPrefix(d, "so that") {
				line += ", " + d
			}
		}
		for _, reach := range f.Reaches {
			line += " <- " + reach.Consumer
			if !slices.Contains(reach.Jobs, "") {
				line += "/" + strings.Join(reach.Jobs, ",")
			}
		}
		all = append(all, line)
	}
	return strings.Join(all, "\n")
}

// Each case is a change of pins: what is there, what is asked, what comes of it.
func TestJudge(t *testing.T) {
	for _, test := range []struct {
		name, universe, before, after, consumers string
		policy                                   gate.Policy
		environments                             []string
		verdict                                  gate.Verdict
		found                                    string
		instead, together                        string
	}{
		{
			name:      "a candidate that fits is admitted",
			universe:  "a 1\n a 2",
			before:    "a===1",
			after:     "a===2",
			consumers: "c: a>=1",
			verdict:   gate.Admit,
		},
		{
			name:      "no change makes nothing worse",
			universe:  "a 1",
			before:    "a===1",
			after:     "a===1",
			consumers: "c: a",
			verdict:   gate.Admit,
		},
		{
			name:      "a consumer's range rejects, and the highest version below is named",
			universe:  "a 1\n a 1.5\n a 1.6\n a 2",
			before:    "a===1",
			after:     "a===2",
			consumers: "c: a<2\nd: a",
			verdict:   gate.Reject,
			found:     "new range: a<2 excludes a 2 <- c",
			instead:   "1.6",
		},
		{
			name:      "a pinned dependent rejects although no consumer needs it",
			universe:  "a 1\n a 2\n b 1: a<2",
			before:    "a===1 b===1",
			after:     "a===2 b===1",
			consumers: "c: a",
			verdict:   gate.Reject,
			found:     "new dependent: b 1 requires a<2, against 2",
		},
		{
			name:      "what must move along is found, verified and named",
			universe:  "a 1\n a 2\n b 1: a<2\n b 2: a>=2",
			before:    "a===1 b===1",
			after:     "a===2 b===1",
			consumers: "c: b",
			verdict:   gate.Reject,
			found:     "new dependent: b 1 requires a<2, against 2 <- c",
			together:  "a==2 b==2",
		},
		{
			name:      "what the candidate requires must fit the pins",
			universe:  "a 1\n a 2: b>=2\n b 1\n b 2",
			before:    "a===1 b===1",
			after:     "a===2 b===1",
			consumers: "c: a",
			verdict:   gate.Reject,
			found:     "new dependency: a 2 requires b>=2, against 1 <- c",
			together:  "a==2 b==2",
		},
		{
			name:      "two that break alone are admitted as one",
			universe:  "a 1: b<2\n a 2: b>=2\n b 1: a<2\n b 2: a>=2",
			before:    "a===1 b===1",
			after:     "a===2 b===2",
			consumers: "c: a",
			verdict:   gate.Admit,
		},
		{
			name:      "what fails today does not reject",
			universe:  "a 1\n a 2\n b 2",
			before:    "a===1 b===2",
			after:     "a===2 b===2",
			consumers: "c: a | b<2",
			verdict:   gate.Admit,
			found:     "standing range: b<2 excludes b 2 <- c",
		},
		{
			name:      "a standing clash that the candidate brings to a consumer is new there",
			universe:  "a 1\n a 2: x\n x 1: y<2\n y 2",
			before:    "a===1 x===1 y===2",
			after:     "a===2 x===1 y===2",
			consumers: "c: a\nd: x | a",
			verdict:   gate.Reject,
			found:     "new dependency: x 1 requires y<2, against 2 <- c\nstanding dependency: x 1 requires y<2, against 2 <- d",
		},
		{
			name:      "what fails today and no longer after is lifted",
			universe:  "a 1\n a 2",
			before:    "a===1",
			after:     "a===2",
			consumers: "c: a>1",
			verdict:   gate.Admit,
			found:     "lifted range: a>1 excludes a 1 <- c",
		},
		{
			name:      "what a candidate asks too much of a pin today is lifted for who installs it",
			universe:  "a 1: b>=2\n a 2: b\n b 1",
			before:    "a===1 b===1",
			after:     "a===2 b===1",
			consumers: "c: a",
			verdict:   gate.Admit,
			found:     "lifted dependency: a 1 requires b>=2, against 1 <- c",
		},
		{
			name:      "a clash that a consumer has in its tests today is new in its runtime requirements",
			universe:  "a 1: b\n a 2: b<1\n b 1",
			before:    "a===1 b===1",
			after:     "a===2 b===1",
			consumers: "c: a\nc/test: a | b<1",
			verdict:   gate.Reject,
			found:     "new dependency: a 2 requires b<1, against 1 <- c\nstanding range: b<1 excludes b 1 <- c/test",
		},
		{
			name:      "a version that is not published rejects",
			universe:  "a 1",
			before:    "a===1",
			after:     "a===2",
			consumers: "c: a",
			verdict:   gate.Reject,
			found:     "new published: a 2 is not in the index <- c",
		},
		{
			name:      "beside a version that is not published the nearest on both sides are named",
			universe:  "a 1\n a 2\n a 4\n a 5",
			before:    "a===1",
			after:     "a===3",
			consumers: "c: a",
			verdict:   gate.Reject,
			found:     "new published: a 3 is not in the index <- c",
			instead:   "2 4",
		},
		{
			name:      "and only what would be admitted",
			universe:  "a 1\n a 2 {yanked}\n a 4: b>1\n a 5 {yanked}\n a 6\n b 1",
			before:    "a===1 b===1",
			after:     "a===3 b===1",
			consumers: "c: a",
			verdict:   gate.Reject,
			found:     "new published: a 3 is not in the index <- c",
			instead:   "6",
		},
		{
			name:      "beside a yanked version the next above is named",
			universe:  "a 1\n a 2 {yanked}\n a 3",
			before:    "a===1",
			after:     "a===2",
			consumers: "c: a",
			verdict:   gate.Reject,
			found:     "new published: a 2 was yanked from the index",
			instead:   "3",
		},
		{
			name:      "above a version that is there nothing is looked for",
			universe:  "a 1\n a 2: b>1\n a 3\n b 1",
			before:    "a===1 b===1",
			after:     "a===2 b===1",
			consumers: "c: a",
			verdict:   gate.Reject,
			found:     "new dependency: a 2 requires b>1, against 1 <- c",
		},
		{
			name:      "a new pin may be any version below",
			universe:  "a 1\n a 2\n b 1",
			before:    "b===1",
			after:     "b===1 a===2",
			consumers: "c: a<2 | b",
			verdict:   gate.Reject,
			found:     "new range: a<2 excludes a 2 <- c",
			instead:   "1",
		},
		{
			name:      "a search that ends at the unpublished pin is no reason of its own",
			universe:  "a 1\n lint 1: a\n lint 2: b\n b 1: a",
			before:    "a===1 b===1",
			after:     "a===2 b===1",
			consumers: "c: a\nd: lint",
			verdict:   gate.Reject,
			found:     "new published: a 2 is not in the index, so that no version of lint fits <- c <- d",
		},
		{
			name:      "nor is one that could not have chosen the rest today either",
			universe:  "a 1\n lint 1: z<1\n lint 2: a\n z 1",
			before:    "a===1 z===1",
			after:     "a===2 z===1",
			consumers: "c: lint",
			verdict:   gate.Reject,
			found:     "new published: a 2 is not in the index, so that no version of lint fits <- c",
		},
		{
			name:      "a search that ends at what another pin requires is no reason of its own",
			universe:  "a 1\n a 2\n b 1: a<2\n lint 1: b",
			before:    "a===1 b===1",
			after:     "a===2 b===1",
			consumers: "c: b\nd: lint",
			verdict:   gate.Reject,
			found:     "new dependent: b 1 requires a<2, against 2, so that no version of lint fits <- c <- d",
		},
		{
			name:      "a search that ends at a requirement of its own is a reason beside it",
			universe:  "a 1\n a 2\n b 1: a<2\n lint 1: a<2\n lint 2: b",
			before:    "a===1 b===1",
			after:     "a===2 b===1",
			consumers: "c: lint",
			verdict:   gate.Reject,
			found:     "new dependent: b 1 requires a<2, against 2\nnew resolve: no version of lint fits <- c",
		},
		{
			name:      "what a search can no longer reach is not lifted",
			universe:  "a 1\n lint 1: a | gone",
			before:    "a===1",
			after:     "a===2",
			consumers: "c: lint",
			verdict:   gate.Reject,
			found:     "new published: a 2 is not in the index, so that no version of lint fits <- c",
		},
		{
			name:      "nor is what a version requires of which nothing is known",
			universe:  "a 1: b<1\n a 2 {unknown}\n b 1",
			before:    "a===1 b===1",
			after:     "a===2 b===1",
			consumers: "c: a",
			verdict:   gate.Undecided,
			found:     "open resolve: the index does not say what a 2 requires <- c",
		},
		{
			name:      "a yanked version rejects",
			universe:  "a 1\n a 2 {yanked}",
			before:    "a===1",
			after:     "a===2",
			consumers: "c: a",
			verdict:   gate.Reject,
			found:     "new published: a 2 was yanked from the index",
		},
		{
			name:         "Requires-Python is judged for each environment",
			universe:     "a 1\n a 2 {python >=3.10}",
			before:       "a===1",
			after:        "a===2",
			consumers:    "c: a",
			environments: []string{"py39", "py311"},
			verdict:      gate.Reject,
			found:        "new requires-python: a 2 requires Python >=3.10 [py39] <- c",
		},
		{
			name:         "of a split pin only the changed line counts",
			universe:     "a 1\n a 2\n a 3 {python >=3.10}",
			before:       "a===1;py39 a===2;!py39",
			after:        "a===1;py39 a===3;!py39",
			consumers:    "c: a",
			environments: []string{"py39", "py311"},
			verdict:      gate.Admit,
		},
		{
			name:         "a change that leaves an environment without its pin rejects",
			universe:     "a 1\n a 2",
			before:       "a===1",
			after:        "a===2;!py39",
			consumers:    "c: a",
			environments: []string{"py39", "py311"},
			verdict:      gate.Reject,
			found:        "new partition: a loses its active pin [py39]",
		},
		{
			name:      "a pin that nobody misses may go",
			universe:  "a 1\n b 1",
			before:    "a===1 b===1",
			after:     "b===1",
			consumers: "c: b",
			verdict:   gate.Admit,
		},
		{
			name:      "a pin that somebody requires by way of another may not",
			universe:  "a 1\n b 1: a",
			before:    "a===1 b===1",
			after:     "b===1",
			consumers: "c: b\nd: b",
			verdict:   gate.Reject,
			found:     "new partition: a is pinned no more, and is installed by 2 consumers",
		},
		{
			name:      "a pin may go with the last release that requires it",
			universe:  "a 1\n b 1: a\n b 2",
			before:    "a===1 b===1",
			after:     "b===2",
			consumers: "c: b",
			verdict:   gate.Admit,
		},
		{
			name:      "a pin may not go that a candidate begins to require",
			universe:  "a 1\n b 1\n b 2: a",
			before:    "a===1 b===1",
			after:     "b===2",
			consumers: "c: b",
			verdict:   gate.Reject,
			found:     "new partition: a is pinned no more, and is installed by 1 consumer",
		},
		{
			name:      "whether a pin is missed is open where a consumer installs what nobody knows",
			universe:  "a 1\n b 1 {unknown}",
			before:    "a===1 b===1",
			after:     "b===1",
			consumers: "c: b\nd:",
			verdict:   gate.Undecided,
			found:     "open partition: a is pinned no more, and whether anybody installs it is not known",
		},
		{
			name:      "what nobody knows and nobody installs leaves no removal open",
			universe:  "a 1\n b 1 {unknown}\n d 1",
			before:    "a===1 b===1 d===1",
			after:     "b===1 d===1",
			consumers: "c: d",
			verdict:   gate.Admit,
		},
		{
			name:      "a change that pins a name twice rejects",
			universe:  "a 1\n a 2",
			before:    "a===1",
			after:     "a===2 a===1",
			consumers: "c: a",
			verdict:   gate.Reject,
			found:     "new partition: a has several active pins",
		},
		{
			name:      "a pre-release is not wanted by default",
			universe:  "a 1\n a 2rc1",
			before:    "a===1",
			after:     "a===2rc1",
			consumers: "c: a",
			verdict:   gate.Reject,
			found:     "new prerelease: a 2rc1 is a pre-release",
		},
		{
			name:      "from one pre-release to another makes nothing worse",
			universe:  "a 1b1\n a 1b2",
			before:    "a===1b1",
			after:     "a===1b2",
			consumers: "c: a",
			verdict:   gate.Admit,
			found:     "standing prerelease: a 1b2 is a pre-release, as is today's 1b1",
		},
		{
			name:      "a pre-release may be admitted where there is no final release",
			universe:  "a 1b1\n b 1",
			before:    "b===1",
			after:     "b===1 a===1b1",
			consumers: "c: b",
			policy:    gate.Policy{Prereleases: gate.PrereleasesIfNeeded},
			verdict:   gate.Admit,
		},
		{
			name:      "a downgrade is not wanted by default",
			universe:  "a 1\n a 2",
			before:    "a===2",
			after:     "a===1",
			consumers: "c: a",
			verdict:   gate.Reject,
			found:     "new downgrade: a 1 is lower than today's 2",
		},
		{
			name:      "a downgrade may be allowed",
			universe:  "a 1\n a 2",
			before:    "a===2",
			after:     "a===1",
			consumers: "c: a",
			policy:    gate.Policy{Downgrade: true},
			verdict:   gate.Admit,
		},
		{
			name:      "something unpinned that no longer resolves rejects",
			universe:  "a 1\n a 2\n lint 1: a<2",
			before:    "a===1",
			after:     "a===2",
			consumers: "c: a\nc/test: a | lint",
			verdict:   gate.Reject,
			found:     "new resolve: no version of lint fits <- c/test",
		},
		{
			name:      "something unpinned that can move does not reject",
			universe:  "a 1\n a 2\n lint 1\n lint 2: a<2",
			before:    "a===1",
			after:     "a===2",
			consumers: "c: lint",
			verdict:   gate.Admit,
		},
		{
			name:      "unknown facts leave the verdict open",
			universe:  "a 1\n a 2 {unknown}",
			before:    "a===1",
			after:     "a===2",
			consumers: "c: a",
			verdict:   gate.Undecided,
			found:     "open resolve: the index does not say what a 2 requires <- c",
		},
		{
			name:      "requirements that are known not to be all leave the verdict open",
			universe:  "a 1\n a 2 {incomplete}",
			before:    "a===1",
			after:     "a===2",
			consumers: "c: a",
			verdict:   gate.Undecided,
			found:     "open dependency: a 2 requires more than the index says <- c",
		},
		{
			name:      "a proven no wins over an open question",
			universe:  "a 1\n a 2 {unknown}",
			before:    "a===1",
			after:     "a===2",
			consumers: "c: a\nd: a<2",
			verdict:   gate.Reject,
			found:     "new range: a<2 excludes a 2 <- d\nopen resolve: the index does not say what a 2 requires <- c <- d",
		},
		{
			name:      "an unpublished version does not stand for another that is not published either",
			universe:  "b 1",
			before:    "a===1",
			after:     "a===2",
			consumers: "c: a",
			verdict:   gate.Reject,
			found:     "new published: a 2 is not in the index <- c\nlifted published: a 1 is not in the index <- c",
		},
		{
			name:      "another spelling of the same version is a change where === compares the text",
			universe:  "a 1.0",
			before:    "a===1.0",
			after:     "a===1.0.0",
			consumers: "c: a",
			verdict:   gate.Reject,
			found:     "new published: a 1.0.0 is not in the index: it is published as 1.0, and === compares the text <- c",
		},
		{
			name:      "that the requirements were not all known before either is worth knowing",
			universe:  "a 1 {incomplete}\n a 2 {incomplete}",
			before:    "a===1",
			after:     "a===2",
			consumers: "c: a",
			verdict:   gate.Admit,
			found:     "warning dependency: a 2 requires more than the index says <- c",
		},
		{
			name:      "requirements that are not all known today either are said, for the jobs that are reached",
			universe:  "a 1\n a 2\n b 1 {incomplete}",
			before:    "a===1 b===1",
			after:     "a===2 b===1",
			consumers: "c: a | b\nd: b",
			verdict:   gate.Admit,
			found:     "unknown standing dependency: b 1 requires more than the index says <- c",
		},
		{
			name:      "a pin of which nothing is known leaves the verdict open, though it is so today: it may require the change or exclude it",
			universe:  "a 1\n a 2\n b 1 {unknown}",
			before:    "a===1 b===1",
			after:     "a===2 b===1",
			consumers: "c: a | b",
			verdict:   gate.Undecided,
			found:     "open resolve: the index does not say what b 1 requires <- c",
		},
		{
			name:      "so does what is chosen today as well: the search ends there",
			universe:  "a 1\n a 2\n lint 1 {unknown}",
			before:    "a===1",
			after:     "a===2",
			consumers: "c: a | lint",
			verdict:   gate.Undecided,
			found:     "open resolve: the index does not say what lint 1 requires <- c",
		},
		{
			name:      "another version of which nothing is known leaves the verdict open",
			universe:  "a 1 {unknown}\n a 2 {unknown}",
			before:    "a===1",
			after:     "a===2",
			consumers: "c: a",
			verdict:   gate.Undecided,
			found:     "open resolve: the index does not say what a 2 requires <- c",
		},
		{
			name:      "an index that does not answer leaves the verdict open, today or not",
			universe:  "a 1\n a 2",
			before:    "a===1",
			after:     "a===2",
			consumers: "c: a | broken",
			verdict:   gate.Undecided,
			found:     "open resolve: the facts of broken could not be read: the index is down <- c",
		},
		{
			name:      "a direct reference of today is said and does not leave the verdict open",
			universe:  "a 1\n a 2",
			before:    "a===1",
			after:     "a===2",
			consumers: "c: a | b @ https://example.org/b.zip",
			verdict:   gate.Admit,
			found:     "unknown standing dependency: what a direct reference requires is not known: b @ https://example.org/b.zip <- c",
		},
		{
			name:      "an extra that is not there today either is for a check to say",
			universe:  "a 1\n a 2\n b 1",
			before:    "a===1 b===1",
			after:     "a===2 b===1",
			consumers: "c: a | b[x]",
			verdict:   gate.Admit,
		},
		{
			name:      "an incomplete release that the candidate brings in leaves the verdict open",
			universe:  "a 1\n a 2: b\n b 1 {incomplete}",
			before:    "a===1",
			after:     "a===2",
			consumers: "c: a",
			verdict:   gate.Undecided,
			found:     "open dependency: b 1 requires more than the index says <- c",
		},
		{
			name:      "a direct reference that the candidate brings in leaves the verdict open",
			universe:  "a 1\n a 2: b @ https://example.org/b.zip",
			before:    "a===1",
			after:     "a===2",
			consumers: "c: a",
			verdict:   gate.Undecided,
			found:     "open dependency: what a direct reference requires is not known: b @ https://example.org/b.zip, required by a 2 <- c",
		},
		{
			name:      "a consumer's direct reference to a package whose pin changes leaves the verdict open",
			universe:  "a 1\n a 2",
			before:    "a===1",
			after:     "a===2",
			consumers: "c: a @ https://example.org/a-1-py3-none-any.whl",
			verdict:   gate.Undecided,
			found:     "open dependency: what a direct reference requires is not known: a @ https://example.org/a-1-py3-none-any.whl <- c",
		},
		{
			name:      "an extra that the candidate no longer has is worth knowing",
			universe:  "a 1 {extras x}\n a 2",
			before:    "a===1",
			after:     "a===2",
			consumers: "c: a[x]",
			verdict:   gate.Admit,
			found:     "warning dependency: a 2 has no extra x <- c",
		},
		{
			name:      "packages are named as the constraints file spells them",
			universe:  "a-b 1\n a-b 2\n c-d 1: a-b<2",
			before:    "A.b===1 c_D===1",
			after:     "A.b===2 c_D===1",
			consumers: "c: c-d",
			verdict:   gate.Reject,
			found:     "new dependent: c_D 1 requires a-b<2, against 2 <- c",
		},
		{
			name:      "a pin that goes is judged by who needed it",
			universe:  "a 1\n a 2\n b 1: a<2",
			before:    "a===1",
			after:     "",
			consumers: "c: a>2",
			verdict:   gate.Reject,
			found:     "new partition: a is pinned no more, and is installed by 1 consumer\nnew resolve: no version of a fits <- c\nlifted range: a>2 excludes a 1 <- c",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.environments == nil {
				test.environments = []string{"py311"}
			}
			q := &gate.Question{
				Environments: resolvertest.Environments(t, test.environments...),
				Before:       lines(t, test.before),
				After:        lines(t, test.after),
				Consumers:    consumers(t, test.consumers),
				Source:       resolvertest.Parse(t, test.universe),
				Law:          gate.Law{Policy: test.policy},
			}
			r := gate.Judge(q)
			if r.Verdict != test.verdict {
				t.Errorf("verdict %s, want %s", r.Verdict, test.verdict)
			}
			if diff := cmp.Diff(test.found, found(r)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			if got := strings.Join(r.Instead, " "); got != test.instead {
				t.Errorf("admitted instead %q, want %q", got, test.instead)
			}
			if got := strings.Join(r.Together, " "); got != test.together {
				t.Errorf("admitted together %q, want %q", got, test.together)
			}
		})
	}
}

func TestFindingsSayWhatIsPublished(t *testing.T) {
	for _, test := range []struct{ name, universe, pins, consumers, details string }{
		{"between versions", "a 1\n a 2\n a 4\n a 5", "a===3", "", "the nearest published are 2 and 4, the newest 5"},
		{"below the newest", "a 1\n a 2\n a 4\n a 5rc1", "a===3", "", "the nearest published are 2 and 4, which is the newest"},
		{"above all", "a 1\n a 2\n a 4rc1", "a===3", "", "the newest published is 2"},
		{"below all", "a 2\n a 4", "a===1", "", "the nearest published is 2, the newest 4"},
		{"below one", "a 2", "a===1", "", "the nearest published is 2, which is the newest"},
		{"no final release", "a 2rc1", "a===3", "", "the newest published is 2rc1"},
		{"no release", "b 1", "a===3", "", "the index has no a"},
		{"another spelling", "a 1.0", "a===1.0.0", "", ""},
		{"nothing within what is demanded", "b 1: a>=4\n a 1\n a 3", "b===1", "c: b", "b is required; b 1 requires a>=4; there is none: the newest a is 3; nothing fits"},
		{"nothing that runs there", "b 1: a\n a 3 {python >=3.12}", "b===1", "c: b", "b is required; b 1 requires a; every version of a requires Python >=3.12, and py311 has 3.11.14; nothing fits"},
		{"nothing but what was withdrawn", "b 1: a\n a 3 {yanked}", "b===1", "c: b", "b 1 requires a; a 3 was yanked from the index"},
		{"nothing to install", "b 1: a\n a 3 {files cp27-none-win32}", "b===1", "c: b", "b is required; b 1 requires a; every version of a has no file that py311 can install; nothing fits"},
		{"what stands in the way", "b 2\n lint 1: b<2", "b===2", "c: lint", "lint is required; every version of lint requires b<2; b is pinned to 2; nothing fits"},
		{"what stands in the way further on", "b 2\n d 1: b<2\n lint 1: d", "b===2 d===1", "c: lint", "so that no version of lint fits"},
		{"what is not there further on", "d 1: b\n lint 1: d", "b===2 d===1", "c: lint", "the index has no b; so that no version of lint fits"},
		{
			"several things in the way", "b 1\n d 1: b<1\n e 1\n lint 1: d\n lint 2: gone\n lint 3: e>1", "b===1 d===1 e===1 gone===1", "c: lint",
			"the index has no gone; lint is required; lint 1 requires d; d 1 requires b<1; b is pinned to 1; lint 2 requires gone; gone 1 is not published; " +
				"lint 3 requires e>1; e is pinned to 1; nothing fits",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := check(t, test.universe, test.pins, test.consumers)
			var details []string
			for _, f := range r.Findings {
				for _, step := range f.Because {
					for _, fact := range step.Facts {
						details = append(details, fact.Text)
					}
					details = append(details, step.Conclusion)
				}
				details = append(details, f.Details...)
			}
			if got := strings.Join(details, "; "); got != test.details {
				t.Errorf("%s\nwant %s\n%s", got, test.details, found(r))
			}
		})
	}
}

func TestUnreadConsumerDoesNotKeepSuggestionsAway(t *testing.T) {
	q := &gate.Question{
		Environments: resolvertest.Environments(t, "py311"),
		Before:       lines(t, "a===1 b===1"),
		After:        lines(t, "a===3 b===1"),
		Consumers:    consumers(t, "c: a | b"),
		Source:       resolvertest.Parse(t, "a 1\n a 2\n a 3\n b 1: a<3\n b 2"),
	}
	q.Consumers[0].Problems = []constraints.Problem{{Msg: "no requirement"}}
	r := gate.Judge(q)
	if got := strings.Join(r.Instead, " ") + " " + strings.Join(r.Together, " "); got != "2 a==3 b==2" {
		t.Errorf("suggested %q", got)
	}
}

func TestZeroVerdictIsUndecided(t *testing.T) {
	var r gate.Report
	if r.Verdict != gate.Undecided || r.Verdict.ExitStatus() != 2 {
		t.Errorf("the zero verdict is %s and exits %d, want undecided and 2", r.Verdict, r.Verdict.ExitStatus())
	}
}

func TestVerdictsSurviveText(t *testing.T) {
	for _, v := range []gate.Verdict{gate.Admit, gate.Reject, gate.Undecided} {
		text, err := v.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var back gate.Verdict
		if err := back.UnmarshalText(text); err != nil || back != v {
			t.Errorf("%s comes back as %s, %v", v, back, err)
		}
	}
	if err := new(gate.Verdict).UnmarshalText([]byte("maybe")); err == nil {
		t.Error("maybe is a verdict")
	}
}

func TestConsumerThatCannotBeReadLeavesTheVerdictOpen(t *testing.T) {
	q := &gate.Question{
		Environments: resolvertest.Environments(t, "py311"),
		Before:       lines(t, "a===1"),
		After:        lines(t, "a===2"),
		Consumers: []gate.Consumer{{
			Name:     "broken",
			Problems: []constraints.Problem{{Place: constraints.Place{File: "f", Line: 3}, Msg: "no requirement"}},
		}},
		Source: resolvertest.Parse(t, "a 1\n a 2"),
	}
	r := gate.Judge(q)
	if r.Verdict != gate.Undecided || len(r.Consumers.NotJudged) != 1 || !r.Consumers.NotJudged[0].Open {
		t.Errorf("verdict %s, not judged %v", r.Verdict, r.Consumers.NotJudged)
	}
}

func TestConsumerOfAnotherPythonIsLeftOut(t *testing.T) {
	python, err := pep440.ParseSpecifierSet("<3")
	if err != nil {
		t.Fatal(err)
	}
	q := &gate.Question{
		Environments: resolvertest.Environments(t, "py311"),
		Before:       lines(t, "a===1"),
		After:        lines(t, "a===2"),
		Consumers:    consumers(t, "old: a<2"),
		Source:       resolvertest.Parse(t, "a 1\n a 2"),
	}
	q.Consumers[0].Runtime = python
	r := gate.Judge(q)
	if r.Verdict != gate.Admit || len(r.Consumers.NotJudged) != 1 || r.Consumers.NotJudged[0].Open {
		t.Errorf("verdict %s, not judged %v", r.Verdict, r.Consumers.NotJudged)
	}
}

func TestEachConsumerIsCountedOnce(t *testing.T) {
	python, err := pep440.ParseSpecifierSet("<3")
	if err != nil {
		t.Fatal(err)
	}
	unread := []constraints.Problem{{Msg: "no requirement"}, {Msg: "nor this"}}
	q := &gate.Question{
		Environments: resolvertest.Environments(t, "py311"),
		Before:       lines(t, "a===1 b===1"),
		After:        lines(t, "a===2 b===1"),
		Consumers:    consumers(t, "reached: a\nuntouched: b\nreached-in-part: a\nuntouched-in-part: b\nold: a\nunread: a"),
		Source:       resolvertest.Parse(t, "a 1\n a 2\n b 1"),
	}
	q.Consumers[2].Problems, q.Consumers[3].Problems = unread[:1], unread
	q.Consumers[4].Runtime = python
	q.Consumers[5].Jobs, q.Consumers[5].Problems = nil, unread
	r := gate.Judge(q)
	names := func(all []gate.Unread) string {
		var names []string
		for _, u := range all {
			names = append(names, u.Consumer)
		}
		return strings.Join(names, " ")
	}
	got := fmt.Sprintf("%d = %d reached + %d untouched + not judged: %s; in part: %s",
		r.Consumers.Total, r.Consumers.Reached, r.Consumers.Untouched, names(r.Consumers.NotJudged), names(r.Consumers.ReadInPart))
	want := "6 = 2 reached + 2 untouched + not judged: old unread unread; in part: reached-in-part untouched-in-part untouched-in-part"
	if got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if r.Verdict != gate.Undecided {
		t.Errorf("verdict %s", r.Verdict)
	}
}

func TestCheckFindsUnneededInactiveAndUnpinned(t *testing.T) {
	q := &gate.Question{
		Environments: resolvertest.Environments(t, "py311"),
		After:        lines(t, "a===1 idle===1 a===3;py39 old===1;py39"),
		Consumers:    consumers(t, "c: a | free"),
		Source:       resolvertest.Parse(t, "a 1\n idle 1\n free 1\n free 2"),
	}
	r := gate.Check(q)
	if r.Verdict != gate.Admit {
		t.Errorf("verdict %s: %s", r.Verdict, found(r))
	}
	if len(r.Unneeded) != 1 || r.Unneeded[0].Name != "idle" {
		t.Errorf("unneeded %v, want idle", r.Unneeded)
	}
	if len(r.Inactive) != 2 || r.Inactive[0].Name != "a" || r.Inactive[1].Name != "old" || r.Inactive[1].Marker == "" {
		t.Errorf("inactive %v, want a and old", r.Inactive)
	}
	if len(r.Unpinned) != 1 || r.Unpinned[0].Name != "free" || r.Unpinned[0].Versions[0] != "2" {
		t.Errorf("unpinned %v, want free 2", r.Unpinned)
	}
}

func TestCheckRejectsWhatDoesNotFit(t *testing.T) {
	for _, test := range []struct{ name, universe, pins, consumers, found string }{
		{"a pin's own requirement", "a 1: b>1\n b 1", "a===1 b===1", "c: a", "new dependency: a 1 requires b>1, against 1 <- c"},
		{"a consumer's range", "a 1", "a===1", "c: a>1", "new range: a>1 excludes a 1 <- c"},
		{"an unpublished pin that nobody needs", "b 1", "a===1 b===1", "c: b", "new published: a 1 is not in the index"},
		{"a yanked pin", "a 1 {yanked}", "a===1", "c: a", "new published: a 1 was yanked from the index"},
		{"a split pin with a gap", "a 1\n a 2", "a===1;py39 a===2;py39", "", "new partition: a is pinned by several lines and none of them is active"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := check(t, test.universe, test.pins, test.consumers)
			if got := found(r); r.Verdict != gate.Reject || got != test.found {
				t.Errorf("%s: %s, want %s", r.Verdict, got, test.found)
			}
		})
	}
}

func TestRulesAreNamedOnceAndSaid(t *testing.T) {
	seen := make(map[string]bool)
	for _, r := range gate.Rules() {
		if seen[r.ID] || r.Rejects == "" {
			t.Errorf("rule %q is there twice or says nothing", r.ID)
		}
		seen[r.ID] = true
	}
}

var _ resolver.Source = resolvertest.Universe{}
