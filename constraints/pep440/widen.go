package pep440

import (
	"math/big"
	"strings"

	"sluice/constraints"
)

// Widen returns the set with as little changed as makes it hold a version: each
// specifier that excludes the version is moved past it or dropped. An upper bound
// moves to the next release of the kind that it names: "<1.27" becomes "<1.29"
// for 1.28.3 and "<3" for 2.0.4. It returns false when no such change is known.
func (s SpecifierSet) Widen(v constraints.Version) (constraints.Range, bool) {
	var kept []string
	for _, spec := range s.Specifiers() {
		alone, err := ParseSpecifierSet(spec.String())
		if err != nil {
			return nil, false
		}
		if !alone.Contains(v) {
			if spec = spec.past(v); spec.Op == "" {
				continue
			}
		}
		kept = append(kept, spec.String())
	}
	wider, err := ParseSpecifierSet(strings.Join(kept, ","))
	return wider, err == nil && wider.Contains(v)
}

// past returns the specifier moved so that it holds v; the zero Specifier when it
// is best dropped.
func (s Specifier) past(v constraints.Version) Specifier {
	bound, err := Parse(strings.TrimSuffix(s.Version, ".*"))
	if err != nil {
		return Specifier{}
	}
	above := v.Compare(bound) >= 0
	switch {
	case s.Op == "<" && above:
		return Specifier{"<", nextAfter(v, FieldsOf(bound).Release)}
	case s.Op == "<=" && above:
		return Specifier{"<=", FieldsOf(v).Public().String()}
	case (s.Op == ">" || s.Op == ">=") && !above:
		return Specifier{">=", FieldsOf(v).Public().String()}
	case (s.Op == "==" || s.Op == "~=" || s.Op == "===") && above:
		return Specifier{">=", bound.String()}
	}
	return Specifier{}
}

// nextAfter returns the release that comes after v and all that begins like it:
// the next minor release where v has the first number of the old bound and that
// names more than one, else the next major one.
func nextAfter(v constraints.Version, bound []string) string {
	f := FieldsOf(v)
	numbers := f.Release[:1]
	if len(bound) > 1 && len(f.Release) > 1 && f.Release[0] == bound[0] {
		numbers = f.Release[:2]
	}
	last := len(numbers) - 1
	n, _ := new(big.Int).SetString(numbers[last], 10)
	next := strings.Join(append(append([]string{}, numbers[:last]...), n.Add(n, big.NewInt(1)).String()), ".")
	if f.Epoch != "0" {
		next = f.Epoch + "!" + next
	}
	return next
}
