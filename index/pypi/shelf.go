package pypi

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"sluice/constraints"
	"sluice/constraints/pep508"
	"sluice/index"
	"sluice/index/fetch"
)

// shelf is what is kept of projects whose names fall together. It is one entry of the
// store: a file is slow to make and to open, and there are hundreds of projects.
//
// The note of the entry has a line for each project, and its content is the facts of all in
// the compact form. The store verifies the note; the compact form verifies its index when it
// is opened and a package when that is taken, so that the rest need not be looked at.
type shelf map[constraints.Name]record

// record is what is kept of a project.
type record struct {
	fetched time.Time
	expires time.Time
	note    string                         // encoded
	facts   func() (*index.Package, error) // index.ErrNotFound for none
}

const (
	shelves       = 16
	maxShelved    = 1000        // projects on a shelf: each of them makes opening it slower
	maxShelf      = 64 << 20    // bytes of a shelf
	shelfPatience = time.Second // how long to wait for those who write shelves, all together
)

// shelfOf returns the number of the shelf that a name falls on.
func shelfOf(name constraints.Name) int { return int(sha256.Sum256([]byte(name))[0] % shelves) }

// shelfKey identifies the entry of a shelf.
func (c *Client) shelfKey(i int) string { return fmt.Sprintf("%s shelf %d", c.places, i) }

// readShelf returns a shelf as it is in the store, empty when there is none that is sound.
func (c *Client) readShelf(i int) shelf {
	h, content, err := c.fetch.Store().Read(fetch.Parsed, c.shelfKey(i))
	if err != nil {
		return make(shelf)
	}
	s, err := parseShelf(&c.decoder, h.Note, content)
	if err != nil {
		return make(shelf)
	}
	return s
}

// keep puts what was found out onto a shelf of the store, beside what other processes put
// there meanwhile. Who goes on without the lock may undo what they do, which is then found
// out again.
func (c *Client) keep(ctx context.Context, i int, found shelf) {
	store, key := c.fetch.Store(), c.shelfKey(i)
	defer store.Lock(ctx, key)()
	s := c.readShelf(i)
	for name, r := range found {
		s.put(name, r)
	}
	if note, content, err := s.fit(maxShelved, maxShelf); err == nil {
		store.Write(fetch.Parsed, key, fetch.Header{Note: note}, content)
	}
}

// put adds a project, unless what is there of it was fetched later.
func (s shelf) put(name constraints.Name, r record) {
	if there, ok := s[name]; ok && there.fetched.After(r.fetched) {
		return
	}
	if pep508.ValidName(string(name)) { // a line of the note has no room for any other
		s[name] = r
	}
}

// fit encodes the shelf within bounds: without the projects that were fetched longest ago,
// as far as there are too many.
func (s shelf) fit(projects, size int) (note string, content []byte, err error) {
	for {
		s.trim(projects)
		note, content, err = s.encode()
		if err != nil || len(note)+len(content) <= size || len(s) == 0 {
			return note, content, err
		}
		projects = len(s) / 2
	}
}

// trim drops the projects that were fetched longest ago until so many are left.
func (s shelf) trim(projects int) {
	if len(s) <= projects {
		return
	}
	names := slices.SortedFunc(maps.Keys(s), func(a, b constraints.Name) int {
		return cmp.Or(s[b].fetched.Compare(s[a].fetched), cmp.Compare(a, b))
	})
	for _, name := range names[projects:] {
		delete(s, name)
	}
}

// encode returns the note and the content of the entry of a shelf. A project whose facts are
// damaged is left out: it counts as missing, and is found out again when it is wanted.
func (s shelf) encode() (note string, content []byte, err error) {
	var lines strings.Builder
	var packages []*index.Package
	for _, name := range slices.Sorted(maps.Keys(s)) {
		r := s[name]
		pkg, err := r.facts()
		switch {
		case err == nil:
			packages = append(packages, pkg)
		case !errors.Is(err, index.ErrNotFound):
			continue
		}
		fmt.Fprintf(&lines, "%s %d %d %s\n", name, nanoseconds(r.fetched), nanoseconds(r.expires), r.note)
	}
	all, err := index.NewSnapshot(packages...)
	if err != nil {
		return "", nil, err
	}
	var buf bytes.Buffer
	err = all.WriteCompact(&buf)
	return lines.String(), buf.Bytes(), err
}

// parseShelf reads what encode wrote.
func parseShelf(d *index.Decoder, note string, content []byte) (shelf, error) {
	all, err := d.Decode(content)
	if err != nil {
		return nil, err
	}
	s := make(shelf)
	for line := range strings.Lines(note) {
		name, r, err := parseRecord(strings.TrimSuffix(line, "\n"))
		if err != nil {
			return nil, err
		}
		r.facts = func() (*index.Package, error) {
			p, err := all.Package(name)
			if err == nil {
				err = p.Check()
			}
			return p, err
		}
		s[name] = r
	}
	return s, nil
}

// parseRecord reads a line of the note of a shelf.
func parseRecord(line string) (constraints.Name, record, error) {
	fields := strings.SplitN(line, " ", 4)
	if len(fields) != 4 {
		return "", record{}, errors.New("a line of a shelf is cut")
	}
	fetched, err1 := parseNanoseconds(fields[1])
	expires, err2 := parseNanoseconds(fields[2])
	return constraints.Name(fields[0]), record{fetched: fetched, expires: expires, note: fields[3]}, errors.Join(err1, err2)
}

// nanoseconds returns a time as their number since 1970, 0 for the zero time.
func nanoseconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

func parseNanoseconds(text string) (time.Time, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n == 0 {
		return time.Time{}, err
	}
	return time.Unix(0, n).UTC(), nil
}
