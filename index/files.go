package index

import (
	"encoding/hex"
	"time"
)

// withdrawal is what a release and a file both can be: yanked, and uploaded at
// some time.
type withdrawal struct {
	yanked   bool
	reason   string
	uploaded time.Time
}

// withdrawal reads the flags, the reason and the time, of which those that do not
// apply are absent.
func (c *cursor) withdrawal(texts []uint32, data string) withdrawal {
	flags := c.number()
	if flags == 0 {
		return withdrawal{}
	}
	if flags > ownFlags {
		c.fail()
	}
	w := withdrawal{yanked: flags&flagYanked != 0}
	if w.yanked {
		w.reason = c.optional(texts, data)
	}
	if flags&flagUploaded != 0 {
		w.uploaded = c.instant()
	}
	return w
}

// optional reads the number of a text + 1, or 0 for none.
func (c *cursor) optional(texts []uint32, data string) string {
	ref := c.ref(len(texts) + 1)
	if ref == 0 || c.bad {
		return ""
	}
	return textAt(data, texts[ref-1])
}

// fileSection is a decoded view of a package's second section: where the files of
// each release are, so that only those that are asked for are decoded.
type fileSection struct {
	data     string
	texts    []uint32 // the offset of each text
	releases []uint32 // the offset of each release's list; nil where no files are known
}

// readFileSection finds the lists of n releases, in one pass that decodes none.
func readFileSection(data string, n int) (*fileSection, error) {
	s := &fileSection{data: data}
	if data == "" {
		return s, nil
	}
	c := cursor{data: data}
	s.texts = c.texts()
	s.releases = make([]uint32, n)
	for i := range s.releases {
		s.releases[i] = uint32(c.pos)
		c.skipFiles(len(s.texts))
	}
	if c.bad || c.pos != len(data) {
		return nil, errSection
	}
	return s, nil
}

// skipFiles passes a list of files.
func (c *cursor) skipFiles(texts int) {
	for n := c.number(); n > 1 && !c.bad; n-- {
		c.text()
		c.number()
		if flags := c.number(); flags != 0 {
			if flags&flagYanked != 0 {
				c.ref(texts + 1)
			}
			if flags&flagUploaded != 0 {
				c.number()
			}
		}
		c.ref(texts + 1)
		c.passHashes(texts)
	}
}

// skipHashes passes the digests of a file.
func (c *cursor) skipHashes(texts []uint32) []Hash {
	c.passHashes(len(texts))
	return nil
}

func (c *cursor) passHashes(texts int) {
	for n := c.count(); n > 0 && !c.bad; n-- {
		c.ref(texts)
		c.text()
	}
}

// list returns the files of release i: nil when they are not known.
func (s *fileSection) list(i int) ([]File, error) { return s.read(i, (*cursor).hashes) }

// outline is list without the digests.
func (s *fileSection) outline(i int) ([]File, error) { return s.read(i, (*cursor).skipHashes) }

// hashReader reads the digests of a file, or passes them.
type hashReader func(c *cursor, texts []uint32) []Hash

func (s *fileSection) read(i int, hashes hashReader) ([]File, error) {
	if s.releases == nil {
		return nil, nil
	}
	c := cursor{data: s.data, pos: int(s.releases[i])}
	files := c.fileList(s.texts, hashes)
	if c.bad {
		return nil, errSection
	}
	return files, nil
}

// minFile is how many bytes a file takes at least.
const minFile = 6

// fileList reads the number of files + 1, or 0 when they are not known, and the
// files.
func (c *cursor) fileList(texts []uint32, hashes hashReader) []File {
	n := c.number()
	if n == 0 {
		return nil
	}
	if n-1 > uint64(len(c.data)-c.pos)/minFile {
		c.fail()
		return nil
	}
	files := make([]File, n-1)
	for i := range files {
		files[i] = c.file(texts, hashes)
		if files[i].Name == "" || i > 0 && files[i].Name <= files[i-1].Name {
			c.fail()
			return nil
		}
	}
	return files
}

func (c *cursor) file(texts []uint32, hashes hashReader) File {
	f := File{Name: c.text(), Size: int64(c.number())}
	if f.Size < 0 {
		c.fail()
	}
	w := c.withdrawal(texts, c.data)
	f.Yanked, f.YankedReason, f.Uploaded = w.yanked, w.reason, w.uploaded
	f.RequiresPython = c.optional(texts, c.data)
	f.Hashes = hashes(c, texts)
	return f
}

func (c *cursor) hashes(texts []uint32) []Hash {
	n := c.count()
	if n == 0 {
		return nil
	}
	hashes := make([]Hash, n)
	for i := range hashes {
		ref := c.ref(len(texts))
		if c.bad {
			return nil
		}
		hashes[i] = Hash{Algorithm: textAt(c.data, texts[ref]), Hex: hex.EncodeToString([]byte(c.text()))}
		if i > 0 && hashes[i].Algorithm <= hashes[i-1].Algorithm {
			c.fail()
			return nil
		}
	}
	return hashes
}
