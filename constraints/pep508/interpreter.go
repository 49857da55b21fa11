package pep508

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"sluice/constraints"
	"sluice/constraints/pep440"
)

// interpreter is a Python: which implementation of which version.
type interpreter struct {
	pypy     bool
	threaded bool // without the global lock
	major    int
	minor    int
	version  constraints.Version // the full version
}

// newestMinor is the newest Python 3 that lastPatch knows.
const newestMinor = 14

// lastPatch returns the patch release that stands in where only "3.11" is said.
//
// Zero would be simple but wrong: Requires-Python lines such as ">=3.8.1" or
// "!=3.9.0,!=3.9.1" name early patch releases because they are broken, and no
// machine that is kept up to date runs them. For the versions that are no longer
// maintained the last release is a fact; for the others it is the newest that was
// out when this table was written, so that equal inputs give equal answers on any
// day. Who needs another one says "3.11.7". Versions that are not in the table
// get zero.
func lastPatch(major, minor int) int {
	if major == 2 && minor == 7 {
		return 18
	}
	patches := [...]int{5: 10, 6: 15, 7: 17, 8: 20, 9: 25, 10: 19, 11: 14, 12: 12, 13: 11, newestMinor: 2}
	if major != 3 || minor >= len(patches) {
		return 0
	}
	return patches[minor]
}

// lastPyPy returns the newest PyPy for a Python and the Python release that it
// implements, by the same rule as lastPatch.
func lastPyPy(major, minor int) (patch int, pypy string) {
	switch {
	case major == 2:
		return 18, "7.3.20"
	case minor == 6:
		return 12, "7.3.3"
	case minor == 7:
		return 13, "7.3.9"
	case minor == 8:
		return 16, "7.3.11"
	case minor == 9:
		return 19, "7.3.16"
	case minor == 10:
		return 16, "7.3.19"
	case minor == 11:
		return 13, "7.3.20"
	}
	return 0, "7.3.20"
}

// parseInterpreter reads a Python version; full, when not empty, replaces it.
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
	if full != "" {
		text = repairVersion(full)
	}
	if err := p.setVersion(text); err != nil {
		return p, err
	}
	if p.threaded && (p.pypy || p.major < 3 || p.major == 3 && p.minor < 13) {
		return p, pythonError(text+"t", "only CPython 3.13 and later can be built without the global lock", "remove the t")
	}
	return p, nil
}

// setVersion sets the version from "3.11", or from a full version such as
// "3.11.7" or "3.14.0rc1".
func (p *interpreter) setVersion(text string) error {
	const hint = "write for example 3.11 or 3.11.7"
	if text == "" {
		return pythonError(text, "no version of Python is given", hint)
	}
	majorText, rest, _ := strings.Cut(text, ".")
	minorText := rest[:countDigits(rest)]
	major, majorErr := strconv.Atoi(majorText)
	minor, minorErr := strconv.Atoi(minorText)
	if majorErr != nil || minorErr != nil || major < 2 || major > 9 || minor < 0 || minor > 99 {
		return pythonError(text, "this is no version of Python", hint)
	}
	p.major, p.minor = major, minor
	if rest == minorText {
		text = fmt.Sprintf("%d.%d.%d", major, minor, p.patch())
	}
	var err error
	if p.version, err = pep440.Parse(text); err != nil {
		return pythonError(text, message(err), hint)
	}
	return nil
}

func (p interpreter) patch() int {
	if p.pypy {
		patch, _ := lastPyPy(p.major, p.minor)
		return patch
	}
	return lastPatch(p.major, p.minor)
}

// variables returns the marker variables that the interpreter decides.
func (p interpreter) variables() map[string]string {
	full := p.version.String()
	vars := map[string]string{
		"python_version":                 fmt.Sprintf("%d.%d", p.major, p.minor),
		"python_full_version":            full,
		"implementation_name":            "cpython",
		"implementation_version":         full,
		"platform_python_implementation": "CPython",
	}
	if p.pypy {
		_, vars["implementation_version"] = lastPyPy(p.major, p.minor)
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
func (p interpreter) nodot() string { return strconv.Itoa(p.major) + strconv.Itoa(p.minor) }

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
