package pep508

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"sluice/constraints"
	"sluice/constraints/pep440"
)

// interpreter is a Python 3: which implementation of which version.
type interpreter struct {
	pypy     bool
	threaded bool // without the global lock
	minor    int
	version  constraints.Version // the full version
}

// The Pythons 3 that an environment can have: the oldest that constraints are
// still kept for, and the newest that lastPatch and lastPyPy know.
const (
	oldestMinor = 6
	newestMinor = 14
	newestPyPy  = 11
)

// lastMaintained is the last Python whose last release is a fact.
const lastMaintained = 9

// lastPatch returns the patch release that stands in where only "3.11" is said.
//
// Zero would be simple but wrong: Requires-Python lines such as ">=3.8.1" or
// "!=3.9.0,!=3.9.1" name early patch releases because they are broken, and no
// machine that is kept up to date runs them. For the versions that are no longer
// maintained the last release is a fact; for the others it is the newest that was
// out when this table was written, so that equal inputs give equal answers on any
// day. Who needs another one says "3.11.7".
func lastPatch(minor int) int {
	return [...]int{6: 15, 7: 17, 8: 20, 9: 25, 10: 19, 11: 14, 12: 12, 13: 11, newestMinor: 2}[minor]
}

// lastPyPy returns the newest PyPy for a Python and the Python release that it
// implements, by the same rule as lastPatch.
func lastPyPy(minor int) (patch int, pypy string) {
	last := [...]struct {
		patch int
		pypy  string
	}{6: {12, "7.3.3"}, 7: {13, "7.3.9"}, 8: {16, "7.3.11"}, 9: {19, "7.3.16"}, 10: {16, "7.3.19"}, newestPyPy: {13, "7.3.20"}}[minor]
	return last.patch, last.pypy
}

// parseInterpreter reads a Python version. full, when not empty, says which
// release of it is meant, and must be one of it.
func parseInterpreter(text, implementation, full string) (interpreter, error) {
	var p interpreter
	switch strings.ToLower(implementation) {
	case "", "cpython":
	case "pypy":
		p.pypy = true
	default:
		return p, pythonError(implementation, "no such implementation of Python", "write cpython or pypy")
	}
	text, p.threaded = strings.CutSuffix(text, "t")
	if err := p.setVersion(text); err != nil {
		return p, err
	}
	if p.threaded && (p.pypy || p.minor < 13) {
		return p, pythonError(text+"t", "only CPython 3.13 and later can be built without the global lock", "remove the t")
	}
	if full == "" {
		return p, nil
	}
	release := p
	err := release.setVersion(repairVersion(full))
	if err != nil || release.minor != p.minor || strings.Count(text, ".") > 1 && !release.version.Equal(p.version) {
		return p, contradiction("python_full_version", full, text,
			fmt.Sprintf("remove it, or name a release of Python %s, such as %s", text, p.version))
	}
	return release, nil
}

// contradiction says that a marker variable cannot have a value under a Python.
func contradiction(variable, value, python, hint string) error {
	return &constraints.SyntaxError{
		What: "marker variable", Input: variable, Msg: fmt.Sprintf("%q contradicts Python %s", constraints.Shorten(value, 20), python), Hint: hint,
	}
}

// pythonForm is how a version of Python is written: two numbers, or three with
// what may follow them in sys.version.
var pythonForm = regexp.MustCompile(`^3\.(0|[1-9][0-9]?)(\.(0|[1-9][0-9]?)((a|b|rc)[0-9]+)?(\+[a-z0-9.]+)?)?$`)

// setVersion sets the version from "3.11", or from a full version such as
// "3.11.7" or "3.14.0rc1".
func (p *interpreter) setVersion(text string) error {
	const hint = "write for example 3.11 or 3.11.7"
	if text == "" {
		return pythonError(text, "no version of Python is given", hint)
	}
	form := pythonForm.FindStringSubmatch(text)
	if form == nil {
		return pythonError(text, "this is no version of Python 3", hint)
	}
	p.minor, _ = strconv.Atoi(form[1])
	if err := p.checkKnown(text, form[3]); err != nil {
		return err
	}
	if form[2] == "" {
		text = fmt.Sprintf("3.%d.%d", p.minor, p.patch())
	}
	var err error
	if p.version, err = pep440.Parse(text); err != nil {
		return pythonError(text, message(err), hint)
	}
	return nil
}

// checkKnown refuses a Python that there is not, as far as is known.
func (p *interpreter) checkKnown(text, patch string) error {
	name, newest := "Python", newestMinor
	if p.pypy {
		name, newest = "PyPy", newestPyPy
	}
	if p.minor < oldestMinor || p.minor > newest {
		return pythonError(text, fmt.Sprintf("it is none of %s 3.%d to 3.%d", name, oldestMinor, newest), "")
	}
	if n, err := strconv.Atoi(patch); err == nil && !p.pypy && p.minor <= lastMaintained && n > lastPatch(p.minor) {
		return pythonError(text, fmt.Sprintf("the last Python 3.%d is 3.%d.%d", p.minor, p.minor, lastPatch(p.minor)), "")
	}
	return nil
}

func (p interpreter) patch() int {
	if p.pypy {
		patch, _ := lastPyPy(p.minor)
		return patch
	}
	return lastPatch(p.minor)
}

// variables returns the marker variables that the interpreter decides.
func (p interpreter) variables() map[string]string {
	full := p.version.String()
	vars := map[string]string{
		"python_version":                 fmt.Sprintf("3.%d", p.minor),
		"python_full_version":            full,
		"implementation_name":            "cpython",
		"implementation_version":         full,
		"platform_python_implementation": "CPython",
	}
	if p.pypy {
		_, vars["implementation_version"] = lastPyPy(p.minor)
		vars["implementation_name"] = "pypy"
		vars["platform_python_implementation"] = "PyPy"
	}
	return vars
}

// label returns the interpreter as ParseEnvironment names it.
func (p interpreter) label() string {
	name := "py"
	if p.pypy {
		name = "pypy"
	}
	suffix := ""
	if p.threaded {
		suffix = "t"
	}
	return name + p.nodot() + suffix
}

// nodot returns the version as tags write it: "311".
func (p interpreter) nodot() string { return "3" + strconv.Itoa(p.minor) }

func countDigits(text string) int {
	n := 0
	for n < len(text) && isDigit(text[n]) {
		n++
	}
	return n
}

func pythonError(input, msg, hint string) error {
	return &constraints.SyntaxError{What: "Python", Input: input, Msg: msg, Hint: hint}
}

// message returns what a syntax error says, without the input that the caller
// names itself.
func message(err error) string {
	var syntax *constraints.SyntaxError
	if !errors.As(err, &syntax) {
		return err.Error()
	}
	if syntax.Hint != "" {
		return syntax.Msg + "; " + syntax.Hint
	}
	return syntax.Msg
}
