package index

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"sluice/constraints"
)

// ErrNotFound is what every NotFoundError is: there is no package of that name.
var ErrNotFound = errors.New("no such package")

// NotFoundError says that a source has no package of that name. It is the answer
// "none", not the lack of one.
type NotFoundError struct {
	Name  constraints.Name
	known func() []constraints.Name
}

// Error names the package.
func (e *NotFoundError) Error() string { return fmt.Sprintf("no package named %s", e.Name) }

// Is reports whether target is ErrNotFound.
func (e *NotFoundError) Is(target error) bool { return target == ErrNotFound }

// Suggestions returns up to three names that are there and nearly the same, the
// nearest first. It looks at all names, so it is for messages to people.
func (e *NotFoundError) Suggestions() []constraints.Name {
	if e.known == nil {
		return nil
	}
	type near struct {
		name     constraints.Name
		distance int
	}
	var found []near
	limit := min(2, len(e.Name)/3)
	for _, name := range e.known() {
		if d := editDistance(string(e.Name), string(name), limit); d <= limit {
			found = append(found, near{name, d})
		}
	}
	slices.SortStableFunc(found, func(a, b near) int { return cmp.Compare(a.distance, b.distance) })
	var names []constraints.Name
	for _, n := range found[:min(3, len(found))] {
		names = append(names, n.name)
	}
	return names
}

// editDistance returns how many bytes must be inserted, removed or replaced to
// turn a into b, or limit + 1 when that is more than limit.
func editDistance(a, b string, limit int) int {
	if max(len(a), len(b))-min(len(a), len(b)) > limit {
		return limit + 1
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(diagonal+cost, row[j]+1, row[j+1]+1)
		}
	}
	return min(row[len(b)], limit+1)
}
