package main

import (
	"cmp"
	"io"
	"reflect"
	"slices"
	"strings"

	"sluice/resolver"
	"sluice/resolver/gate"
)

// upgradeAnswer is the answer as JSON.
type upgradeAnswer struct {
	SchemaVersion int             `json:"schema_version"`
	Command       string          `json:"command"`
	Environments  []string        `json:"environments"`
	Facts         string          `json:"facts,omitempty"`
	Raised        []pinMove       `json:"raised"`
	Largest       bool            `json:"largest"`              // it is proven that no more pins can go up together
	LargestKnown  bool            `json:"largest_known"`        // ... to versions of which it is known what they require
	Behind        []pinBehind     `json:"behind"`               // what is not at its newest version
	Exclusive     []pinsExclusive `json:"exclusive,omitempty"`  // what could go up one instead of the other
	Mended        []mended        `json:"mended,omitempty"`     // jobs and pins that do not fit today, and would
	Unfit         []pinUnfit      `json:"unfit,omitempty"`      // pins that do not fit today, nor after
	LeftAside     []string        `json:"left_aside,omitempty"` // jobs that fail today, and after
	Broken        []string        `json:"broken,omitempty"`     // jobs that fit today, and would not: nothing is written
	Notes         []note          `json:"notes,omitempty"`
}

// pinMove is a pin that goes up, or one more, of what raised pins require.
type pinMove struct {
	Name        string `json:"name"`
	Environment string `json:"environment"`
	From        string `json:"from,omitempty"` // none where nothing pins it yet
	To          string `json:"to"`
}

// pinBehind is a pin that stays behind the newest version of its package.
type pinBehind struct {
	Name        string      `json:"name"`
	Environment string      `json:"environment"`
	At          string      `json:"at"`
	Newest      string      `json:"newest"`
	Stuck       bool        `json:"stuck"`          // it is proven that it cannot go up at all, whatever else does
	Open        bool        `json:"open,omitempty"` // whether it can is not known
	Because     []gate.Fact `json:"because"`
}

// mended is a pin or job that does not fit today in an environment, and would.
type mended struct {
	Name        string `json:"name"`
	Environment string `json:"environment"`
}

// pinUnfit is a pin that does not fit today in an environment.
type pinUnfit struct {
	Name        string `json:"name"`
	Environment string `json:"environment"`
	At          string `json:"at"`
}

// pinsExclusive is pins that can go up, but not all of them together.
type pinsExclusive struct {
	Environment string      `json:"environment"`
	Names       []string    `json:"names"`
	Because     []gate.Fact `json:"because"`
}

// add adds what there is to say of an environment.
func (x *upgradeAnswer) add(c *climb) {
	x.Environments = append(x.Environments, c.env.Name())
	x.Raised = append(x.Raised, c.raised...)
	x.Largest = x.Largest && c.most.ProvenBy(c.isProven)
	x.LargestKnown = x.LargestKnown && c.most.ProvenBy(c.isFound)
	x.Behind = append(x.Behind, c.behind...)
	x.Exclusive = append(x.Exclusive, c.exclusive...)
	for _, name := range c.mended {
		x.Mended = append(x.Mended, mended{name, c.env.Name()})
	}
	for _, p := range c.joint.Aside {
		if !slices.Contains(c.mended, p.Name) {
			x.LeftAside = append(x.LeftAside, p.Name)
		}
	}
}

// follow adds what became of the pins that do not fit: they stay where they are, or follow
// the rest of their line.
func (x *upgradeAnswer) follow(c *climb, lines []gate.Line) {
	pins, _ := gate.Active(lines, c.env)
	for _, u := range c.unfit {
		i := slices.IndexFunc(pins, func(p resolver.Pin) bool { return p.Spelling == u.Name })
		if i < 0 || pins[i].Version.String() == u.At {
			x.Unfit = append(x.Unfit, u)
			continue
		}
		x.Raised = append(x.Raised, pinMove{u.Name, u.Environment, u.At, pins[i].Version.String()})
	}
}

// shownBehind is how many packages that stay behind are told of in full.
const shownBehind = 20

// write writes what goes up and what stays behind, environments that agree together.
func (x *upgradeAnswer) write(w io.Writer, color, full bool) error {
	p := newPrinter(w, color)
	raised := slices.DeleteFunc(slices.Clone(x.Raised), func(m pinMove) bool { return m.From == "" })
	p.styled(bold, count(distinct(raised, func(m pinMove) string { return m.Name }), "pin"))
	p.printf(" can go up")
	if len(raised) < len(x.Raised) {
		p.printf(", which takes new ones")
	}
	p.printf("   %s\n", strings.Join(x.Environments, " "))
	for _, m := range group(x.Raised, func(m *pinMove) *string { return &m.Environment }) {
		p.printf("  %s %s -> %s%s\n", padded(m.is.Name, 28), cmp.Or(m.is.From, "(new)"), m.is.To, only(m.environments, x.Environments))
	}
	behind := group(x.Behind, func(b *pinBehind) *string { return &b.Environment })
	if len(behind) > 0 {
		p.printf("\n")
		p.styled(bold, count(distinct(x.Behind, func(b pinBehind) string { return b.Name }), "pin"))
		p.printf(" behind the newest version\n")
	}
	for i, b := range behind {
		if i == shownBehind && !full {
			p.printf("  and %d more: --full lists them\n", len(behind)-i)
			break
		}
		stuck := ""
		switch {
		case b.is.Stuck:
			stuck = ", nothing above fits"
		case b.is.Open:
			stuck = ", whether anything above fits is not known"
		}
		p.printf("  %s at %s, newest %s%s%s\n", padded(b.is.Name, 28), b.is.At, b.is.Newest, stuck, only(b.environments, x.Environments))
		p.reasons(b.is.Because)
	}
	x.writeLargest(p)
	if len(x.Mended) > 0 {
		p.printf("\nwill fit, though they do not today:\n")
	}
	for _, g := range group(x.Mended, func(m *mended) *string { return &m.Environment }) {
		p.printf("  %s%s\n", g.is.Name, only(g.environments, x.Environments))
	}
	if len(x.Unfit) > 0 {
		p.printf("\nleft as they are, since they do not fit today, nor beside what goes up:\n")
	}
	unfit := group(x.Unfit, func(u *pinUnfit) *string { return &u.Environment })
	for i, u := range unfit {
		if i == shownBehind && !full {
			p.printf("  and %d more: --full lists them\n", len(unfit)-i)
			break
		}
		p.printf("  %s at %s%s\n", padded(u.is.Name, 28), u.is.At, only(u.environments, x.Environments))
	}
	if len(x.LeftAside) > 0 {
		p.printf("\nleft aside, since they fail today: %s\n", strings.Join(x.LeftAside, ", "))
	}
	if len(x.Broken) > 0 {
		p.printf("\nnothing is written, since these would fail, which fit today: %s\n", strings.Join(x.Broken, ", "))
		p.printf("  hint: name the packages to raise, or --exclude versions\n")
	}
	return p.flush()
}

// writeLargest writes whether more pins could go up, and which exclude each other.
func (x *upgradeAnswer) writeLargest(p *printer) {
	switch {
	case x.Largest:
		p.printf("\nno more pins can go up together\n")
	case x.LargestKnown:
		p.printf("\nno more pins can go up together, but to versions of which it is not known what they require\n")
	default:
		p.printf("\nwhether more pins can go up together is not known: the search for them came to no end\n")
		return
	}
	for _, e := range group(x.Exclusive, func(e *pinsExclusive) *string { return &e.Environment }) {
		p.printf("  not all of %s%s\n", strings.Join(e.is.Names, ", "), only(e.environments, x.Environments))
		p.reasons(e.is.Because)
	}
}

// reasons writes facts, each with its source.
func (p *printer) reasons(facts []gate.Fact) {
	for _, f := range facts {
		p.printf("    %s   ", f.Text)
		p.styled(dim, f.Source)
		p.printf("\n")
	}
}

// distinct returns how many names there are.
func distinct[T any](all []T, nameOf func(T) string) int {
	names := make(map[string]bool)
	for _, x := range all {
		names[nameOf(x)] = true
	}
	return len(names)
}

// only names environments, unless they are all.
func only(environments, all []string) string {
	if len(environments) == len(all) {
		return ""
	}
	return "   [" + strings.Join(environments, " ") + "]"
}

// alike is what is so in some environments.
type alike[T any] struct {
	is           T // without an environment
	environments []string
}

// group gathers what is the same but for its environment, which at finds.
func group[T any](all []T, at func(*T) *string) (groups []alike[T]) {
	for _, x := range all {
		environment := *at(&x)
		*at(&x) = ""
		i := slices.IndexFunc(groups, func(g alike[T]) bool { return reflect.DeepEqual(g.is, x) })
		if i < 0 {
			i = len(groups)
			groups = append(groups, alike[T]{is: x})
		}
		groups[i].environments = append(groups[i].environments, environment)
	}
	return groups
}
