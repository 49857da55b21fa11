package fetch

import (
	"fmt"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-retryablehttp"
	"golang.org/x/sync/singleflight"
)

// Options says how a Client asks. The zero value of each field is a usual choice.
type Options struct {
	Store       *Store       // nil keeps nothing
	Credentials *Credentials // nil sends none

	Offline bool // ask nobody: what the store has counts, however old
	Refresh bool // take nothing from the store without asking whether it is current

	Jobs    int           // requests in flight at once, of all hosts; 50
	PerHost int           // of one host; Jobs
	Timeout time.Duration // of one attempt, from connecting to the last byte; a minute
	Retries int           // further attempts after the first; 4. Negative for none

	// MaxWait bounds a single wait between attempts, also one that the host asks for
	// (Retry-After): who asks for more is not asked again. 30 seconds.
	MaxWait time.Duration

	Connection Connection
	UserAgent  string

	Now      func() time.Time // the clock by which documents grow old; time.Now
	Progress func(Counts)     // told of each document that was asked for and got
}

// Counts is what a Client did so far.
type Counts struct {
	Asked    int64 // documents wanted
	Done     int64 // documents answered, from wherever
	Requests int64 // attempts that went out over the network
	Bytes    int64 // received, as they came over the network
	Stale    int64 // documents served from the store because their host could not be asked
}

// Client fetches documents. It is safe for concurrent use.
type Client struct {
	options Options
	http    *retryablehttp.Client
	hosts   *hosts
	started time.Time // what was fetched since counts as refreshed
	flights singleflight.Group
	counts  struct{ asked, done, requests, bytes, stale atomic.Int64 }
}

const (
	defaultJobs    = 50
	defaultTimeout = time.Minute
	defaultRetries = 4
	defaultMaxWait = 30 * time.Second
	minWait        = 200 * time.Millisecond
	maxRedirects   = 10
)

// NewClient returns a client. The error is that of reading what its Connection needs.
func NewClient(o Options) (*Client, error) {
	if o.Store == nil {
		o.Store = NewStore("")
	}
	if o.Credentials == nil {
		o.Credentials = NewCredentials(CredentialOptions{})
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	setDefault(&o.Jobs, defaultJobs)
	setDefault(&o.PerHost, o.Jobs)
	setDefault(&o.Timeout, defaultTimeout)
	setDefault(&o.Retries, defaultRetries)
	setDefault(&o.MaxWait, defaultMaxWait)
	lines, err := newLines(o)
	if err != nil {
		return nil, err
	}
	c := &Client{options: o, hosts: newHosts(o.Jobs, o.PerHost), started: o.Now()}
	c.http = &retryablehttp.Client{
		HTTPClient: &http.Client{
			Transport:     &courier{client: c, next: lines},
			CheckRedirect: checkRedirect,
		},
		RetryWaitMin: minWait,
		RetryWaitMax: o.MaxWait,
		RetryMax:     max(o.Retries, 0),
		CheckRetry:   c.checkRetry,
		Backoff:      backoff,
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
	return c, nil
}

func setDefault[T int | time.Duration](field *T, value T) {
	if *field == 0 {
		*field = value
	}
}

// Close ends the connections that are kept open, and closes the store.
func (c *Client) Close() {
	c.http.HTTPClient.CloseIdleConnections()
	c.options.Store.Close()
}

// Configure takes over the user name and password of a URL that the user configured,
// and returns it without. Those of URLs that come from elsewhere are never sent.
func (c *Client) Configure(u *url.URL) *url.URL { return c.options.Credentials.Add(u) }

// Store returns the store that the client keeps documents in.
func (c *Client) Store() *Store { return c.options.Store }

// Offline reports whether the client asks nobody.
func (c *Client) Offline() bool { return c.options.Offline }

// Now returns the time by the client's clock.
func (c *Client) Now() time.Time { return c.options.Now() }

// Counts returns what the client did so far.
func (c *Client) Counts() Counts {
	n := &c.counts
	return Counts{n.asked.Load(), n.done.Load(), n.requests.Load(), n.bytes.Load(), n.stale.Load()}
}

func (c *Client) progress() {
	if c.options.Progress != nil {
		c.options.Progress(c.Counts())
	}
}

// checkRedirect follows as far as is reasonable, never from https to http, and
// nowhere but over HTTP.
func checkRedirect(r *http.Request, via []*http.Request) error {
	last := via[len(via)-1].URL
	switch {
	case len(via) >= maxRedirects:
		return &RedirectError{Redacted(via[0].URL), fmt.Sprintf("more than %d redirects", maxRedirects)}
	case r.URL.Scheme != "https" && r.URL.Scheme != "http":
		return &RedirectError{Redacted(via[0].URL), fmt.Sprintf("a redirect to the scheme %.20q", r.URL.Scheme)}
	case last.Scheme == "https" && r.URL.Scheme == "http":
		return &RedirectError{Redacted(via[0].URL), "a redirect from https to http"}
	}
	// net/http takes credentials over to subdomains; here every host has its own.
	r.Header.Del("Authorization")
	r.Header.Del("Referer")
	return nil
}
