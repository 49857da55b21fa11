package manifest_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"sluice/constraints/manifest"
)

// farm is a folder with several projects.
func farm() fstest.MapFS {
	return fstest.MapFS{
		"projects/a/requirements.txt":  {Data: []byte("x\n")},
		"projects/b/requirements.txt":  {Data: []byte("x==\ny\n")},
		"projects/c/setup.cfg":         {Data: []byte("[metadata]\nname = c\n")},
		"projects/.git/config":         {Data: []byte("\n")},
		"projects/index.jsonl":         {Data: []byte("\n")},
		"projects/empty/README":        {Data: []byte("\n")},
		"other/deep/a/pyproject.toml":  {Data: []byte("[project]\nname = 'deep-a'\n")},
		"other/flat/requirements.txt":  {Data: []byte("x\n")},
		"other/flat/requirements2.txt": {Data: []byte("x\n")},
	}
}

func dirs(consumers []*manifest.Consumer) []string {
	var names []string
	for _, c := range consumers {
		names = append(names, c.Dir+" as "+c.Name)
	}
	return names
}

func TestLoadAll(t *testing.T) {
	for _, tt := range []struct {
		name     string
		sources  []manifest.Source
		want     []string
		problems []string
	}{
		{"a pattern takes every folder, and a project with a problem does not keep the others",
			[]manifest.Source{{Path: "projects/*"}},
			[]string{"projects/a as a", "projects/b as b", "projects/c as c", "projects/empty as empty"},
			[]string{"projects/b/requirements.txt:1:", "projects/empty: no manifest"}},
		{"a folder that is named too is read once, as named",
			[]manifest.Source{{Path: "projects/[ac]"}, {Path: "./projects/a/", Name: "first"}, {Path: "other/flat"}},
			[]string{"projects/a as first", "projects/c as c", "other/flat as flat"}, nil},
		{"a pattern may be in the middle",
			[]manifest.Source{{Path: "*/*/a"}},
			[]string{"other/deep/a as a"}, nil},
		{"two projects of one name are a problem",
			[]manifest.Source{{Path: "projects/a"}, {Path: "other/deep/a"}},
			[]string{"projects/a as a", "other/deep/a as a"},
			[]string{"other/deep/a: the project is called a, as is projects/a"}},
		{"what is not there is a problem",
			[]manifest.Source{{Path: "projects/nova"}, {Path: "none/*"}, {Path: "projects/z*"}, {Path: "a[/*"}, {Path: "../up"}},
			[]string{"projects/nova as nova", "../up as up"},
			[]string{"none/*: cannot read the pattern", "projects/z*: no folder matches", "a[/*: cannot read the pattern", "projects/nova: cannot read the project", "../up: cannot read the project"}},
		{"no sources, no projects", nil, nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			consumers, err := manifest.LoadAll(farm(), tt.sources...)
			if diff := cmp.Diff(tt.want, dirs(consumers)); diff != "" {
				t.Error(diff)
			}
			var lines []string
			if err != nil {
				lines = strings.Split(err.Error(), "\n")
			}
			for i, line := range lines {
				if i >= len(tt.problems) || !strings.HasPrefix(line, tt.problems[i]) {
					t.Errorf("problem %d: %s", i, line)
				}
			}
			if len(lines) != len(tt.problems) {
				t.Errorf("%d problems, want %d", len(lines), len(tt.problems))
			}
		})
	}
}

func TestLoadAllSaysTheSameEveryTimeAndLeavesNothingRunning(t *testing.T) {
	defer goleak.VerifyNone(t)
	fsys := fstest.MapFS{}
	for i := range 60 {
		fsys[fmt.Sprintf("p/%02d/requirements.txt", i)] = &fstest.MapFile{Data: fmt.Appendf(nil, "a%d>=\nb%d\n", i, i)}
	}
	var first string
	for range 20 {
		consumers, err := manifest.LoadAll(fsys, manifest.Source{Path: "p/*"})
		var b strings.Builder
		for _, c := range consumers {
			b.WriteString(describe(c))
		}
		fmt.Fprint(&b, err)
		if first == "" {
			first = b.String()
		}
		if diff := cmp.Diff(first, b.String()); diff != "" {
			t.Fatal(diff)
		}
	}
}
