package openstack_test

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sluice/constraints"
	"sluice/constraints/openstack"
	"sluice/constraints/pep508"
	"sluice/constraints/pinfile"
)

// checkout returns a checkout of lists.
func checkout(files map[string]string) openstack.Open {
	return func(list string) ([]byte, error) {
		text, ok := files[list]
		if !ok && list != "global-requirements.txt" && list != "upper-constraints.txt" {
			return nil, fs.ErrNotExist
		}
		return []byte(text), nil
	}
}

func read(t testing.TB, files map[string]string) *openstack.Tree {
	t.Helper()
	tree, err := openstack.Read(checkout(files), "reqs")
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// matrix is Python 3.10 and 3.11 on Linux.
func matrix(t testing.TB) []*constraints.Environment {
	t.Helper()
	var all []*constraints.Environment
	for _, name := range []string{"py310", "py311"} {
		env, err := pep508.ParseEnvironment(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, env)
	}
	return all
}

// stated reads the requirements of a file of a project.
func stated(t testing.TB, text string) []openstack.Stated {
	t.Helper()
	file, err := pinfile.Parse("requirements.txt", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var all []openstack.Stated
	for _, e := range file.Entries() {
		all = append(all, openstack.Stated{Line: openstack.Line{Requirement: e.Requirement, Place: e.Place, Text: e.Arg, Comment: e.Comment}, List: file.Name()})
	}
	return all
}

// told returns findings as "RULE LINE MESSAGE [ENVIRONMENTS]", and behind "<>" what the
// reference says where it says something else.
func told(findings []openstack.Finding) string {
	var b strings.Builder
	for _, f := range findings {
		fmt.Fprintf(&b, "%s %d %s", f.Rule, f.Place.Line, f.Message)
		if len(f.Environments) == 1 {
			fmt.Fprint(&b, " ", f.Environments)
		}
		if f.Reference != "" {
			fmt.Fprint(&b, " <> ", f.Reference)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestCheckProject(t *testing.T) {
	const passes = " <> requirements-check would let it pass, by the words\n"
	for _, test := range []struct{ name, global, denied, project, want string }{
		{"all is well", "rope!=1.5 # MIT\n", "", "rope!=1.5,>=1.2 # MIT\n", ""},
		{"two spellings, one of them denied", "rope.x\n", "rope.x\n", "rope.x\nrope-x\n", "requirements-check 1 requirements-check would reject it: rope-x is not in the global list\n"},
		{"twice in the global list, with other comments", "rope # MIT\nrope # BSD\n", "", "rope>=1\n", "requirements-check 1 requirements-check would reject it: rope has another number of lines than in the global list (2)\n"},
		{"of a full version", "rope;python_full_version>='3.6'\nrope;python_version>='3.5'\n", "", "rope>=1;python_version>='3.5'\n", "requirements-check 1 requirements-check would reject it: rope has another number of lines than in the global list (2)\n"},
		{"an exclusion of the lowest", "rope!=0.*\n", "", "rope!=0.*\n", "global-bound 1 rope has no lower bound\n"},
		{"not listed", "rope # MIT\n", "", "knot>=1\n", "global-listed 1 knot is not in the global list\n"},
		{"denied is left to projects", "rope\n", "knot\n", "knot\nknot\n", "requirements-check 1 requirements-check would reject it: the file has duplicate entries for knot\n"},
		{"no lower bound", "rope\n", "", "rope!=1\n", "global-exclusion 1 rope excludes 1, which the global list admits\nglobal-bound 1 rope has no lower bound\n"},
		{"a compatible release has one, by meaning, and a cap", "rope\n", "", "rope~=1.4\n", "global-exclusion 1 rope excludes 2, which the global list admits\n"},
		{"a single version", "rope==1.4\n", "", "rope==1.4\n", "requirements-check 1 requirements-check would reject it: rope has no lower bound\n"},
		{"an exclusion of the project's own", "rope!=1.5\n", "", "rope>=1.2,!=1.6\n", "global-exclusion 1 rope excludes 1.6, which the global list admits\n"},
		{"an exclusion below the minimum means nothing", "rope\n", "", "rope>=1.2,!=1.0\n", "requirements-check 1 requirements-check would reject it: !=1.0 is not excluded in the global list in these words\n"},
		{"another spelling of the version", "rope!=1.5.0\n", "", "rope>=1.2,!=1.5\n", "requirements-check 1 requirements-check would reject it: !=1.5 is not excluded in the global list in these words\n"},
		{"a part of what is excluded", "rope<2\n", "", "rope>=1.2,<2.5,!=3\n", "requirements-check 1 requirements-check would reject it: !=3,<2.5 is not excluded in the global list in these words\n"},
		{"a cap", "rope!=1.5\n", "", "rope>=1.2,<2,!=1.5\n", "global-exclusion 1 rope excludes 2, which the global list admits\n"},
		{"another spelling of the name", "Rope.Core\n", "", "rope_core>=1\n", "requirements-check 1 requirements-check would reject it: rope-core is not in the global list\n"},
		{"capitals", "Rope\n", "", "rope>=1\n", "requirements-check 1 requirements-check would reject it: no global entry for rope has this name and marker in these words\n"},
		{"listed for another environment", "rope;python_version<'3.11'\n", "", "rope>=1\n", "global-listed 1 rope is not in the global list [py311]\n"},
		{"another spelling of the marker", "rope;python_version<'3.11'\n", "", "rope>=1; python_version < \"3.11\"\n",
			"requirements-check 1 requirements-check would reject it: no global entry for rope has this name and marker in these words [py310]\n"},
		{"a narrower marker", "rope;sys_platform!='win32'\n", "", "rope>=1;sys_platform=='linux'\n",
			"requirements-check 1 requirements-check would reject it: no global entry for rope has this name and marker in these words\n"},
		{"Python 3 alone", "rope;python_version>='3.5'\n", "", "rope>=1\n", ""},
		{"twice", "rope\n", "", "rope>=1\nrope>=1 # again\n", "global-duplicate 2 rope is there twice\n"},
		{"twice with another bound", "rope\n", "", "rope>=1\nrope>=2\n", "global-duplicate 2 rope is there twice" + passes},
		{"once for each environment", "rope;python_version<'3.11'\nrope;python_version>='3.11'\n", "", "rope>=1;python_version<'3.11'\nrope>=2;python_version>='3.11'\n", ""},
		{"with an extra and without", "rope\n", "", "rope>=1\nrope[x]>=1\n", ""},
		{"a lower number of lines", "rope\nrope!=5;python_version>='3.5'\n", "", "rope>=1\n", "requirements-check 1 requirements-check would reject it: rope has another number of lines than in the global list (2)\n"},
	} {
		tree := read(t, map[string]string{"global-requirements.txt": test.global, "denylist.txt": test.denied})
		if diff := cmp.Diff(test.want, told(tree.CheckProject("nova", stated(t, test.project), matrix(t)))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestCheckLists(t *testing.T) {
	const unseen = " <> requirements-check does not look at it\n"
	for _, test := range []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"all is well", map[string]string{"global-requirements.txt": "rope!=2 # MIT\n", "upper-constraints.txt": "rope===1.5\nknot===1\n"}, ""},
		{"licence", map[string]string{"global-requirements.txt": "rope\nknot #\n", "upper-constraints.txt": "rope===1\nknot===1\n"},
			"global-licence 1 rope has no comment that names its licence" + unseen + "global-licence 2 knot has no comment that names its licence" + unseen},
		{"minimum", map[string]string{"global-requirements.txt": "rope>=1 # MIT\n", "upper-constraints.txt": "rope===1\n"}, "global-minimum 1 rope has a lower bound in the global list" + unseen},
		{"twice", map[string]string{"global-requirements.txt": "rope # MIT\nRope # MIT\n", "upper-constraints.txt": "rope===1\n"}, "global-duplicate 2 Rope is there twice" + unseen},
		{"not pinned", map[string]string{"global-requirements.txt": "rope # MIT\n"}, "global-coverage 1 rope is in the global list, and neither pinned nor denied\n"},
		{"denied", map[string]string{"global-requirements.txt": "rope # MIT\nsetuptools # MIT\n", "denylist.txt": "rope\n"}, ""},
		{"denied, by the old name of the list", map[string]string{"global-requirements.txt": "rope # MIT\n", "blacklist.txt": "rope\n"}, ""},
		{"pinned in part", map[string]string{"global-requirements.txt": "rope # MIT\n", "upper-constraints.txt": "rope===1;python_version=='3.10'\n"},
			"global-coverage 1 rope is in the global list, and neither pinned nor denied [py311] <> requirements-check would let it pass: it is pinned for another environment\n"},
		{"of another system", map[string]string{"global-requirements.txt": "rope;sys_platform=='win32' # MIT\n"},
			"requirements-check 1 requirements-check would reject it: rope is in the global list and not pinned under that name\n"},
		{"denied and pinned", map[string]string{"denylist.txt": "rope\n", "upper-constraints.txt": "rope===1\n"}, "global-denied 1 rope is pinned, and on the deny list\n"},
		{"format", map[string]string{"upper-constraints.txt": "rope==1\nknot>=1\n"}, "global-format 1 rope is not pinned by ===\nglobal-format 2 knot is not pinned by ===\n"},
		{"incompatible", map[string]string{"global-requirements.txt": "rope!=1.5 # MIT\n", "upper-constraints.txt": "rope===1.5\n"}, "global-compatible 1 rope 1.5 is not within the global list\n"},
		{"incompatible, with capitals", map[string]string{"global-requirements.txt": "Rope!=1.5 # MIT\n", "upper-constraints.txt": "Rope===1.5\n"},
			"global-compatible 1 Rope 1.5 is not within the global list <> requirements-check would let it pass, by an entry for other environments or another spelling of the name\n"},
		{"compatible in its environment", map[string]string{"global-requirements.txt": "rope<2;python_version<'3.11' # MIT\nrope>=2;python_version>='3.11' # MIT\n", "upper-constraints.txt": "rope===1;python_version<'3.11'\nrope===1;python_version>='3.11'\n"},
			"global-minimum 2 rope has a lower bound in the global list [py311]" + unseen +
				"global-compatible 2 rope 1 is not within the global list [py311] <> requirements-check would let it pass, by an entry for other environments or another spelling of the name\n"},
		{"a pre-release", map[string]string{"global-requirements.txt": "rope!=1 # MIT\n", "upper-constraints.txt": "rope===2rc1\n"},
			"requirements-check 1 requirements-check would reject it: 2rc1 matches no global entry\n"},
		{"a backport", map[string]string{"backports.txt": "rope\nknot\n", "upper-constraints.txt": "rope===1;python_version<'3.11'\n"},
			"global-backport 1 rope is a backport, and pinned in other environments only [py311]" + unseen},
	} {
		if diff := cmp.Diff(test.want, told(read(t, test.files).CheckLists(matrix(t)))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestReadSmallLists(t *testing.T) {
	tree := read(t, map[string]string{
		"projects.txt":                 "# who is bound\nopenstack/nova\n\nkolla # too\n",
		"upper-constraints-xfails.txt": "# Format is\npyOpenSSL==17.5.0;mitmproxy, Other.one\n",
	})
	for project, want := range map[string]bool{"nova": true, "kolla": true, "cinder": false} {
		if tree.Binds(project) != want {
			t.Errorf("%s is bound: %v", project, !want)
		}
	}
	if !read(t, nil).Binds("cinder") {
		t.Error("without a list nobody is bound")
	}
	if x := tree.XFails; len(x) != 1 || x[0].Name != "pyopenssl" || x[0].Version.String() != "17.5.0" || fmt.Sprint(x[0].Affected) != "[mitmproxy other-one]" || x[0].Place.Line != 2 {
		t.Errorf("the failures expected are %+v", x)
	}
}

func TestReadReportsEveryProblem(t *testing.T) {
	_, err := openstack.Read(checkout(map[string]string{
		"global-requirements.txt":      "rope>>1\n-r other.txt\n",
		"denylist.txt":                 "a b\n",
		"projects.txt":                 "openstack/nova cinder\n",
		"upper-constraints-xfails.txt": "rope==1\nrope>1;knot\nrope==1;a b\n",
	}), "reqs")
	want := []string{"reqs/global-requirements.txt:1:6:", "reqs/global-requirements.txt:2:1: a list has requirements only", "reqs/denylist.txt:1:3:", "reqs/projects.txt:1:1:",
		"reqs/upper-constraints-xfails.txt:1:1: \"rope==1\" names nobody", "reqs/upper-constraints-xfails.txt:2:1: \"rope>1\" pins no version", "reqs/upper-constraints-xfails.txt:3:1: \"a b\" is not the name"}
	if err == nil {
		t.Fatal("no problem")
	}
	lines := strings.Split(err.Error(), "\n")
	for i, w := range want {
		if i >= len(lines) || !strings.HasPrefix(lines[i], w) {
			t.Errorf("problem %d is not %s:\n%v", i, w, err)
		}
	}
	if _, err := openstack.Read(func(string) ([]byte, error) { return nil, fs.ErrNotExist }, "reqs"); err == nil || !strings.Contains(err.Error(), "reqs/global-requirements.txt: the list cannot be read") {
		t.Errorf("of an empty folder: %v", err)
	}
}
