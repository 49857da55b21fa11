package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
)

// File is a file on a host that is read in parts (RFC 9110, 14), or, where the host
// serves no parts, one that was read whole. It is for files of which a few pieces are
// wanted once; nothing is kept in the store. It is safe for concurrent use.
type File struct {
	client *Client
	ctx    context.Context
	url    *url.URL
	limit  int64
	size   int64
	etag   string
	digest Digest

	mu     sync.Mutex
	pieces []piece
	read   int64 // bytes received
}

type piece struct {
	offset int64
	data   []byte
}

const (
	firstPiece = 64 << 10 // bytes: the directory of most archives is within
	leastPiece = 16 << 10

	firstByte = "bytes=0-0" // every host that serves parts knows this one, and it tells the size
)

// OpenEnd returns a file of which the end is wanted first, as of a zip archive.
// Limit bounds the bytes that may be received of it in all. The context counts for
// all reading. The digest can only be verified where the file comes whole.
func (c *Client) OpenEnd(ctx context.Context, u *url.URL, limit int64, digest Digest) (*File, error) {
	return c.open(ctx, u, limit, digest, fmt.Sprintf("bytes=-%d", firstPiece))
}

// OpenStart is OpenEnd for a file of which the start is wanted first.
func (c *Client) OpenStart(ctx context.Context, u *url.URL, limit int64, digest Digest) (*File, error) {
	return c.open(ctx, u, limit, digest, fmt.Sprintf("bytes=0-%d", firstPiece-1))
}

func (c *Client) open(ctx context.Context, u *url.URL, limit int64, digest Digest, part string) (*File, error) {
	c.counts.asked.Add(1)
	defer func() { c.counts.done.Add(1); c.progress() }()
	if c.options.Offline {
		return nil, fmt.Errorf("%s: %w", Redacted(u), ErrOffline)
	}
	f := &File{client: c, ctx: ctx, url: withoutUser(u), limit: limit, digest: digest}
	host := c.hosts.get(hostOf(f.url))
	if host.wantsBounds.Load() {
		return f, f.begin(firstByte)
	}
	err := f.begin(part)
	if mayServeOthers(err) {
		if err = f.begin(firstByte); err == nil {
			host.wantsBounds.Store(true)
		}
	}
	return f, err
}

// begin asks for the first part that is wanted, which tells the size.
func (f *File) begin(part string) error {
	resp, err := f.ask(part)
	if err != nil {
		return err
	}
	if err := f.take(resp, -1); err != nil {
		return err
	}
	f.etag = resp.Header.Get("ETag")
	return nil
}

// errMisfit marks an answer that is not the part that its headers say.
var errMisfit = errors.New("does not fit the part")

// mayServeOthers reports whether a host that failed to serve a part may serve one that is
// within the file. Many hosts know no part at the end, or none that is longer than the
// file, and say so in ways of their own, some with 404.
func mayServeOthers(err error) bool {
	var status *StatusError
	if !errors.As(err, &status) {
		return errors.Is(err, errMisfit)
	}
	switch status.Status {
	case http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusRequestedRangeNotSatisfiable,
		http.StatusInternalServerError, http.StatusNotImplemented:
		return true
	}
	return false
}

// Size returns the size of the file in bytes.
func (f *File) Size() int64 { return f.size }

// ask asks for a part.
func (f *File) ask(part string) (*http.Response, error) {
	header := http.Header{"Range": {part}, "Accept-Encoding": {"identity"}}
	if strings.HasPrefix(f.etag, `"`) { // a strong one: a part of another state would be none
		header.Set("If-Range", f.etag)
	}
	resp, err := f.client.send(f.ctx, http.MethodGet, f.url, header, f.limit-f.read)
	if err != nil {
		return nil, err
	}
	if !isDocument(resp.StatusCode) {
		return nil, refusal(resp)
	}
	return resp, nil
}

// take adds the part of an answer. at is where it must begin, -1 for anywhere.
func (f *File) take(resp *http.Response, at int64) error {
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	f.read += int64(len(data))
	if resp.StatusCode == http.StatusOK {
		if at >= 0 && int64(len(data)) != f.size {
			return fmt.Errorf("%s changed while it was read", Redacted(f.url))
		}
		if err := f.digest.verify(f.url, data); err != nil {
			return err
		}
		f.size, f.pieces = int64(len(data)), []piece{{0, data}}
		return nil
	}
	offset, size, err := contentRange(resp.Header.Get("Content-Range"), int64(len(data)))
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", Redacted(f.url), err)
	case at >= 0 && (offset != at || size != f.size):
		return fmt.Errorf("%s: another part came than was asked for", Redacted(f.url))
	}
	f.size = size
	f.pieces = append(f.pieces, piece{offset, data})
	return nil
}

// contentRange reads the header of that name of a part of n bytes.
func contentRange(text string, n int64) (offset, size int64, err error) {
	bad := fmt.Errorf("the Content-Range %.60q %w", text, errMisfit)
	spec, ok := strings.CutPrefix(text, "bytes ")
	span, total, ok2 := strings.Cut(spec, "/")
	from, to, ok3 := strings.Cut(span, "-")
	if !ok || !ok2 || !ok3 {
		return 0, 0, bad
	}
	first, err1 := strconv.ParseInt(from, 10, 64)
	last, err2 := strconv.ParseInt(to, 10, 64)
	size, err3 := strconv.ParseInt(total, 10, 64)
	if errors.Join(err1, err2, err3) != nil || first < 0 || last < first || last-first != n-1 || last >= size {
		return 0, 0, bad
	}
	return first, size, nil
}

// ReadAt implements io.ReaderAt. What was not received yet is asked for, in pieces
// that grow, so that reading on in a row takes few questions.
func (f *File) ReadAt(p []byte, offset int64) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if offset < 0 {
		return 0, errors.New("a negative offset")
	}
	done := 0
	for done < len(p) {
		at := offset + int64(done)
		if at >= f.size {
			return done, io.EOF
		}
		n, until := f.copy(p[done:], at)
		if done += n; n > 0 {
			continue
		}
		if err := f.fetch(at, int64(len(p)-done), until); err != nil {
			return done, err
		}
	}
	return done, nil
}

// copy copies what is there from an offset on. When that is nothing, it returns where
// the next piece begins.
func (f *File) copy(p []byte, at int64) (n int, until int64) {
	until = f.size
	for _, piece := range f.pieces {
		switch {
		case piece.offset > at:
			until = min(until, piece.offset)
		case at < piece.offset+int64(len(piece.data)):
			return copy(p, piece.data[at-piece.offset:]), 0
		}
	}
	return 0, until
}

// fetch asks for at least n bytes, but not beyond what is there already.
func (f *File) fetch(at, n, until int64) error {
	n = min(max(n, leastPiece, f.read), until-at)
	if f.read+n > f.limit {
		return &TooLargeError{Redacted(f.url), f.limit}
	}
	resp, err := f.ask(fmt.Sprintf("bytes=%d-%d", at, at+n-1))
	if err != nil {
		return err
	}
	return f.take(resp, at)
}
