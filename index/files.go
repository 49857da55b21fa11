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

// readFiles decodes a package's second section: the files of each of its n
// releases, nil for a release of which they are not known.
func readFiles(data string, n int) ([][]File, error) {
	files := make([][]File, n)
	if data == "" {
		return files, nil
	}
	c := cursor{data: data}
	texts := c.texts()
	for i := range files {
		files[i] = c.fileList(texts)
	}
	if c.bad || c.pos != len(data) {
		return nil, errSection
	}
	return files, nil
}

// minFile is how many bytes a file takes at least.
const minFile = 6

// fileList reads the number of files + 1, or 0 when they are not known, and the
// files.
func (c *cursor) fileList(texts []uint32) []File {
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
		files[i] = c.file(texts)
		if files[i].Name == "" || i > 0 && files[i].Name <= files[i-1].Name {
			c.fail()
			return nil
		}
	}
	return files
}

func (c *cursor) file(texts []uint32) File {
	f := File{Name: c.text(), Size: int64(c.number())}
	if f.Size < 0 {
		c.fail()
	}
	w := c.withdrawal(texts, c.data)
	f.Yanked, f.YankedReason, f.Uploaded = w.yanked, w.reason, w.uploaded
	f.RequiresPython = c.optional(texts, c.data)
	f.Hashes = c.hashes(texts)
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
