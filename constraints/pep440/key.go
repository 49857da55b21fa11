package pep440

import (
	"encoding/binary"
	"math/bits"
	"strings"
)

// The key of a version is a byte string. Keys compare bytewise as PEP 440 orders
// versions (section "Summary of permitted suffixes and relative ordering"), and
// versions that the PEP calls equal have one key:
//
//	key     = epoch release phase tail local
//	epoch   = number
//	release = *number                       trailing zeros dropped
//	phase   = dev / (a / b / rc) number / final
//	tail    = [post number] (dev number / none)      left out after phase dev,
//	                                                 which has its number only
//	local   = *(alphabetic text 0 / numeric number)
//
// The bytes that begin a number are greater than all others, so a longer release
// is greater than a shorter one with any suffix. A number is never the beginning
// of another number.
//
// A bound of an interval is a key, too, or a point between keys; the two points
// that are no version's key end in afterPosts and afterExact.
const (
	afterExact = "\x00" // below every local segment: only the version itself is before it

	segmentEnd     = 0x00 // below every letter and digit, so a prefix comes first
	segmentLetters = 0x01
	segmentNumber  = 0x02 // numeric segments are greater than alphanumeric ones

	tailDev  = 0x02
	tailNone = 0x03
	tailPost = 0x04

	phaseDev   = 0x02
	phaseFinal = 0x06 // the pre-releases a, b and rc are in between
	afterPosts = 0x07 // above every version of a release, below all longer releases

	number0   = 0x10 // to numberMax: the number itself
	numberMax = 0xdf
	numberLen = 0xe0 // plus 1 to 8: that many bytes, big endian
	numberBig = 0xf0 // the count of digits as a number, then the digits
)

// bottom is the key of 0.dev0, the first version of all.
const bottom = "\x10\x02\x10"

// top is greater than the key of every version.
const top = "\xff"

// usualKey is the room for a key on the stack; a longer one is allocated twice.
const usualKey = 64

func (p *parts) key() string {
	var room [usualKey]byte
	return string(p.appendKey(room[:0]))
}

func (p *parts) appendKey(b []byte) []byte {
	b = p.appendRelease(b)
	switch {
	case p.phase != preNone:
		b = appendNumber(append(b, phaseDev+byte(p.phase)), p.pre)
	case p.hasDev && !p.hasPost:
		return appendLocal(appendNumber(append(b, phaseDev), p.dev), p.local)
	default:
		b = append(b, phaseFinal)
	}
	if p.hasPost {
		b = appendNumber(append(b, tailPost), p.post)
	}
	if p.hasDev {
		b = appendNumber(append(b, tailDev), p.dev)
	} else {
		b = append(b, tailNone)
	}
	return appendLocal(b, p.local)
}

func (p *parts) appendRelease(b []byte) []byte {
	b = appendNumber(b, p.epoch)
	significant := len(b)
	for rest := p.release; rest != ""; {
		var number string
		number, rest = cutNumber(rest)
		b = appendNumber(b, number)
		if trimZeros(number) != "" {
			significant = len(b)
		}
	}
	return b[:significant]
}

// cutNumber splits a release after its first number.
func cutNumber(release string) (number, rest string) {
	i := digits(release, 0)
	if i == len(release) {
		return release, ""
	}
	return release[:i], release[i+1:]
}

// appendNumber appends the number with the given decimal digits, of which there
// may be any count; none at all is 0.
func appendNumber(b []byte, digits string) []byte {
	if len(digits) == 1 { // the usual case
		return append(b, number0+digits[0]-'0')
	}
	digits = trimZeros(digits)
	if len(digits) > 18 { // may not fit 64 bits
		b = appendUint(append(b, numberBig), uint64(len(digits)))
		return append(b, digits...)
	}
	var n uint64
	for i := range len(digits) {
		n = n*10 + uint64(digits[i]-'0')
	}
	return appendUint(b, n)
}

func appendUint(b []byte, n uint64) []byte {
	if n <= numberMax-number0 {
		return append(b, number0+byte(n))
	}
	size := (bits.Len64(n) + 7) / 8
	var big [8]byte
	binary.BigEndian.PutUint64(big[:], n)
	return append(append(b, numberLen+byte(size)), big[8-size:]...)
}

func trimZeros(digits string) string {
	for digits != "" && digits[0] == '0' {
		digits = digits[1:]
	}
	return digits
}

func appendLocal(b []byte, local string) []byte {
	for i := 0; i < len(local); {
		end := alphanumerics(local, i)
		segment := local[i:end]
		if digits(segment, 0) == len(segment) {
			b = appendNumber(append(b, segmentNumber), segment)
		} else {
			b = append(b, segmentLetters)
			for k := range len(segment) {
				b = append(b, lower(segment[k]))
			}
			b = append(b, segmentEnd)
		}
		i = end + 1
	}
	return b
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// successor returns the digits of the next number.
func successor(digits string) string {
	nines := len(digits)
	for nines > 0 && digits[nines-1] == '9' {
		nines--
	}
	zeros := strings.Repeat("0", len(digits)-nines)
	if nines == 0 {
		return "1" + zeros
	}
	return digits[:nines-1] + string(digits[nines-1]+1) + zeros
}
