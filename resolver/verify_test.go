package resolver_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sluice/constraints"
	"sluice/resolver"
	"sluice/resolver/resolvertest"
)

// Each case is a picture: a universe, pins, what is wanted, and what comes of it.
func TestVerify(t *testing.T) {
	for _, test := range []struct {
		name, universe, pins, roots string
		installed, clashes          string
	}{
		{
			name:      "pins are followed through their requirements",
			universe:  "a 1: b\n b 1: c\n c 1\n d 1",
			pins:      "a===1 b===1 c===1 d===1",
			roots:     "a",
			installed: "a 1, b 1, c 1",
		},
		{
			name:      "a pin == without a local label takes the highest release with one",
			universe:  "a 1.0: b\n a 1.0+cpu: c\n a 1.0+gpu {python >=3.99}: d\n a 1.0+old {yanked}: e\n a 1.0.1\n b 1\n c 1\n d 1\n e 1",
			pins:      "a==1.0 b==1 c==1 d==1 e==1",
			roots:     "a",
			installed: "a 1.0+cpu, c 1",
		},
		{
			name:      "a pin == takes a release with a local label where there is no other",
			universe:  "a 1.0+cpu {yanked}\n a 1.1",
			pins:      "a==1.0",
			roots:     "a",
			installed: "a 1.0+cpu",
		},
		{
			name:      "a pin === or == with a local label takes that alone",
			universe:  "a 1.0\n a 1.0+cpu\n b 1+x\n b 1+x.y",
			pins:      "a===1.0 b==1+x",
			roots:     "a | b",
			installed: "a 1.0, b 1+x",
		},
		{
			name:      "what is demanded is held against the release that a pin stands for",
			universe:  "a 1.0\n a 1.0+cpu",
			pins:      "a==1.0",
			roots:     "a!=1.0+cpu",
			installed: "a 1.0+cpu",
			clashes:   "out of range: roots:1 wants !=1.0+cpu of a 1.0+cpu",
		},
		{
			name:      "a cycle of requirements ends",
			universe:  "a 1: b\n b 1: a",
			pins:      "a===1 b===1",
			roots:     "a",
			installed: "a 1, b 1",
		},
		{
			name:      "a root that excludes the pin clashes",
			universe:  "a 1\n a 2",
			pins:      "a===2",
			roots:     "a<2",
			installed: "a 2",
			clashes:   "out of range: roots:1 wants <2 of a 2",
		},
		{
			name:      "a pinned release that excludes another pin clashes, and the walk goes on",
			universe:  "a 1: b<2 | c>1\n b 2: c<1\n c 1",
			pins:      "a===1 b===2 c===1",
			roots:     "a",
			installed: "a 1, b 2, c 1",
			clashes:   "out of range: a 1 wants <2 of b 2\nout of range: a 1 wants >1 of c 1\nout of range: b 2 wants <1 of c 1",
		},
		{
			name:      "requirements of an extra count when it is asked for",
			universe:  `a 1 {extras x y}: b; extra == "x" | c; extra == "y"` + "\nb 1\nc 1",
			pins:      "a===1 b===1 c===1",
			roots:     "a[x]",
			installed: "a 1, b 1",
		},
		{
			name:      "an extra may ask for another of the same package",
			universe:  `a 1 {extras x all}: b; extra == "x" | a[x]; extra == "all"` + "\nb 1",
			pins:      "a===1 b===1",
			roots:     "a[all]",
			installed: "a 1, b 1",
		},
		{
			name:      "a marker that does not hold is no requirement",
			universe:  `a 1: b; python_version < "3.8" | c; sys_platform == "linux"` + "\nb 1\nc 1",
			pins:      "a===1 b===1 c===1",
			roots:     `a | d; python_version < "3"`,
			installed: "a 1, c 1",
		},
		{
			name:      "a pin that is not published clashes",
			universe:  "a 1",
			pins:      "a===2",
			roots:     "a",
			installed: "a 2",
			clashes:   "unpublished: roots:1 wants  of a 2",
		},
		{
			name:      "=== is textual: 1.0 does not find 1.0.0",
			universe:  "a 1.0.0",
			pins:      "a===1.0",
			roots:     "a",
			installed: "a 1.0",
			clashes:   "unpublished: roots:1 wants  of a 1.0",
		},
		{
			name:      "== finds 1.0.0 by 1.0",
			universe:  "a 1.0.0",
			pins:      "a==1.0",
			roots:     "a",
			installed: "a 1.0.0",
		},
		{
			name:      "a pin that needs another Python clashes",
			universe:  "a 1 {python >=3.12}",
			pins:      "a===1",
			roots:     "a",
			installed: "a 1",
			clashes:   "wrong runtime: roots:1 wants  of a 1",
		},
		{
			name:      "a pin without a file for the environment clashes",
			universe:  "a 1 {files cp27-cp27m-win32}",
			pins:      "a===1",
			roots:     "a",
			installed: "a 1",
			clashes:   "no file: roots:1 wants  of a 1",
		},
		{
			name:      "a yanked version may be pinned, as pip allows",
			universe:  "a 1 {yanked}",
			pins:      "a===1",
			roots:     "a",
			installed: "a 1",
		},
		{
			name:      "the newest version that fits is chosen where nothing pins",
			universe:  "a 1: b<3\n b 1\n b 2\n b 3",
			pins:      "a===1",
			roots:     "a | b",
			installed: "a 1, b 2",
		},
		{
			name:      "an unpinned version that does not fit the pins is passed over",
			universe:  "a 1: p\n a 2: p>1\n p 1",
			pins:      "p===1",
			roots:     "a",
			installed: "a 1, p 1",
		},
		{
			name:      "an unpinned version that leads to a clash further on is passed over",
			universe:  "a 1\n a 2: b\n b 1: p>1\n p 1",
			pins:      "p===1",
			roots:     "a",
			installed: "a 1",
		},
		{
			name:      "an earlier choice is taken back",
			universe:  "a 1: c<2\n a 2: c>=2\n b 1: c<2\n c 1\n c 2",
			roots:     "a | b",
			installed: "a 1, b 1, c 1",
		},
		{
			name:      "extras asked of an unpinned package are followed",
			universe:  `a 1 {extras x}: b; extra == "x"` + "\nb 1\n c 1: a[x]",
			roots:     "a | c",
			installed: "a 1, b 1, c 1",
		},
		{
			name:      "a pre-release is not chosen where a final release fits",
			universe:  "a 1\n a 2rc1",
			roots:     "a",
			installed: "a 1",
		},
		{
			name:      "a pre-release is chosen where nothing else fits",
			universe:  "a 1\n a 2rc1",
			roots:     "a>1",
			installed: "a 2rc1",
		},
		{
			name:      "a pre-release is chosen where a demand mentions one",
			universe:  "a 1\n a 2rc1",
			roots:     "a>=1rc1",
			installed: "a 2rc1",
		},
		{
			name:      "a yanked version is not chosen",
			universe:  "a 1\n a 2 {yanked}",
			roots:     "a",
			installed: "a 1",
		},
		{
			name:      "a yanked version is chosen when it is asked for exactly",
			universe:  "a 1\n a 2 {yanked}",
			roots:     "a==2",
			installed: "a 2",
		},
		{
			name:     "a yanked final release is there, so that no pre-release is chosen instead",
			universe: "a 1 {yanked}\n a 2rc1",
			roots:    "a",
			clashes:  "unsolvable: roots:1 wants  of a ",
		},
		{
			name:      "a yanked version is not chosen for an exact demand that another meets",
			universe:  "a 1\n a 1+l {yanked}",
			roots:     "a==1",
			installed: "a 1",
		},
		{
			name:      "a choice is made again when a later demand mentions a pre-release",
			universe:  "u 1\n u 2rc1\n b 1: u>=2rc1",
			roots:     "u | b",
			installed: "b 1, u 2rc1",
		},
		{
			name:     "a package that cannot be chosen does not hide another",
			universe: "v 1: p<2\n p 2",
			pins:     "p===2",
			roots:    "private | v",
			clashes:  "unknown package: roots:1 wants  of private \nunsolvable: roots:2 wants  of v ",
		},
		{
			name:      "an extra that the release does not have is not followed",
			universe:  `a 1: b>2; extra == "x"` + "\nb 1",
			pins:      "a===1 b===1",
			roots:     "a[x]",
			installed: "a 1",
		},
		{
			name:      "a version for another Python is not chosen",
			universe:  "a 1\n a 2 {python >=3.12}",
			roots:     "a",
			installed: "a 1",
		},
		{
			name:      "a version with metadata that is not valid is not chosen",
			universe:  "a 1\n a 2 {malformed}",
			roots:     "a",
			installed: "a 1",
		},
		{
			name:      "a pin with metadata that is not valid clashes",
			universe:  "a 1 {malformed}",
			pins:      "a===1",
			roots:     "a",
			installed: "a 1",
			clashes:   "bad metadata: roots:1 wants  of a 1",
		},
		{
			name:      "a constraint that pins nothing narrows the choice",
			universe:  "a 1\n a 2",
			pins:      "a<2",
			roots:     "a",
			installed: "a 1",
		},
		{
			name:     "a package that nobody publishes clashes",
			universe: "a 1",
			roots:    "b",
			clashes:  "unknown package: roots:1 wants  of b ",
		},
		{
			name:     "no version that fits is a clash",
			universe: "a 1\n a 2",
			roots:    "a>2",
			clashes:  "unsolvable: roots:1 wants >2 of a ",
		},
		{
			name:     "what is unknown is named, not what was chosen on the way there",
			universe: "a 1: p\n p 1 {unknown}",
			pins:     "p===1",
			roots:    "a",
			clashes:  "unknown facts: a 1 wants  of p 1",
		},
		{
			name:      "what is unknown leaves the question open",
			universe:  "a 1\n a 2 {unknown}",
			roots:     "a",
			installed: "a 2",
			clashes:   "unknown facts: roots:1 wants  of a 2",
		},
		{
			name:     "an index that does not answer leaves the question open",
			universe: "a 1",
			roots:    "broken",
			clashes:  "unknown facts: roots:1 wants  of broken ",
		},
		{
			name:      "a direct reference is taken for what is wanted",
			universe:  "a 1: b>=2\n b 1",
			pins:      "a===1",
			roots:     "b @ https://example.org/b.zip | a",
			installed: "a 1",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := resolvertest.Parse(t, test.universe).World(t, test.pins)
			for range 2 { // a world that answered before answers the same
				o := w.Verify(resolvertest.Job(t, test.roots))
				if diff := cmp.Diff(test.clashes, resolvertest.Clashes(o)); diff != "" {
					t.Errorf("clashes (-want +got):\n%s", diff)
				}
				if got := resolvertest.Installed(o); test.installed != got && !strings.Contains(test.clashes, "unknown facts") {
					t.Errorf("installed %q, want %q", got, test.installed)
				}
			}
		})
	}
}

func TestPathLeadsFromARootToTheClash(t *testing.T) {
	w := resolvertest.Parse(t, "a 1: b\n b 1: c\n c 1: d<2\n d 2").World(t, "a===1 b===1 c===1 d===2")
	o := w.Verify(resolvertest.Job(t, "a"))
	var steps []string
	for _, d := range o.Clashes[0].Path {
		steps = append(steps, d.Requirement.String())
	}
	if got, want := strings.Join(steps, " -> "), "a -> b -> c -> d<2"; got != want {
		t.Errorf("path %q, want %q", got, want)
	}
}

func TestPathOfAnExtraLeadsThroughWhoAsksForIt(t *testing.T) {
	w := resolvertest.Parse(t, `a 1`+"\n"+`b 1: a[x]`+"\n"+`a 2 {extras x}: d<2; extra == "x"`+"\nd 2").World(t, "a===2 b===1 d===2")
	o := w.Verify(resolvertest.Job(t, "a | b"))
	var steps []string
	for _, d := range o.Clashes[0].Path {
		steps = append(steps, d.Requirement.Spelling)
	}
	if got, want := strings.Join(steps, " -> "), "b -> a -> d"; got != want {
		t.Errorf("path %q, want %q", got, want)
	}
}

func TestUnsolvableNamesDemandsAndObstacles(t *testing.T) {
	w := resolvertest.Parse(t, "a 1: p<1\n a 2: p>1\n p 1").World(t, "p===1")
	o := w.Verify(resolvertest.Job(t, "a"))
	if len(o.Clashes) != 1 || o.Clashes[0].Kind != resolver.Unsolvable {
		t.Fatalf("clashes: %s", resolvertest.Clashes(o))
	}
	c := o.Clashes[0]
	if len(c.Demands) != 1 || len(c.Obstacles) != 2 {
		t.Fatalf("%d demands, %d obstacles, want 1 and 2", len(c.Demands), len(c.Obstacles))
	}
	if got := c.Obstacles[0].Version.String() + " needs " + c.Obstacles[0].Demand.Requirement.String(); got != "2 needs p>1" {
		t.Errorf("first obstacle: %s", got)
	}
}

// pigeons is a question of packages of which each wants a hole of its own, each hole a
// package whose version says who sits in it; and what else there is, as in World and Job.
func pigeons(t *testing.T, pigeons, holes int, universe, pins string, others ...string) *resolver.Outcome {
	t.Helper()
	var u strings.Builder
	u.WriteString(universe)
	roots := others
	for p := range pigeons {
		roots = append(roots, fmt.Sprintf("pigeon%d", p))
		for h := range holes {
			fmt.Fprintf(&u, "\npigeon%d %d: hole%d==%d", p, h+1, h, p)
			fmt.Fprintf(&u, "\nhole%d %d", h, p)
		}
	}
	return resolvertest.Parse(t, u.String()).World(t, pins).Verify(resolvertest.Job(t, strings.Join(roots, " | ")))
}

// Where there are more pigeons than holes no choice fits. To show that for seven takes the
// walk too long, and Solve does it; for twelve it takes both too long.
func TestSearchGivesUpAtItsBound(t *testing.T) {
	if o := pigeons(t, 7, 6, "", ""); len(o.Clashes) == 0 || o.Clashes[0].Kind != resolver.Unsolvable {
		t.Errorf("seven: %s, want what is unsolvable", resolvertest.Clashes(o))
	}
	if o := pigeons(t, 12, 11, "", ""); len(o.Clashes) != 1 || o.Clashes[0].Kind != resolver.GaveUp {
		t.Errorf("twelve: %s, want one that gave up", resolvertest.Clashes(o))
	}
}

// What Solve says no to, and the walk would not, does not count as a no.
func TestSolveSpeaksForTheWalkWhereBothMeanTheSame(t *testing.T) {
	for _, test := range []struct{ name, universe, pins, root, clashes string }{
		{
			name:     "a pigeon can stay outside",
			universe: "pigeon0 0",
		},
		{
			name:     "a pin that does not fit is a clash, and none of the pigeons is",
			universe: "pigeon0 0\na 1", pins: "a===1", root: "a>=2",
			clashes: "out of range: roots:1 wants >=2 of a 1",
		},
		{
			name:     "a constraint that a pin does not meet is a clash, and none of the pigeons is",
			universe: "pigeon0 0\na 1", pins: "a===1 a<1", root: "a",
			clashes: "out of range: pins:2 wants <1 of a 1",
		},
		{
			name:     "a pinned release has its own source of a package",
			universe: "pigeon0 0\na 1: b @ https://example.org/b.whl | b>=2", pins: "a===1", root: "a",
		},
		{
			name:     "a yanked version that a release asks for exactly",
			universe: "pigeon0 0: nest==1\nnest 1 {yanked}",
			clashes:  "gave up: roots:7 wants  of pigeon6 ",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			var roots []string
			if test.root != "" {
				roots = []string{test.root}
			}
			if got := resolvertest.Clashes(pigeons(t, 7, 6, test.universe, test.pins, roots...)); got != test.clashes {
				t.Errorf("clashes: %q, want %q", got, test.clashes)
			}
		})
	}
}

func TestOutcomeTellsWhatWasChosen(t *testing.T) {
	const universe = "a 1: b<2\n b 1 {extras x}: d | e; extra == 'x'\n b 2\n d 1\n e 1: d>=1"
	o := resolvertest.Parse(t, universe).World(t, "a===1").Verify(resolvertest.Job(t, "a | b[x] | d | far @ https://example.org/far.zip"))
	if v, ok := o.Chosen("b"); !ok || v.String() != "1" {
		t.Errorf("b %s, %v, want 1", v, ok)
	}
	for _, name := range []constraints.Name{"a", "far", "gone"} { // pinned, from elsewhere, not there
		if v, ok := o.Chosen(name); ok {
			t.Errorf("%s %s was chosen", name, v)
		}
	}
	var demands []string
	for _, d := range o.DemandsOfChosen("d") {
		demands = append(demands, string(d.From.Name)+" "+d.From.Version.String()+" "+d.Requirement.String())
	}
	if got := strings.Join(demands, ", "); got != "b 1 d, e 1 d>=1" {
		t.Errorf("demands %s", got)
	}
	if path := o.PathTo("far"); len(path) != 1 {
		t.Errorf("path to a direct reference: %v", path)
	}
	if !o.Chooses() {
		t.Error("nothing is chosen")
	}
}
