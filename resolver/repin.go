package resolver

import (
	"reflect"
	"slices"

	"sluice/constraints"
)

// Repin gives the world other pins and limits, as NewWorld would. What it knows of
// packages that neither change nor require one that does it keeps, so this takes as long
// as the change is large, and not as the world is. Outcomes of earlier walks are no longer
// valid.
func (w *World) Repin(pins []Pin, limits []Root) {
	changed := w.exchange(pins, limits)
	if w.dependents == nil { // so that nobody knows who requires what changes
		clear(w.nodes)
		return
	}
	stale := slices.Clone(changed)
	for _, name := range changed {
		stale = append(stale, w.dependents[name]...)
		w.disown(name)
	}
	for name, n := range w.nodes {
		if n.pinned == nil { // its versions may require what changes
			*n = node{name: name}
		}
	}
	for _, name := range stale {
		if n, known := w.nodes[name]; known {
			*n = node{name: name}
			if pin := w.pins[name]; pin != nil {
				n.pinned = w.pinnedCandidate(n, pin)
			}
		}
	}
	for _, name := range changed {
		w.adopt(name)
	}
}

// exchange takes up other pins and limits, and returns the names whose pins stand for
// something else now.
func (w *World) exchange(pins []Pin, limits []Root) (changed []constraints.Name) {
	given := w.given
	unique := len(w.pins) == len(given) // else the first of a name counts
	if w.given = pins; unique && len(limits) == 0 && len(w.limits) == 0 && samePlaces(given, pins) {
		for i := range pins {
			if !given[i].isLike(&pins[i]) {
				pin := pins[i] // alone, which does not keep all the others
				w.pins[pin.Name] = &pin
				changed = append(changed, pin.Name)
			}
		}
		return changed
	}
	was, fresh := w.pins, NewWorld(w.env, pins, limits, w.source)
	w.pins, w.limits = fresh.pins, fresh.limits
	for name, n := range w.nodes {
		if pin := w.pins[name]; n.pinned != nil && pin != nil {
			n.pinned.pin = pin // which may stand elsewhere
		}
	}
	return changedPins(was, w.pins)
}

// samePlaces reports whether pins of the same packages stand at the same places, as they do
// where only versions differ.
func samePlaces(a, b []Pin) bool {
	for i := range min(len(a), len(b)) {
		if p, q := &a[i], &b[i]; p.Name != q.Name || p.Place != q.Place {
			return false
		}
	}
	return len(a) == len(b)
}

// changedPins returns the names whose pins differ, sorted.
func changedPins(before, after map[constraints.Name]*Pin) []constraints.Name {
	var names []constraints.Name
	for name, pin := range after {
		if was := before[name]; was == nil || !was.isLike(pin) {
			names = append(names, name)
		}
	}
	for name := range before {
		if after[name] == nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// isLike reports whether two pins of a package stand for the same. Ranges of one type that
// fix one version differ in whether they are textual, if at all.
func (p *Pin) isLike(q *Pin) bool {
	return p.Version.Equal(q.Version) && p.Version.String() == q.Version.String() && p.URL == q.URL && p.Release == q.Release &&
		p.Spelling == q.Spelling && isTextual(p.Range) == isTextual(q.Range) && reflect.TypeOf(p.Range) == reflect.TypeOf(q.Range)
}

// disown forgets what the release of a package, as it was pinned, requires.
func (w *World) disown(name constraints.Name) {
	n := w.nodes[name]
	if n == nil || n.pinned == nil || n.pinned.release == nil {
		return
	}
	for i := range n.pinned.release.Requirements {
		to := n.pinned.release.Requirements[i].Name
		if at, found := slices.BinarySearch(w.dependents[to], name); found {
			w.dependents[to] = slices.Delete(w.dependents[to], at, at+1)
		}
		if len(w.dependents[to]) == 0 {
			delete(w.dependents, to)
		}
	}
}

// adopt takes up what the release that a package is pinned to requires.
func (w *World) adopt(name constraints.Name) {
	if w.pins[name] == nil {
		return
	}
	c := w.node(name).pinned
	if c.release == nil {
		return
	}
	for i := range c.release.Requirements {
		to := c.release.Requirements[i].Name
		if at, found := slices.BinarySearch(w.dependents[to], name); !found {
			w.dependents[to] = slices.Insert(w.dependents[to], at, name)
		}
	}
}
