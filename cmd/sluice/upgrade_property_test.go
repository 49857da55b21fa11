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
	"sluice/constraints/pinfile"
	"sluice/resolver"
	"sluice/resolver/gate"
)

// port is a small universe with two consumers; of most packages there are pins.
type port struct {
	index, pins string
	consumers   [2]string
	isDivided   bool // there are two environments, and lines for some of them
}

var portNames = []string{"a", "b", "c", "d", "e"}

var portVersions = []string{"1", "2", "3b1", "3"}

func drawPort(t *rapid.T, isDivided bool) port {
	defects := []string{"", "", "", "", "", "", `"yanked": true, `, `"incomplete": true, `, `"requires_python": "<3", `, "-"}
	markers := []string{""}
	if isDivided {
		defects = append(defects, `"requires_python": "<3.12", `, `"requires_python": ">=3.12", `)
		markers = []string{"", "", ";python_version<'3.12'", ";python_version<'3.13'", ";python_version>='3.12'", ";python_version=='3.11'", ";sys_platform=='linux'", "|"}
	}
	requirement := rapid.Custom(func(t *rapid.T) string {
		return rapid.SampledFrom(portNames).Draw(t, "on") + rapid.SampledFrom([]string{"", "<2", "<3", "!=2", ">=2", "==1", "==2", "==3b1"}).Draw(t, "range")
	})
	p := port{isDivided: isDivided}
	for _, name := range portNames {
		var versions []string
		for _, v := range portVersions {
			requires := rapid.SliceOfN(requirement, 0, 2).Draw(t, "requires")
			for i := range requires {
				requires[i] = fmt.Sprintf("%q", requires[i])
			}
			attributes := rapid.SampledFrom(defects).Draw(t, "defect")
			if attributes != "-" { // not published
				versions = append(versions, fmt.Sprintf(`"%s": {%s"requires_dist": [%s]}`, v, attributes, strings.Join(requires, ", ")))
			}
		}
		p.index += fmt.Sprintf("{\"name\": %q, \"versions\": {%s}}\n", name, strings.Join(versions, ", "))
		at, marker := rapid.SampledFrom([]string{"1", "1", "2", "3b1", "", ""}).Draw(t, "pin"), rapid.SampledFrom(markers).Draw(t, "marker")
		switch {
		case at == "":
		case marker == "|":
			p.pins += name + "===" + at + ";python_version<'3.12'\n" + name + "===1;python_version>='3.12'\n"
		default:
			p.pins += name + "===" + at + marker + "\n"
		}
	}
	for i := range p.consumers {
		p.consumers[i] = strings.Join(rapid.SliceOfN(requirement, 0, 2).Draw(t, "required"), "\n") + "\n"
	}
	return p
}

func (p port) String() string {
	return p.index + p.pins + "--\n" + strings.Join(p.consumers[:], "--\n")
}

// load reads a port from files in a folder.
func (p port) load(dir string) (*inputs, error) {
	var err error
	for name, text := range map[string]string{"packages.jsonl": p.index, "pins.txt": p.pins, "ship/requirements.txt": p.consumers[0], "boat/requirements.txt": p.consumers[1]} {
		name = filepath.Join(dir, name)
		err = errors.Join(err, os.MkdirAll(filepath.Dir(name), 0o777), os.WriteFile(name, []byte(text), 0o666))
	}
	if err != nil {
		return nil, err
	}
	environments := []environmentConfig{{Name: "py311", Python: "3.11"}}
	if p.isDivided {
		environments = append(environments, environmentConfig{Name: "py312", Python: "3.12"})
	}
	return load(&settings{dir: dir, cacheDir: filepath.Join(dir, "cache"), config: config{
		Constraints:  "pins.txt",
		Index:        indexConfig{File: "packages.jsonl"},
		Environments: environments,
		Consumers:    []consumerConfig{{Path: "ship"}, {Path: "boat"}},
	}})
}

// raise raises the pins of a port.
func (p port) raise(t *testing.T, rt *rapid.T) (*inputs, *upgradeAnswer, *pinfile.File) {
	dir, err := os.MkdirTemp(t.TempDir(), "")
	if err != nil {
		rt.Fatal(err)
	}
	in, err := p.load(dir)
	if err != nil {
		rt.Fatal(err)
	}
	answer, file, err := (&upgrade{}).raise(in)
	if err != nil {
		in.close()
		rt.Fatalf("%v of\n%s", err, p)
	}
	return in, answer, file
}

// Against trying all versions of all packages: no set of raises is larger than the one that
// is said to be the largest, no pin goes up that is said to be stuck, and what fits today
// fits with the raised pins.
func TestUpgradeRaisesTheLargestSet(t *testing.T) {
	raised, exclusive, mended, unproven := 0, 0, 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		p := drawPort(rt, false)
		in, answer, file := p.raise(t, rt)
		defer in.close()
		h := newHarbour(t, in, in.environments[0])
		got := 0
		for _, m := range answer.Raised {
			if m.From != "" && !slices.Contains(namesOf(h.joint.Unfit), constraints.Name(m.Name)) {
				got++
			}
		}
		known, _ := h.mostRaised(false)
		all, up := h.mostRaised(true)
		if answer.LargestKnown && got < known || answer.Largest && got < all || got > all {
			rt.Fatalf("%d go up (largest %v), and %d can, %d of what is known, of\n%s", got, answer.Largest, all, known, p)
		}
		for _, b := range answer.Behind {
			if b.Stuck && up[constraints.Name(b.Name)] {
				rt.Fatalf("%s is said to be stuck, of\n%s", b.Name, p)
			}
		}
		if broken := h.broken(linesOf(file)); len(answer.Broken) > 0 || len(broken) > 0 {
			rt.Fatalf("%q break of\n%s\n%s", append(broken, answer.Broken...), p, file.Bytes())
		}
		raised, exclusive, mended = raised+got, exclusive+len(answer.Exclusive), mended+len(answer.Mended)
		if !answer.LargestKnown {
			unproven++
		}
	})
	t.Logf("%d raises, %d conflicts of raises, %d mended, %d largest sets not proven", raised, exclusive, mended, unproven)
}

// In several environments at once: what fits today fits with the file that is written, no pin
// goes down, and no line becomes active where there was none, but for what nothing pinned yet.
func TestUpgradeWritesLinesForEveryEnvironment(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := drawPort(rt, true)
		in, answer, file := p.raise(t, rt)
		defer in.close()
		lines := linesOf(file)
		for _, env := range in.environments {
			h := newHarbour(t, in, env)
			if broken := h.broken(lines); len(broken) > 0 {
				rt.Fatalf("%q break in %s of\n%s\n%s", broken, env.Name(), p, file.Bytes())
			}
			pins, _ := gate.Active(lines, env)
			isOne := func(q resolver.Pin) bool {
				return slices.ContainsFunc(pins, func(p resolver.Pin) bool { return p.Name == q.Name && p.Version.Compare(q.Version) >= 0 })
			}
			if lost := slices.DeleteFunc(slices.Clone(h.pins), isOne); len(lost) > 0 {
				rt.Fatalf("%v are lost in %s of\n%s\n%s", lost, env.Name(), p, file.Bytes())
			}
		}
		for _, env := range farAndWide() {
			before, _ := gate.Active(in.lines, env)
			after, _ := gate.Active(lines, env)
			for i, q := range after {
				is := func(p resolver.Pin) bool { return p.Name == q.Name }
				anew := slices.ContainsFunc(answer.Raised, func(m pinMove) bool { return m.From == "" && m.Name == string(q.Name) })
				if !anew && !slices.ContainsFunc(before, is) || slices.ContainsFunc(after[:i], is) {
					rt.Fatalf("%s is active in %s, of\n%s\n%s", q.Name, env.Name(), p, file.Bytes())
				}
			}
		}
	})
}

// harbour tries all that could be done with the pins of a port.
type harbour struct {
	*testing.T
	in     *inputs
	env    *constraints.Environment
	pins   []resolver.Pin
	joint  *gate.Joint
	names  []constraints.Name // of the pins, and of what could become one
	finals map[constraints.Name]bool
}

func newHarbour(t *testing.T, in *inputs, env *constraints.Environment) *harbour {
	h := &harbour{T: t, in: in, env: env, finals: make(map[constraints.Name]bool)}
	var limits []resolver.Root
	h.pins, limits = gate.Active(in.lines, env)
	h.joint = gate.JoinFitting(in.question(in.lines).Consumers, h.pins, resolver.NewWorld(env, h.pins, limits, in.facts), env)
	for _, name := range portNames {
		h.finals[constraints.Name(name)] = true
		if !slices.Contains(h.joint.Apart, constraints.Name(name)) {
			h.names = append(h.names, constraints.Name(name))
		}
	}
	for _, p := range h.pins {
		h.finals[p.Name] = !p.Version.IsPrerelease()
	}
	return h
}

func namesOf(parts []gate.Part) (names []constraints.Name) {
	for _, p := range parts {
		names = append(names, p.Job.Roots[0].Requirement.Name)
	}
	return names
}

// today returns the pin of a name, nil for none.
func (h *harbour) today(name constraints.Name) *resolver.Pin {
	i := slices.IndexFunc(h.pins, func(p resolver.Pin) bool { return p.Name == name })
	if i < 0 {
		return nil
	}
	return &h.pins[i]
}

// broken returns what fits today and not under these lines.
func (h *harbour) broken(lines []gate.Line) (names []string) {
	pins, _ := gate.Active(lines, h.env)
	world := resolver.NewWorld(h.env, pins, nil, h.in.facts)
	for _, part := range h.joint.Parts {
		if len(world.Verify(part.Job).Clashes) > 0 {
			names = append(names, part.Name)
		}
	}
	return names
}

// mayHave reports whether a package may have a version, and, if it must be known, whether
// it is known what that requires, or is not today either.
func (h *harbour) mayHave(name constraints.Name, v constraints.Version, known bool) bool {
	release := func(v constraints.Version) *resolver.Release {
		r, err := h.in.facts.Release(name, v)
		if err != nil {
			h.Fatal(err)
		}
		return r
	}
	r, vague := release(v), false
	if today := h.today(name); today != nil {
		if v.Equal(today.Version) {
			return true
		}
		if v.Compare(today.Version) < 0 {
			return false
		}
		was := release(today.Version)
		vague = was != nil && was.Incomplete
	}
	return r != nil && !r.Yanked && (!known || !r.Incomplete || vague) && !(v.IsPrerelease() && h.finals[name])
}

// mostRaised tries all versions from today's up, and all of what nothing pins yet: it
// returns how many pins that fit today go up at most, and which can.
func (h *harbour) mostRaised(all bool) (most int, up map[constraints.Name]bool) {
	up = make(map[constraints.Name]bool)
	var try func(i int, chosen []resolver.Pin)
	try = func(i int, chosen []resolver.Pin) {
		if i == len(h.names) {
			most = max(most, h.raisedBy(chosen, up))
			return
		}
		name := h.names[i]
		for _, text := range portVersions {
			v, err := pep440.Parse(text)
			if err != nil {
				h.Fatal(err)
			}
			if h.mayHave(name, v, !all) {
				try(i+1, append(slices.Clone(chosen), resolver.Pin{Name: name, Version: v, Range: constraints.Exactly(v)}))
			}
		}
		if h.today(name) == nil {
			try(i+1, chosen)
		}
	}
	try(0, nil)
	return most, up
}

// raisedBy returns how many pins go up, if all that fits today does so beside them, and they
// require nothing that would be a pin more. It adds to those that can.
func (h *harbour) raisedBy(chosen []resolver.Pin, up map[constraints.Name]bool) (n int) {
	world := resolver.NewWorld(h.env, chosen, nil, h.in.facts)
	for _, part := range h.joint.Parts {
		outcome := world.Verify(part.Job)
		if len(outcome.Clashes) > 0 {
			return 0
		}
		for name, demands := range outcome.Demands() {
			isPinned := func(d resolver.Demand) bool { return d.From != nil && d.From.Pin != nil }
			if world.Pin(name) == nil && slices.Contains(h.names, name) && slices.ContainsFunc(demands, isPinned) {
				return 0
			}
		}
	}
	for _, p := range chosen {
		if today := h.today(p.Name); today != nil && p.Version.Compare(today.Version) > 0 && !slices.Contains(namesOf(h.joint.Unfit), p.Name) {
			up[p.Name] = true
			n++
		}
	}
	return n
}
