package pypi

import (
	"context"
	"errors"
	"net/url"

	"sluice/constraints"
	"sluice/constraints/pep440"
	"sluice/constraints/pep508"
	"sluice/index"
)

// Reference returns the release that a direct reference stands for (PEP 508, "NAME @ URL"):
// that of a wheel, or of a source distribution that promises what it says (PEP 643), in a
// local file or behind http. A digest in the fragment is held to. Of what else there is, a
// folder or a version control system, only the builder can tell. What nobody can tell is
// index.ErrMetadataMissing, and that it is something else an *OtherPackageError; any other
// error is that of asking. The zero Client knows local files.
func (c *Client) Reference(ctx context.Context, name constraints.Name, text string) (*index.Package, error) {
	u, err := url.Parse(text)
	if err != nil {
		return nil, withoutURL(err)
	}
	f := File{File: index.File{Hashes: fragmentHash(u.Fragment)}, URL: URL(text)}
	f.Name, _ = lastSegment(u)
	m, err := c.readReference(ctx, u, f)
	if errors.Is(err, index.ErrMetadataMissing) && c.options.Build != nil && !c.fetch.Offline() {
		m, err = c.options.Build(ctx, f, name)
	}
	if err != nil {
		return nil, err
	}
	if own := pep508.NormalizeName(m.Name); own != name {
		return nil, &OtherPackageError{own}
	}
	version, err := pep440.Parse(m.Version)
	if err != nil {
		return nil, err
	}
	r := index.Release{Version: version}
	if f.Tags() != nil {
		r.Files = []index.File{f.File} // which not every environment can install
	}
	m.Describe(&r)
	return index.NewPackage(name, []index.Release{r})
}

// OtherPackageError says that a direct reference leads to another package.
type OtherPackageError struct{ Is constraints.Name }

func (e *OtherPackageError) Error() string { return "it is " + printable(string(e.Is)) }

// readReference reads what the file at a URL says, if it is one that tells.
func (c *Client) readReference(ctx context.Context, u *url.URL, f File) (*Metadata, error) {
	plain := *u
	f.URL = withoutFragment(&plain)
	switch u.Scheme {
	case "file":
	case "http", "https":
		if c.fetch == nil {
			return nil, missing("nobody is asked about it")
		}
		f.URL = URL(c.fetch.Configure(&plain).String())
	default:
		return nil, missing("only its build would tell (--build)")
	}
	read := c.insideSource
	switch {
	case f.Tags() != nil:
		read = c.insideWheel
	case !f.IsSource():
		return nil, missing("only its build would tell (--build)")
	}
	m, err := read(ctx, f)
	switch {
	case err != nil && isAbsence(err):
		return nil, missing(err.Error())
	case err == nil && f.IsSource() && !m.Static():
		return nil, missing("only its build would tell (--build)")
	}
	return m, err
}
