package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sluice/constraints"
	"sluice/constraints/ledger"
	"sluice/constraints/pep440"
	"sluice/constraints/pep508"
)

// chosen returns the entries that arguments mean, in file order. Unless all are wanted, one
// that means several is an error.
func chosen(entries []ledger.Entry, args []string, all bool) ([]ledger.Entry, error) {
	var errs []error
	var chosen []ledger.Entry
	for _, arg := range args {
		var meant []ledger.Entry
		for _, e := range entries {
			if isMeant(e, arg) {
				meant = append(meant, e)
			}
		}
		switch {
		case len(meant) == 0:
			errs = append(errs, unknownEntry(entries, arg))
		case len(meant) > 1 && !all:
			errs = append(errs, ambiguousEntry(meant, arg))
		}
		chosen = append(chosen, meant...)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(entries), func(e ledger.Entry) bool { return !slices.Contains(chosen, e) }), nil
}

// isMeant reports whether an argument means an entry: PACKAGE, PACKAGE==VERSION, KIND,
// KIND:PACKAGE, KIND:PACKAGE==VERSION, LINE or FILE:LINE.
func isMeant(e ledger.Entry, arg string) bool {
	place := e.Common().Place
	if arg == strconv.Itoa(place.Line) || arg == place.String() || arg == fmt.Sprintf("%s:%d", place.File, place.Line) || arg == string(e.Kind()) {
		return true
	}
	if rest, ok := strings.CutPrefix(arg, string(e.Kind())+":"); ok {
		arg = rest
	}
	name, text, exact := strings.Cut(arg, "==")
	if !pep508.ValidName(name) || packageOf(e) != pep508.NormalizeName(name) {
		return false
	}
	version, err := pep440.Parse(strings.TrimPrefix(text, "="))
	return !exact || err == nil && entryVersion(e).Equal(version)
}

// entryVersion returns the version that an entry is about, the zero one for none.
func entryVersion(e ledger.Entry) constraints.Version {
	switch e := e.(type) {
	case *ledger.Rejection:
		return e.Version
	case *ledger.Approval:
		return e.Version
	}
	return constraints.Version{}
}

func unknownEntry(entries []ledger.Entry, arg string) error {
	var names []string
	for _, e := range entries {
		names = append(names, string(e.Kind()))
		if name := packageOf(e); name != "" {
			names = append(names, string(name))
		}
	}
	return usageError{msg: fmt.Sprintf("the ledger has no entry %q", arg), hint: cmp.Or(didYouMean(arg, names), "sluice ledger list shows what there is")}
}

func ambiguousEntry(meant []ledger.Entry, arg string) error {
	words := make([]string, len(meant))
	for i, e := range meant {
		words[i] = fmt.Sprintf("%d (%s %s)", e.Common().Place.Line, e.Kind(), subjectOf(e))
	}
	return usageError{msg: fmt.Sprintf("%q means %d entries, of the lines %s", arg, len(meant), strings.Join(words, ", ")), hint: "name one by its line, or give --all"}
}

// packageOf returns the package that an entry is of, "" for none or several.
func packageOf(e ledger.Entry) constraints.Name {
	switch e := e.(type) {
	case *ledger.Hold:
		return e.Package
	case *ledger.Rejection:
		return e.Name
	case *ledger.Waiver:
		return e.Package
	case *ledger.ExpectedFailure:
		return e.Package
	case *ledger.Approval:
		return e.Name
	}
	return ""
}
