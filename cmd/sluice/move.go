package main

import (
	"cmp"
	"slices"

	"sluice/constraints"
	"sluice/resolver/gate"
)

// move is what a commit does to the pin of a package, in the environments where it does
// the same. A version is zero where nothing pins the package, or not to a version.
type move struct {
	name         constraints.Name
	spelling     string
	from, to     constraints.Version
	environments []string
	everywhere   bool // the environments are the whole matrix
}

// direction says what becomes of the pin.
func (m *move) direction() changeKind {
	switch {
	case m.from.IsZero():
		return added
	case m.to.IsZero():
		return removed
	case m.to.Compare(m.from) < 0:
		return lowered
	case m.to.Compare(m.from) > 0:
		return raised
	}
	return respelled
}

// touched is the lines of a package that a commit changes, before and after it.
type touched struct {
	name          constraints.Name
	before, after []*gate.Line
}

// touchedBy returns the packages of which a change of constraints changes lines, by name.
func touchedBy(before, after pinIndex) []touched {
	var all []touched
	for name, lines := range before {
		if !slices.EqualFunc(lines, after[name], sameLine) {
			all = append(all, touched{name, lines, after[name]})
		}
	}
	for name, lines := range after {
		if before[name] == nil {
			all = append(all, touched{name, nil, lines})
		}
	}
	slices.SortFunc(all, func(a, b touched) int { return cmp.Compare(a.name, b.name) })
	return all
}

// movesOf returns what a change of constraints does in a matrix, by name.
func movesOf(changed []touched, matrix []*constraints.Environment) []move {
	var moves []move
	for _, t := range changed {
		first := len(moves)
		for _, env := range matrix {
			from, to := activeIn(t.before, env), activeIn(t.after, env)
			if from == to || from != nil && to != nil && from.Version.Equal(to.Version) {
				continue
			}
			moves = enterMove(moves, first, t.name, from, to, env)
		}
		for i := first; i < len(moves); i++ {
			moves[i].everywhere = len(moves[i].environments) == len(matrix)
		}
	}
	return moves
}

// pinIndex is the lines that pin each package, in file order.
type pinIndex map[constraints.Name][]*gate.Line

// pinLines returns the lines that pin each package.
func pinLines(lines []gate.Line) pinIndex {
	byName := make(pinIndex, len(lines))
	for i := range lines {
		if l := &lines[i]; l.IsPin() {
			byName[l.Requirement.Name] = append(byName[l.Requirement.Name], l)
		}
	}
	return byName
}

// sameLine reports whether two lines surely say the same.
func sameLine(a, b *gate.Line) bool {
	return a.Version.Equal(b.Version) && a.Requirement.URL == b.Requirement.URL && markerOfLine(a) == markerOfLine(b)
}

func markerOfLine(l *gate.Line) string {
	if l.Requirement.Marker == nil {
		return ""
	}
	return l.Requirement.Marker.String()
}

// activeIn returns the first of a package's lines that is active in an environment, nil for
// none.
func activeIn(lines []*gate.Line, env *constraints.Environment) *gate.Line {
	for _, l := range lines {
		if l.Requirement.Applies(env, "") {
			return l
		}
	}
	return nil
}

// enterMove adds what becomes of a pin in an environment to the moves of its package, which
// begin at first.
func enterMove(moves []move, first int, name constraints.Name, from, to *gate.Line, env *constraints.Environment) []move {
	m := move{name: name, environments: []string{env.Name()}}
	if from != nil {
		m.from, m.spelling = from.Version, from.Requirement.Spelling
	}
	if to != nil {
		m.to, m.spelling = to.Version, to.Requirement.Spelling
	}
	for i := first; i < len(moves); i++ {
		if moves[i].from.Equal(m.from) && moves[i].to.Equal(m.to) {
			moves[i].environments = append(moves[i].environments, env.Name())
			return moves
		}
	}
	return append(moves, m)
}
