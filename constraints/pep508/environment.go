package pep508

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/constraints/pep440"
)

// EnvironmentSpec says which environment NewEnvironment is to make. Only Python
// is required.
type EnvironmentSpec struct {
	// Name is what reports call the environment; by default a name made of the
	// other fields.
	Name string

	// Python is "3.11", "3.11.7", "3.14.0rc1", or with a t behind for a build
	// without the global lock: "3.14t". Where it names no patch release, the last
	// one that was known when this package was written stands in: see lastPatch.
	// CPython 3.6 to 3.14 and PyPy 3.6 to 3.11 are known.
	Python string

	// Platform is the system, its architecture and the age of its C library in any
	// order, with '-', '_' or '.' between: "x86_64-manylinux_2_28" (glibc 2.28),
	// "aarch64-musllinux_1_2", "macos_14_arm64", "windows-amd64". The default is
	// "linux-x86_64", which is "x86_64-manylinux_2_36".
	Platform string

	// Implementation is "cpython", the default, or "pypy".
	Implementation string

	// Overrides replaces the values of marker variables. python_full_version must
	// be a release of Python, and is the runtime then; python_version is what
	// follows from Python and nothing else. The sets extras and dependency_groups,
	// which no environment has by itself, are given as names with commas between.
	Overrides map[string]string
}

// NewEnvironment returns the environment that spec describes: every marker
// variable of PEP 508 but extra, the version of Python as its runtime, and the
// wheel tags that pip would install there, the preferred first.
//
// What a specification cannot know is empty, as Python leaves it where it cannot
// tell: platform_version everywhere, platform_release on Linux. No comparison of
// versions holds for an empty platform_release.
func NewEnvironment(spec EnvironmentSpec) (*constraints.Environment, error) {
	if err := checkOverrides(spec.Overrides); err != nil {
		return nil, err
	}
	platform, err := parsePlatform(spec.Platform)
	if err != nil {
		return nil, err
	}
	python, err := parseInterpreter(spec.Python, spec.Implementation, spec.Overrides["python_full_version"])
	if err != nil {
		return nil, err
	}
	if own, ok := spec.Overrides["python_version"]; ok && own != python.variables()["python_version"] {
		return nil, contradiction("python_version", own, spec.Python, "remove it: it follows from python")
	}
	vars := make(map[string]constraints.Value)
	for name, text := range platform.variables() {
		setVariable(vars, name, text)
	}
	for name, text := range python.variables() {
		setVariable(vars, name, text)
	}
	for name, text := range spec.Overrides {
		setVariable(vars, name, text)
	}
	name := spec.Name
	if name == "" {
		name = python.label() + "-" + platform.label()
	}
	return constraints.NewEnvironment(name, python.version, vars, compatibleTags(python, platform)), nil
}

// setVariable stores a value in the form in which markers compare it.
func setVariable(vars map[string]constraints.Value, name, text string) {
	switch {
	case isSetVariable(name):
		vars[name] = constraints.Value{Text: normalizeList(text)}
	case isVersionVariable(name):
		text = repairVersion(text)
		version, _ := pep440.Parse(text) // zero when it is none, as a kernel release may be
		vars[name] = constraints.Value{Text: text, Version: version}
	default:
		vars[name] = constraints.Value{Text: text}
	}
}

// repairVersion makes a version of what Python says when built between releases
// ("3.12.0+"), as pip does.
func repairVersion(text string) string {
	if strings.HasSuffix(text, "+") {
		return text + "local"
	}
	return text
}

func normalizeList(list string) string {
	var names []string
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, string(NormalizeName(name)))
		}
	}
	return strings.Join(names, ",")
}

func checkOverrides(overrides map[string]string) error {
	known := slices.DeleteFunc(variableNames(), func(name string) bool { return name == "extra" })
	var unknown []string
	for name := range overrides {
		if !slices.Contains(known, name) {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	name := slices.Min(unknown) // the same one on every run
	hint := didYouMean(name, known)
	if name == "extra" {
		hint = "an extra is asked for by a requirement, not by an environment"
	} else if hint == "" {
		hint = "the variables are " + strings.Join(known, ", ")
	}
	return &constraints.SyntaxError{What: "marker variable", Input: name, Msg: "there is none of that name", Hint: hint}
}

// ParseEnvironment returns the environment that goes by a short name:
//
//	PYTHON                  py311                     the same as py311-linux-x86_64
//	PYTHON-SYSTEM-ARCH      py312-macos-arm64, py39-windows-amd64, pypy310-linux-x86_64
//	PYTHON-PLATFORM         py311-aarch64-manylinux_2_28, py312-x86_64-musllinux_1_2
//
// PYTHON is py or pypy with the version without dots, or with them where a patch
// release is meant (py3.11.7), and with t for a build without the global lock
// (py314t). PLATFORM is as in EnvironmentSpec. The environment is named by text.
func ParseEnvironment(text string) (*constraints.Environment, error) {
	python, platform, _ := strings.Cut(text, "-")
	implementation, version := cutImplementation(strings.ToLower(python))
	if version == "" {
		return nil, presetError(text, 0, fmt.Sprintf("%q is no Python", constraints.Shorten(python, 20)))
	}
	if strings.HasSuffix(text, "-") {
		return nil, presetError(text, len(text)-1, "the platform is missing")
	}
	env, err := NewEnvironment(EnvironmentSpec{
		Name: text, Python: version, Platform: platform, Implementation: implementation,
	})
	if err == nil {
		return env, nil
	}
	var syntax *constraints.SyntaxError
	if errors.As(err, &syntax) && syntax.What == "platform" {
		return nil, presetError(text, len(python)+1, message(err))
	}
	return nil, presetError(text, 0, message(err))
}

// cutImplementation splits "pypy310" into "pypy" and "3.10"; the version is empty
// when the text has not that form.
func cutImplementation(text string) (implementation, version string) {
	for _, known := range []struct{ prefix, implementation string }{
		{"pypy", "pypy"}, {"pp", "pypy"}, {"cpython", "cpython"}, {"cp", "cpython"}, {"python", "cpython"}, {"py", "cpython"},
	} {
		version, ok := strings.CutPrefix(text, known.prefix)
		if !ok || version == "" || !isDigit(version[0]) {
			continue
		}
		if len(version) > 1 && !strings.Contains(version, ".") {
			version = version[:1] + "." + version[1:]
		}
		return known.implementation, version
	}
	return "", ""
}

// presetNames returns the names to suggest, of Pythons alone and with a platform,
// the newest Python first.
func presetNames() []string {
	var names []string
	for minor := newestMinor; minor >= oldestMinor; minor-- {
		names = append(names, fmt.Sprintf("py3%d", minor))
		if minor <= newestPyPy {
			names = append(names, fmt.Sprintf("pypy3%d", minor))
		}
	}
	for _, name := range slices.Clone(names) {
		for _, platform := range []string{"linux-x86_64", "linux-aarch64", "macos-arm64", "macos-x86_64", "windows-amd64"} {
			names = append(names, name+"-"+platform)
		}
	}
	return names
}

func presetError(text string, offset int, msg string) error {
	hint := fmt.Sprintf("write PYTHON or PYTHON-SYSTEM-ARCH with PYTHON one of py3%d to py3%d, pypy3%d to pypy3%d and SYSTEM-ARCH one of "+
		"linux-x86_64, linux-aarch64, macos-arm64, macos-x86_64, windows-amd64, windows-arm64, or a platform such as x86_64-manylinux_2_28",
		oldestMinor, newestMinor, oldestMinor, newestPyPy)
	meant := strings.ToLower(text)
	if meant != "" && isDigit(meant[0]) {
		meant = "py" + strings.Replace(meant, ".", "", 1) // 3.11 for py311
	}
	if suggestion := didYouMean(meant, presetNames()); suggestion != "" {
		hint = suggestion + " " + hint
	}
	return &constraints.SyntaxError{What: "environment", Input: text, Offset: offset, Msg: msg, Hint: hint}
}
