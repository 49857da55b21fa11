package index

import (
	"encoding/binary"
	"errors"
	"math"
	"time"
)

// errSection is why a section could not be decoded. There is no more to say: its
// digest was right, so whoever wrote it did not follow FORMAT.md.
var errSection = errors.New("the section is malformed")

// cursor reads the encoding of a section. After the first malformed value every
// further one is zero and bad is set, so that callers look once, at the end.
type cursor struct {
	data string
	pos  int
	bad  bool
}

// fail marks the section as malformed and ends the reading.
func (c *cursor) fail() {
	c.bad = true
	c.pos = len(c.data)
}

// number reads an unsigned number of 7 bits a byte, the lowest first. Only its
// shortest form is valid, since one value must have one digest.
func (c *cursor) number() uint64 {
	if c.pos < len(c.data) {
		if b := c.data[c.pos]; b < 0x80 {
			c.pos++
			return uint64(b)
		}
	}
	return c.longNumber()
}

func (c *cursor) longNumber() uint64 {
	var n uint64
	for shift := 0; c.pos < len(c.data) && shift < 64; shift += 7 {
		b := c.data[c.pos]
		c.pos++
		if shift == 63 && b > 1 {
			break
		}
		n |= uint64(b&0x7f) << shift
		if b < 0x80 {
			if b == 0 && shift > 0 {
				break
			}
			return n
		}
	}
	c.fail()
	return 0
}

// count reads how many items follow. As each takes a byte or more, a count that
// the rest of the section cannot hold is malformed, and nothing is allocated
// for it.
func (c *cursor) count() int {
	n := c.number()
	if n > uint64(len(c.data)-c.pos) {
		c.fail()
		return 0
	}
	return int(n)
}

// ref reads the number of an item of a table that has n.
func (c *cursor) ref(n int) uint32 {
	ref := c.number()
	if ref >= uint64(n) || ref > math.MaxUint32 {
		c.fail()
		return 0
	}
	return uint32(ref)
}

// skipRefs passes n numbers of items of a table that has size. Most of a section
// is these, and most take one byte.
func (c *cursor) skipRefs(n, size int) {
	for range n {
		if c.pos < len(c.data) && c.data[c.pos] < 0x80 && int(c.data[c.pos]) < size {
			c.pos++
		} else {
			c.ref(size)
		}
	}
}

// text reads a length and that many bytes.
func (c *cursor) text() string {
	n := c.count()
	s := c.data[c.pos : c.pos+n]
	c.pos += n
	return s
}

// instant reads a time, in microseconds since 1970.
func (c *cursor) instant() time.Time {
	n := c.number()
	micros := int64(n>>1) ^ -int64(n&1)
	if micros < minMicros || micros > maxMicros {
		c.fail()
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

// The years 1 to 9999, which RFC 3339 can write.
const (
	minMicros = -62135596800 * 1e6
	maxMicros = 253402300800*1e6 - 1
)

func appendNumber(b []byte, n uint64) []byte { return binary.AppendUvarint(b, n) }

func appendText[T string | []byte](b []byte, s T) []byte {
	return append(appendNumber(b, uint64(len(s))), s...)
}

func appendInstant(b []byte, t time.Time) []byte {
	micros := t.UnixMicro()
	return appendNumber(b, uint64(micros<<1)^uint64(micros>>63))
}
