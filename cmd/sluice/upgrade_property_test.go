package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sluice/constraints"
	"sluice/constraints/pep440"
	"sluice/resolver"
	"sluice/resolver/gate"
)

// port is a small universe with one consumer, all of whose packages are pinned.
type port struct {
	index, pins, requirements string
}

var portNames = []string{"a", "b", "c", "d", "e"}

func drawPort(t *rapid.T) port {
	requirement := rapid.Custom(func(t *rapid.T) string {
		return rapid.SampledFrom(portNames).Draw(t, "on") + rapid.SampledFrom([]string{"", "<2", "<3", "!=2", ">=2", "==1"}).Draw(t, "range")
	})
	var p port
	for _, name := range portNames {
		var versions []string
		for v := 1; v <= 3; v++ {
			requires := rapid.SliceOfN(requirement, 0, 2).Draw(t, "requires")
			for i := range requires {
				requires[i] = fmt.Sprintf("%q", requires[i])
			}
			attributes := rapid.SampledFrom([]string{"", "", "", "", `"yanked": true, `, `"incomplete": true, `, `"requires_python": "<3", `}).Draw(t, "defect")
			versions = append(versions, fmt.Sprintf(`"%d": {%s"requires_dist": [%s]}`, v, attributes, strings.Join(requires, ", ")))
		}
		p.index += fmt.Sprintf("{\"name\": %q, \"versions\": {%s}}\n", name, strings.Join(versions, ", "))
		p.pins += fmt.Sprintf("%s===%d\n", name, rapid.SampledFrom([]int{1, 1, 2}).Draw(t, "pin"))
	}
	p.requirements = strings.Join(rapid.SliceOfN(requirement, 0, 2).Draw(t, "required"), "\n") + "\n"
	return p
}

// load reads a port from files in a folder.
func (p port) load(dir string) (*inputs, error) {
	err := os.MkdirAll(filepath.Join(dir, "ship"), 0o777)
	for name, text := range map[string]string{"packages.jsonl": p.index, "pins.txt": p.pins, "ship/requirements.txt": p.requirements} {
		err = errors.Join(err, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666))
	}
	if err != nil {
		return nil, err
	}
	return load(&settings{dir: dir, cacheDir: filepath.Join(dir, "cache"), config: config{
		Constraints:  "pins.txt",
		Index:        indexConfig{File: "packages.jsonl"},
		Environments: []environmentConfig{{Name: "py311", Python: "3.11"}},
		Consumers:    []consumerConfig{{Path: "ship"}},
	}})
}

// Against trying all versions of all packages: no set of raises is larger than the one that
// is said to be the largest, and no pin goes up that is said to be stuck.
func TestUpgradeRaisesTheLargestSet(t *testing.T) {
	raised, exclusive := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		p := drawPort(rt)
		dir, err := os.MkdirTemp(t.TempDir(), "")
		if err != nil {
			rt.Fatal(err)
		}
		in, err := p.load(dir)
		if err != nil {
			rt.Fatal(err)
		}
		defer in.close()
		answer, _, err := (&upgrade{}).raise(in)
		if err != nil {
			rt.Fatalf("%v of\n%s%s%s", err, p.index, p.pins, p.requirements)
		}
		most, up := mostRaised(t, in)
		got := 0
		for _, m := range answer.Raised {
			if !slices.Contains(unfitToday(in), constraints.Name(m.Name)) {
				got++
			}
		}
		if !answer.Largest || got != most {
			rt.Fatalf("%d go up (largest %v), and %d can, of\n%s%s%s", got, answer.Largest, most, p.index, p.pins, p.requirements)
		}
		for _, b := range answer.Behind {
			if b.Stuck && up[constraints.Name(b.Name)] {
				rt.Fatalf("%s is said to be stuck, of\n%s%s%s", b.Name, p.index, p.pins, p.requirements)
			}
		}
		raised, exclusive = raised+got, exclusive+len(answer.Exclusive)
	})
	t.Logf("%d raises, %d conflicts of raises", raised, exclusive)
}

// jointOf returns what fits today.
func jointOf(in *inputs) (pins []resolver.Pin, joint *gate.Joint) {
	env := in.environments[0]
	pins, limits := gate.Active(in.lines, env)
	return pins, gate.JoinFitting(in.question(in.lines).Consumers, pins, resolver.NewWorld(env, pins, limits, in.facts), env)
}

func unfitToday(in *inputs) []constraints.Name {
	_, joint := jointOf(in)
	return joint.Unfit
}

// mostRaised tries all versions from today's up: it returns how many pins that fit today go
// up at most, and which can.
func mostRaised(t *testing.T, in *inputs) (most int, up map[constraints.Name]bool) {
	pins, joint := jointOf(in)
	up = make(map[constraints.Name]bool)
	allowed := func(p resolver.Pin, v constraints.Version) bool {
		r, err := in.facts.Release(p.Name, v)
		if err != nil {
			t.Fatal(err)
		}
		return v.Equal(p.Version) || v.Compare(p.Version) > 0 && !r.Yanked && !r.Incomplete
	}
	var try func(chosen []resolver.Pin)
	try = func(chosen []resolver.Pin) {
		if len(chosen) < len(pins) {
			p := pins[len(chosen)]
			for _, text := range []string{"1", "2", "3"} {
				v, err := pep440.Parse(text)
				if err != nil {
					t.Fatal(err)
				}
				if allowed(p, v) {
					try(append(slices.Clone(chosen), resolver.Pin{Name: p.Name, Version: v, Range: constraints.Exactly(v)}))
				}
			}
			return
		}
		world := resolver.NewWorld(in.environments[0], chosen, nil, in.facts)
		for _, part := range joint.Parts {
			if len(world.Verify(part.Job).Clashes) > 0 {
				return
			}
		}
		n := 0
		for i, p := range chosen {
			if p.Version.Compare(pins[i].Version) > 0 && !slices.Contains(joint.Unfit, p.Name) {
				up[p.Name] = true
				n++
			}
		}
		most = max(most, n)
	}
	try(nil)
	return most, up
}
