package constraints

import "strings"

// Version is a published or declared version: a point in its ecosystem's order,
// together with the spelling it was read from.
//
// The order is encoded once, at parse time, in a key whose bytes compare as the
// versions do. Two spellings of one version (1.0 and 1.0.0 in Python) have equal
// keys, so Go's == would be wrong on a Version; it does not compile. Compare with
// Equal or Compare, and use Key where a map wants an identity.
//
// The zero Version means "none".
type Version struct {
	_          [0]func() // no ==
	key        string
	text       string
	prerelease bool
}

// NewVersion returns the version with the given order-preserving key and
// normalised spelling. It is for the packages that implement an ecosystem.
func NewVersion(key, text string, prerelease bool) Version {
	return Version{key: key, text: text, prerelease: prerelease}
}

// Compare returns -1, 0 or +1 as v comes before, is equal to or comes after w.
func (v Version) Compare(w Version) int { return strings.Compare(v.key, w.key) }

// Equal reports whether v and w are the same version for their ecosystem.
func (v Version) Equal(w Version) bool { return v.key == w.key }

// Key returns the identity of v: equal versions, and only they, have equal keys,
// and keys compare bytewise as versions do.
func (v Version) Key() string { return v.key }

// String returns the spelling of v, normalised as far as its ecosystem asks.
func (v Version) String() string { return v.text }

// IsPrerelease reports whether v is a pre-release (in Python also a
// development release).
func (v Version) IsPrerelease() bool { return v.prerelease }

// IsZero reports whether v is the zero Version, "none".
func (v Version) IsZero() bool { return v.key == "" }
