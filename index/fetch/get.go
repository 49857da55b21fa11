package fetch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// Request is a question for one document.
type Request struct {
	URL    *url.URL
	Accept string // the content types wanted, as the header of that name
	Limit  int64  // bytes of the document, inflated; 0 is 64 MiB

	user string // who asks, as far as known before

	// Digest is what the document must have. A document with a known digest never
	// changes, so that it is asked for once in the life of the store.
	Digest Digest
}

const defaultLimit = 64 << 20

// Document is the answer.
type Document struct {
	URL         *url.URL // where it was found, after redirects
	ContentType string
	Body        []byte    // nobody may change it
	Fetched     time.Time // when its host last said so
	Expires     time.Time // until when it need not be asked for; zero for ever
	Stale       bool      // its host could not be asked whether it is still so
}

// Get returns a document: from the store while it is fresh, else from its host. When
// the host cannot be asked, a document of the store counts although it is old, and
// says so. Two questions for one document at the same time become one, also between
// processes with the same store.
//
// The error is a *StatusError for an answer that is not the document, ErrOffline, a
// *TooLargeError, *DigestError, *RedirectError or *DownError, or what went wrong on
// the way.
func (c *Client) Get(ctx context.Context, q Request) (*Document, error) {
	c.counts.asked.Add(1)
	c.progress()
	if q.Limit == 0 {
		q.Limit = defaultLimit
	}
	q.URL = withoutUser(q.URL)
	q.user, _, _ = c.options.Credentials.For(q.URL)
	doc, err, _ := c.flights.Do(q.key(), func() (any, error) { return c.get(ctx, q) })
	c.counts.done.Add(1)
	c.progress()
	if err != nil {
		return nil, err
	}
	return doc.(*Document), nil
}

// Derive returns what make makes of the file that q names. Of a file with a known digest
// the same always comes, so that it is kept as a document of its own, under the name of
// what it is; make is not called where the store has it. The error is that of make.
func (c *Client) Derive(q Request, what string, make func() ([]byte, error)) ([]byte, error) {
	q.URL = withoutUser(q.URL)
	q.user, _, _ = c.options.Credentials.For(q.URL)
	key := what + " of " + q.key()
	if q.Digest != (Digest{}) && !c.options.Refresh {
		if _, body, err := c.options.Store.Read(Raw, key); err == nil {
			return body, nil
		}
	}
	body, err := make()
	if err == nil && q.Digest != (Digest{}) {
		c.options.Store.Write(Raw, key, Header{URL: Redacted(q.URL), Fetched: c.Now()}, body)
	}
	return body, err
}

// key identifies a question.
func (q Request) key() string {
	return strings.Join([]string{q.Accept, q.Digest.String(), q.user, q.URL.String()}, "\n")
}

// withoutUser returns a URL without user name and password: those of a link that
// somebody wrote into a page are not ours to send.
func withoutUser(u *url.URL) *url.URL {
	if u.User == nil {
		return u
	}
	plain := *u
	plain.User = nil
	return &plain
}

func (c *Client) get(ctx context.Context, q Request) (*Document, error) {
	start := c.Now()
	old := c.stored(q)
	if old != nil && (c.options.Offline || c.current(old, start)) {
		return old, nil
	}
	if c.options.Offline {
		return nil, fmt.Errorf("%s: %w", Redacted(q.URL), ErrOffline)
	}
	defer c.options.Store.Lock(ctx, q.key())()
	if again := c.stored(q); again != nil && c.current(again, start) { // another process was faster
		return again, nil
	}
	fresh, err := c.ask(ctx, q, old)
	if err != nil && old != nil && !isRefusal(err) && ctx.Err() == nil {
		c.counts.stale.Add(1)
		stale := *old
		stale.Stale = true
		return &stale, nil
	}
	return fresh, err
}

// current reports whether a document need not be asked for at a time.
func (c *Client) current(d *Document, start time.Time) bool {
	if d.Expires.IsZero() {
		return true
	}
	return start.Before(d.Expires) && !c.options.Refresh || !d.Fetched.Before(start)
}

// MayUse reports whether something made of documents that were fetched at one time
// and fresh until another (zero for ever) may be used without asking again.
func (c *Client) MayUse(fetched, expires time.Time) bool {
	return c.options.Offline || c.current(&Document{Fetched: fetched, Expires: expires}, c.started)
}

// isRefusal reports whether the host did answer: what it said counts.
func isRefusal(err error) bool {
	var status *StatusError
	if errors.As(err, &status) {
		return status.Status < 500 && status.Status != http.StatusTooManyRequests
	}
	return false
}

// stored returns the document of the store, nil when it has none.
func (c *Client) stored(q Request) *Document {
	h, body, err := c.options.Store.Read(Raw, q.key())
	if err != nil || int64(len(body)) > q.Limit || q.verify(body) != nil {
		return nil
	}
	return documentOf(h, body)
}

// verify holds a body against the digest that was promised.
func (q Request) verify(body []byte) error { return q.Digest.verify(q.URL, body) }

// ask asks the host, for what changed since old where there is one.
func (c *Client) ask(ctx context.Context, q Request, old *Document) (*Document, error) {
	header := http.Header{"Accept-Encoding": {"gzip"}}
	if q.Accept != "" {
		header.Set("Accept", q.Accept)
	}
	var known *Header
	if old != nil {
		if known, _, _ = c.options.Store.Read(Raw, q.key()); known != nil {
			known.condition(header)
		}
	}
	resp, err := c.send(ctx, http.MethodGet, q.URL, header, q.Limit)
	if err != nil {
		return nil, err
	}
	now := c.Now()
	h := Header{
		URL: Redacted(resp.Request.URL), ContentType: resp.Header.Get("Content-Type"),
		ETag: resp.Header.Get("ETag"), LastModified: resp.Header.Get("Last-Modified"), Fetched: now,
	}
	var body []byte
	switch conditional := header.Get("If-None-Match") + header.Get("If-Modified-Since"); {
	case resp.StatusCode == http.StatusOK:
		body, err = io.ReadAll(resp.Body)
	case resp.StatusCode == http.StatusNotModified && conditional != "":
		body = old.Body
		h.URL, h.ContentType = known.URL, known.ContentType
		h.ETag, h.LastModified = cmp.Or(h.ETag, known.ETag), cmp.Or(h.LastModified, known.LastModified)
	default:
		err = refusal(resp)
	}
	if err = cmp.Or(err, q.verify(body)); err != nil {
		return nil, err
	}
	until, keep := expiry(resp.Header, now)
	if q.Digest != (Digest{}) {
		until, keep = time.Time{}, true
	}
	h.Expires = until
	if keep {
		c.options.Store.Write(Raw, q.key(), h, body)
	}
	return documentOf(&h, body), nil
}

// documentOf returns an entry of the store as a document; nil for one whose URL
// cannot be read.
func documentOf(h *Header, body []byte) *Document {
	u, err := url.Parse(h.URL)
	if err != nil {
		return nil
	}
	return &Document{URL: u, ContentType: h.ContentType, Body: body, Fetched: h.Fetched, Expires: h.Expires}
}

// condition asks for the document only if it changed (RFC 9110, 13.1).
func (h *Header) condition(header http.Header) {
	if h.ETag != "" {
		header.Set("If-None-Match", h.ETag)
	}
	if h.LastModified != "" {
		header.Set("If-Modified-Since", h.LastModified)
	}
}

// send sends a request until it is answered or nothing more is to be tried.
func (c *Client) send(ctx context.Context, method string, u *url.URL, header http.Header, limit int64) (*http.Response, error) {
	r, err := retryablehttp.NewRequestWithContext(context.WithValue(ctx, limitKey{}, limit), method, u.String(), nil)
	if err != nil {
		return nil, err
	}
	r.Header = header
	if c.options.UserAgent != "" {
		r.Header.Set("User-Agent", c.options.UserAgent)
	}
	host := c.hosts.get(hostOf(u))
	resp, err := c.http.Do(r)
	switch {
	case err != nil && ctx.Err() == nil && !isFinal(err):
		host.failed(err)
	case err == nil && resp.StatusCode < 500:
		host.answered()
	}
	if err != nil {
		return nil, shown(u, err)
	}
	return resp, nil
}

// shown returns an error of net/http without its URL, which may hold credentials and a
// query. Those that are made here name it themselves.
func shown(u *url.URL, err error) error {
	var with *url.Error
	if errors.As(err, &with) {
		err = with.Err
	}
	if isFinal(err) || errors.Is(err, errCut) {
		return err
	}
	if strings.Contains(err.Error(), "Location header") { // which net/http quotes whole
		err = errors.New("a redirect to what is no URL")
	}
	return fmt.Errorf("%s: %w", Redacted(u), err)
}

func refusal(resp *http.Response) error {
	wait, _ := retryAfter(resp)
	return &StatusError{Redacted(resp.Request.URL), resp.StatusCode, wait}
}

// maxFresh is the longest that a document without a digest is believed unasked,
// whatever its host says.
const maxFresh = 24 * time.Hour

// expiry returns until when an answer is fresh, and whether it may be kept (RFC 9111,
// 4.2 and 5.2.2). One that says nothing is to be asked for again each time.
func expiry(h http.Header, now time.Time) (until time.Time, keep bool) {
	control := strings.ToLower(strings.Join(h.Values("Cache-Control"), ","))
	age, maxAge := seconds(h.Get("Age")), time.Duration(-1)
	keep = true
	for directive := range strings.SplitSeq(control, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
		switch name {
		case "no-store":
			keep = false
		case "no-cache":
			return now, keep
		case "max-age":
			maxAge = seconds(strings.Trim(value, `"`))
		}
	}
	if maxAge >= 0 {
		return now.Add(min(max(maxAge-age, 0), maxFresh)), keep
	}
	if at, err := http.ParseTime(h.Get("Expires")); err == nil && at.After(now) {
		return now.Add(min(at.Sub(now), maxFresh)), keep
	}
	return now, keep
}

// seconds reads a number of seconds, at most a year; 0 for what is none.
func seconds(text string) time.Duration {
	const year = 365 * 24 * time.Hour
	var n time.Duration
	for _, digit := range []byte(strings.TrimSpace(text)) {
		if digit < '0' || digit > '9' {
			return 0
		}
		n = min(n*10+time.Duration(digit-'0')*time.Second, year)
	}
	return n
}
