package manifest_test

import (
	"cmp"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sluice/constraints"
	"sluice/constraints/manifest"
)

func TestTheGroupOfARequirementsFileIsWhatItsPathSaysBesideRequirements(t *testing.T) {
	for name, want := range map[string]string{
		"requirements.txt":                       "",
		"requirements.in":                        "",
		"Requirements.txt":                       "",
		"test-requirements.txt":                  "test",
		"requirements-dev.txt":                   "dev",
		"requirements_dev.in":                    "dev",
		"requirements/test.txt":                  "test",
		"requirements/requirements.txt":          "",
		"doc/requirements.txt":                   "doc",
		"docs/requirements.txt":                  "docs",
		"doc/joined-requirements.txt":            "doc-joined",
		"diskimage-create/test-requirements.txt": "diskimage-create-test",
		"build-requirements.txt":                 "build",
	} {
		if got := manifest.FileGroup(name).String(); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestGroupsSortByKindThenName(t *testing.T) {
	groups := []manifest.Group{
		{Kind: manifest.File, Name: "test"}, {Kind: manifest.Extra, Name: "b"}, {Kind: manifest.Build},
		{}, {Kind: manifest.DependencyGroup, Name: "dev"}, {Kind: manifest.Extra, Name: "a"}, {Kind: manifest.File, Name: "doc"},
	}
	slices.SortFunc(groups, manifest.Group.Compare)
	var got []string
	for _, g := range groups {
		got = append(got, g.String())
	}
	if diff := gocmp.Diff([]string{"", "extra:a", "extra:b", "group:dev", "build", "doc", "test"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestGroupsAreEqualExactlyWhenTheyCompareSo(t *testing.T) {
	group := rapid.Custom(func(t *rapid.T) manifest.Group {
		return manifest.Group{
			Kind: rapid.SampledFrom([]manifest.GroupKind{manifest.Runtime, manifest.Extra, manifest.DependencyGroup, manifest.Build, manifest.File}).Draw(t, "kind"),
			Name: constraints.Name(rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "name")),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		g, h := group.Draw(t, "g"), group.Draw(t, "h")
		if (g.Compare(h) == 0) != (g == h) || cmp.Compare(g.Compare(h), 0) != -cmp.Compare(h.Compare(g), 0) {
			t.Fatalf("%v, %v", g, h)
		}
	})
}
