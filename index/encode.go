package index

import (
	"encoding/hex"
	"strings"

	"sluice/constraints"
)

// entry is a release on its way into a section. Several entries may share one
// Release, whose Version then does not count.
type entry struct {
	version constraints.Version
	*Release
}

// table numbers distinct items in the order of their first use.
type table struct {
	ids  map[string]uint32
	data []byte
}

// id returns the number of item, adding it if it is new.
func (t *table) id(item []byte) uint64 {
	if id, ok := t.ids[string(item)]; ok {
		return uint64(id)
	}
	if t.ids == nil {
		t.ids = make(map[string]uint32)
	}
	id := uint32(len(t.ids))
	t.ids[string(item)] = id
	t.data = append(t.data, item...)
	return uint64(id)
}

// appendTo writes the number of items and the items.
func (t *table) appendTo(b []byte) []byte {
	return append(appendNumber(b, uint64(len(t.ids))), t.data...)
}

// packer encodes the first section of a package. Equal facts give equal bytes:
// all that could vary (which item has which number) follows from the order of
// the versions.
type packer struct {
	texts, lists, bodies table
	known                map[*Release]uint64 // the body of a release already seen
	scratch              []byte
}

// packSection encodes entries, which are in ascending order.
func packSection(name constraints.Name, entries []entry) []byte {
	p := packer{known: make(map[*Release]uint64)}
	var releases []byte
	for _, e := range entries {
		releases = appendText(releases, e.version.String())
		releases = appendNumber(releases, p.body(e.Release))
		releases = p.texts.appendWithdrawal(releases, withdrawal{e.Yanked, e.YankedReason, e.Uploaded})
	}
	b := appendText(nil, string(name))
	b = p.texts.appendTo(b)
	b = p.lists.appendTo(b)
	b = p.bodies.appendTo(b)
	b = appendNumber(b, uint64(len(entries)))
	return append(b, releases...)
}

// body returns the number of the body of r.
func (p *packer) body(r *Release) uint64 {
	if id, ok := p.known[r]; ok {
		return id
	}
	requirements, extras := p.list(r.Requirements), p.list(r.Extras)
	b := appendNumber(p.scratch[:0], requirements)
	b = appendNumber(b, extras)
	b = p.texts.appendOptional(b, r.RequiresPython)
	b = p.texts.appendOptional(b, r.License)
	b = append(b, flag(r.Incomplete, flagIncomplete)|flag(r.MetadataMissing, flagMetadataMissing))
	p.scratch = b
	id := p.bodies.id(b)
	p.known[r] = id
	return id
}

func (p *packer) list(texts []string) uint64 {
	b := appendNumber(p.scratch[:0], uint64(len(texts)))
	for _, text := range texts {
		b = appendNumber(b, p.texts.text(text))
	}
	p.scratch = b
	return p.lists.id(b)
}

// text returns the number of a text.
func (t *table) text(s string) uint64 {
	var short [128]byte
	return t.id(appendText(short[:0], s))
}

// appendOptional writes the number of a text + 1, or 0 for "".
func (t *table) appendOptional(b []byte, s string) []byte {
	if s == "" {
		return append(b, 0)
	}
	return appendNumber(b, t.text(s)+1)
}

func (t *table) appendWithdrawal(b []byte, w withdrawal) []byte {
	b = append(b, flag(w.yanked, flagYanked)|flag(!w.uploaded.IsZero(), flagUploaded))
	if w.yanked {
		b = t.appendOptional(b, w.reason)
	}
	if !w.uploaded.IsZero() {
		b = appendInstant(b, w.uploaded)
	}
	return b
}

func flag(on bool, bit byte) byte {
	if on {
		return bit
	}
	return 0
}

// packFiles encodes the second section: nothing at all when no release has files
// that are known.
func packFiles(entries []entry) []byte {
	var texts table
	var lists []byte
	known := false
	for _, e := range entries {
		if e.Files == nil {
			lists = append(lists, 0)
			continue
		}
		known = true
		lists = appendNumber(lists, uint64(len(e.Files))+1)
		for _, f := range e.Files {
			lists = texts.appendFile(lists, f)
		}
	}
	if !known {
		return nil
	}
	return append(texts.appendTo(nil), lists...)
}

func (t *table) appendFile(b []byte, f File) []byte {
	b = appendText(b, f.Name)
	b = appendNumber(b, uint64(f.Size))
	b = t.appendWithdrawal(b, withdrawal{f.Yanked, f.YankedReason, f.Uploaded})
	b = t.appendOptional(b, f.RequiresPython)
	b = appendNumber(b, uint64(len(f.Hashes)))
	for _, h := range f.Hashes {
		raw, _ := hex.DecodeString(strings.ToLower(h.Hex)) // checked by checkFile
		b = appendNumber(b, t.text(h.Algorithm))
		b = appendText(b, raw)
	}
	return b
}
