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
type span struct{ lo, hi string }

// everything is the span of all versions.
var everything = span{bottom, top}

// spans returns the sorted, disjoint spans of the clause.
func (c *clause) spans() []span {
	switch c.Op {
	case "==":
		return spanList(c.equal())
	case "!=":
		s := c.equal()
		return spanList(span{bottom, s.lo}, span{s.hi, top})
	case "<=":
		return spanList(span{bottom, c.afterLocals()})
	case ">=":
		return spanList(span{c.key(), top})
	case "<":
		return spanList(span{bottom, c.beforePrereleases()})
	case ">":
		return spanList(span{c.afterPostReleases(), top})
	case "~=":
		return spanList(span{c.key(), prefixSpan(c.epoch, c.release[:strings.LastIndexByte(c.release, '.')]).hi})
	}
	return []span{everything} // "===" compares texts
}

// spanList returns those of the spans that are not empty.
func spanList(spans ...span) []span {
	kept := spans[:0]
	for _, s := range spans {
		if s.lo < s.hi {
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
		return span{key, key + afterExact}
	}
	return span{c.key(), c.afterLocals()}
}

// prefixSpan returns the span of all versions whose release begins with release.
func prefixSpan(epoch, release string) span {
	first := parts{epoch: epoch, release: release, hasDev: true}
	last := strings.LastIndexByte(release, '.') + 1
	next := parts{epoch: epoch, release: release[:last] + successor(release[last:]), hasDev: true}
	return span{first.key(), next.key()}
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
	i := firstEndingAfter(spans, key)
	return i < len(spans) && spans[i].lo <= key
}

// firstEndingAfter returns the index of the first span that ends after key.
func firstEndingAfter(spans []span, key string) int {
	lo, hi := 0, len(spans)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if spans[mid].hi <= key {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// intersect returns the spans of the versions that both lists hold.
func intersect(a, b []span) []span {
	common := make([]span, 0, max(len(a), len(b)))
	for len(a) > 0 && len(b) > 0 {
		s := span{max(a[0].lo, b[0].lo), min(a[0].hi, b[0].hi)}
		if s.lo < s.hi {
			common = append(common, s)
		}
		if a[0].hi < b[0].hi {
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
		if i == len(b) || s.lo < b[i].lo || b[i].hi < s.hi {
			return false
		}
	}
	return true
}

// hasFinal reports whether the span holds a version that is not a pre-release.
func (s span) hasFinal() bool { return nextFinal(s.lo) < s.hi }

// nextFinal returns the first point from point on that does not lie right before
// a pre-release: the release or post-release that pre-releases lead to.
func nextFinal(point string) string {
	i := 0
	for point[i] >= number0 {
		i += numberSize(point[i:])
	}
	switch point[i] {
	case afterPosts:
		return point
	case phaseFinal:
	default:
		return point[:i] + string([]byte{phaseFinal, tailNone})
	}
	if i++; point[i] == tailPost {
		i += 1 + numberSize(point[i+1:])
	}
	if point[i] == tailDev {
		return point[:i] + string([]byte{tailNone})
	}
	return point
}

// numberSize returns how many bytes the number at the beginning of key takes.
func numberSize(key string) int {
	switch first := key[0]; {
	case first <= numberMax:
		return 1
	case first < numberBig:
		return 1 + int(first-numberLen)
	}
	size := numberSize(key[1:])
	return 1 + size + countOf(key[1:1+size])
}

// countOf decodes a number that appendUint encoded.
func countOf(key string) int {
	if len(key) == 1 {
		return int(key[0] - number0)
	}
	n := 0
	for i := 1; i < len(key); i++ {
		n = n<<8 | int(key[i])
	}
	return n
}
