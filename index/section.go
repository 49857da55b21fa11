package index

import "sluice/constraints"

// section is a decoded view of a package's first section: where things are, each
// checked once, so that reading them later cannot fail. FORMAT.md has the layout.
type section struct {
	data     string
	name     constraints.Name
	strings  []uint32 // the offset of each text
	lists    []uint32 // the offset of each list of references to texts
	bodies   []body
	releases []uint32 // the offset of each release
}

// body is what releases of one package often share.
type body struct {
	requirements uint32 // a list
	extras       uint32 // a list
	python       uint32 // a text + 1; 0 when there is none
	license      uint32 // the same
	flags        uint8
}

// Flags of a body and of a release or file.
const (
	flagIncomplete = 1 << iota
	flagMetadataMissing
	bodyFlags = 1<<iota - 1

	flagYanked   = 1
	flagUploaded = 2
	ownFlags     = 3
)

// readSection checks all of data, in one pass.
func readSection(data string) (*section, error) {
	c := cursor{data: data}
	s := &section{data: data, name: constraints.Name(c.text())}
	s.strings = c.texts()
	s.lists = c.offsets(func() {
		n := c.count()
		if n > maxItems {
			c.fail()
		}
		c.skipRefs(n, len(s.strings))
	})
	s.bodies = make([]body, c.count())
	for i := range s.bodies {
		s.bodies[i] = c.body(s)
	}
	s.releases = c.offsets(func() {
		if c.text() == "" {
			c.fail()
		}
		c.skipRefs(1, len(s.bodies))
		c.withdrawal(s.strings, s.data)
	})
	if c.bad || c.pos != len(data) || s.name == "" {
		return nil, errSection
	}
	return s, nil
}

// offsets reads a count and that many items, and returns where each begins.
func (c *cursor) offsets(item func()) []uint32 {
	at := make([]uint32, c.count())
	for i := range at {
		at[i] = uint32(c.pos)
		item()
	}
	return at
}

// texts reads a table of strings and returns where each begins.
func (c *cursor) texts() []uint32 {
	return c.offsets(func() {
		if len(c.text()) > maxText {
			c.fail()
		}
	})
}

func (c *cursor) body(s *section) body {
	b := body{
		requirements: c.ref(len(s.lists)),
		extras:       c.ref(len(s.lists)),
		python:       c.ref(len(s.strings) + 1),
		license:      c.ref(len(s.strings) + 1),
	}
	flags := c.number()
	if flags > bodyFlags {
		c.fail()
	}
	b.flags = uint8(flags)
	return b
}

// packedRelease is a release as a section has it.
type packedRelease struct {
	version string
	body    uint32
	withdrawal
}

func (c *cursor) release(s *section) packedRelease {
	r := packedRelease{version: c.text(), body: c.ref(len(s.bodies))}
	r.withdrawal = c.withdrawal(s.strings, s.data)
	return r
}

// text returns the text with the given number.
func (s *section) text(i uint32) string { return textAt(s.data, s.strings[i]) }

func textAt(data string, offset uint32) string {
	c := cursor{data: data, pos: int(offset)}
	return c.text()
}

// list returns the texts of a list; nil when it is empty.
func (s *section) list(i uint32) []string {
	refs := s.refs(i)
	if len(refs) == 0 {
		return nil
	}
	texts := make([]string, len(refs))
	for j, ref := range refs {
		texts[j] = s.text(ref)
	}
	return texts
}

// refs returns the numbers of the texts of a list.
func (s *section) refs(i uint32) []uint32 {
	c := cursor{data: s.data, pos: int(s.lists[i])}
	refs := make([]uint32, c.count())
	for j := range refs {
		refs[j] = c.ref(len(s.strings))
	}
	return refs
}

// optional returns the text of an optional reference.
func (s *section) optional(ref uint32) string {
	if ref == 0 {
		return ""
	}
	return s.text(ref - 1)
}

// release decodes the place of release i.
func (s *section) release(i int) packedRelease {
	c := cursor{data: s.data, pos: int(s.releases[i])}
	return c.release(s)
}

// version returns the spelling of release i.
func (s *section) version(i int) string { return textAt(s.data, s.releases[i]) }
