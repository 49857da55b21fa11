package resolver_test

import (
	"slices"
	"testing"

	"sluice/constraints"
	"sluice/constraints/pep508"
	"sluice/resolver"
	"sluice/resolver/resolvertest"
)

// A release is withdrawn where all that can be installed of it is.
func TestReleasesAreYankedByTheirFiles(t *testing.T) {
	env, err := pep508.ParseEnvironment("py311-linux-x86_64")
	if err != nil {
		t.Fatal(err)
	}
	here := resolver.File{Name: "here", Tags: []string{"py3-none-any"}}
	there := resolver.File{Name: "there", Tags: []string{"cp311-cp311-win_amd64"}}
	source := resolver.File{Name: "source"}
	gone := func(f resolver.File) resolver.File {
		f.Yanked, f.YankedReason = true, "broken "+f.Name
		return f
	}
	for name, test := range map[string]struct {
		release resolver.Release
		yanked  bool
		reason  string
	}{
		"nothing":             {resolver.Release{Files: []resolver.File{here, there}}, false, ""},
		"elsewhere":           {resolver.Release{Files: []resolver.File{here, gone(there)}}, false, ""},
		"here":                {resolver.Release{Files: []resolver.File{gone(here), there}}, true, "broken here"},
		"the wheel alone":     {resolver.Release{Files: []resolver.File{gone(here), source}}, false, ""},
		"wheel and source":    {resolver.Release{Files: []resolver.File{gone(here), gone(source), there}}, true, "broken here"},
		"as a whole":          {resolver.Release{Yanked: true, YankedReason: "all"}, true, "all"},
		"no file for it":      {resolver.Release{Files: []resolver.File{gone(there)}}, false, ""},
		"files are not known": {resolver.Release{}, false, ""},
	} {
		if yanked, reason := test.release.YankedIn(env); yanked != test.yanked || reason != test.reason {
			t.Errorf("%s: %t %q, want %t %q", name, yanked, reason, test.yanked, test.reason)
		}
	}
}

// TestNobodyIsAskedAboutDirectReferences holds that a name which a URL stands for is not
// told to an index, which may not be meant to know of it.
func TestNobodyIsAskedAboutDirectReferences(t *testing.T) {
	source := &listener{Universe: resolvertest.Parse(t, "a 1: own @ https://example.org/own.whl")}
	env, err := pep508.ParseEnvironment("py311")
	if err != nil {
		t.Fatal(err)
	}
	w := resolver.NewWorld(env, nil, nil, source)
	solution, err := w.Solve(t.Context(), resolvertest.Job(t, "a | mine @ https://example.org/mine.whl"), resolver.Plan{})
	if err != nil {
		t.Fatal(err)
	}
	if got := resolvertest.Installed(solution.Outcome); got != "a 1" {
		t.Errorf("installed: %s", got)
	}
	if !slices.Equal(source.asked, []constraints.Name{"a"}) {
		t.Errorf("asked about %v, want a alone", source.asked)
	}
}

// listener is a universe that remembers which packages it was asked for.
type listener struct {
	resolvertest.Universe
	asked []constraints.Name
}

// Versions implements resolver.Source.
func (l *listener) Versions(name constraints.Name) ([]constraints.Version, error) {
	l.asked = append(l.asked, name)
	return l.Universe.Versions(name)
}
