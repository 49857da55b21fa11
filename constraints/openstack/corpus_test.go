package openstack

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sluice/constraints"
	"sluice/constraints/pep508"
	"sluice/constraints/pinfile"
	"sluice/fixtures/vectors"
)

// openCorpus returns the lists of the corpus, and its folder.
func openCorpus(t *testing.T) (*Tree, string) {
	t.Helper()
	dir := filepath.Join(vectors.ModuleRoot(t), "..", "shared", "corpus", "openstack-2023-09")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("skip: no shared corpus beside the checkout")
	}
	tree, err := Read(func(list string) ([]byte, error) { return os.ReadFile(filepath.Join(dir, list)) }, "")
	if err != nil {
		t.Fatal(err)
	}
	return tree, dir
}

// requirementFiles returns what the requirement files of all projects state, by file.
func requirementFiles(t *testing.T, dir string) map[string][]Line {
	t.Helper()
	files := make(map[string][]Line)
	for _, pattern := range []string{"projects/*/*requirements.txt", "projects/*/*/requirements.txt"} {
		names, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			shown := filepath.ToSlash(strings.TrimPrefix(name, filepath.Join(dir, "projects")+string(filepath.Separator)))
			file, _ := pinfile.Parse(shown, data) // what is no requirement is not for the rules
			for _, e := range file.Entries() {
				if e.Kind == pinfile.Requirement && e.Requirement.URL == "" {
					files[shown] = append(files[shown], Line{e.Requirement, e.Place, e.Arg, e.Comment})
				}
			}
		}
	}
	return files
}

// TestReferenceOnTheCorpus counts what the model of requirements-check says of each package of
// each requirements file. The numbers are those of the tool's own code, which was run on the
// same files: 5,331 packages, each with the same answer. The four files that it cannot parse
// are left out.
func TestReferenceOnTheCorpus(t *testing.T) {
	tree, dir := openCorpus(t)
	unparsable := map[string]bool{
		"openstacksdk/docs-requirements.txt": true, "python-ironic-inspector-client/functest-requirements.txt": true,
		"rally/doc/requirements.txt": true, "tripleo-ansible/doc/requirements.txt": true,
	}
	got := make(map[string]int)
	for name, lines := range requirementFiles(t, dir) {
		if unparsable[name] {
			continue
		}
		packages := make(map[string][]Line)
		for _, l := range lines {
			packages[refKey(l.Spelling)] = append(packages[refKey(l.Spelling)], l)
		}
		for _, lines := range packages {
			why := tree.refRequirements(lines)
			for _, kind := range []string{"has no lower bound", "is not in the global list", "no global entry", "is not excluded"} {
				if strings.Contains(why, kind) {
					why = kind
				}
			}
			got[why]++
		}
	}
	want := map[string]int{"": 5183, "has no lower bound": 87, "is not in the global list": 40, "no global entry": 12, "is not excluded": 9}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
}

// TestRulesOnTheCorpus pins what the rules find in the lists and in the files that they read,
// and where the reference says something else.
func TestRulesOnTheCorpus(t *testing.T) {
	tree, dir := openCorpus(t)
	var matrix []*constraints.Environment
	for _, name := range []string{"py39", "py310", "py311"} {
		env, err := pep508.ParseEnvironment(name)
		if err != nil {
			t.Fatal(err)
		}
		matrix = append(matrix, env)
	}
	found := tree.CheckLists(matrix)
	for name, lines := range requirementFiles(t, dir) {
		project, file, _ := strings.Cut(name, "/")
		if !Reads(file) || !tree.Binds(project) {
			continue
		}
		var stated []Stated
		for _, l := range lines {
			stated = append(stated, Stated{l, name})
		}
		found = append(found, tree.CheckProject(project, stated, matrix)...)
	}
	got := make(map[string]int)
	for _, f := range found {
		got[f.Rule]++
		if f.Reference != "" {
			got["differs: "+f.Rule]++
		}
	}
	want := map[string]int{
		"global-bound": 4, "global-coverage": 1, "global-licence": 3, "differs: global-licence": 3, "requirements-check": 6,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}
