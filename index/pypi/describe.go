package pypi

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/url"
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/index"
	"sluice/index/fetch"
)

// maxRead bounds the bytes that are received of a wheel or source distribution to find
// its metadata.
const maxRead = 128 << 20

// Describe returns the package with the metadata of some of its releases. That it cannot
// be had of one is no error: it stays missing, and Missed says why. The error is that of
// asking.
func (c *Client) Describe(ctx context.Context, name constraints.Name, versions ...constraints.Version) (*index.Package, error) {
	p, err := c.project(ctx, name)
	if err != nil {
		return nil, err
	}
	known := make(map[int]index.Release)
	for _, v := range versions {
		pkg := p.current()
		i, ok := pkg.Find(v)
		if !ok {
			continue
		}
		r := pkg.Release(i)
		if why := p.why(r.Version); why != "" {
			c.miss(p.name, r.Version, why)
			continue
		}
		if !r.MetadataMissing {
			continue
		}
		m, err := c.describe(ctx, p, r.Version)
		switch {
		case errors.Is(err, index.ErrMetadataMissing):
			p.miss(r.Version, err)
			c.miss(p.name, r.Version, err.Error())
		case err != nil:
			return nil, err
		default:
			m.Describe(&r)
			known[i] = r
		}
	}
	return p.learn(known)
}

// Files returns the files of a release by name, with where they can be downloaded from;
// none for a version that is not published. The error is that of asking.
func (c *Client) Files(ctx context.Context, name constraints.Name, v constraints.Version) ([]File, error) {
	p, err := c.project(ctx, name)
	if err != nil {
		return nil, err
	}
	pkg := p.current()
	i, ok := pkg.Find(v)
	if !ok {
		return nil, nil
	}
	files, err := c.filesOf(ctx, p, pkg.Version(i))
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	return files, err
}

// learn adds metadata to what is known.
func (p *project) learn(known map[int]index.Release) (*index.Package, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(known) > 0 {
		with, err := p.pkg.With(known)
		if err != nil {
			return nil, fmt.Errorf("the metadata of %s: %w", p.name, err)
		}
		p.pkg, p.changed = with, !p.volatile
	}
	return p.pkg, nil
}

// why returns why the metadata of a version cannot be had, "" when nothing is known
// against it.
func (p *project) why(v constraints.Version) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.missing[v.String()]
}

func (p *project) miss(v constraints.Version, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.missing[v.String()] = err.Error()
	p.changed = !p.volatile
}

// Missed is a release whose metadata was asked for and cannot be had.
type Missed struct {
	Name    constraints.Name
	Version constraints.Version
	Reason  string
}

func (c *Client) miss(name constraints.Name, v constraints.Version, why string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.missed = append(c.missed, Missed{name, v, why})
}

// Missed returns the releases whose metadata Describe was asked for and could not get,
// sorted, each once.
func (c *Client) Missed() []Missed {
	c.mu.Lock()
	defer c.mu.Unlock()
	compare := func(a, b Missed) int {
		return cmp.Or(strings.Compare(string(a.Name), string(b.Name)), a.Version.Compare(b.Version))
	}
	slices.SortFunc(c.missed, compare)
	c.missed = slices.CompactFunc(c.missed, func(a, b Missed) bool { return compare(a, b) == 0 })
	return slices.Clone(c.missed)
}

// describe finds the metadata of a release in the first place that has it: the
// document beside a file (PEP 658), a wheel, a source distribution that promises what
// it says (PEP 643), and last its build.
func (c *Client) describe(ctx context.Context, p *project, v constraints.Version) (*Metadata, error) {
	files, err := c.filesOf(ctx, p, v)
	if err != nil {
		return nil, err
	}
	var reasons []string
	for _, way := range []struct {
		applies func(File) bool
		read    func(context.Context, File) (*Metadata, error)
	}{
		{func(f File) bool { return f.HasMetadata && f.Tags() != nil }, c.besideFile},
		{func(f File) bool { return f.Tags() != nil }, c.insideWheel},
		{func(f File) bool { return f.HasMetadata && f.IsSource() }, c.besideFile},
		{isSource, c.insideSource},
	} {
		i := slices.IndexFunc(files, way.applies)
		if i < 0 {
			continue
		}
		m, err := way.read(ctx, files[i])
		if err == nil {
			err = m.promises(files[i], p.name, v)
		}
		switch {
		case err == nil:
			return m, nil
		case !isAbsence(err):
			return nil, fmt.Errorf("the metadata of %s %s: %w", p.name, v, err)
		}
		reasons = append(reasons, fmt.Sprintf("%s: %v", files[i].Name, err))
	}
	return c.build(ctx, p.name, v, files, reasons)
}

// promises reports whether what a file says of itself can be relied on.
func (m *Metadata) promises(f File, name constraints.Name, v constraints.Version) error {
	if err := m.Matches(name, v); err != nil {
		return absence{err}
	}
	if f.IsSource() && !m.Static() {
		return absence{fmt.Errorf("its metadata (version %s) may differ from what a build would say", cmp.Or(m.MetadataVersion, "unknown"))}
	}
	return nil
}

// build asks the builder, or says that nothing else would tell.
func (c *Client) build(ctx context.Context, name constraints.Name, v constraints.Version, files []File, reasons []string) (*Metadata, error) {
	switch {
	case len(files) == 0:
		reasons = append(reasons, "it has no file")
	case !slices.ContainsFunc(files, func(f File) bool { return f.Tags() != nil || f.IsSource() }):
		reasons = append(reasons, "it has neither a wheel nor a source distribution")
	case c.options.Build != nil && !c.fetch.Offline() && slices.ContainsFunc(files, isSource):
		m, err := c.options.Build(ctx, files[slices.IndexFunc(files, isSource)], name)
		if err == nil {
			err = m.Matches(name, v)
		}
		if err == nil || ctx.Err() != nil {
			return m, err
		}
		reasons = append(reasons, "its build: "+err.Error())
	default:
		reasons = append(reasons, "only its build would tell (--build)")
	}
	return nil, missing(strings.Join(reasons, "; "))
}

// missing is why no place has the metadata of a release.
type missing string

func (m missing) Error() string        { return string(m) }
func (m missing) Is(target error) bool { return target == index.ErrMetadataMissing }

func isSource(f File) bool { return f.IsSource() }

// absence is why one place does not have the metadata, so that the next is tried.
type absence struct{ err error }

func (a absence) Error() string { return a.err.Error() }
func (a absence) Unwrap() error { return a.err }

// isAbsence reports whether an error says that the metadata is not there, as opposed
// to that it could not be asked for.
func isAbsence(err error) bool {
	var absent absence
	var document *DocumentError
	var large *fetch.TooLargeError
	return errors.As(err, &absent) || errors.As(err, &document) || errors.As(err, &large) || fetch.IsNotFound(err)
}

// filesOf returns the files of a release, the best to read the metadata of first.
func (c *Client) filesOf(ctx context.Context, p *project, v constraints.Version) ([]File, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.page == nil { // so far only the kept form was needed
		local, err := c.localLinks(p.name)
		if err != nil {
			return nil, err
		}
		pages, _, err := c.pages(ctx, p.name, local)
		if err != nil {
			return nil, err
		}
		if p.page, err = c.listing(p.name, pages); err != nil {
			return nil, err
		}
	}
	files := slices.Clone(p.page.files[v.String()])
	slices.SortStableFunc(files, func(a, b File) int {
		return cmp.Or(cmp.Compare(c.distance(a), c.distance(b)), strings.Compare(a.Name, b.Name))
	})
	return files, nil
}

// distance says how far a file is from the one to read, since the wheels of a release may
// differ: nearest is the one that an installer would take in the first environment of the
// matrix, then in the next; where there is none, a wheel for every platform.
func (c *Client) distance(f File) int {
	const perEnvironment = 1 << 16 // more than there are tags
	tags := f.Tags()
	for i, env := range c.options.Environments {
		best := perEnvironment
		for _, tag := range tags {
			if rank, ok := env.TagRank(tag); ok {
				best = min(best, rank)
			}
		}
		if best < perEnvironment {
			return i*perEnvironment + best
		}
	}
	if slices.ContainsFunc(tags, func(tag string) bool { return strings.HasPrefix(tag, "py3-none-any") }) {
		return math.MaxInt - 1
	}
	return math.MaxInt
}

// besideFile reads the metadata document of a file.
func (c *Client) besideFile(ctx context.Context, f File) (*Metadata, error) {
	u, err := url.Parse(string(f.MetadataURL()))
	if err != nil {
		return nil, absence{withoutURL(err)}
	}
	if u.Scheme == "file" {
		data, err := readLocal(localPath(u), maxMetadata)
		if err != nil {
			return nil, absence{err}
		}
		return ParseMetadata(data)
	}
	digest, ok := digestOf(f.MetadataHashes)
	if !ok {
		return nil, absence{errors.New("its digest is of no kind that can be verified")}
	}
	doc, err := c.fetch.Get(ctx, fetch.Request{URL: u, Limit: maxMetadata, Digest: digest})
	if err != nil {
		return nil, err
	}
	return ParseMetadata(doc.Body)
}

// digestOf returns the strongest of hashes that can be verified, false when there are
// hashes and none of them can.
func digestOf(hashes []index.Hash) (fetch.Digest, bool) {
	for _, algorithm := range fetch.Algorithms() {
		for _, h := range hashes {
			if h.Algorithm == algorithm {
				return fetch.Digest{Algorithm: algorithm, Hex: strings.ToLower(h.Hex)}, true
			}
		}
	}
	return fetch.Digest{}, len(hashes) == 0
}

// insideWheel reads the METADATA of a wheel, without the rest of it where its host
// serves parts.
func (c *Client) insideWheel(ctx context.Context, f File) (*Metadata, error) {
	return c.inside(ctx, f, c.fetch.OpenEnd, func(r io.ReaderAt, size int64) ([]byte, error) {
		return WheelMetadata(r, size, f.Name)
	})
}

// insideSource reads the PKG-INFO of a source distribution, and no further.
func (c *Client) insideSource(ctx context.Context, f File) (*Metadata, error) {
	if strings.HasSuffix(f.Name, ".zip") {
		return c.inside(ctx, f, c.fetch.OpenEnd, func(r io.ReaderAt, size int64) ([]byte, error) {
			return SdistZipMetadata(r, size, f.Name)
		})
	}
	return c.inside(ctx, f, c.fetch.OpenStart, func(r io.ReaderAt, size int64) ([]byte, error) {
		return SdistMetadata(io.NewSectionReader(r, 0, size), f.Name)
	})
}

type opener func(context.Context, *url.URL, int64, fetch.Digest) (*fetch.File, error)

// inside reads the metadata that extract finds in a file.
func (c *Client) inside(ctx context.Context, f File, open opener, extract func(io.ReaderAt, int64) ([]byte, error)) (*Metadata, error) {
	u, err := url.Parse(string(f.URL))
	if err != nil {
		return nil, absence{withoutURL(err)}
	}
	var data []byte
	if u.Scheme == "file" {
		data, err = insideLocal(localPath(u), f.Hashes, extract)
	} else {
		data, err = c.insideRemote(ctx, u, f, open, extract)
	}
	if err != nil {
		return nil, err
	}
	return ParseMetadata(data)
}

// insideLocal reads the metadata that extract finds in a local file, which must have one of
// the digests stated for it.
func insideLocal(path string, hashes []index.Hash, extract func(io.ReaderAt, int64) ([]byte, error)) ([]byte, error) {
	digest, ok := digestOf(hashes)
	if !ok {
		return nil, absence{errors.New("its digest is of no kind that can be verified")}
	}
	local, size, err := OpenLocal(path)
	if err != nil {
		return nil, err
	}
	defer local.Close()
	if len(hashes) > 0 {
		if err := digest.Verify(path, local); err != nil {
			return nil, err
		}
	}
	return extract(local, size)
}

func (c *Client) insideRemote(ctx context.Context, u *url.URL, f File, open opener, extract func(io.ReaderAt, int64) ([]byte, error)) ([]byte, error) {
	digest, ok := digestOf(f.Hashes)
	if !ok {
		return nil, absence{errors.New("its digest is of no kind that can be verified")}
	}
	return c.fetch.Derive(fetch.Request{URL: u, Digest: digest}, "metadata", func() ([]byte, error) {
		remote, err := open(ctx, u, maxRead, digest)
		if err != nil {
			return nil, err
		}
		return extract(remote, remote.Size())
	})
}
