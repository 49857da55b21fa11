package pinfile

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sluice/constraints"
	"sluice/constraints/pep508"
)

func matrix(t testing.TB, presets ...string) []*constraints.Environment {
	t.Helper()
	envs := make([]*constraints.Environment, len(presets))
	for i, preset := range presets {
		env, err := pep508.ParseEnvironment(preset)
		if err != nil {
			t.Fatal(err)
		}
		envs[i] = env
	}
	return envs
}

func TestSplitPinsArePartitionsOrSayWhereNot(t *testing.T) {
	envs := matrix(t, "py38", "py39", "py310", "py311", "py312")
	tests := []struct {
		name, file string
		want       []string // KIND lines environments
	}{
		{"one line", "a===1\n", nil},
		{"a partition", "a===1;python_version<'3.9'\na===2;python_version>='3.9' and python_version<'3.11'\na===3;python_version>='3.11'\n", nil},
		{"versions are no decimals", "a===1;python_version<'3.10'\na===2;python_version>='3.10'\n", nil},
		{"a gap", "a===1;python_version<'3.9'\nA===2;python_version>'3.9'\n", []string{"gap 1,2 py39"}},
		{"an overlap", "a===1;python_version<='3.9'\na===2;python_version>='3.9'\n", []string{"overlap 1,2 py39"}},
		{"an overlap with a line without marker", "a===1\na===2;python_version=='3.11'\n", []string{"overlap 1,2 py311"}},
		{"a duplicate", "a===1\n\na===1\n", []string{"duplicate 1,3 py38 py39 py310 py311 py312"}},
		{"an equal version by ==", "a==1\na==1.0\n", []string{"duplicate 1,2 py38 py39 py310 py311 py312"}},
		{"other text by ===", "a===1\na===1.0\n", []string{"overlap 1,2 py38 py39 py310 py311 py312"}},
		{"both faults", "a===1;python_version=='3.8'\na===2;python_version<'3.10'\na===2;python_version=='3.12'\na===2;python_version>='3.12'\n",
			[]string{"overlap 1,2 py38", "gap 1,2,3,4 py310 py311", "duplicate 3,4 py312"}},
		{"a single conditional line", "a===1;python_version=='3.8'\n", []string{"conditional 1 py39 py310 py311 py312"}},
		{"a source and a version", "a @ file:///a\na===1;python_version=='3.8'\n", []string{"overlap 1,2 py38"}},
		{"a bound is no pin", "a===1\na<2\n", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, f := range mustParse(t, test.file).CheckPartition(envs) {
				var lines []string
				for _, e := range f.Entries {
					lines = append(lines, fmt.Sprint(e.Place.Line))
				}
				got = append(got, fmt.Sprintf("%s %s %s", f.Kind, strings.Join(lines, ","), strings.Join(shortNames(f.Environments), " ")))
				p := f.Problem()
				if p.Place != f.Entries[0].Place || !strings.Contains(p.Msg, f.Environments[0]) {
					t.Errorf("the problem %v names no place or no counterexample", p)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func shortNames(names []string) []string {
	var out []string
	for _, name := range names {
		short, _, _ := strings.Cut(name, "-")
		out = append(out, short)
	}
	return out
}

// A partition by cuts has no fault; taking away or doubling a line makes one
// exactly in the environments of that line.
func TestFaultsAreWhereALineIsMissingOrDoubled(t *testing.T) {
	minors := []string{"8", "9", "10", "11", "12"}
	envs := matrix(t, "py38", "py39", "py310", "py311", "py312")
	rapid.Check(t, func(t *rapid.T) {
		cut := rapid.IntRange(1, 4).Draw(t, "cut")
		lines := []string{
			fmt.Sprintf("a===1;python_version<'3.%s'", minors[cut]),
			fmt.Sprintf("a===2;python_version>='3.%s'", minors[cut]),
		}
		parse := func(lines ...string) []Fault {
			f, err := Parse("c", []byte(strings.Join(lines, "\n")))
			if err != nil {
				t.Fatal(err)
			}
			return f.CheckPartition(envs)
		}
		if faults := parse(lines...); len(faults) > 0 {
			t.Fatal(faults)
		}
		doubled := rapid.IntRange(0, 1).Draw(t, "doubled")
		faults := parse(append(lines, "a===3;"+strings.SplitN(lines[doubled], ";", 2)[1])...)
		want := []int{cut, len(minors) - cut}[doubled]
		if len(faults) != 1 || faults[0].Kind != Overlap || len(faults[0].Environments) != want {
			t.Fatalf("%v, want an overlap in %d environments", faults, want)
		}
	})
}
