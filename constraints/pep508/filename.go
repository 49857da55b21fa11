package pep508

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"sluice/constraints"
	"sluice/constraints/pep440"
)

// WheelFile is what the file name of a wheel says (PEP 427).
type WheelFile struct {
	Name    constraints.Name
	Version constraints.Version
	Build   string   // the build tag, which begins with a digit, or ""
	Tags    []string // each "PYTHON-ABI-PLATFORM" in lower case, once, as written
}

// SdistFile is what the file name of a source distribution says (PEP 625).
type SdistFile struct {
	Name    constraints.Name
	Version constraints.Version
}

// maxTags bounds the tags of one file name: a compressed set multiplies out, and
// real ones have at most some dozens.
const maxTags = 4096

// ParseWheelFilename reads "NAME-VERSION[-BUILD]-PYTHON-ABI-PLATFORM.whl".
// Compressed sets of tags (py2.py3-none-any) are multiplied out.
func ParseWheelFilename(name string) (WheelFile, error) {
	f := filename{what: "wheel file name", text: name}
	stem, ok := strings.CutSuffix(name, ".whl")
	if !ok {
		return WheelFile{}, f.fail(len(name), "it does not end in .whl", "")
	}
	parts := strings.SplitN(stem, "-", 7)
	if len(parts) != 5 && len(parts) != 6 {
		return WheelFile{}, f.fail(len(stem), "it does not have five or six parts", "write NAME-VERSION-PYTHON-ABI-PLATFORM.whl")
	}
	if at := badWheelName(parts[0]); at >= 0 {
		return WheelFile{}, f.fail(at, "this is no name of a package", "write - and . in a name as a single _")
	}
	wheel := WheelFile{Name: NormalizeName(parts[0])}
	var err error
	at := len(parts[0]) + 1
	if wheel.Version, err = f.version(parts[1], at); err != nil {
		return WheelFile{}, err
	}
	at += len(parts[1]) + 1
	if len(parts) == 6 {
		wheel.Build = parts[2]
		if wheel.Build == "" || !isDigit(wheel.Build[0]) {
			return WheelFile{}, f.fail(at, "a build tag must begin with a digit", "")
		}
		at += len(wheel.Build) + 1
	}
	wheel.Tags, err = f.tags(parts[len(parts)-3:], at)
	if err != nil {
		return WheelFile{}, err
	}
	return wheel, nil
}

// ParseSdistFilename reads "NAME-VERSION.tar.gz", or ".zip", which old releases
// have. Old names may contain '-' themselves; the last one ends the name.
func ParseSdistFilename(name string) (SdistFile, error) {
	f := filename{what: "source file name", text: name}
	stem, ok := strings.CutSuffix(name, ".tar.gz")
	if !ok {
		stem, ok = strings.CutSuffix(name, ".zip")
	}
	if !ok {
		return SdistFile{}, f.fail(len(name), "it does not end in .tar.gz or .zip", "")
	}
	dash := strings.LastIndexByte(stem, '-')
	if dash <= 0 {
		return SdistFile{}, f.fail(max(dash, 0), "it has no name and version with '-' between", "write NAME-VERSION.tar.gz")
	}
	version, err := f.version(stem[dash+1:], dash+1)
	if err != nil {
		return SdistFile{}, err
	}
	return SdistFile{Name: NormalizeName(stem[:dash]), Version: version}, nil
}

// CompareBuilds orders the build tags of two wheels of one version: by the number
// they begin with, then by the rest; none comes first (PEP 427).
func CompareBuilds(a, b string) int {
	aDigits, bDigits := a[:countDigits(a)], b[:countDigits(b)]
	aNumber, bNumber := strings.TrimLeft(aDigits, "0"), strings.TrimLeft(bDigits, "0")
	return cmp.Or(
		cmp.Compare(min(len(a), 1), min(len(b), 1)),
		cmp.Compare(len(aNumber), len(bNumber)),
		strings.Compare(aNumber, bNumber),
		strings.Compare(a[len(aDigits):], b[len(bDigits):]),
	)
}

// filename is a file name that is being read.
type filename struct{ what, text string }

func (f filename) fail(at int, msg, hint string) error {
	return &constraints.SyntaxError{What: f.what, Input: f.text, Offset: at, Msg: msg, Hint: hint}
}

func (f filename) version(text string, at int) (constraints.Version, error) {
	v, err := pep440.Parse(text)
	if err != nil {
		return v, f.fail(at, "its version: "+message(err), "")
	}
	return v, nil
}

// tags multiplies out the three sets of tags that begin at a byte of the name.
func (f filename) tags(sets []string, at int) ([]string, error) {
	count := 1
	for i, set := range sets {
		for item := range strings.SplitSeq(set, ".") {
			if item == "" || i == 0 && !isIdentifier(item) {
				return nil, f.fail(at, "this is no tag", "")
			}
			at += len(item) + 1
		}
		count *= strings.Count(set, ".") + 1
		if count > maxTags {
			return nil, f.fail(at-1, "it stands for too many tags", "")
		}
	}
	tags := make([]string, 0, count)
	for python := range strings.SplitSeq(sets[0], ".") {
		for abi := range strings.SplitSeq(sets[1], ".") {
			for platform := range strings.SplitSeq(sets[2], ".") {
				tags = append(tags, strings.ToLower(python+"-"+abi+"-"+platform))
			}
		}
	}
	return distinct(tags), nil
}

// distinct returns the tags without those that came before, in their order.
func distinct(tags []string) []string {
	if len(tags) == 1 {
		return tags
	}
	seen := make(map[string]bool, len(tags))
	return slices.DeleteFunc(tags, func(tag string) bool {
		again := seen[tag]
		seen[tag] = true
		return again
	})
}

// badWheelName returns the byte where a text stops being the name part of a
// wheel, or -1. Letters of any script are let in, as pip does.
func badWheelName(text string) int {
	if text == "" {
		return 0
	}
	if i := strings.Index(text, "__"); i >= 0 {
		return i
	}
	return strings.IndexFunc(text, func(c rune) bool { return c != '.' && !isWordRune(c) })
}

// isIdentifier reports whether a text that is not empty is a Python identifier.
func isIdentifier(text string) bool {
	first, _ := utf8.DecodeRuneInString(text)
	return !unicode.IsNumber(first) && strings.IndexFunc(text, func(c rune) bool { return !isWordRune(c) }) < 0
}

func isWordRune(c rune) bool { return c == '_' || unicode.IsLetter(c) || unicode.IsNumber(c) }
