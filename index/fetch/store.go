package fetch

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Kind says what an entry of a Store is, by the ending of its file.
type Kind string

// The kinds of entry.
const (
	Raw    Kind = "doc"   // a document as it was served
	Parsed Kind = "facts" // what was made of documents; it verifies itself

	// Snapshot is what others keep in the same folder, in files of their own form:
	// only the maintenance knows of it.
	Snapshot Kind = "snapshot"
)

// Header is what a Store knows about an entry beside its content. No text in it but the
// Note has a line break.
type Header struct {
	URL          string // without credentials
	ContentType  string
	ETag         string
	LastModified string
	Fetched      time.Time
	Expires      time.Time // zero for what never changes
	Sum          string    // SHA-256 of the content; "" where it verifies itself
	Note         string    // the owner's, of a Parsed entry
}

// encode returns the header as lines, and the note as the rest. Hundreds are to be read
// where facts are out of date, so it is no JSON.
func (h *Header) encode() (string, error) {
	lines := []string{
		h.URL, h.ContentType, h.ETag, h.LastModified, encodeTime(h.Fetched), encodeTime(h.Expires), h.Sum,
	}
	text := strings.Join(lines, "\n")
	if strings.Count(text, "\n") != len(lines)-1 {
		return "", errors.New("a line break in a header")
	}
	return text + "\n" + h.Note, nil
}

// decodeHeader reads what encode wrote.
func decodeHeader(text string) (*Header, error) {
	lines := strings.SplitN(text, "\n", 8)
	if len(lines) != 8 {
		return nil, errDamaged
	}
	fetched, err1 := decodeTime(lines[4])
	expires, err2 := decodeTime(lines[5])
	if err1 != nil || err2 != nil {
		return nil, errDamaged
	}
	return &Header{lines[0], lines[1], lines[2], lines[3], fetched, expires, lines[6], lines[7]}, nil
}

// encodeTime returns a time in nanoseconds since 1970, "" for the zero time.
func encodeTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return strconv.FormatInt(t.UnixNano(), 10)
}

func decodeTime(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return time.Unix(0, n).UTC(), err
}

// Fresh reports whether the entry may be used at that time without asking again.
func (h *Header) Fresh(now time.Time) bool { return h.Expires.IsZero() || now.Before(h.Expires) }

// Store keeps entries in plain files of one folder. An entry is written beside its
// place and then renamed, and carries a checksum: a reader finds a whole entry or
// none, whoever was killed while writing. A Store only ever saves time: that it
// cannot be written to is reported once, by Trouble, and otherwise nobody's concern.
type Store struct {
	dir     string
	locks   locks
	trouble chan error // the first one
}

const (
	storeVersion  = "v2"
	entryMagic    = "sluice entry 1\n"
	maxEntry      = 1 << 30
	entryPreamble = len(entryMagic) + sha256.Size + 4
)

// NewStore returns the store in a folder, which need not exist; "" keeps nothing.
func NewStore(dir string) *Store {
	return &Store{dir: dir, locks: locks{dir: dir}, trouble: make(chan error, 1)}
}

// Trouble returns the first error that kept an entry from being written, nil for
// none.
func (s *Store) Trouble() error {
	select {
	case err := <-s.trouble:
		return err
	default:
		return nil
	}
}

// path returns where the entry of a key is. The key never shows in it.
func (s *Store) path(kind Kind, key string) string {
	sum := sha256.Sum256([]byte(key))
	name := hex.EncodeToString(sum[:])
	return filepath.Join(s.dir, storeVersion, name[:2], name[2:]+"."+string(kind))
}

// errDamaged is an entry that is not whole. It counts as missing.
var errDamaged = errors.New("damaged entry")

// Read returns an entry; the error is fs.ErrNotExist when there is none, or none
// that is sound.
func (s *Store) Read(kind Kind, key string) (*Header, []byte, error) {
	if s.dir == "" {
		return nil, nil, fs.ErrNotExist
	}
	h, body, err := readEntry(s.path(kind, key))
	if errors.Is(err, errDamaged) {
		err = fs.ErrNotExist
	}
	return h, body, err
}

// readEntry reads and verifies the file of an entry.
func readEntry(path string) (*Header, []byte, error) {
	data, err := readRegular(path, maxEntry)
	if err != nil {
		return nil, nil, err
	}
	return parseEntry(data)
}

// parseEntry returns the header and the content of an entry.
func parseEntry(data []byte) (*Header, []byte, error) {
	rest, ok := bytes.CutPrefix(data, []byte(entryMagic))
	if !ok || len(rest) < sha256.Size+4 {
		return nil, nil, errDamaged
	}
	sum, size := rest[:sha256.Size], binary.LittleEndian.Uint32(rest[sha256.Size:])
	rest = rest[sha256.Size+4:]
	if uint64(size) > uint64(len(rest)) {
		return nil, nil, errDamaged
	}
	head, body := rest[:size], rest[size:]
	if own := sha256.Sum256(head); !bytes.Equal(own[:], sum) {
		return nil, nil, errDamaged
	}
	h, err := decodeHeader(string(head))
	if err != nil {
		return nil, nil, err
	}
	if h.Sum != "" {
		if own := sha256.Sum256(body); h.Sum != hex.EncodeToString(own[:]) {
			return nil, nil, errDamaged
		}
	}
	return h, body, nil
}

// Write keeps an entry in place of the one before.
func (s *Store) Write(kind Kind, key string, h Header, body []byte) {
	if s.dir == "" {
		return
	}
	if kind == Raw {
		sum := sha256.Sum256(body)
		h.Sum = hex.EncodeToString(sum[:])
	}
	if err := writeEntry(s.path(kind, key), h, body); err != nil {
		select {
		case s.trouble <- fmt.Errorf("the cache cannot be written: %w", err):
		default:
		}
	}
}

func writeEntry(path string, h Header, body []byte) error {
	head, err := h.encode()
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(head))
	data := make([]byte, 0, entryPreamble+len(head)+len(body))
	data = append(append(data, entryMagic...), sum[:]...)
	data = binary.LittleEndian.AppendUint32(data, uint32(len(head)))
	data = append(append(data, head...), body...)
	if len(data) > maxEntry {
		return errors.New("the entry is too large")
	}
	return replaceFile(path, data)
}

// replaceFile writes a file so that nobody sees a half of it.
func replaceFile(path string, data []byte) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, "*"+tempEnding)
	if errors.Is(err, fs.ErrNotExist) { // as it is for the first entry of each folder
		if err = os.MkdirAll(dir, 0o700); err == nil {
			f, err = os.CreateTemp(dir, "*"+tempEnding)
		}
	}
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}

// tempEnding is that of files which are being written; one that is left over is
// from a process that was killed.
const tempEnding = ".tmp"
