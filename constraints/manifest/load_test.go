package manifest_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"sluice/constraints"
	"sluice/constraints/manifest"
	"sluice/constraints/pep508"
)

// project returns the files of a project, each after a line "-- NAME --".
func project(text string) fstest.MapFS {
	files := fstest.MapFS{}
	var name string
	for line := range strings.Lines(text) {
		if header, ok := strings.CutPrefix(line, "-- "); ok {
			name = "p/" + strings.TrimSuffix(strings.TrimSpace(header), " --")
			files[name] = &fstest.MapFile{}
			continue
		}
		if name != "" {
			files[name].Data = append(files[name].Data, line...)
		}
	}
	return files
}

// describe writes a consumer in the form that the cases state: one line for each
// thing that it says.
func describe(c *manifest.Consumer) string {
	var b strings.Builder
	short := func(p constraints.Place) string { return strings.TrimPrefix(p.String(), "p/") }
	// What is wrong with a requirement is for pep440 and pep508 to word.
	msg := func(p constraints.Problem) string {
		if i := strings.Index(p.Msg, "\": "); strings.HasPrefix(p.Msg, "invalid ") && i > 0 {
			return p.Msg[:i+1]
		}
		return p.Msg
	}
	if c.Dist != "" {
		fmt.Fprintln(&b, "dist", c.Dist)
	}
	if c.RequiresPython != nil {
		fmt.Fprintln(&b, "python", c.RequiresPython, short(c.RequiresPythonPlace))
	}
	for _, extra := range c.Extras {
		fmt.Fprintln(&b, "extra", extra)
	}
	if len(c.Dynamic) > 0 {
		fmt.Fprintln(&b, "dynamic", strings.Join(c.Dynamic, " "))
	}
	for _, d := range c.Requirements {
		fmt.Fprintf(&b, "%s [%s] %s\n", short(d.Place), d.Group, pep508.FormatRequirement(d.Requirement))
	}
	for _, d := range c.Constraints {
		fmt.Fprintf(&b, "constraint %s [%s] %s\n", short(d.Place), d.Group, pep508.FormatRequirement(d.Requirement))
	}
	for _, p := range c.Unread {
		fmt.Fprintln(&b, "unread", short(p.Place), msg(p))
	}
	for _, n := range c.Notes {
		fmt.Fprintln(&b, "note", short(n.Place), msg(n))
	}
	for _, p := range c.Problems {
		fmt.Fprintln(&b, "problem", short(p.Place), msg(p))
	}
	return b.String()
}

// A loadCase is a project and what is to be read from it.
type loadCase struct {
	name  string
	files string
	want  string
}

func runLoadCases(t *testing.T, cases []loadCase) {
	t.Helper()
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			c, err := manifest.Load(project(tt.files), "p", manifest.Options{})
			if (err != nil) != (len(c.Problems) > 0) {
				t.Errorf("error %v, but %d problems", err, len(c.Problems))
			}
			if diff := cmp.Diff(strings.TrimLeft(tt.want, "\n"), describe(c)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestRequirementsFiles(t *testing.T) {
	runLoadCases(t, []loadCase{
		{"each file is a group of its name", `
-- requirements.txt --
a>=1  # why
-- test-requirements.txt --
b
-- requirements_dev.txt --
c
-- doc/requirements.txt --
d
-- doc/joined-requirements.txt --
e
-- requirements/lint.txt --
f
-- build-requirements.txt --
g
-- upper-constraints.txt --
x===1
-- lower-constraints.txt --
x===1
-- requirements-constraints.txt --
x===1
-- tools/requirements.txt --
x
-- my-requirementsfoo.txt --
x
`, `
requirements.txt:1:1 [] a>=1
build-requirements.txt:1:1 [build] g
doc/joined-requirements.txt:1:1 [doc-joined] e
doc/requirements.txt:1:1 [doc] d
requirements/lint.txt:1:1 [lint] f
requirements_dev.txt:1:1 [dev] c
test-requirements.txt:1:1 [test] b
`},
		{"what is included belongs to the group of the file that includes it, and stands where it stands", `
-- test-requirements.txt --
-r requirements.txt
b
-- requirements.txt --
a
`, `
requirements.txt:1:1 [] a
requirements.txt:1:1 [test] a
test-requirements.txt:2:1 [test] b
`},
		{"-c gives constraints", `
-- requirements.txt --
-c upper-constraints.txt
a
-- upper-constraints.txt --
a===1
b===2
`, `
requirements.txt:2:1 [] a
constraint upper-constraints.txt:1:1 [] a===1
constraint upper-constraints.txt:2:1 [] b===2
`},
		{"all that is wrong is reported at once, and the rest is read", `
-- requirements.txt --
a>>1
b
-r missing.txt
-- test-requirements.txt --
c==
d
`, `
requirements.txt:2:1 [] b
test-requirements.txt:2:1 [test] d
problem requirements.txt:1:3 invalid requirement "a>>1"
problem requirements.txt:3:1 cannot read p/missing.txt: file does not exist
problem test-requirements.txt:1:4 invalid requirement "c=="
`},
		{"a file with something wrong that is read for two groups is reported once", `
-- requirements.txt --
-r ../../etc/passwd
-- test-requirements.txt --
-r requirements.txt
`, `
problem requirements.txt:1:1 not followed: ../../etc/passwd leaves the folder that is read
`},
		{"files that include one another are reported", `
-- requirements.txt --
-r test-requirements.txt
`, `
problem requirements.txt:1:1 cannot read p/test-requirements.txt: file does not exist
`},
		{"a direct reference is a requirement, a path is noted", `
-- requirements.txt --
git+https://host/x@1#egg=thing
z @ https://host/z.whl
../local
-r https://host/requirements.txt
`, `
requirements.txt:1:1 [] thing @ git+https://host/x@1#egg=thing
requirements.txt:2:1 [] z @ https://host/z.whl
unread requirements.txt:4:1 not followed: https://host/requirements.txt is a URL
note requirements.txt:3:1 not read: path "../local" does not tell what it is the source of
`},
		{"an .in is read and not the .txt that is made from it", `
-- requirements.in --
a>=1
-- requirements.txt --
a==1.5
b==1
`, `
requirements.in:1:1 [] a>=1
note requirements.txt not read: it is compiled from requirements.in, which is
`},
		{"the project's own folder stands for the extras that are named", `
-- requirements-dev.txt --
-e .[test]
x
-- pyproject.toml --
[project]
name = "p"
optional-dependencies.test = ["t"]
`, `
dist p
extra test
pyproject.toml:3:32 [extra:test] t
pyproject.toml:3:32 [dev] t
requirements-dev.txt:2:1 [dev] x
note requirements-dev.txt:1:1 the project requires itself; read as the extras that it names
`},
		{"the project's own name in a requirements file stays", `
-- requirements.txt --
p>=2
-- setup.cfg --
[metadata]
name = P
`, `
dist p
requirements.txt:1:1 [] p>=2
`},
		{"a folder without a manifest is a problem", `
-- README --
`, `
problem p no manifest here: neither pyproject.toml, setup.cfg nor a requirements file
`},
		{"setup.py alone leaves the requirements unread", `
-- setup.py --
`, `
unread setup.py not read: what setup.py declares is known only by running it
`},
		{"setup.py beside requirements files leaves what it declares itself unread", `
-- setup.py --
-- requirements.txt --
a
`, `
requirements.txt:1:1 [] a
unread setup.py not read: what setup.py declares is known only by running it
`},
		{"setup.py beside a manifest that names the project says nothing more", `
-- setup.py --
-- setup.cfg --
[metadata]
name = p
`, `
dist p
`},
		{"manifests of other tools alone leave the requirements unread", `
-- Pipfile --
-- environment.yml --
`, `
unread Pipfile this kind of manifest is not read
unread environment.yml this kind of manifest is not read
`},
		{"manifests of other tools are noted beside one that is read", `
-- Pipfile --
-- requirements.txt --
a
`, `
requirements.txt:1:1 [] a
note Pipfile this kind of manifest is not read
`},
		{"constraints at a URL are noted, for they ask for nothing", `
-- requirements.txt --
-c https://host/upper-constraints.txt
-c limits.txt
-- limits.txt --
-r https://host/more.txt
`, `
note requirements.txt:1:1 not followed: https://host/upper-constraints.txt is a URL
note limits.txt:1:1 not followed: https://host/more.txt is a URL
`},
	})
}

func TestPyproject(t *testing.T) {
	runLoadCases(t, []loadCase{
		{"each requirement has the place of its text", `
-- pyproject.toml --
[build-system]
requires = ["setuptools>=61", 'wheel']

[project]
name = "My.Package"
requires-python = " >=3.8"
dependencies = [
  "a>=1,<2",   # a
  # b
	'b; python_version < "3.9"',
  """c""",
]
[project.optional-dependencies]
Fast_Path = ["d", "e"]
`, `
dist my-package
python >=3.8 pyproject.toml:6:20
extra fast-path
pyproject.toml:8:4 [] a<2,>=1
pyproject.toml:10:3 [] b; python_version < "3.9"
pyproject.toml:11:6 [] c
pyproject.toml:14:15 [extra:fast-path] d
pyproject.toml:14:20 [extra:fast-path] e
pyproject.toml:2:14 [build] setuptools>=61
pyproject.toml:2:32 [build] wheel
`},
		{"the column of an error is inside the string", `
-- pyproject.toml --
[project]
name = "-"
requires-python = ">=3,?"
dependencies = [
  "a", 1,
  "b ; os_nome == 'x'",
  {c = 1},
]
optional-dependencies.x = "a"
`, `
extra x
pyproject.toml:5:4 [] a
problem pyproject.toml:2:9 "-" is no name of a distribution
problem pyproject.toml:3:24 invalid specifier set ">=3,?"
problem pyproject.toml:5:8 dependencies must be an array of strings
problem pyproject.toml:6:8 invalid requirement "b ; os_nome == 'x'"
problem pyproject.toml:7:3 dependencies must be an array of strings
problem pyproject.toml:9:27 an extra must be an array of strings
`},
		{"names of extras that are one are reported", `
-- pyproject.toml --
[project.optional-dependencies]
a-b = ["x"]
A_B = ["y"]
"?" = []
`, `
extra a-b
pyproject.toml:2:9 [extra:a-b] x
problem pyproject.toml:3:1 "a-b" and "A_B" are the same name of an extra
problem pyproject.toml:4:1 "?" is no name of an extra
`},
		{"an extra that names the project stands for the extras in brackets", `
-- pyproject.toml --
[project]
name = "pkg"
dependencies = ["r"]
[project.optional-dependencies]
a = ["x; os_name == 'posix' or os_name == 'nt'"]
b = ["y"]
all = ["pkg[a]; python_version < '3.9'", "PKG[b]", "z"]
loop = ["pkg[loop,b]", "pkg[none]"]
[dependency-groups]
dev = ["pkg[b]"]
`, `
dist pkg
extra a
extra b
extra all
extra loop
pyproject.toml:3:18 [] r
pyproject.toml:5:7 [extra:a] x; os_name == "posix" or os_name == "nt"
pyproject.toml:6:7 [extra:b] y
pyproject.toml:5:7 [extra:all] x; (python_version < "3.9") and (os_name == "posix" or os_name == "nt")
pyproject.toml:6:7 [extra:all] y
pyproject.toml:7:53 [extra:all] z
pyproject.toml:6:7 [extra:loop] y
pyproject.toml:6:7 [group:dev] y
note pyproject.toml:7:9 the project requires itself; read as the extras that it names
note pyproject.toml:7:43 the project requires itself; read as the extras that it names
note pyproject.toml:8:10 the project requires itself; read as the extras that it names
note pyproject.toml:8:25 the project requires itself; read as the extras that it names
note pyproject.toml:10:9 the project requires itself; read as the extras that it names
problem pyproject.toml:8:25 the project has no extra "none"
`},
		{"groups include groups, at the places where the requirements stand", `
-- pyproject.toml --
[dependency-groups]
Test = ["pytest"]
dev = [{include-group = "TEST"}, "ruff", {include-group = "docs"}]
docs = ["sphinx", {include-group = "test"}]
`, `
pyproject.toml:2:10 [group:test] pytest
pyproject.toml:2:10 [group:dev] pytest
pyproject.toml:3:35 [group:dev] ruff
pyproject.toml:4:10 [group:dev] sphinx
pyproject.toml:4:10 [group:docs] sphinx
pyproject.toml:2:10 [group:docs] pytest
`},
		{"what is wrong with groups is reported, each once", `
-- pyproject.toml --
[dependency-groups]
a = [{include-group = "b"}, "x"]
b = [{include-group = "c"}]
c = [{include-group = "a"}, "y", {include-group = "c"}]
f = [{include-group = ""}]
d = [{include-group = "nowhere"}, {other = 1}, {include-group = "a", x = 1}, 5, "z>"]
D = []
e = "f"
`, `
pyproject.toml:4:30 [group:a] y
pyproject.toml:2:30 [group:a] x
pyproject.toml:4:30 [group:b] y
pyproject.toml:4:30 [group:c] y
problem pyproject.toml:4:24 the dependency groups include one another: a -> b -> c -> a
problem pyproject.toml:4:52 the dependency groups include one another: c -> c
problem pyproject.toml:5:24 there is no dependency group ""
problem pyproject.toml:6:24 there is no dependency group "nowhere"
problem pyproject.toml:6:35 a dependency group must be an array of strings and {include-group = "NAME"}
problem pyproject.toml:6:48 a dependency group must be an array of strings and {include-group = "NAME"}
problem pyproject.toml:6:78 a dependency group must be an array of strings and {include-group = "NAME"}
problem pyproject.toml:6:84 invalid requirement "z>"
problem pyproject.toml:7:1 "d" and "D" are the same name of a dependency group
problem pyproject.toml:8:5 a dependency group must be an array of strings and {include-group = "NAME"}
`},
		{"dynamic fields are followed into files where setuptools would, or noted", `
-- pyproject.toml --
[project]
name = "p"
dynamic = ["version", "dependencies", "optional-dependencies", "requires-python"]
[tool.setuptools.dynamic]
version = {attr = "p.version"}
dependencies = {file = "requirements.txt"}
optional-dependencies.cli = {file = ["cli.txt", "more.txt"]}
-- requirements.txt --
a
-- cli.txt --
b
`, `
dist p
extra cli
dynamic version dependencies optional-dependencies requires-python
requirements.txt:1:1 [] a
cli.txt:1:1 [extra:cli] b
note pyproject.toml:3:65 requires-python is dynamic: only running the build backend would tell
problem pyproject.toml:7:50 cannot read p/more.txt: file does not exist
`},
		{"what another backend computes or another tool states is unread", `
-- pyproject.toml --
[project]
dynamic = ["dependencies"]
[tool.hatch.envs.test]
dependencies = ["x"]
[tool.poetry.dependencies]
python = "^3.8"
`, `
dynamic dependencies
unread pyproject.toml:5:14 dependencies of [tool.poetry] is not read
unread pyproject.toml:2:13 dependencies is dynamic: only running the build backend would tell
note pyproject.toml:3:13 envs of [tool.hatch] is not read
`},
		{"tables of other tools without a [project] are unread, those for developers noted", `
-- pyproject.toml --
[tool.poetry]
name = "p"
[tool.poetry.group.dev.dependencies]
x = "1"
[tool.flit.metadata]
requires = ["a"]
[tool.uv]
dev-dependencies = ["b"]
`, `
unread pyproject.toml:6:1 requires of [tool.flit.metadata] is not read
note pyproject.toml:3:14 group of [tool.poetry] is not read
note pyproject.toml:5:12 metadata of [tool.flit] is not read
note pyproject.toml:8:1 dev-dependencies of [tool.uv] is not read
`},
		{"what a tool says of dependencies that [project] lists is noted", `
-- pyproject.toml --
[project]
dependencies = ["a"]
[tool.poetry.dependencies]
a = {source = "mirror"}
`, `
pyproject.toml:2:18 [] a
note pyproject.toml:3:14 dependencies of [tool.poetry] is not read
`},
		{"dynamic dependencies without a file are unread, those of an empty file none", `
-- pyproject.toml --
[project]
dynamic = ["dependencies", "optional-dependencies"]
[tool.setuptools.dynamic]
dependencies = {file = "none.txt"}
optional-dependencies.x = {attr = "p.x"}
-- none.txt --
`, `
extra x
dynamic dependencies optional-dependencies
unread pyproject.toml:5:27 only files are followed from [tool.setuptools.dynamic]
`},
		{"[project] speaks for the whole project, but for what is dynamic", `
-- pyproject.toml --
[project]
name = "p"
dynamic = ["optional-dependencies"]
dependencies = ["a"]
-- setup.cfg --
[options]
install_requires =
  b
python_requires = >=3.8
setup_requires =
  s
[options.extras_require]
x = c
`, `
dist p
extra x
dynamic optional-dependencies
pyproject.toml:4:18 [] a
setup.cfg:6:3 [build] s
setup.cfg:8:5 [extra:x] c
note setup.cfg what this file says of requires-python does not count: [project] in p/pyproject.toml does not list it as dynamic
note setup.cfg what this file says of dependencies does not count: [project] in p/pyproject.toml does not list it as dynamic
`},
		{"an error of syntax leaves what stands before it", `
-- pyproject.toml --
[project]
name = "p"
dependencies = ["a"]
requires-python = >=3
`, `
dist p
pyproject.toml:3:18 [] a
problem pyproject.toml:4:19 TOML: unexpected character U+003E '>' at start of value
`},
	})
}

func TestSetupCfg(t *testing.T) {
	runLoadCases(t, []loadCase{
		{"the keys of setuptools", `
-- setup.cfg --
[metadata]
name = My_Pkg
version = attr: pkg.version
[options]
python_requires = >=3.8, <4
install_requires =
    a>=1  # why
    # not this
    b ; python_version < "3.9"

	c
setup_requires = s1; s2>=2
tests_require = t
[options.extras_require]
Fast-Path =
  d
one = e; f
`, `
dist my-pkg
python <4,>=3.8 setup.cfg:5:19
extra fast-path
extra one
dynamic version
setup.cfg:7:5 [] a>=1
setup.cfg:9:5 [] b; python_version < "3.9"
setup.cfg:11:2 [] c
setup.cfg:12:18 [build] s1
setup.cfg:12:22 [build] s2>=2
setup.cfg:13:17 [test] t
setup.cfg:16:3 [extra:fast-path] d
setup.cfg:17:7 [extra:one] e
setup.cfg:17:10 [extra:one] f
`},
		{"the keys of pbr", `
-- setup.cfg --
[metadata]
name = nova
requires-python = >=3.8
requires-dist =
    r>=1
setup-requires-dist = pbr>=2
[extras]
zvm =
  zVMCloudConnector>=1.3.0;sys_platform!='win32'  # Apache 2.0 License
# or this
old =
  e:python_version=='2.7' # see http://host/x:y
  g>=1:(python_version<"3")
  f>=1 # x: y
  u @ https://host/u.whl
[backwards_compat]
tests_require = t; os_name == "nt"
-- requirements.txt --
pbr!=2.1.0
`, `
dist nova
python >=3.8 setup.cfg:3:19
extra zvm
extra old
setup.cfg:5:5 [] r>=1
setup.cfg:6:23 [build] pbr>=2
setup.cfg:17:17 [test] t; os_name == "nt"
setup.cfg:9:3 [extra:zvm] zVMCloudConnector>=1.3.0; sys_platform != "win32"
setup.cfg:12:3 [extra:old] e; python_version == "2.7"
setup.cfg:13:3 [extra:old] g>=1; python_version < "3"
setup.cfg:14:3 [extra:old] f>=1
setup.cfg:15:3 [extra:old] u @ https://host/u.whl
requirements.txt:1:1 [] pbr!=2.1.0
`},
		{"file: is followed", `
-- setup.cfg --
[options]
install_requires = file: base.txt, more.txt
[options.extras_require]
x =
  a
  file: x.txt
-- base.txt --
a
-- more.txt --
b
`, `
extra x
setup.cfg:5:3 [extra:x] a
base.txt:1:1 [] a
more.txt:1:1 [] b
problem setup.cfg:6:7 invalid requirement "file: x.txt"
`},
		{"values are interpolated as setuptools does", `
-- setup.cfg --
[DEFAULT]
floor = 1.5
[options]
install_requires =
  a>=%(floor)s
  b%%
  c>=%(nothing)s
`, `
setup.cfg:5:3 [] a>=1.5
problem setup.cfg:6:4 invalid requirement "b%"
problem setup.cfg:7:3 %(nothing)s refers to a key that is not there
`},
		{"a marker on the line of the key is reported", `
-- setup.cfg --
[options]
install_requires = a; python_version < "3.9"
`, `
setup.cfg:2:20 [] a; python_version < "3.9"
problem setup.cfg:2:21 setuptools takes the marker for a requirement, for it splits a list on one line at every ;
`},
		{"a file that Python refuses is reported, and read as far as it goes", `
-- setup.cfg --
[metadata]
name = p
novalue
[options]
install_requires = a
extras_require = x
[metadata]
name = q
`, `
dist p
setup.cfg:5:20 [] a
problem setup.cfg:3:1 neither a section nor KEY = VALUE
problem setup.cfg:6:1 extras_require is a section, not a key
problem setup.cfg:7:1 section [metadata] appears twice
problem setup.cfg:8:1 key name appears twice in [metadata]
`},
		{"lines before the first section are reported once, and the rest is read", `
-- setup.cfg --
stray
name = q
[metadata]
name = p
`, `
dist p
problem setup.cfg:1:1 a line before the first section
`},
		{"Requires-Python stated twice is noted where it differs", `
-- setup.cfg --
[metadata]
python-requires = >=3.6
[options]
python_requires = >=3.8
`, `
python >=3.8 setup.cfg:4:19
note setup.cfg:2:19 the Python versions are stated again, and differently; the first statement holds
`},
		{"the file's bytes are judged as Python judges them", "-- setup.cfg --\n\ufeff[metadata]\nname = p\n# \xff\n", `
dist p
problem setup.cfg:1:1 the file begins with a byte order mark, which Python refuses here
problem setup.cfg:3:3 the file is not UTF-8
`},
	})
}

func TestOnlyTheFilesListedAreReadButForTheName(t *testing.T) {
	fsys := project(`
-- requirements.txt --
a
-- test-requirements.txt --
b
-- tools/requirements.txt --
c
-- setup.cfg --
[metadata]
name = Nova
python_requires = >=3.8
[extras]
x =
  d
`)
	c, err := manifest.Load(fsys, "p", manifest.Options{Name: "other", Files: []string{"tools/requirements.txt", "requirements.txt"}})
	if err != nil {
		t.Fatal(err)
	}
	want := "dist nova\npython >=3.8 setup.cfg:3:19\ntools/requirements.txt:1:1 [tools] c\nrequirements.txt:1:1 [] a\n"
	if diff := cmp.Diff(want, describe(c)); diff != "" || c.Name != "other" {
		t.Errorf("%s: %s", c.Name, diff)
	}
	if diff := cmp.Diff([]string{"p/tools/requirements.txt", "p/requirements.txt"}, c.Files); diff != "" {
		t.Error(diff)
	}
	_, err = manifest.Load(fsys, "p", manifest.Options{Files: []string{"none.txt", "none.toml", "../q/setup.cfg"}})
	if got := strings.Count(fmt.Sprint(err), "cannot read"); got != 3 {
		t.Errorf("%d problems for three files that are not there: %v", got, err)
	}
}

func TestAFileThatIsTooLargeIsAProblem(t *testing.T) {
	fsys := fstest.MapFS{"p/setup.cfg": {Data: make([]byte, manifest.MaxFile+1)}}
	c, err := manifest.Load(fsys, "p", manifest.Options{})
	if err == nil || !strings.Contains(err.Error(), "larger than 4 MiB") || len(c.Files) != 0 {
		t.Error(err, c.Files)
	}
}

func TestAProjectAtTheRootGoesByItsDistribution(t *testing.T) {
	c, err := manifest.Load(fstest.MapFS{"setup.cfg": {Data: []byte("[metadata]\nname = Nova\n")}}, ".", manifest.Options{})
	if err != nil || c.Name != "nova" || c.Files[0] != "setup.cfg" {
		t.Error(err, c.Name, c.Files)
	}
}

func TestALinkOutOfAnOSRootIsAProblem(t *testing.T) {
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret.txt")
	if err := errors.Join(os.Mkdir(filepath.Join(dir, "p"), 0o755), os.WriteFile(secret, []byte("x\n"), 0o644)); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(secret, filepath.Join(dir, "p", "requirements.txt")); err != nil {
		t.Skip("skip: no symbolic links here: ", err)
	}
	root, err := os.OpenRoot(filepath.Join(dir, "p"))
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	c, err := manifest.Load(root.FS(), ".", manifest.Options{})
	if err == nil || !strings.Contains(err.Error(), "requirements.txt: cannot read") || len(c.Requirements) > 0 {
		t.Error(err, c.Requirements)
	}
}

func TestHostileManifestsEndSoon(t *testing.T) {
	many := func(n int, line func(i int) string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(line(i))
		}
		return b.String()
	}
	for name, text := range map[string]string{
		"groups that each include the next": "-- pyproject.toml --\n[dependency-groups]\ng0=[\"a\"]\n" +
			many(20_000, func(i int) string { return fmt.Sprintf("g%d=[{include-group='g%d'}]\n", i+1, i) }),
		"extras that each ask for the next": "-- pyproject.toml --\n[project]\nname='p'\n[project.optional-dependencies]\ne0=['a']\n" +
			many(20_000, func(i int) string { return fmt.Sprintf("e%d=['p[e%d]','p[e%d]']\n", i+1, i, i) }),
		"keys without end":         "-- pyproject.toml --\n" + many(200_000, func(i int) string { return fmt.Sprintf("a%d=1\n", i) }),
		"a key of many parts":      "-- pyproject.toml --\n" + strings.Repeat("a.", 1<<18) + "a = 1\n",
		"lines that are nothing":   "-- setup.cfg --\n[a]\n" + many(500_000, func(int) string { return "x\n" }),
		"a requirement of 1 MiB":   "-- setup.cfg --\n[options]\ninstall_requires=\n " + strings.Repeat("a,", 1<<19) + "\n",
		"extras without end":       "-- setup.cfg --\n[extras]\n" + many(100_000, func(i int) string { return fmt.Sprintf("a%d=b\n", i) }),
		"strings that are nothing": "-- pyproject.toml --\n[project]\ndependencies=[\n" + many(200_000, func(int) string { return "'?',\n" }) + "]\n",
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := manifest.Load(project(text), "p", manifest.Options{})
			if len(c.Problems) > 2100 || len(c.Requirements) > 300_000 {
				t.Error(len(c.Problems), len(c.Requirements))
			}
		})
	}
}
