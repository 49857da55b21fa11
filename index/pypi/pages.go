package pypi

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/index/fetch"
)

// accept is what is wanted of an index: JSON rather than HTML (PEP 691, "Version +
// Format Selection").
const accept = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01"

// maxPage bounds a page, in bytes, inflated. The largest of the public index are about a
// third of that.
const maxPage = 64 << 20

// pages returns the pages that speak of a name: that of the first index which has it,
// after the folders (local) and pages of files. There are none for a name that nobody
// has. first reports whether nobody was asked in vain before the index.
func (c *Client) pages(ctx context.Context, name constraints.Name, local []pageSource) (pages []pageSource, first bool, err error) {
	pages, first = slices.Clone(local), true
	for _, l := range c.links {
		if l.page == nil {
			continue
		}
		s, err := c.linked(ctx, l, name)
		if err != nil {
			return nil, false, err
		}
		if s != nil {
			pages = append(pages, *s)
		} else {
			first = false
		}
	}
	for _, base := range c.asked(name) {
		s, err := c.projectPage(ctx, base, name)
		if fetch.IsNotFound(err) {
			first = false
			continue
		}
		if err != nil {
			return nil, false, err // a later index may not answer for one that cannot be asked
		}
		return append(pages, *s), first, nil
	}
	return pages, first, nil
}

// projectPage returns the page of a name in an index.
func (c *Client) projectPage(ctx context.Context, base *url.URL, name constraints.Name) (*pageSource, error) {
	u := *base
	u.Path = strings.TrimRight(u.Path, "/") + "/" + string(name) + "/"
	u.RawPath = ""
	if u.Scheme == "file" {
		return c.localPage(&u)
	}
	doc, err := c.fetch.Get(ctx, fetch.Request{URL: &u, Accept: accept, Limit: maxPage})
	if err != nil {
		return nil, err
	}
	s := &pageSource{contentType: doc.ContentType, base: doc.URL, body: doc.Body, fetched: doc.Fetched, expires: doc.Expires}
	if doc.URL.Host != base.Host {
		s.sentOn = doc.URL.Host
	}
	return s, nil
}

// listing reads the pages. Of a file that several name the first counts.
func (c *Client) listing(name constraints.Name, pages []pageSource) (*listing, error) {
	whole := &Page{Name: name}
	sentOn := ""
	for _, s := range pages {
		sentOn = cmp.Or(sentOn, s.sentOn)
		page := &Page{Name: name, Files: s.files}
		if s.files == nil {
			var err error
			if page, err = ParsePage(s.contentType, s.base, s.body, name); err != nil {
				return nil, fmt.Errorf("%s: %w", fetch.Redacted(s.base), err)
			}
		}
		whole.join(page)
	}
	releases, files, remarks := Releases(whole)
	l := &listing{releases: releases, files: make(map[string][]File, len(releases)), remarks: whole.remarksWith(remarks), sentOn: sentOn}
	for i, r := range releases {
		l.files[r.Version.String()] = files[i]
	}
	return l, nil
}

// maxKeptRemarks is how many remarks on a project are kept; the first tell what is wrong.
const maxKeptRemarks = 20

// remarksWith returns what there is to say of a page, its own remarks and others, and
// where else it says that the project is (PEP 708), which the facts do not have.
func (p *Page) remarksWith(others []Remark) []string {
	var all []string
	for _, u := range p.Tracks {
		all = append(all, "the index says that it tracks "+u.String())
	}
	for _, u := range p.AlternateLocations {
		all = append(all, "the index says that it is also at "+u.String())
	}
	for _, r := range slices.Concat(p.Remarks, others) {
		all = append(all, r.Error())
	}
	return all[:min(len(all), maxKeptRemarks)]
}

// join adds what another page says.
func (p *Page) join(other *Page) {
	p.Versions = append(p.Versions, other.Versions...)
	p.Files = append(p.Files, other.Files...)
	p.Tracks = append(p.Tracks, other.Tracks...)
	p.AlternateLocations = append(p.AlternateLocations, other.AlternateLocations...)
	p.Remarks = append(p.Remarks, other.Remarks...)
}
