package fetch

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// courier carries one request over one hop and brings the whole answer back: within
// the bounds of what is in flight, with the credentials of that host and no other,
// and within the bounds of size and time. That an answer ends early is a failure of
// the attempt, like a connection that cannot be made.
type courier struct {
	client *Client
	next   *lines
}

// CloseIdleConnections is what http.Client closes them by.
func (c *courier) CloseIdleConnections() { c.next.CloseIdleConnections() }

// limitKey is the key of a request's context under which its bound in bytes is.
type limitKey struct{}

// maxRefusal is how many bytes of an answer that is no document are read, so that
// the connection can be used again.
const maxRefusal = 64 << 10

// RoundTrip implements http.RoundTripper.
func (c *courier) RoundTrip(r *http.Request) (*http.Response, error) {
	if c.client.options.Offline {
		return nil, ErrOffline
	}
	user, password, known := c.client.options.Credentials.For(r.URL)
	resp, err := c.attempt(withCredentials(r, user, password, known))
	if err != nil || resp.StatusCode != http.StatusUnauthorized {
		return resp, err
	}
	user, password, known = c.client.options.Credentials.Ask(r.Context(), r.URL)
	if !known {
		return resp, nil
	}
	return c.attempt(withCredentials(r, user, password, true))
}

func withCredentials(r *http.Request, user, password string, known bool) *http.Request {
	if !known {
		return r
	}
	own := r.Clone(r.Context())
	own.SetBasicAuth(user, password)
	return own
}

// attempt sends a request when its turn comes and reads the answer.
func (c *courier) attempt(r *http.Request) (*http.Response, error) {
	host := c.client.hosts.get(hostOf(r.URL))
	if err := host.down(); err != nil {
		return nil, &DownError{r.URL.Host, err}
	}
	leave, err := c.client.hosts.enter(r.Context(), host)
	if err != nil {
		return nil, err
	}
	defer leave()
	ctx, cancel := context.WithTimeout(r.Context(), c.client.options.Timeout)
	defer cancel()
	c.client.counts.requests.Add(1)
	resp, err := c.next.RoundTrip(r.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	if wait, ok := retryAfter(resp); ok && wait <= c.client.options.MaxWait {
		host.restFor(wait)
	}
	if err := c.read(resp); err != nil {
		return nil, err
	}
	resp.Request = r
	return resp, nil
}

// read replaces the body of an answer by what it holds, inflated.
func (c *courier) read(resp *http.Response) error {
	defer resp.Body.Close()
	limit, _ := resp.Request.Context().Value(limitKey{}).(int64)
	wire := &meter{reader: resp.Body, count: func(n int) { c.client.counts.bytes.Add(int64(n)) }}
	if !isDocument(resp.StatusCode) {
		io.Copy(io.Discard, io.LimitReader(wire, maxRefusal))
		resp.Body = http.NoBody
		return nil
	}
	if resp.ContentLength > limit {
		return &TooLargeError{Redacted(resp.Request.URL), limit}
	}
	body, err := inflate(resp, wire)
	if err != nil {
		return err
	}
	var data bytes.Buffer
	if hint := resp.ContentLength; hint > 0 {
		data.Grow(int(hint) + bytes.MinRead)
	}
	if _, err := data.ReadFrom(io.LimitReader(body, limit+1)); err != nil {
		return fmt.Errorf("%s: %w (%w)", Redacted(resp.Request.URL), errCut, err)
	}
	if int64(data.Len()) > limit {
		return &TooLargeError{Redacted(resp.Request.URL), limit}
	}
	resp.Body = io.NopCloser(&data)
	return nil
}

// isDocument reports whether an answer with this status has a content that counts.
func isDocument(status int) bool {
	return status == http.StatusOK || status == http.StatusPartialContent
}

// inflate returns the reader of a body without its content coding.
func inflate(resp *http.Response, body io.Reader) (io.Reader, error) {
	switch coding := strings.ToLower(resp.Header.Get("Content-Encoding")); coding {
	case "", "identity":
		return body, nil
	case "gzip", "x-gzip":
		r, err := gzip.NewReader(body)
		if err != nil {
			return nil, fmt.Errorf("%s: %w (%w)", Redacted(resp.Request.URL), errCut, err)
		}
		return r, nil
	default:
		return nil, fmt.Errorf("%s comes in the coding %.40q, which nobody asked for", Redacted(resp.Request.URL), coding)
	}
}

// meter counts what is read.
type meter struct {
	reader io.Reader
	count  func(n int)
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.reader.Read(p)
	m.count(n)
	return n, err
}

// retryAfter returns how long a host wants to be left alone (RFC 9110, 10.2.3).
func retryAfter(resp *http.Response) (time.Duration, bool) {
	if resp.StatusCode != http.StatusTooManyRequests && resp.StatusCode != http.StatusServiceUnavailable {
		return 0, false
	}
	text := resp.Header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second, true
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(time.Until(at), 0), true
	}
	return 0, false
}
