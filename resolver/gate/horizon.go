package gate

import (
	"slices"

	"sluice/constraints"
	"sluice/resolver"
)

// horizon is how far a walk could see: beyond a package that it could not follow it
// found nothing, which does not mean that nothing is there.
type horizon struct {
	cut    map[constraints.Name]bool
	gaveUp bool // the search ended early: what is chosen was not followed
}

// horizonOf returns how far a walk saw that found these clashes.
func horizonOf(clashes []resolver.Clash) horizon {
	var h horizon
	for i := range clashes {
		c := &clashes[i]
		if !endsWalk(c.Kind) {
			continue
		}
		if h.cut == nil {
			h.cut = make(map[constraints.Name]bool)
		}
		h.gaveUp = h.gaveUp || c.Kind == resolver.GaveUp
		h.cut[c.Target.Name] = true
		for _, d := range c.Demands {
			h.cut[d.Requirement.Name] = true // given up, though what is beyond it is to blame
		}
	}
	return h
}

// endsWalk reports whether nothing that the target of such a clash requires could be
// looked at.
func endsWalk(k resolver.Kind) bool {
	switch k {
	case resolver.Unpublished, resolver.UnknownPackage, resolver.Unsolvable, resolver.UnknownFacts, resolver.GaveUp:
		return true
	}
	return false
}

// hides reports whether a clash of another walk could be there and not have been
// seen in this one.
func (h horizon) hides(c *resolver.Clash) bool {
	if len(h.cut) == 0 {
		return false
	}
	searched := c.Kind == resolver.Unsolvable || c.Kind == resolver.UnknownPackage
	if searched && (h.gaveUp || h.cut[c.Target.Name]) {
		return true
	}
	return slices.ContainsFunc(c.Path, func(d resolver.Demand) bool {
		return d.From != nil && (h.cut[d.From.Name] || h.gaveUp && d.From.Pin == nil)
	})
}
