package gate

import (
	"cmp"
	"fmt"
	"strings"

	"sluice/constraints"
	"sluice/resolver"
)

// describe puts a sighting into words.
func (b *book) describe(seen *sighting) Finding {
	var f Finding
	if seen.note != nil {
		f = describeNote(seen.note)
	} else {
		f = b.describeClash(seen.clash)
	}
	f.Status = seen.status
	return f
}

// describeClash puts into words what does not fit.
func (b *book) describeClash(c *resolver.Clash) Finding {
	f := Finding{Target: spelled(c.Target), Unknown: c.Kind.Undecided()}
	target := named(c.Target)
	if c.Target.Pin != nil {
		f.Place = placeOf(c.Target.Pin.Place)
	}
	if c.Kind == resolver.OutOfRange {
		describeRange(&f, c)
		return f
	}
	f.Package, f.Version = spelled(c.Target), c.Target.Version.String()
	switch c.Kind {
	case resolver.Unpublished:
		f.Message = target + " " + defect(c.Kind)
		if r := b.release(c.Target); r != nil {
			f.Message += fmt.Sprintf(": it is published as %s, and === compares the text", r.Version)
		}
	case resolver.NoFile, resolver.BadMetadata, resolver.WrongRuntime:
		f.Message = target + " " + defect(c.Kind)
		if r := b.release(c.Target); c.Kind == resolver.WrongRuntime && r != nil && r.RequiresRuntime != nil {
			f.Message = target + " requires Python " + r.RequiresRuntime.String()
		}
	case resolver.UnknownPackage:
		f.Message = string(c.Target.Name) + " is pinned nowhere and not in the index"
	case resolver.Unsolvable:
		f.Message = "no version of " + string(c.Target.Name) + " fits"
	case resolver.UnknownFacts:
		f.Message = "the index does not say what " + target + " requires"
		if c.Err != nil {
			f.Message = "the facts of " + target + " could not be read: " + c.Err.Error()
		}
	case resolver.GaveUp:
		f.Message = "the search for a version of " + string(c.Target.Name) + " ended at its bound"
	}
	return f
}

// details are what else there is to know of what does not fit.
func (b *book) details(c *resolver.Clash, env *constraints.Environment) []string {
	switch {
	case c.Kind == resolver.Unpublished && b.release(c.Target) == nil:
		return nearby(b.question.Source, c.Target)
	case c.Kind == resolver.UnknownPackage:
		return demands(c)
	case c.Kind == resolver.Unsolvable && len(c.Obstacles) == 0:
		return append(demands(c), untried(b.question.Source, c, env)...)
	case c.Kind == resolver.Unsolvable:
		return append(demands(c), obstacles(c)...)
	}
	return nil
}

// release returns the facts of a version, whatever its spelling; nil when there
// are none.
func (b *book) release(c resolver.Chosen) *resolver.Release {
	r, err := b.question.Source.Release(c.Name, c.Version)
	if err != nil {
		return nil
	}
	return r
}

// describeNote puts what could not be looked at into words.
func describeNote(n *resolver.Note) Finding {
	f := Finding{Package: spelled(n.Target), Version: n.Target.Version.String(), Unknown: n.Kind != resolver.UnknownExtra}
	if n.Target.Pin != nil {
		f.Place = placeOf(n.Target.Pin.Place)
	}
	if n.Kind == resolver.DirectReference {
		f.Place = placeOf(n.Demand.Place)
	}
	f.Message = TextOfNote(n)
	return f
}

// TextOfNote puts what could not be looked at into words, on one line.
func TextOfNote(n *resolver.Note) string {
	switch n.Kind {
	case resolver.IncompleteFacts:
		return named(n.Target) + " requires more than the index says"
	case resolver.UnknownExtra:
		return fmt.Sprintf("%s has no extra %s", named(n.Target), n.Extra)
	}
	text := "what a direct reference requires is not known: " + short(n.Demand.Requirement)
	if n.Demand.From != nil {
		text += ", required by " + named(*n.Demand.From)
	}
	return text
}

// describeRange puts a demand that is not met into words. A consumer's own line
// is where its finding stands; a release's requirement stands at its pin.
func describeRange(f *Finding, c *resolver.Clash) {
	r := c.Demand.Requirement
	if c.Demand.From == nil {
		f.Place = placeOf(c.Demand.Place)
		f.Line = r.String()
		f.Message = fmt.Sprintf("%s excludes %s", r.String(), named(c.Target))
		return
	}
	from := *c.Demand.From
	f.Package, f.Version = spelled(from), from.Version.String()
	f.Message = fmt.Sprintf("%s requires %s, against %s", named(from), short(r), c.Target.Version)
	if constraints.IsUnreadable(r.Range) {
		f.Message = fmt.Sprintf("%s has a requirement that is not valid: %s", named(from), short(r))
	}
	f.Place = nil
	if from.Pin != nil {
		f.Place = placeOf(from.Pin.Place)
		f.Line = named(from)
	}
}

// named returns "NAME VERSION".
func named(c resolver.Chosen) string {
	if c.Version.IsZero() {
		return spelled(c)
	}
	return spelled(c) + " " + c.Version.String()
}

// spelled returns a package's name as the constraints file has it, where it does.
func spelled(c resolver.Chosen) string {
	if c.Pin == nil {
		return string(c.Name)
	}
	return spelling(c.Pin)
}

func spelling(pin *resolver.Pin) string { return cmp.Or(pin.Spelling, string(pin.Name)) }

// short returns a requirement without its marker, which was met.
func short(r constraints.Requirement) string {
	r.Marker = nil
	return r.String()
}

// demands lists who wants what of a package that could not be chosen.
func demands(c *resolver.Clash) []string {
	var lines []string
	for _, d := range c.Demands {
		lines = appendNew(lines, demandLine(d))
	}
	return lines
}

// obstacles lists why versions of a package could not be chosen, the newest
// three.
func obstacles(c *resolver.Clash) []string {
	const shown = 3
	var lines []string
	for i, o := range c.Obstacles {
		if i == shown {
			lines = append(lines, "and "+count(len(c.Obstacles)-shown, "older version"))
			break
		}
		lines = append(lines, obstacleLine(c.Target.Name, o))
	}
	return lines
}

// obstacleLine puts into words why one version of a package could not be chosen.
func obstacleLine(name constraints.Name, o resolver.Obstacle) string {
	line := string(name) + " " + o.Version.String()
	from := o.Demand.From
	switch {
	case o.Kind != resolver.OutOfRange:
		return line + " leads to " + named(o.Target) + ", which " + defect(o.Kind)
	case from == nil:
		return line + " leads to " + named(o.Target) + ", against " + demandLine(o.Demand)
	case from.Name != name:
		line += " leads to " + named(*from) + ", which"
	}
	return line + fmt.Sprintf(" requires %s, against %s", short(o.Demand.Requirement), o.Target.Version)
}

// defect says what keeps a version from being installed.
func defect(k resolver.Kind) string {
	switch k {
	case resolver.Unpublished:
		return "is not in the index"
	case resolver.NoFile:
		return "has no file that can be installed"
	case resolver.BadMetadata:
		return "has metadata that is not valid, so that pip passes over it"
	case resolver.WrongRuntime:
		return "does not run on this Python"
	}
	return "is " + k.String()
}

// count returns "1 thing" or "N things".
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// demandLine puts one demand into words.
func demandLine(d resolver.Demand) string {
	if d.From == nil {
		return strings.TrimSpace(d.Place.String() + "  " + d.Requirement.String())
	}
	if constraints.IsUnreadable(d.Requirement.Range) {
		return named(*d.From) + " has a requirement that is not valid: " + short(d.Requirement)
	}
	return named(*d.From) + " requires " + short(d.Requirement)
}

// steps returns a chain of demands as reports hold it.
func steps(path []resolver.Demand) []Step {
	chain := make([]Step, len(path))
	for i, d := range path {
		chain[i].Place = placeOf(d.Place)
		if d.From == nil {
			chain[i].Requirement = d.Requirement.String()
			continue
		}
		chain[i].By = named(*d.From)
		chain[i].Requirement = short(d.Requirement)
	}
	return chain
}
