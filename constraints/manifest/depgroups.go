package manifest

import (
	"fmt"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"

	"sluice/constraints"
	"sluice/constraints/pep508"
)

// maxExpansion bounds what includes can multiply: groups that include groups,
// extras that ask for extras. It counts the requirements and includes that are
// walked for one project.
const maxExpansion = 100_000

// A groupTable is [dependency-groups] (PEP 735) on its way to the requirements of
// each group.
type groupTable struct {
	*pyproject
	groups []*depGroup
	byName map[constraints.Name]*depGroup
	budget int
}

type depGroup struct {
	name     constraints.Name
	spelling string
	items    []groupItem
	state    visit
}

// A groupItem is a requirement, or the include of another group.
type groupItem struct {
	declared Declared
	includes bool
	target   string            // what an include names
	place    constraints.Place // of the target
	include  *depGroup         // the group of that name, nil if there is none
}

// A visit is how far the search for cycles has come with a group.
type visit uint8

const (
	unseen visit = iota
	open         // on the way to the group at hand
	done
)

// dependencyGroups reads [dependency-groups]: for each group its requirements and
// those of the groups that it includes, at the places where these stand.
func (p *pyproject) dependencyGroups(table *tomlNode) {
	if !p.is(table, unstable.Table, "dependency-groups must be a table of arrays") {
		return
	}
	g := groupTable{pyproject: p, byName: map[constraints.Name]*depGroup{}, budget: maxExpansion}
	seen := map[constraints.Name]string{}
	for _, key := range table.keys {
		if name, ok := p.sheet.groupName(key.name, "a dependency group", seen, p.file.place(key.offset)); ok {
			group := &depGroup{name: name, spelling: key.name, items: g.items(name, key.value)}
			g.groups = append(g.groups, group)
			g.byName[name] = group
		}
	}
	g.link()
	for _, group := range g.groups {
		g.cutCycles(group, nil)
	}
	for _, group := range g.groups {
		if !g.expand(group, group.name, map[*depGroup]bool{}) {
			p.sheet.problem(p.file.place(table.offset), fmt.Sprintf("the groups include more than %d requirements", maxExpansion), "")
			return
		}
	}
}

// items reads the array of a group.
func (g *groupTable) items(name constraints.Name, array *tomlNode) []groupItem {
	const form = `a dependency group must be an array of strings and {include-group = "NAME"}`
	if !g.is(array, unstable.Array, form) {
		return nil
	}
	var items []groupItem
	for _, item := range array.items {
		target := item.get("include-group")
		switch {
		case item.kind == unstable.String:
			before := len(g.sheet.requirements)
			g.sheet.declare(item.text, Group{DependencyGroup, name}, g.in(item))
			for _, declared := range g.sheet.requirements[before:] {
				items = append(items, groupItem{declared: declared})
			}
			g.sheet.requirements = g.sheet.requirements[:before]
		case target != nil && target.kind == unstable.String && len(item.keys) == 1:
			items = append(items, groupItem{includes: true, target: target.text, place: g.file.placeIn(target, 0)})
		default:
			g.sheet.problem(g.file.place(item.offset), form, "")
		}
	}
	return items
}

// link finds the groups that are included.
func (g *groupTable) link() {
	for _, group := range g.groups {
		for i := range group.items {
			item := &group.items[i]
			if !item.includes {
				continue
			}
			item.include = g.byName[pep508.NormalizeName(item.target)]
			if item.include == nil {
				g.sheet.problem(item.place, "there is no dependency group "+quoteKey(item.target), g.names())
			}
		}
	}
}

// names returns the hint that lists the groups.
func (g *groupTable) names() string {
	var names []string
	for _, group := range g.groups {
		names = append(names, group.spelling)
	}
	return constraints.Shorten("the groups are "+strings.Join(names, ", "), 200)
}

// cutCycles reports and removes each include that leads back to a group on the way
// to it, so that what is left can be expanded.
func (g *groupTable) cutCycles(group *depGroup, chain []string) {
	if group.state == done {
		return
	}
	group.state = open
	chain = append(chain, group.spelling)
	for i := range group.items {
		item := &group.items[i]
		switch {
		case item.include == nil:
		case item.include.state == open:
			g.sheet.problem(item.place, "the dependency groups include one another: "+cycle(chain, item.include.spelling), "remove one of the includes")
			item.include = nil
		default:
			g.cutCycles(item.include, chain)
		}
	}
	group.state = done
}

// cycle returns the end of the chain from the group called first on, and back to it.
func cycle(chain []string, first string) string {
	for i, spelling := range chain {
		if spelling == first {
			return constraints.Shorten(strings.Join(append(chain[i:len(chain):len(chain)], first), " -> "), 200)
		}
	}
	return first
}

// expand adds the requirements of group, and of what it includes, for the group
// called name. A group that is included twice counts once. It returns false when
// that is more than the budget.
func (g *groupTable) expand(group *depGroup, name constraints.Name, included map[*depGroup]bool) bool {
	included[group] = true
	for _, item := range group.items {
		if g.budget--; g.budget < 0 {
			return false
		}
		switch {
		case !item.includes:
			item.declared.Group = Group{DependencyGroup, name}
			g.sheet.requirements = append(g.sheet.requirements, item.declared)
		case item.include != nil && !included[item.include]:
			if !g.expand(item.include, name, included) {
				return false
			}
		}
	}
	return true
}
