package index

import (
	"bytes"
	"crypto/sha256"
	"testing"
)

// resealed returns data with the digests of the sections and the index made
// right, so that what lies behind them is reached.
func resealed(data []byte) []byte {
	if len(data) < headerSize {
		return data
	}
	data = bytes.Clone(data)
	little.PutUint64(data[24:], uint64(len(data)))
	count, names := uint64(little.Uint32(data[12:])), little.Uint64(data[16:])
	blocks := headerSize + count*entrySize + names
	if names > uint64(len(data)) || blocks > uint64(len(data)) {
		return data
	}
	start := blocks
	for i := range count {
		entry := data[headerSize+i*entrySize:][:entrySize]
		meta, end := start+uint64(little.Uint32(entry[4:])), blocks+little.Uint64(entry[8:])
		if start > meta || meta > end || end > uint64(len(data)) {
			break
		}
		metaSum, filesSum := sum(data[start:meta]), sum(data[meta:end])
		copy(entry[16:], metaSum)
		copy(entry[48:], filesSum)
		start = end
	}
	copy(data[hashedHeader:], sum(data[:hashedHeader], data[headerSize:blocks]))
	return data
}

func FuzzCompact(f *testing.F) {
	f.Add(compact(f, sample(f)))
	f.Add(compact(f, readText(f, "\n")))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := openBytes(resealed(data))
		if err != nil {
			return
		}
		useAll(s)
	})
}

func TestAForgedFileIsAnErrorOrAnAnswer(t *testing.T) {
	data := compact(t, sample(t))
	answered := 0
	for i := range data {
		for _, b := range []byte{0, 1, 0x7f, 0x80, 0xff} {
			forged := bytes.Clone(data)
			forged[i] = b
			if s, err := openBytes(resealed(forged)); err == nil {
				useAll(s)
				answered++
			}
		}
	}
	t.Logf("%d forged files, %d of them could be opened", 5*len(data), answered)
}

func sum(parts ...[]byte) []byte {
	h := sha256.New()
	for _, part := range parts {
		h.Write(part)
	}
	return h.Sum(nil)
}

func FuzzSection(f *testing.F) {
	s := sample(f)
	for _, name := range s.Names() {
		p := pkg(f, s, name)
		files, err := p.loadFiles()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(p.section.data, files)
	}
	f.Fuzz(func(t *testing.T, meta, files string) {
		s, err := readSection(meta)
		if err != nil {
			return
		}
		useAllOf(newPackage(s, digests{}, new(texts), func() (string, error) { return files, nil }))
	})
}
