package pinfile

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func filesOf(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

func TestLoadFollowsIncludesInPipsOrder(t *testing.T) {
	tree, err := Load(filesOf(map[string]string{
		"p/requirements.txt": "a\n-r ../shared/more.txt\nc # last\n",
		"shared/more.txt":    "b\n-c limits.txt\n",
		"shared/limits.txt":  "b===1\n",
	}), "p/requirements.txt", Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range tree.Entries {
		got = append(got, fmt.Sprintf("%v %s %v", e.Place, e.Arg, e.Constraint))
	}
	want := []string{
		"p/requirements.txt:1:1 a false", "p/requirements.txt:2:1 ../shared/more.txt false", "shared/more.txt:1:1 b false",
		"shared/more.txt:2:1 limits.txt false", "shared/limits.txt:1:1 b===1 true", "p/requirements.txt:3:1 c false",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(tree.Files) != 3 {
		t.Errorf("%d files", len(tree.Files))
	}
}

func TestLoadReportsWhatItDoesNotFollow(t *testing.T) {
	tree, err := Load(filesOf(map[string]string{
		"r.txt":     "-r a.txt\n-r https://h/x.txt\n-r ../up.txt\n-c /abs.txt\n-r none.txt\n-r folder\n-c a.txt\n-c https://h/c.txt\nlast\n",
		"a.txt":     "-r sub/b.txt\nbad=1\n",
		"sub/b.txt": "-r ../a.txt\n-r ../r.txt\n-r b.txt\n",
		"folder/x":  "",
	}), "r.txt", Options{})
	want := []string{
		"a.txt:2:",
		"sub/b.txt:1:1: the file includes itself: r.txt -> a.txt -> sub/b.txt -> a.txt",
		"sub/b.txt:2:1: the file includes itself: r.txt -> a.txt -> sub/b.txt -> r.txt",
		"sub/b.txt:3:1: the file includes itself: r.txt -> a.txt -> sub/b.txt -> sub/b.txt",
		"r.txt:3:1: not followed: ../up.txt leaves the folder",
		"r.txt:4:1: not followed: /abs.txt is an absolute path",
		"r.txt:5:1: cannot read none.txt: file does not exist",
		"r.txt:6:1: cannot read folder: is not a regular file",
	}
	lines := strings.Split(err.Error(), "\n")
	for i := range want {
		if i >= len(lines) || !strings.HasPrefix(lines[i], want[i]) {
			t.Fatalf("problem %d of\n%v\nwant %s", i, err, want[i])
		}
	}
	if len(tree.Unread) != 1 || !strings.HasPrefix(tree.Unread[0].Error(), "r.txt:2:1: not followed: https://h/x.txt is a URL") {
		t.Errorf("unread %v", tree.Unread)
	}
	if len(tree.Notes) != 1 || !strings.HasPrefix(tree.Notes[0].Error(), "r.txt:8:1: not followed: https://h/c.txt is a URL") {
		t.Errorf("notes %v", tree.Notes)
	}
	if last := tree.Entries[len(tree.Entries)-1]; last.Arg != "last" {
		t.Errorf("the last entry is %q", last.Raw)
	}
}

func TestLoadIsBounded(t *testing.T) {
	files := map[string]string{}
	for i := range 40 {
		// Each includes the next twice: 2^40 lines for who counts on nothing.
		files[fmt.Sprintf("f%d.txt", i)] = fmt.Sprintf("-r f%d.txt\n-r f%d.txt\n", i+1, i+1)
	}
	files["f40.txt"] = "end\n"
	tree, err := Load(filesOf(files), "f0.txt", Options{})
	if err == nil || !strings.Contains(err.Error(), "include one another") || !strings.Contains(err.Error(), "lines include a file") {
		t.Errorf("got %.200s", fmt.Sprint(err))
	}
	if len(tree.Entries) > 3*MaxIncludes {
		t.Errorf("%d entries", len(tree.Entries))
	}
}

func TestLoadOfAFileThatIsMissingIsAnError(t *testing.T) {
	if tree, err := Load(filesOf(nil), "r.txt", Options{}); err == nil || tree != nil {
		t.Errorf("got %v, %v", tree, err)
	}
}

func TestLoadHoldsOnlyConstraintsToWhatPipWantsOfThem(t *testing.T) {
	fsys := filesOf(map[string]string{"r.txt": "-r both.txt\n", "c.txt": "-c both.txt\n-r both.txt\n", "both.txt": "a[x]==1\n"})
	if _, err := Load(fsys, "r.txt", Options{}); err != nil {
		t.Error(err)
	}
	if _, err := Load(fsys, "c.txt", Options{}); err == nil || err.Error() != "both.txt:1:1: a constraint cannot have extras (write NAME==VERSION, or NAME @ URL)" {
		t.Error(err)
	}
}
