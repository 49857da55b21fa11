package main

import (
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/constraints/ledger"
)

// subjectOf returns what an entry of a ledger is about, in words.
func subjectOf(e ledger.Entry) string {
	var scope ledger.Scope
	var words []string
	switch e := e.(type) {
	case *ledger.Hold:
		words, scope = []string{e.Spelling + e.Range.String()}, e.Environments
	case *ledger.Rejection:
		words, scope = []string{pinWords(e.Pin)}, e.Environments
		for _, p := range e.With {
			words = append(words, "beside "+pinWords(p))
		}
	case *ledger.Waiver:
		words, scope = []string{"of " + e.Rule, "for " + e.Spelling + e.Range.String(), string(e.Dependent), e.Consumer}, e.Environments
	case *ledger.ExpectedFailure:
		words, scope = []string{"of " + e.Consumer, e.Test}, e.Environments
		if e.Package != "" {
			words = append(words, "with "+e.Spelling+e.Range.String())
		}
	case *ledger.Freeze:
		words = []string{"from " + ledger.Since(e.From), "through " + ledger.Through(e.To)}
		words = append(words, patternWords("of", e.Packages), patternWords("except", e.Except))
	case *ledger.Approval:
		words = []string{pinWords(e.Pin)}
	}
	if len(scope) > 0 {
		words = append(words, "["+strings.Join(scope, " ")+"]")
	}
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " ")
}

func patternWords(word string, patterns []constraints.Pattern) string {
	for _, p := range patterns {
		word += " " + string(p)
	}
	if len(patterns) == 0 {
		return ""
	}
	return word
}

// pinWords returns a pin as one writes it.
func pinWords(p ledger.Pin) string { return p.Spelling + "==" + p.Version.String() }
