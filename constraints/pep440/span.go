package pep440

import "strings"

// span is a half-open interval of keys: lo is in it, hi is not. Both are points
// between versions rather than versions: a key stands for the point just before
// its version.
//
// Points are canonical: where no version can lie between two places, both have
// the same bytes. (After all local versions of 1.0a1 comes 1.0a1.post0.dev0, so
// the key of that one is the point.) Hence a span holds a version exactly when
// lo < hi.
type span struct{ lo, hi point }

// point is a key with its first bytes as a number, zeros where it is shorter.
// Comparing the numbers decides nearly always, at a fraction of the cost of
// comparing strings.
type point struct {
	head uint64
	key  string
}

func at(key string) point {
	n := min(len(key), 8)
	var head uint64
	for i := range n {
		head = head<<8 | uint64(key[i])
	}
	return point{head << (64 - 8*n), key}
}

// before reports whether p comes before q.
func (p point) before(q point) bool {
	if p.head != q.head {
		return p.head < q.head
	}
	return p.key < q.key
}

// between returns the span from the key lo to the key hi.
func between(lo, hi string) span { return span{at(lo), at(hi)} }

func (s span) isEmpty() bool { return !s.lo.before(s.hi) }

// spans returns the sorted, disjoint spans of the clause.
func (c *clause) spans() []span {
	switch c.Op {
	case "==":
		return spanList(c.equal())
	case "!=":
		s := c.equal()
		return spanList(span{at(bottom), s.lo}, span{s.hi, at(top)})
	case "<=":
		return spanList(between(bottom, c.afterLocals()))
	case ">=":
		return spanList(between(c.key(), top))
	case "<":
		return spanList(between(bottom, c.beforePrereleases()))
	case ">":
		return spanList(between(c.afterPostReleases(), top))
	case "~=":
		prefix := prefixSpan(c.epoch, c.release[:strings.LastIndexByte(c.release, '.')])
		return spanList(span{at(c.key()), prefix.hi})
	}
	return spanList(between(bottom, top)) // "===" compares texts
}

// spanList returns those of the spans that are not empty.
func spanList(spans ...span) []span {
	kept := spans[:0]
	for _, s := range spans {
		if !s.isEmpty() {
			kept = append(kept, s)
		}
	}
	return kept
}

// equal returns the span of "==": local versions count only when one is named
// (PEP 440, "Version matching").
func (c *clause) equal() span {
	switch {
	case c.wildcard:
		return prefixSpan(c.epoch, c.release)
	case c.local != "":
		key := c.key()
		return between(key, key+afterExact)
	}
	return between(c.key(), c.afterLocals())
}

// prefixSpan returns the span of all versions whose release begins with release.
func prefixSpan(epoch, release string) span {
	first := parts{epoch: epoch, release: release, hasDev: true}
	last := strings.LastIndexByte(release, '.') + 1
	next := parts{epoch: epoch, release: release[:last] + successor(release[last:]), hasDev: true}
	return between(first.key(), next.key())
}

// afterLocals returns the point after the version and all its local versions,
// which "<=" and "==" include: it is where the next possible version begins.
func (p parts) afterLocals() string {
	p.local = ""
	switch {
	case p.hasDev:
		p.dev = successor(p.dev)
	case p.hasPost:
		p.post, p.hasDev = successor(p.post), true
	default:
		p.hasPost, p.hasDev = true, true
	}
	return p.key()
}

// afterPostReleases returns the point after the version, its local versions and
// its post-releases, none of which ">" includes; the post-releases that follow a
// post-release it does include (PEP 440, "Exclusive ordered comparison").
func (p parts) afterPostReleases() string {
	switch {
	case p.hasDev || p.hasPost:
		return p.afterLocals()
	case p.phase != preNone:
		p.pre, p.hasDev = successor(p.pre), true
		return p.key()
	}
	var room [usualKey]byte
	return string(append(p.appendRelease(room[:0]), afterPosts))
}

// beforePrereleases returns the point before the version and the pre-releases
// that lead to it, which "<" excludes unless the version is one itself.
func (p parts) beforePrereleases() string {
	if !p.isPrerelease() {
		p.hasDev = true
	}
	return p.key()
}

// holds reports whether one of the sorted spans holds key.
func holds(spans []span, key string) bool {
	p := at(key)
	i := firstEndingAfter(spans, p)
	return i < len(spans) && !p.before(spans[i].lo)
}

// firstEndingAfter returns the index of the first span that ends after p.
func firstEndingAfter(spans []span, p point) int {
	lo, hi := 0, len(spans)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if p.before(spans[mid].hi) {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo
}

// intersect returns the spans of the versions that both lists hold.
func intersect(a, b []span) []span {
	common := make([]span, 0, max(len(a), len(b)))
	for len(a) > 0 && len(b) > 0 {
		s, aEndsFirst := a[0], a[0].hi.before(b[0].hi)
		if s.lo.before(b[0].lo) {
			s.lo = b[0].lo
		}
		if !aEndsFirst {
			s.hi = b[0].hi
		}
		if !s.isEmpty() {
			common = append(common, s)
		}
		if aEndsFirst {
			a = a[1:]
		} else {
			b = b[1:]
		}
	}
	return common
}

// covers reports whether every version of a is one of b.
func covers(b, a []span) bool {
	for _, s := range a {
		i := firstEndingAfter(b, s.lo)
		if i == len(b) || s.lo.before(b[i].lo) || b[i].hi.before(s.hi) {
			return false
		}
	}
	return true
}
