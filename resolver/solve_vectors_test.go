package resolver_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sluice/constraints"
	"sluice/constraints/pep440"
	"sluice/constraints/pep508"
	"sluice/fixtures/vectors"
	"sluice/resolver"
	"sluice/resolver/resolvertest"
)

// These are whole resolutions from the tests of other solvers. Their ranges are written
// anew as PEP 440 has them; what has no counterpart there is listed where it is skipped.

// chosenOtherwise are questions to which another choice than the other solver's is an
// answer too, and why it is ours.
var chosenOtherwise = map[string]string{
	"TestResolutionsOfPub/backtracks_pre-release_choice_with_direct_dependency": "the newest of what was found first counts, though it takes a pre-release further on",
	"TestResolutionsOfDepsDev/prerelease-2":                                     "a pre-release that only a dependency names comes after final versions",
	"TestResolutionsOfDepsDev/prerelease-4":                                     "the same",
	"TestResolutionsOfDepsDev/drop-requirements":                                "pip keeps to an older version for a requirement that is gone",
}

// satisfiableOtherwise are questions of which the other solver says that there is a
// solution where there is none, or the other way round, and why.
var satisfiableOtherwise = map[string]string{
	"TestResolutionsOfResolvelib/pep508_pyrex-1.9.8": "it needs msgpack, of which it has no version; resolvelib finds no solution either, but does not come to an end",
	"TestResolutionsOfResolvelib/rubygems_circular":  "rubygems forbids circles, Python does not",
	"TestResolutionsOfDepsDev/conflict_1-a":          "one release requires B==1.0.0 and B==2.0.0; there only the last requirement on a name counts, and pip says no",
}

// resolution is one question, and whether it has an answer.
type resolution struct {
	universe resolvertest.Universe
	roots    []string // requirements, PEP 508
	limits   []string
	plan     resolver.Plan
	env      string // a preset; py311

	satisfiable bool
	versions    map[string]string   // exactly these, where known
	unvisited   map[string][]string // versions that a good search does not look at
}

// visits is a universe that notes which releases are asked for.
type visits struct {
	resolvertest.Universe
	asked map[string]bool // NAME VERSION
}

// Release implements resolver.Source.
func (v visits) Release(name constraints.Name, version constraints.Version) (*resolver.Release, error) {
	v.asked[string(name)+" "+version.String()] = true
	return v.Universe.Release(name, version)
}

// check solves, holds what comes out against the checker, and against what is expected.
func (r *resolution) check(t *testing.T) {
	t.Helper()
	preset := r.env
	if preset == "" {
		preset = "py311"
	}
	env := resolvertest.Environments(t, preset)[0]
	job := resolver.Job{}
	for i, text := range r.roots {
		job.Roots = append(job.Roots, resolver.Root{Requirement: resolvertest.Requirement(t, text), Place: constraints.Place{File: "roots", Line: i + 1}})
	}
	for i, text := range r.limits {
		job.Limits = append(job.Limits, resolver.Root{Requirement: resolvertest.Requirement(t, text), Place: constraints.Place{File: "limits", Line: i + 1}})
	}
	if why := satisfiableOtherwise[t.Name()]; why != "" {
		t.Log(why)
		r.satisfiable, r.versions = !r.satisfiable, nil
	}
	source := visits{r.universe, make(map[string]bool)}
	got, err := resolver.NewWorld(env, nil, nil, source).Solve(t.Context(), job, r.plan)
	var unsolved *resolver.Unsolved
	if err != nil && !errors.As(err, &unsolved) {
		t.Fatal(err)
	}
	for name, versions := range r.unvisited {
		for _, version := range versions {
			if source.asked[name+" "+version] {
				t.Errorf("%s %s was looked at", name, version)
			}
		}
	}
	if (err == nil) != r.satisfiable {
		t.Fatalf("satisfiable %t, want %t (%v)", err == nil, r.satisfiable, r.versions)
	}
	if err != nil {
		return
	}
	chosen := make(map[string]string)
	for _, c := range got.Installed() {
		chosen[string(c.Name)] = c.Version.String()
	}
	if r.plan.Overrides == nil {
		resolvertest.CheckSolution(t, r.universe, env, job, chosen)
	}
	if why := chosenOtherwise[t.Name()]; why != "" {
		t.Log(why)
		return
	}
	if r.versions != nil && !maps.Equal(chosen, r.versions) {
		t.Errorf("%v, want %v", chosen, r.versions)
	}
}

// publish adds a release to a universe.
func publish(t *testing.T, u resolvertest.Universe, spelling, version string, requirements ...string) *resolver.Release {
	t.Helper()
	name := pep508.NormalizeName(spelling)
	r := &resolver.Release{Version: resolvertest.Version(t, version)}
	for _, text := range requirements {
		r.Requirements = append(r.Requirements, resolvertest.Requirement(t, text))
	}
	at, _ := slices.BinarySearchFunc(u[name], r, func(a, b *resolver.Release) int { return a.Version.Compare(b.Version) })
	u[name] = slices.Insert(u[name], at, r)
	return r
}

// normal writes versions by name as an answer has them.
func normal(t *testing.T, versions map[string]string) map[string]string {
	t.Helper()
	all := make(map[string]string)
	for name, version := range versions {
		all[string(pep508.NormalizeName(name))] = resolvertest.Version(t, version).String()
	}
	return all
}

var afterOperator = regexp.MustCompile(`([<>=!~])\s+`)

// asPEP508 writes a dependency of pub, poetry, resolvo or rubygems as PEP 508 has it.
func asPEP508(name, text string) string {
	text = strings.TrimSpace(text)
	var major, minor int
	if n, _ := fmt.Sscanf(text, "^%d.%d", &major, &minor); n == 2 {
		upper := fmt.Sprintf("%d", major+1)
		if major == 0 {
			upper = fmt.Sprintf("0.%d", minor+1)
		}
		return name + ">=" + text[1:] + ",<" + upper
	}
	switch {
	case text == "any" || text == "*" || text == "":
		return name
	case strings.HasPrefix(text, "~>"):
		text = "~=" + strings.TrimSpace(text[2:])
		if !strings.Contains(text, ".") {
			text = ">=" + text[2:]
		}
		return name + text
	case strings.HasPrefix(text, "= "):
		return name + "==" + text[2:]
	case text[0] >= '0' && text[0] <= '9':
		return name + "==" + text
	}
	return name + strings.ReplaceAll(afterOperator.ReplaceAllString(text, "$1"), " ", ",")
}

func TestResolutionsOfPub(t *testing.T) {
	var all struct {
		Tests []struct {
			Name  string
			Steps []struct {
				Op              string
				Packages        map[string]map[string]struct{ Dependencies map[string]string }
				Dependencies    map[string]string
				DevDependencies map[string]string `json:"dev_dependencies"`
				Overrides       map[string]string
				Environment     map[string]string
				Satisfiable     bool
				Result          map[string]string
			}
		}
	}
	vectors.Read(t, "pub_solver.json.gz", &all)
	checked := 0
	for _, test := range all.Tests {
		t.Run(test.Name, func(t *testing.T) {
			r := resolution{universe: make(resolvertest.Universe)}
			for _, step := range test.Steps {
				switch step.Op {
				case "serve":
					for name, versions := range step.Packages {
						for version, v := range versions {
							var requirements []string
							for on, text := range v.Dependencies {
								requirements = append(requirements, asPEP508(on, text))
							}
							slices.Sort(requirements)
							publish(t, r.universe, name, version, requirements...)
						}
					}
				case "root":
					r.roots, r.plan.Overrides = nil, nil
					for _, dependencies := range []map[string]string{step.Dependencies, step.DevDependencies, step.Overrides} {
						for _, name := range slices.Sorted(maps.Keys(dependencies)) {
							r.roots = append(r.roots, asPEP508(name, dependencies[name]))
						}
					}
					for _, name := range slices.Sorted(maps.Keys(step.Overrides)) {
						r.plan.Overrides = append(r.plan.Overrides, resolver.Root{Requirement: resolvertest.Requirement(t, asPEP508(name, step.Overrides[name]))})
					}
				case "expect":
					r.satisfiable, r.versions = step.Satisfiable, nil
					if step.Satisfiable {
						r.versions = normal(t, step.Result)
					}
					r.check(t)
					checked++
					r.plan.Keep = make(map[constraints.Name]constraints.Version)
					for name, version := range step.Result {
						r.plan.Keep[pep508.NormalizeName(name)] = resolvertest.Version(t, version)
					}
				}
			}
		})
	}
	t.Logf("%d resolutions", checked)
}

func TestResolutionsOfPoetry(t *testing.T) {
	var all struct {
		Tests []struct {
			Name       string
			RootPython *string `json:"root_python"`
			Packages   map[string]map[string]struct {
				Dependencies map[string]string
				Python       *string
				Yanked       bool
			}
			Checks []struct {
				Root      []struct{ Name, Constraint string }
				Locked    []struct{ Name, Version string }
				UseLatest []string `json:"use_latest"`
				Expected  struct {
					Satisfiable bool
					Packages    map[string]string
				}
			}
		}
	}
	vectors.Read(t, "poetry_mixology.json.gz", &all)
	for _, test := range all.Tests {
		t.Run(test.Name, func(t *testing.T) {
			u := make(resolvertest.Universe)
			for name, versions := range test.Packages {
				for version, v := range versions {
					var requirements []string
					for on, text := range v.Dependencies {
						requirements = append(requirements, asPEP508(on, text))
					}
					slices.Sort(requirements)
					r := publish(t, u, name, version, requirements...)
					r.Yanked = v.Yanked
					if v.Python != nil {
						r.RequiresRuntime = resolvertest.Requirement(t, "python"+*v.Python).Range
					}
				}
			}
			for _, c := range test.Checks {
				r := resolution{universe: u, satisfiable: c.Expected.Satisfiable, plan: resolver.Plan{Keep: make(map[constraints.Name]constraints.Version)}}
				for _, root := range c.Root {
					r.roots = append(r.roots, asPEP508(root.Name, root.Constraint))
				}
				for _, l := range c.Locked {
					if !slices.Contains(c.UseLatest, l.Name) {
						r.plan.Keep[pep508.NormalizeName(l.Name)] = resolvertest.Version(t, l.Version)
					}
				}
				if c.Expected.Satisfiable {
					r.versions = normal(t, c.Expected.Packages)
				}
				r.check(t)
			}
		})
	}
}

func TestResolutionsOfResolvo(t *testing.T) {
	var all struct {
		Tests []struct {
			Name     string
			Root     []string
			Packages map[string]map[string]struct{ Dependencies, Constrains []string }
			Expected struct {
				Satisfiable bool
				Packages    map[string]string
			}
		}
	}
	vectors.Read(t, "resolvo_solver.json.gz", &all)
	write := func(text string) string {
		name, span, _ := strings.Cut(text, " ")
		low, high, isSpan := strings.Cut(span, "..")
		if isSpan {
			return name + ">=" + low + ",<" + high
		}
		return asPEP508(name, span)
	}
	for _, test := range all.Tests {
		t.Run(test.Name, func(t *testing.T) {
			r := resolution{universe: make(resolvertest.Universe), satisfiable: test.Expected.Satisfiable}
			for name, versions := range test.Packages {
				for version, v := range versions {
					if len(v.Constrains) > 0 {
						t.Skip("skip: a release cannot constrain what it does not require")
					}
					var requirements []string
					for _, text := range v.Dependencies {
						requirements = append(requirements, write(text))
					}
					publish(t, r.universe, name, version, requirements...)
				}
			}
			for _, text := range test.Root {
				r.roots = append(r.roots, write(text))
			}
			if r.satisfiable {
				r.versions = normal(t, test.Expected.Packages)
			}
			r.check(t)
		})
	}
}

func TestResolutionsOfResolvelib(t *testing.T) {
	var all struct {
		Cases []struct {
			Suite, Name, Ecosystem string
			Requested              json.RawMessage
			Packages               map[string]map[string]json.RawMessage
			Raw                    swiftCase
			Expected               struct {
				Satisfiable bool
				Unvisited   map[string][]string
			}
		}
	}
	vectors.Read(t, "resolvelib_functional.json.gz", &all)
	for _, c := range all.Cases {
		t.Run(c.Ecosystem+" "+c.Name, func(t *testing.T) {
			if c.Ecosystem == "swiftpm-mvs" {
				r := c.Raw.resolution(t)
				r.check(t)
				return
			}
			r := resolution{universe: make(resolvertest.Universe), satisfiable: c.Expected.Satisfiable, unvisited: c.Expected.Unvisited, env: "py38"}
			read := func(data json.RawMessage) (requirements []string) {
				if c.Ecosystem == "pep508" {
					if err := json.Unmarshal(data, &requirements); err != nil {
						t.Fatal(err)
					}
					return requirements
				}
				var byName map[string]string
				if err := json.Unmarshal(data, &byName); err != nil {
					t.Fatal(err)
				}
				for _, name := range slices.Sorted(maps.Keys(byName)) {
					for part := range strings.SplitSeq(byName[name], ",") {
						requirements = append(requirements, asPEP508(strings.ReplaceAll(name, "/", "-"), part))
					}
				}
				return requirements
			}
			for name, versions := range c.Packages {
				for version, data := range versions {
					if _, err := pep440.Parse(version); err != nil {
						continue // no version that Python knows
					}
					var valid []string
					for _, text := range read(data) {
						if _, err := pep508.ParseRequirement(text); err == nil {
							valid = append(valid, text)
						}
					}
					release := publish(t, r.universe, strings.ReplaceAll(name, "/", "-"), version, valid...)
					for _, requirement := range release.Requirements {
						if requirement.Marker != nil {
							release.Extras = append(release.Extras, "test", "speedups")
						}
					}
				}
			}
			r.roots = read(c.Requested)
			r.check(t)
		})
	}
}

// swiftCase is a question of Swift's package manager, whose requirements are half-open.
type swiftCase struct {
	Constraints []swiftRequirement
	Containers  []struct {
		Identifier string
		Versions   map[string][]swiftRequirement
	}
	Result map[string]string
}

type swiftRequirement struct {
	Identifier  string
	Requirement [2]string
}

// swiftName makes a name of the URL of a repository.
func swiftName(url string) string {
	return string(pep508.NormalizeName(strings.NewReplacer("https://", "", "/", "-").Replace(url)))
}

func (r swiftRequirement) String() string {
	return swiftName(r.Identifier) + ">=" + r.Requirement[0] + ",<" + r.Requirement[1]
}

func (c *swiftCase) resolution(t *testing.T) resolution {
	r := resolution{universe: make(resolvertest.Universe), satisfiable: true, versions: make(map[string]string)}
	for _, p := range c.Containers {
		for version, requirements := range p.Versions {
			var valid []string
			for _, requirement := range requirements {
				if _, err := pep508.ParseRequirement(requirement.String()); err == nil {
					valid = append(valid, requirement.String())
				}
			}
			if _, err := pep440.Parse(version); err == nil && len(valid) == len(requirements) { // else none that Python knows
				publish(t, r.universe, swiftName(p.Identifier), version, valid...)
			}
		}
	}
	for _, requirement := range c.Constraints {
		r.roots = append(r.roots, requirement.String())
	}
	for url, version := range c.Result {
		r.versions[swiftName(url)] = resolvertest.Version(t, version).String()
	}
	return r
}

// depsDevCase is a question of deps.dev, of PyPI or npm.
type depsDevCase struct {
	Name      string
	Root      struct{ Name, Version string }
	Universes []string
	Expected  struct {
		Selected map[string][]string
		Errors   []string
	}
}

func TestResolutionsOfDepsDev(t *testing.T) {
	var all struct {
		PyPI struct {
			Universes map[string]map[string]struct {
				Versions map[string]struct {
					Dependencies []struct{ Name, Req, Type string }
				}
			}
			Cases []depsDevCase
		}
	}
	vectors.Read(t, "depsdev_resolve.json.gz", &all)
	for _, c := range all.PyPI.Cases {
		t.Run(c.Name, func(t *testing.T) {
			r := resolution{universe: make(resolvertest.Universe), satisfiable: len(c.Expected.Errors) == 0 && len(c.Expected.Selected) > 0}
			for _, name := range c.Universes {
				for pkg, p := range all.PyPI.Universes[name] {
					for version, v := range p.Versions {
						var requirements []string
						var extras []constraints.Name
						for _, d := range v.Dependencies {
							text := d.Name
							kind, value, _ := strings.Cut(d.Type, " ")
							value = strings.Trim(value, `"`)
							if kind == "EnabledDependencies" {
								text += "[" + value + "]"
							}
							text += d.Req
							if kind == "Environment" {
								_, marker, _ := strings.Cut(d.Type, " ")
								text += "; " + marker
								if _, extra, found := strings.Cut(marker, "extra=="); found {
									extras = append(extras, pep508.NormalizeName(strings.Trim(extra, `"`)))
								}
							}
							requirements = append(requirements, text)
						}
						publish(t, r.universe, pkg, version, requirements...).Extras = extras
					}
				}
			}
			r.roots = []string{c.Root.Name + "==" + c.Root.Version}
			if r.satisfiable {
				r.versions = make(map[string]string)
				for name, versions := range c.Expected.Selected {
					r.versions[string(pep508.NormalizeName(name))] = resolvertest.Version(t, versions[0]).String()
				}
			}
			r.check(t)
		})
	}
}

// Of npm's questions those are asked that are about versions and ranges: npm installs
// several versions of a package beside each other, renamed and bundled ones too, and
// Python does not.
func TestResolutionsOfNPM(t *testing.T) {
	var all struct {
		NPM struct {
			Universes map[string]map[string]struct {
				Versions map[string]struct {
					Attrs        []string
					Dependencies []struct{ Name, Req, Type string }
				}
			}
			Cases []depsDevCase
		}
	}
	vectors.Read(t, "depsdev_resolve.json.gz", &all)
	isVersion := regexp.MustCompile(`^\d+\.\d+\.\d+$`)
	named := func(name string) string { // npm tells BOB from bob
		if lower := strings.ToLower(name); lower != name {
			return lower + "-in-capitals"
		}
		return name
	}
	for _, c := range all.NPM.Cases {
		t.Run(c.Name, func(t *testing.T) {
			r := resolution{universe: make(resolvertest.Universe), satisfiable: len(c.Expected.Errors) == 0, versions: make(map[string]string)}
			for _, name := range c.Universes {
				for pkg, p := range all.NPM.Universes[name] {
					for version, v := range p.Versions {
						if len(v.Attrs) > 0 {
							t.Skip("skip: npm's aliases, bundles and tags")
						}
						var requirements []string
						for _, d := range v.Dependencies {
							switch isDigit := len(d.Req) == 1 && d.Req[0] >= '0' && d.Req[0] <= '9'; {
							case d.Type != "" || d.Req != "*" && !isDigit && !isVersion.MatchString(d.Req):
								t.Skip("skip: npm's aliases, bundles and tags")
							case d.Req == "*":
								requirements = append(requirements, named(d.Name))
							case isDigit:
								requirements = append(requirements, named(d.Name)+"=="+d.Req+".*")
							default:
								requirements = append(requirements, named(d.Name)+"=="+d.Req)
							}
						}
						publish(t, r.universe, named(pkg), version, requirements...)
					}
				}
			}
			r.roots = []string{named(c.Root.Name) + "==" + c.Root.Version}
			for name, versions := range c.Expected.Selected {
				if len(versions) > 1 {
					t.Skip("skip: npm's several versions of one package")
				}
				if r.satisfiable {
					r.versions[named(name)] = resolvertest.Version(t, versions[0]).String()
				}
			}
			r.check(t)
		})
	}
}
