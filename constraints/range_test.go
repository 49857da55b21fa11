package constraints_test

import (
	"testing"

	"sluice/constraints"
	"sluice/constraints/pep440"
)

func TestOnlyWhatUnreadableMadeIsUnreadable(t *testing.T) {
	v, err := pep440.Parse("1.0")
	if err != nil {
		t.Fatal(err)
	}
	broken := constraints.Unreadable(">='x'")
	if !constraints.IsUnreadable(broken) || broken.Contains(v) || broken.MentionsPrerelease() || broken.String() != ">='x'" {
		t.Errorf("%#v", broken)
	}
	for _, r := range []constraints.Range{nil, constraints.Everything(), constraints.Exactly(v), pep440.SpecifierSet{}} {
		if constraints.IsUnreadable(r) {
			t.Errorf("%#v is unreadable", r)
		}
	}
}
