package constraints

import (
	"cmp"
	"slices"
)

// Nearest returns the candidate that a misspelt word most likely means, the first
// of those that are equally near; "" when none is near. See NearestFew.
func Nearest(word string, candidates []string) string {
	for _, near := range NearestFew(word, candidates, 1) {
		return near
	}
	return ""
}

// NearestFew returns up to few candidates that a misspelt word may mean, the
// nearest first and those equally near in the order given. Near is what takes an
// edit for each three letters of the word, one at least and three at most: a letter
// inserted, removed or replaced, or two neighbours swapped.
func NearestFew[S ~string](word S, candidates []S, few int) []S {
	const longest = 64 // bytes: beyond it nobody can tell what was meant, and the cost stays bounded
	if len(word) < 2 || len(word) > longest {
		return nil
	}
	type near struct {
		candidate S
		edits     int
	}
	var found []near
	limit := min(max(1, len(word)/3), 3)
	for _, candidate := range candidates {
		if d := edits(string(word), string(candidate), limit); d <= limit {
			found = append(found, near{candidate, d})
		}
	}
	slices.SortStableFunc(found, func(a, b near) int { return cmp.Compare(a.edits, b.edits) })
	var names []S
	for _, n := range found[:min(few, len(found))] {
		names = append(names, n.candidate)
	}
	return names
}

// edits returns how many edits turn a into b, counted in bytes, or more than limit
// when their lengths alone need as many. No byte is edited twice (optimal string
// alignment).
func edits(a, b string, limit int) int {
	if max(len(a), len(b))-min(len(a), len(b)) > limit {
		return limit + 1
	}
	before, row, next := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next[0] = i + 1
		for j := range len(b) {
			replace := row[j]
			if a[i] != b[j] {
				replace++
			}
			next[j+1] = min(replace, row[j+1]+1, next[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row, next = row, next, before
	}
	return row[len(b)]
}
