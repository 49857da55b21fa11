package pypi

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"sluice/constraints"
	"sluice/index"
	"sluice/index/fetch"
)

// project is what is known of a name: its page, and the metadata of those releases
// that were asked for.
type project struct {
	name   constraints.Name
	absent bool // no index has it

	mu       sync.Mutex
	pkg      *index.Package
	missing  map[string]string // by version: why its metadata cannot be had
	note     note
	expires  time.Time
	fetched  time.Time
	changed  bool // since it was kept
	volatile bool // never to be kept
	page     *listing
}

// note is what the kept form of a project says besides the facts.
type note struct {
	Pages   []string          `json:"pages,omitempty"` // the digests of the pages that the facts are from
	Absent  bool              `json:"absent,omitempty"`
	Missing map[string]string `json:"missing,omitempty"`
	Remarks []string          `json:"remarks,omitempty"`
	SentOn  string            `json:"sent_on,omitempty"` // the host that answered, where it is not the one asked
}

// plainNote begins the note of a project of which there is nothing more to say, as of most.
// There are hundreds to be read at each start, so that it is no JSON.
const plainNote = "pages "

func (n *note) encode() (string, error) {
	if !n.Absent && len(n.Missing)+len(n.Remarks) == 0 && n.SentOn == "" {
		return plainNote + strings.Join(n.Pages, " "), nil
	}
	text, err := json.Marshal(n)
	return string(text), err
}

func decodeNote(text string) (n note, err error) {
	if pages, plain := strings.CutPrefix(text, plainNote); plain {
		return note{Pages: strings.Fields(pages)}, nil
	}
	err = json.Unmarshal([]byte(text), &n)
	return n, err
}

// listing is the files that a project's pages name.
type listing struct {
	files    map[string][]File // by version as the facts spell it
	releases []index.Release
	remarks  []string
	sentOn   string // as in note
}

// current returns the facts as far as they are known now.
func (p *project) current() *index.Package {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.pkg
}

// absentFor is how long it is believed that no index has a name.
const absentFor = 10 * time.Minute

// find finds out what is published under a name: from the kept form while that is
// fresh, else from the pages.
func (c *Client) find(ctx context.Context, name constraints.Name) (*project, error) {
	local, err := c.localLinks(name)
	if err != nil {
		return nil, err
	}
	var kept *project
	if len(local) == 0 { // files of this machine may change at any time, and are read at once
		kept = c.kept(name)
	}
	if kept != nil && c.fetch.MayUse(kept.fetched, kept.expires) {
		return kept, nil
	}
	pages, first, err := c.pages(ctx, name, local)
	if err != nil {
		return nil, err
	}
	digests := digestsOf(pages)
	if kept != nil && !kept.absent && slices.Equal(kept.note.Pages, digests) {
		kept.missing = make(map[string]string) // it may be there by now
		kept.refreshed(pages, first, c.fetch.Now())
		return kept, nil
	}
	p := &project{name: name, missing: make(map[string]string), note: note{Pages: digests}, volatile: len(local) > 0}
	p.refreshed(pages, first, c.fetch.Now())
	if len(pages) == 0 {
		p.absent = true
		p.fetched, p.expires = c.fetch.Now(), c.fetch.Now().Add(absentFor)
		return p, nil
	}
	if p.page, err = c.listing(name, pages); err != nil {
		return nil, err
	}
	p.note.Remarks, p.note.SentOn = p.page.remarks, p.page.sentOn
	if p.pkg, err = index.NewPackage(name, p.page.releases); err != nil {
		return nil, fmt.Errorf("the page of %s: %w", name, err)
	}
	p.carry(kept)
	return p, nil
}

// refreshed takes the times from the pages: they are as fresh as the first that is to
// be asked for again. What an index was not the first to be asked for may soon be in
// the one before.
func (p *project) refreshed(pages []pageSource, first bool, now time.Time) {
	p.expires, p.fetched = time.Time{}, time.Time{}
	for i, s := range pages {
		if i == 0 || s.fetched.Before(p.fetched) {
			p.fetched = s.fetched
		}
		if i == 0 || s.expires.Before(p.expires) {
			p.expires = s.expires
		}
	}
	if soon := now.Add(absentFor); !first && p.expires.After(soon) {
		p.expires = soon
	}
	p.changed = !p.volatile
}

// carry takes the metadata over that was known of releases whose files are the same.
func (p *project) carry(old *project) {
	if old == nil || old.absent {
		return
	}
	known := make(map[int]index.Release)
	for i := range old.pkg.Len() {
		r := old.pkg.Release(i)
		j, ok := p.pkg.Find(r.Version)
		if !ok || r.MetadataMissing || !sameFiles(old.pkg, i, p.pkg, j) {
			continue
		}
		known[j] = r
	}
	if with, err := p.pkg.With(known); err == nil {
		p.pkg = with
	}
}

// sameFiles reports whether two releases have the same files, by their digests.
func sameFiles(a *index.Package, i int, b *index.Package, j int) bool {
	old, err1 := a.Files(i)
	now, err2 := b.Files(j)
	same := func(f, g index.File) bool {
		return f.Name == g.Name && len(f.Hashes) > 0 && slices.Equal(f.Hashes, g.Hashes)
	}
	return err1 == nil && err2 == nil && slices.EqualFunc(old, now, same)
}

// asked returns the indexes that are asked for a name, in order.
func (c *Client) asked(name constraints.Name) []*url.URL {
	if u, ok := c.from[name]; ok {
		return []*url.URL{u}
	}
	return c.indexes
}

// kept returns the kept form of a project, nil when there is none.
func (c *Client) kept(name constraints.Name) *project {
	r, ok := c.shelves[shelfOf(name)]()[name]
	if !ok {
		return nil
	}
	p := &project{name: name, fetched: r.fetched, expires: r.expires}
	var err error
	if p.note, err = decodeNote(r.note); err != nil {
		return nil
	}
	p.absent, p.missing = p.note.Absent, p.note.Missing
	if p.missing == nil {
		p.missing = make(map[string]string)
	}
	if p.absent {
		return p
	}
	if p.pkg, err = r.facts(); err != nil {
		return nil
	}
	return p
}

// unkept returns the form to be kept, false if it says no more than the one that is there.
func (p *project) unkept() (record, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.changed {
		return record{}, false
	}
	p.changed = false
	said := p.note
	said.Absent, said.Missing = p.absent, p.missing
	text, err := said.encode()
	pkg := p.pkg
	return record{p.fetched, p.expires, text, func() (*index.Package, error) {
		if pkg == nil {
			return nil, index.NotFound(p.name)
		}
		return pkg, nil
	}}, err == nil
}

// pageSource is a page of an index, or a list of files, that has something to say of a
// name.
type pageSource struct {
	contentType string
	base        *url.URL
	body        []byte
	files       []File // instead of a body
	sentOn      string // the host that answered, where it is not the one asked
	fetched     time.Time
	expires     time.Time
}

// digestsOf identifies what pages say.
func digestsOf(pages []pageSource) []string {
	var all []string
	for _, s := range pages {
		sum := sha256.New()
		fmt.Fprintf(sum, "%s\n%s\n", s.contentType, fetch.Redacted(s.base))
		sum.Write(s.body)
		for _, f := range s.files {
			fmt.Fprintf(sum, "%q %d\n", f.Name, f.Size)
		}
		all = append(all, hex.EncodeToString(sum.Sum(nil)))
	}
	return all
}
