package pypi

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"

	"sluice/constraints"
	"sluice/constraints/pep508"
	"sluice/index"
	"sluice/index/fetch"
)

// link is a place of files of any project: a folder, or a page that names them
// (pip's --find-links).
type link struct {
	folder string   // "" for a page
	page   *url.URL // nil for a folder
	list   func(*Client) (*pageSource, error)
}

// newFolder returns the link of a folder, which is listed when that is first needed.
func newFolder(path string) link {
	var once sync.Once
	var all *pageSource
	var err error
	return link{folder: path, list: func(c *Client) (*pageSource, error) {
		once.Do(func() { all, err = c.localFiles(path) })
		return all, err
	}}
}

func parseLink(text string) (link, error) {
	u, err := url.Parse(text)
	switch {
	case err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "":
		return link{page: u}, nil
	case err == nil && u.Scheme == "file" && u.Host == "":
		return newFolder(localPath(u)), nil
	case strings.Contains(text, "://"):
		return link{}, errors.New("a place of files is a folder or a URL of http, https or file")
	}
	folder, err := filepath.Abs(text)
	return newFolder(folder), err
}

// String returns the link without credentials.
func (l link) String() string {
	if l.page != nil {
		return fetch.Redacted(l.page)
	}
	return l.folder
}

// maxListed bounds the entries of a folder that are looked at.
const maxListed = 1_000_000

// linked returns the files of a page of links that may belong to a project, nil when
// there are none.
func (c *Client) linked(ctx context.Context, l link, name constraints.Name) (*pageSource, error) {
	doc, err := c.fetch.Get(ctx, fetch.Request{URL: l.page, Accept: accept, Limit: maxPage})
	if err != nil {
		return nil, err
	}
	s := &pageSource{contentType: doc.ContentType, base: doc.URL, body: doc.Body, fetched: doc.Fetched, expires: doc.Expires}
	page, err := ParsePage(s.contentType, s.base, s.body, name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", l, err)
	}
	s.files = slices.DeleteFunc(page.Files, func(f File) bool { return !mayBelong(f.Name, name) })
	if len(s.files) == 0 {
		return nil, nil
	}
	return s, nil
}

// localLinks returns the files in folders that may belong to a project, a source for
// each folder that has any. The folders are listed once.
func (c *Client) localLinks(name constraints.Name) ([]pageSource, error) {
	var local []pageSource
	for i := range c.links {
		l := &c.links[i]
		if l.page != nil {
			continue
		}
		all, err := l.list(c)
		if err != nil {
			return nil, fmt.Errorf("a folder of files cannot be read: %w", withoutPath(err))
		}
		s := *all
		s.files = nil
		for _, f := range all.files {
			if mayBelong(f.Name, name) {
				s.files = append(s.files, f)
			}
		}
		if len(s.files) > 0 {
			local = append(local, s)
		}
	}
	return local, nil
}

// withoutPath returns the cause of an error of a file whose name may be a URL that lacks
// its scheme, with a password.
func withoutPath(err error) error {
	var fault *fs.PathError
	if errors.As(err, &fault) && strings.Contains(fault.Path, "@") {
		return fault.Err
	}
	return err
}

// mayBelong reports whether a file name begins like a project's.
func mayBelong(file string, name constraints.Name) bool {
	return strings.HasPrefix(string(pep508.NormalizeName(file)), string(name)+"-")
}

// localPage returns the page of a project in an index that is a folder: its index.html
// (PEP 503), else the files in it.
func (c *Client) localPage(u *url.URL) (*pageSource, error) {
	folder := localPath(u)
	data, err := readLocal(filepath.Join(folder, "index.html"), maxPage)
	if err == nil {
		return &pageSource{contentType: "text/html", base: u, body: data, fetched: c.fetch.Now(), expires: c.fetch.Now()}, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	s, err := c.localFiles(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &fetch.StatusError{URL: fetch.Redacted(u), Status: 404}
	}
	return s, err
}

// localFiles lists the regular files of a folder.
func (c *Client) localFiles(folder string) (*pageSource, error) {
	dir, err := os.Open(folder)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	entries, err := dir.ReadDir(maxListed)
	if err != nil && len(entries) > 0 || len(entries) == maxListed {
		return nil, cmp.Or(err, fmt.Errorf("%s has more than %d files", folder, maxListed))
	}
	s := &pageSource{base: &url.URL{Scheme: "file", Path: filepath.ToSlash(folder)}, files: []File{}, fetched: c.fetch.Now(), expires: c.fetch.Now()}
	for _, e := range entries {
		info, err := os.Stat(filepath.Join(folder, e.Name())) // a link to a file counts as one
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		u := *s.base
		u.Path += "/" + e.Name()
		s.files = append(s.files, File{File: index.File{Name: e.Name(), Size: info.Size()}, URL: URL(u.String())})
	}
	slices.SortFunc(s.files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	return s, nil
}

// readLocal reads a regular file of at most limit bytes.
func readLocal(path string, limit int64) ([]byte, error) {
	f, _, err := OpenLocal(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("%s is larger than %d MiB", path, limit>>20)
	}
	return data, err
}

// OpenLocal opens a regular file, without waiting for a writer should it be a FIFO, and
// returns its size.
func OpenLocal(path string) (*os.File, int64, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = absence{&fs.PathError{Op: "read", Path: path, Err: errors.New("not a regular file")}}
	}
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, info.Size(), nil
}

// localPath returns the path that a file URL names.
func localPath(u *url.URL) string {
	path := u.Path
	if runtime.GOOS == "windows" {
		path = strings.TrimPrefix(path, "/")
	}
	return filepath.FromSlash(path)
}
