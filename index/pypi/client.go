package pypi

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/singleflight"

	"sluice/constraints"
	"sluice/index"
	"sluice/index/fetch"
)

// Options says where packages are looked for.
type Options struct {
	// Indexes are the URLs of the simple repository APIs (PEP 503, 691), in the order
	// asked: a name that is found in one is never taken from a later one, so that
	// nobody can put a package of a private name in front by publishing it elsewhere.
	Indexes []string

	// From names the index that alone is asked for a package, whatever the others have.
	From map[constraints.Name]string

	// FindLinks are folders and pages of files, of any project, that are there besides
	// what an index has, as pip and uv have them.
	FindLinks []string

	// Build learns the metadata of a release by running its build; nil to leave
	// unknown what only that would tell.
	Build Builder

	// Environments are those whose wheels are preferred to read the metadata of.
	Environments []*constraints.Environment
}

// Client answers what is published in PyPI-compatible indexes. It remembers what it
// was told, so that the answers do not change while it lives, and keeps it for other
// processes in the fetch.Client's store. It is safe for concurrent use.
type Client struct {
	fetch   *fetch.Client
	options Options
	indexes []*url.URL
	from    map[constraints.Name]*url.URL
	links   []link
	places  string // what identifies all of these, and what else kept facts depend on

	flights  singleflight.Group
	shelves  [shelves]func() shelf // each read once
	decoder  index.Decoder
	mu       sync.Mutex
	projects map[constraints.Name]*project
	missed   []Missed
}

// New returns a client. The error names the locations that are no URL or folder.
func New(f *fetch.Client, o Options) (*Client, error) {
	c := &Client{fetch: f, options: o, from: make(map[constraints.Name]*url.URL), projects: make(map[constraints.Name]*project)}
	var errs []error
	for _, text := range o.Indexes {
		u, err := c.location(text)
		errs = append(errs, err)
		c.indexes = append(c.indexes, u)
	}
	for name, text := range o.From {
		u, err := c.location(text)
		errs = append(errs, err)
		c.from[name] = u
	}
	for _, text := range o.FindLinks {
		l, err := parseLink(text)
		errs = append(errs, err)
		if l.page != nil {
			l.page = f.Configure(l.page)
		}
		c.links = append(c.links, l)
	}
	c.places = o.identity()
	for i := range c.shelves {
		c.shelves[i] = sync.OnceValue(func() shelf { return c.readShelf(i) })
	}
	return c, errors.Join(errs...)
}

// location reads the URL of an index, and keeps its user name and password apart.
func (c *Client) location(text string) (*url.URL, error) {
	u, err := parseLocation(text)
	if err != nil {
		return nil, err
	}
	return c.fetch.Configure(u), nil
}

// identity returns what facts depend on besides the name of the package: where they
// were looked for and as whom, which wheels were preferred, and whether builds were run.
// It holds passwords and is never written anywhere but through a hash.
func (o *Options) identity() string {
	var b strings.Builder
	for _, text := range o.Indexes {
		fmt.Fprintf(&b, "index %q\n", text)
	}
	for _, name := range slices.Sorted(maps.Keys(o.From)) {
		fmt.Fprintf(&b, "from %q %q\n", name, o.From[name])
	}
	for _, text := range o.FindLinks {
		fmt.Fprintf(&b, "links %q\n", text)
	}
	for _, env := range o.Environments {
		fmt.Fprintf(&b, "tags %q\n", env.Tags())
	}
	fmt.Fprintf(&b, "build %t\n", o.Build != nil)
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:])
}

// parseLocation reads the URL of an index.
func parseLocation(text string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil {
		return nil, fmt.Errorf("the index URL cannot be read: %w", withoutURL(err))
	}
	switch {
	case u.Scheme == "file" && u.Host == "":
	case (u.Scheme == "http" || u.Scheme == "https") && u.Host != "":
	default:
		return nil, errors.New("it is no URL of an index")
	}
	return u, nil
}

// withoutURL returns the cause of an error of url.Parse, whose text would show the
// URL with its password.
func withoutURL(err error) error {
	var with *url.Error
	if errors.As(err, &with) {
		return with.Err
	}
	return err
}

// Package returns what is published under a name. Of its releases the metadata is
// known as far as Describe was asked for it, now or before; that of the others is
// missing. The error is an *index.NotFoundError when no index has the name; any other
// means that it cannot be told.
func (c *Client) Package(ctx context.Context, name constraints.Name) (*index.Package, error) {
	p, err := c.project(ctx, name)
	if err != nil {
		return nil, err
	}
	return p.current(), nil
}

// project returns what is known of a name, found out once.
func (c *Client) project(ctx context.Context, name constraints.Name) (*project, error) {
	c.mu.Lock()
	known := c.projects[name]
	c.mu.Unlock()
	if known == nil {
		found, err, _ := c.flights.Do(string(name), func() (any, error) { return c.find(ctx, name) })
		if err != nil {
			return nil, err // another time it may be told
		}
		known = found.(*project)
		c.mu.Lock()
		c.projects[name] = known
		c.mu.Unlock()
	}
	if known.absent {
		return nil, index.NotFound(name)
	}
	return known, nil
}

// Remarks returns what was odd about the pages of a package and was read all the same
// or left out, and what they say that the facts do not have. It asks nobody: there are
// none for a package that was not asked for.
func (c *Client) Remarks(name constraints.Name) []string {
	c.mu.Lock()
	p := c.projects[name]
	c.mu.Unlock()
	if p == nil {
		return nil
	}
	if p.note.SentOn != "" {
		return append([]string{"the index sends the question on to " + p.note.SentOn + ", so what is known is what is said there"}, p.note.Remarks...)
	}
	return slices.Clone(p.note.Remarks)
}

// SentOn returns the hosts that indexes send questions on to, and for how many of the
// packages that were asked for.
func (c *Client) SentOn() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	hosts := make(map[string]int)
	for _, p := range c.projects {
		if p.note.SentOn != "" {
			hosts[p.note.SentOn]++
		}
	}
	return hosts
}

// Close keeps what was found out for other processes.
func (c *Client) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	found := make(map[int]shelf)
	for name, p := range c.projects {
		r, ok := p.unkept()
		if !ok {
			continue
		}
		i := shelfOf(name)
		if found[i] == nil {
			found[i] = make(shelf)
		}
		found[i].put(name, r)
	}
	ctx, cancel := context.WithTimeout(context.Background(), shelfPatience)
	defer cancel()
	var group errgroup.Group
	group.SetLimit(keepers)
	for i, s := range found {
		group.Go(func() error {
			c.keep(ctx, i, s)
			return nil
		})
	}
	group.Wait()
}

// keepers is how many files are written at a time.
const keepers = 4
