package pinfile

import (
	"crypto/sha1"
	"slices"
	"sort"
	"strings"

	"sluice/constraints"
	"sluice/constraints/pep508"
)

// Order is the order in which a file keeps its packages.
type Order int

// The orders, in which a file is tried for them.
const (
	Free         Order = iota // none that can be told
	ByName                    // by normalised name
	ByLowerName               // by name in lower case
	ByExactName               // by name as spelled, capitals first
	ByNameDigest              // by SHA-1 of the name as spelled, as OpenStack's generate-constraints writes
)

// String returns a phrase for the order.
func (o Order) String() string {
	names := []string{"free", "by name", "by lower-case name", "by exact name", "by SHA-1 of the name"}
	if o < 0 || int(o) >= len(names) {
		return "unknown"
	}
	return names[o]
}

// key returns the text by which a name is ordered.
func (o Order) key(spelling string) string {
	switch o {
	case ByName:
		return string(pep508.NormalizeName(spelling))
	case ByLowerName:
		return strings.ToLower(spelling)
	case ByExactName:
		return spelling
	case ByNameDigest:
		sum := sha1.Sum([]byte(spelling))
		return string(sum[:])
	}
	return ""
}

// minOrdered is the number of packages from which an order is believed, as two
// are in some order always; minDigests the same for the order by digest, in which
// three stand by chance too often.
const minOrdered, minDigests = 3, 6

// Order returns the order of the file's packages. People put a line beside its
// relative now and then, so one break in twenty lines does not make the file
// free. Of two orders with as few breaks the earlier constant is taken.
func (f *File) Order() Order {
	named := f.named()
	if len(named) < minOrdered {
		return Free
	}
	best, fewest := Free, len(named)/20+1
	for _, o := range []Order{ByName, ByLowerName, ByExactName, ByNameDigest} {
		if n := breaks(keys(o, named)); n < fewest && (o != ByNameDigest || len(named) >= minDigests) {
			best, fewest = o, n
		}
	}
	return best
}

// named returns the entries that are requirements.
func (f *File) named() []Entry {
	var named []Entry
	for _, e := range f.entries {
		if e.Kind == Requirement {
			named = append(named, e)
		}
	}
	return named
}

func keys(o Order, entries []Entry) []string {
	keys := make([]string, len(entries))
	for i, e := range entries {
		keys[i] = o.key(e.Requirement.Spelling)
	}
	return keys
}

// breaks counts the keys that are less than the one before.
func breaks(keys []string) int {
	n := 0
	for i := 1; i < len(keys); i++ {
		if keys[i] < keys[i-1] {
			n++
		}
	}
	return n
}

// slot returns before which entry of named a line for spelling belongs,
// len(named) for after the last: after the lines of the same package, else where
// the order wants it.
func slot(o Order, named []Entry, name constraints.Name, spelling string) int {
	for i, e := range slices.Backward(named) {
		if e.Requirement.Name == name {
			return i + 1
		}
	}
	if o == Free {
		return len(named)
	}
	keys, key := keys(o, named), o.key(spelling)
	for _, i := range inOrder(keys) {
		if keys[i] > key {
			return i
		}
	}
	return len(named)
}

// inOrder returns the indexes of a longest subsequence of keys that does not
// fall, so that lines out of order mislead nobody (patience sorting).
func inOrder(keys []string) []int {
	var tops []int // of each length, the index of the least last key
	before := make([]int, len(keys))
	for i, key := range keys {
		n := sort.Search(len(tops), func(n int) bool { return keys[tops[n]] > key })
		before[i] = -1
		if n > 0 {
			before[i] = tops[n-1]
		}
		if n == len(tops) {
			tops = append(tops, i)
		} else {
			tops[n] = i
		}
	}
	if len(tops) == 0 {
		return nil
	}
	chosen := make([]int, len(tops))
	for n, i := len(tops)-1, tops[len(tops)-1]; n >= 0; n, i = n-1, before[i] {
		chosen[n] = i
	}
	return chosen
}
