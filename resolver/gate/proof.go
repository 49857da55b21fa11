package gate

import (
	"sluice/constraints"
	"sluice/resolver"
)

// Deduction is a step of a proof that nothing fits.
type Deduction struct {
	Facts      []Fact `json:"facts"`
	Uses       []int  `json:"uses,omitempty"` // earlier steps, from 0
	Conclusion string `json:"conclusion"`
}

// Fact is something that is so, with its source.
type Fact struct {
	Text   string `json:"text"`
	Source string `json:"source"`
}

// Conflict is the smallest part that has no solution.
type Conflict struct {
	Members []Fact `json:"members"`
	Minimal bool   `json:"minimal"` // it is proven that none can be left out
}

// Deductions returns an explanation as reports hold it.
func Deductions(e *resolver.Explanation) []Deduction {
	var all []Deduction
	for _, step := range e.Steps {
		d := Deduction{Facts: []Fact{}, Uses: step.Uses, Conclusion: step.Conclusion}
		if d.Conclusion == "" {
			d.Conclusion = "nothing fits"
		}
		for _, f := range step.Facts {
			source := f.Source
			if source == "" {
				source = f.Place.String()
			}
			d.Facts = append(d.Facts, Fact{f.Text, source})
		}
		all = append(all, d)
	}
	return all
}

// ConflictOf returns a core as reports hold it.
func ConflictOf(core *resolver.Core) *Conflict {
	c := &Conflict{Members: []Fact{}, Minimal: core.Minimal}
	member := func(text string, place constraints.Place) {
		c.Members = append(c.Members, Fact{text, place.String()})
	}
	for _, r := range core.Roots {
		member(r.Requirement.String(), r.Place)
	}
	for _, l := range core.Limits {
		member("the constraint "+l.Requirement.String(), l.Place)
	}
	for _, p := range core.Pins {
		text := "the pin " + string(p.Name) + " " + p.Version.String()
		if p.Release != nil {
			text = "what is there: " + string(p.Name) + " " + p.Version.String()
		}
		member(text, p.Place)
	}
	for _, e := range core.Exclusions {
		member("without "+string(e.Name)+e.Range.String(), e.Place)
	}
	return c
}
