package pinfile

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sluice/constraints/pep508"
)

// backend builds nothing, but tells pip a name, that of its folder's end, and a
// version.
const backend = `import os
def prepare_metadata_for_build_wheel(folder, config_settings=None):
    project = os.getcwd()[-6:]
    name = project + "-9.9.dist-info"
    os.mkdir(os.path.join(folder, name))
    with open(os.path.join(folder, name, "METADATA"), "w") as out:
        out.write("Metadata-Version: 2.1\nName: " + project + "\nVersion: 9.9\n")
    return name
def build_wheel(*args, **settings):
    raise SystemExit("nothing is to be built")
`

const pyproject = "[build-system]\nrequires = []\nbuild-backend = \"backend\"\nbackend-path = [\".\"]\n"

// writeProject writes a project for pip to a folder with an awkward name.
func writeProject(t *testing.T, name string) (folder string) {
	t.Helper()
	folder = filepath.Join(t.TempDir(), "we ird;#é[x] $HOME ${HOME}@"+name)
	if err := os.MkdirAll(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"backend.py": backend, "pyproject.toml": pyproject} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// TestPipTakesAReplacedPinAsConstraint installs, dry, under constraints in which
// pins were replaced by folders with awkward names.
func TestPipTakesAReplacedPinAsConstraint(t *testing.T) {
	t.Parallel()
	python, err := exec.LookPath("python3")
	if err != nil || exec.Command(python, "-m", "pip", "--version").Run() != nil {
		t.Skip("skip: no python3 with pip here")
	}
	f := mustParse(t, "other===1\nNova_X===1.0\nNova_Y===1.0;python_version>='3'  # Apache-2.0\nnova.z == 1.0 ; python_version >= '3'\n")
	for _, name := range []string{"nova_x", "nova_y", "nova_z"} {
		if f, err = f.Replace(pep508.NormalizeName(name), writeProject(t, name), nil); err != nil {
			t.Fatal(err)
		}
	}
	if problems := f.RefusedAsConstraints(); len(problems) > 0 {
		t.Error(problems)
	}
	file := filepath.Join(t.TempDir(), "c.txt")
	if err := os.WriteFile(file, f.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	pip := exec.Command(python, "-m", "pip", "install", "--dry-run", "--no-index", "--no-build-isolation", "--disable-pip-version-check", "-c", file, "nova-x", "nova-y", "nova-z")
	out, err := pip.CombinedOutput()
	if err != nil || !strings.Contains(strings.ReplaceAll(string(out), "_", "-"), "Would install nova-x-9.9 nova-y-9.9 nova-z-9.9") {
		t.Errorf("pip says of\n%s\n%s", f.Bytes(), out)
	}
}

func TestWhatPipRefusesInConstraintsIsKnown(t *testing.T) {
	f, _ := ParseWith("c.txt", []byte("a==1\nb[x]==1\n-e ./c\n./d\nhttps://h/e-1.0-py3-none-any.whl\nf @ file:///f\nhttps://h/g.zip#egg=g\nhttps://h/h.zip\n"), Options{Constraint: true})
	var lines []int
	for _, p := range f.Problems() {
		lines = append(lines, p.Place.Line)
	}
	if len(lines) != 4 || lines[0] != 2 || lines[1] != 3 || lines[2] != 4 || lines[3] != 8 {
		t.Errorf("lines %v", lines)
	}
}
