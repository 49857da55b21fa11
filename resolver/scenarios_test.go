package resolver_test

import (
	"errors"
	"maps"
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

// scenario is a whole resolution of packse or uv.
type scenario struct {
	Name, Category string
	Root           struct {
		Requires       []string
		RequiresPython *string `json:"requires_python"`
	}
	Environment struct{ Python string }
	Options     struct {
		Python         *string
		Prereleases    bool
		NoBuild        []string `json:"no_build"`
		NoBinary       []string `json:"no_binary"`
		Universal      bool
		PythonPlatform *string `json:"python_platform"`
		Resolution     string
	} `json:"resolver_options"`
	Packages map[string]struct {
		Versions map[string]struct {
			Requires       []string
			RequiresPython *string `json:"requires_python"`
			Extras         map[string][]string
			Yanked         bool
			Sdist, Wheel   bool
			WheelTags      []string `json:"wheel_tags"`
		}
	}
	Expected struct {
		Satisfiable bool
		Packages    map[string]string
		Explanation *string
	}
}

// universe returns what the scenario has published.
func (s *scenario) universe(t *testing.T) resolvertest.Universe {
	u := make(resolvertest.Universe)
	for spelling, p := range s.Packages {
		name := pep508.NormalizeName(spelling)
		for text, v := range p.Versions {
			r := &resolver.Release{Version: resolvertest.Version(t, text), Yanked: v.Yanked}
			for _, req := range v.Requires {
				r.Requirements = append(r.Requirements, resolvertest.Requirement(t, req))
			}
			for extra, reqs := range v.Extras {
				r.Extras = append(r.Extras, pep508.NormalizeName(extra))
				for _, req := range reqs {
					text, marker, found := strings.Cut(req, ";")
					marker = strings.TrimSpace(marker)
					if found {
						marker = "(" + marker + ") and "
					}
					r.Requirements = append(r.Requirements, resolvertest.Requirement(t, text+"; "+marker+"extra == '"+extra+"'"))
				}
			}
			if v.RequiresPython != nil {
				set, err := pep440.ParseSpecifierSet(*v.RequiresPython)
				if err != nil {
					t.Fatal(err)
				}
				r.RequiresRuntime = set
			}
			r.Files = []resolver.File{}
			if v.Sdist && !slices.Contains(s.Options.NoBuild, spelling) {
				r.Files = append(r.Files, resolver.File{Name: "sdist"})
			}
			if v.Wheel && !slices.Contains(s.Options.NoBinary, spelling) {
				tags := v.WheelTags
				if len(tags) == 0 {
					tags = []string{"py3-none-any"}
				}
				for _, tag := range tags {
					w, err := pep508.ParseWheelFilename("x-1-" + tag + ".whl")
					if err != nil {
						t.Fatal(err)
					}
					r.Files = append(r.Files, resolver.File{Name: tag, Tags: w.Tags})
				}
			}
			u[name] = append(u[name], r)
		}
		slices.SortFunc(u[name], func(a, b *resolver.Release) int { return a.Version.Compare(b.Version) })
	}
	return u
}

func (s *scenario) job(t *testing.T) (job resolver.Job) {
	for i, text := range s.Root.Requires {
		job.Roots = append(job.Roots, resolver.Root{Requirement: resolvertest.Requirement(t, text), Place: constraints.Place{File: "root", Line: i + 1}})
	}
	return job
}

// otherwise are scenarios that are answered otherwise here, and why.
var otherwise = map[string]string{
	"packse package-prerelease-specified-mixed-available":              "later versions of uv prefer final versions too, and so do we",
	"packse transitive-prerelease-and-stable-dependency":               "pre-releases need no opting in where nothing else fits (PEP 440)",
	"packse transitive-prerelease-and-stable-dependency-many-versions": "the same",
	"uv python-less-than-current":                                      "uv ignores upper bounds of Requires-Python, pip does not, and neither do we",
}

// pythons are what scenarios are asked for instead of what they name: one for 3.12 and up
// has wheels for 3.13 only.
var pythons = map[string]string{"packse specific-architecture": "3.13"}

// environments are those in which a scenario is asked: the one that it names, and, where
// uv's answer is for all, one of each system.
func (s *scenario) environments(t *testing.T) []*constraints.Environment {
	python := s.Environment.Python
	if s.Options.Python != nil {
		python = *s.Options.Python
	}
	if strings.Count(python, ".") == 1 {
		python += ".0"
	}
	if s.Options.Universal {
		return resolvertest.Environments(t, "py"+python, "py"+python+"-windows-amd64", "py"+python+"-macos-arm64")
	}
	return resolvertest.Environments(t, "py"+python)
}

func (s *scenario) plan() (p resolver.Plan) {
	p.Prereleases = resolver.FinalsFirst
	if s.Options.Prereleases {
		p.Prereleases = resolver.AllowPrereleases
	}
	switch s.Options.Resolution {
	case "lowest":
		p.Order = resolver.Lowest
	case "lowest-direct":
		p.Order = resolver.LowestDirect
	}
	return p
}

// The scenarios that uv is tested with are answered alike, for one environment with the
// same versions. What uv answers for all environments at once is held against each.
func TestScenariosOfUV(t *testing.T) {
	for _, of := range []string{"packse", "uv"} {
		var all struct{ Scenarios []scenario }
		vectors.Read(t, of+"_scenarios.json.gz", &all)
		for _, s := range all.Scenarios {
			if python, ok := pythons[of+" "+s.Name]; ok {
				s.Environment.Python = python
			}
			t.Run(of+" "+s.Name, func(t *testing.T) {
				s.check(t, otherwise[of+" "+s.Name])
			})
		}
	}
}

// check solves the scenario, and holds what comes out against the checker and, unless
// there is a reason for another answer, against uv's.
func (s *scenario) check(t *testing.T, otherwise string) {
	u := s.universe(t)
	solved := true
	for _, env := range s.environments(t) {
		got, err := resolver.NewWorld(env, nil, nil, u).Solve(t.Context(), s.job(t), s.plan())
		var unsolved *resolver.Unsolved
		if err != nil && !errors.As(err, &unsolved) {
			t.Fatal(err)
		}
		solved = solved && err == nil
		if err != nil {
			continue
		}
		chosen := make(map[string]string)
		for _, c := range got.Installed() {
			chosen[string(c.Name)] = c.Version.String()
		}
		resolvertest.CheckSolution(t, u, env, s.job(t), chosen)
		if want := s.Expected.Packages; otherwise == "" && !s.Options.Universal && len(want) > 0 && !maps.Equal(chosen, want) {
			t.Errorf("%v, want %v", chosen, want)
		}
	}
	if otherwise != "" {
		t.Log(otherwise)
		return
	}
	if solved != s.Expected.Satisfiable && (s.Expected.Satisfiable || !s.Options.Universal) { // none for all may be one for each
		t.Errorf("solved in all environments: %t, want %t", solved, s.Expected.Satisfiable)
	}
}
