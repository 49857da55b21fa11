package fetch

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

// checkRetry decides whether an attempt is made again.
func (c *Client) checkRetry(ctx context.Context, resp *http.Response, err error) (bool, error) {
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	if isFinal(err) {
		return false, err
	}
	if resp != nil && err == nil {
		if wait, ok := retryAfter(resp); ok && wait > c.options.MaxWait {
			return false, nil
		}
	}
	return retryablehttp.DefaultRetryPolicy(ctx, resp, err)
}

// isFinal reports whether a failure would be the same another time.
func isFinal(err error) bool {
	var redirect *RedirectError
	var large *TooLargeError
	var down *DownError
	return errors.As(err, &redirect) || errors.As(err, &large) || errors.As(err, &down) || errors.Is(err, ErrOffline)
}

// backoff returns how long to wait before an attempt: what the host asks for, else
// twice as long each time, less a random part, so that many who failed together do
// not come back together.
func backoff(least, most time.Duration, attempt int, resp *http.Response) time.Duration {
	if resp != nil {
		if wait, ok := retryAfter(resp); ok {
			return wait
		}
	}
	wait := min(least<<min(attempt, 16), most)
	return wait/2 + rand.N(wait/2+1)
}

// hostOf returns what makes two URLs those of one host: scheme, name and port.
func hostOf(u *url.URL) string { return u.Scheme + "://" + u.Host }
