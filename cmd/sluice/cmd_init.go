package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"sluice/constraints/pep440"
	"sluice/constraints/pep508"
	"sluice/constraints/pinfile"
)

func initCommand() command {
	return command{
		name:    "init",
		args:    "[FOLDER]",
		summary: "write a sluice.toml that fits a folder",
		details: `The constraints file that is there, the environments that its markers tell apart, and
the consumers below projects/. With --from openstack the folder is a checkout of
openstack/requirements, and is read as it is: see sluice help files, layout.

A sluice.toml that is there stays, unless --force is given.`,
		setup: func(a *app, flags *pflag.FlagSet) runFunc {
			n := &initiator{app: a}
			flags.StringVar(&n.from, "from", "", "what `KIND` of folder it is: openstack, a checkout of openstack/requirements")
			flags.StringVar(&n.projects, "projects", "", "a `PATTERN` of consumer folders, such as '../openstack/*' (default: projects/* where it is there)")
			flags.StringArrayVarP(&n.environments, "environment", "e", nil, "an `ENVIRONMENT`, such as py311 (repeatable; default: those that markers tell apart)")
			flags.BoolVar(&n.force, "force", false, "replace the sluice.toml that is there")
			return n.run
		},
	}
}

// initiator is the init command with its flags.
type initiator struct {
	app          *app
	from         string
	projects     string
	environments []string
	force        bool

	dir string // the folder
}

func (n *initiator) run(args []string) (int, error) {
	if len(args) > 1 {
		return 0, usagef("init takes one folder")
	}
	if err := oneOf(n.from, openstackLayout); err != nil {
		return 0, usagef("--from: %v", err)
	}
	shown := "."
	if len(args) == 1 {
		shown = args[0]
	}
	n.dir = abs(n.app.dir, shown)
	if !isFolder(n.dir) {
		return 0, usageError{msg: fmt.Sprintf("there is no folder %s", shown)}
	}
	target := filepath.Join(n.dir, configName)
	if _, err := os.Lstat(target); err == nil && !n.force {
		return 0, usageError{msg: fmt.Sprintf("%s exists already", filepath.Join(shown, configName)), hint: "--force replaces it"}
	}
	text, notes, err := n.config()
	if err != nil {
		return 0, err
	}
	if _, err := parseConfig(configName, []byte(text)); err != nil {
		return 0, err
	}
	if err := writeAtomically(target, []byte(text)); err != nil {
		return 0, usageError{msg: fmt.Sprintf("%s cannot be written: %s", filepath.Join(shown, configName), cause(err))}
	}
	n.app.tell(notes)
	_, err = fmt.Fprintf(n.app.stdout, "written: %s; now try sluice check there\n", printable(filepath.Join(shown, configName)))
	return exitOK, err
}

// config returns the text of the configuration, and what is left for a person to say.
func (n *initiator) config() (string, []note, error) {
	pins, err := n.pins()
	if err != nil {
		return "", nil, err
	}
	var b strings.Builder
	var notes []note
	if n.from == openstackLayout {
		fmt.Fprintf(&b, "# A checkout of openstack/requirements, read as it is: its global list, deny list, projects and expected failures.\nlayout      = %q\n", openstackLayout)
	}
	fmt.Fprintf(&b, "constraints = %q\n", pins.Name())
	fmt.Fprintf(&b, "\n# What is published comes from the index that pip is configured with; [index] url = \"https://...\" says otherwise.\n")
	matrix, err := n.matrix(pins)
	if err != nil {
		return "", nil, err
	}
	for _, name := range matrix {
		fmt.Fprintf(&b, "\n[[environment]]\nname     = %q\npython   = %q\nplatform = \"x86_64-manylinux_2_36\"\n", "py"+strings.ReplaceAll(name, ".", ""), name)
	}
	pattern, err := n.pattern()
	if err != nil {
		return "", nil, err
	}
	if pattern == "" {
		notes = append(notes, note{Message: "no consumers are found", Hint: "--projects PATTERN says where they are; or write [[consumer]] tables"})
		b.WriteString("\n# [[consumer]]\n# paths = \"projects/*\"\n")
	} else {
		fmt.Fprintf(&b, "\n[[consumer]]\npaths = %q\n", filepath.ToSlash(pattern))
	}
	b.WriteString("\n[policy]\nprereleases = \"deny\"\ndowngrade   = \"deny\"\n")
	return b.String(), notes, nil
}

// pins reads the constraints file of the folder.
func (n *initiator) pins() (*pinfile.File, error) {
	for _, name := range []string{defaultConstraints, "constraints.txt"} {
		data, err := readFile(filepath.Join(n.dir, name), pinfile.MaxFile)
		switch {
		case err == nil:
			return parseConstraints(name, data)
		case !errors.Is(err, fs.ErrNotExist):
			return nil, usageError{msg: fmt.Sprintf("%s cannot be read: %s", name, cause(err))}
		}
	}
	return nil, usageError{msg: fmt.Sprintf("there is no %s in this folder", defaultConstraints), hint: "sluice generate makes one, once sluice.toml says for which consumers"}
}

// usualPythons are those of a matrix where nothing tells which.
var usualPythons = []string{"3.10", "3.11", "3.12"}

var pythonInMarker = regexp.MustCompile(`python_version\s*(<|<=|>|>=|==|!=|~=)\s*["']3\.(\d{1,2})["']`)

// toldApart returns the Pythons that a comparison of a marker tells apart.
func toldApart(operator, minor string) []string {
	n, err := strconv.Atoi(minor)
	if err != nil {
		return nil
	}
	from, to := n, n
	switch operator {
	case "<", ">=":
		from--
	case "<=", ">":
		to++
	}
	return []string{fmt.Sprintf("3.%d", from), fmt.Sprintf("3.%d", to)}
}

// matrix returns the Pythons of the matrix: those that are named, those that markers of pins
// tell apart, or the usual ones.
func (n *initiator) matrix(pins *pinfile.File) ([]string, error) {
	var pythons []string
	add := func(python string) {
		if !slices.Contains(pythons, python) {
			pythons = append(pythons, python)
		}
	}
	for _, name := range n.environments {
		env, err := pep508.ParseEnvironment(name)
		if err != nil {
			return nil, usageError{msg: err.Error(), hint: hintOf(err, "")}
		}
		python, _ := env.Var("python_version")
		add(python.Text)
	}
	if len(pythons) == 0 {
		for _, e := range pins.Entries() {
			for _, m := range pythonInMarker.FindAllStringSubmatch(markerText(&e), -1) {
				for _, python := range toldApart(m[1], m[2]) {
					if _, err := pep508.NewEnvironment(pep508.EnvironmentSpec{Python: python}); err == nil {
						add(python)
					}
				}
			}
		}
	}
	if len(pythons) == 0 {
		pythons = usualPythons
	}
	slices.SortFunc(pythons, func(a, b string) int {
		x, _ := pep440.Parse(a)
		y, _ := pep440.Parse(b)
		return cmp.Or(x.Compare(y), strings.Compare(a, b))
	})
	return pythons, nil
}

// pattern returns the pattern of the consumers as the folder sees it, "" for none.
func (n *initiator) pattern() (string, error) {
	if n.projects == "" {
		if isFolder(filepath.Join(n.dir, "projects")) {
			return "projects/*", nil
		}
		return "", nil
	}
	if filepath.IsAbs(n.projects) {
		return n.projects, nil
	}
	pattern, err := filepath.Rel(n.dir, filepath.Join(n.app.dir, n.projects))
	if err != nil {
		return "", usageError{msg: fmt.Sprintf("--projects: %s", cause(err))}
	}
	return pattern, nil
}
