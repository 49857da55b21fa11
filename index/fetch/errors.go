package fetch

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// ErrOffline says that a document would have to be asked for and nobody may be.
var ErrOffline = errors.New("offline, and not in the cache")

// errCut marks an answer that ended early or came damaged.
var errCut = errors.New("the answer is cut or damaged")

// StatusError is an answer of a host that is not the document.
type StatusError struct {
	URL        string // without credentials
	Status     int
	RetryAfter time.Duration // when the host wants to be asked again; 0 when it does not say
}

// Error names the status and the URL.
func (e *StatusError) Error() string {
	text := fmt.Sprintf("%s answers %d %s", e.URL, e.Status, http.StatusText(e.Status))
	if e.RetryAfter > 0 {
		text += fmt.Sprintf(" and wants to be asked again in %s", e.RetryAfter)
	}
	return text
}

// NotFound reports whether the host says that there is no such document.
func (e *StatusError) NotFound() bool {
	return e.Status == http.StatusNotFound || e.Status == http.StatusGone
}

// IsNotFound reports whether err says that there is no such document.
func IsNotFound(err error) bool {
	var status *StatusError
	return errors.As(err, &status) && status.NotFound()
}

// RedirectError is a redirect that is not followed.
type RedirectError struct{ URL, Reason string }

// Error names the URL that was asked for.
func (e *RedirectError) Error() string { return fmt.Sprintf("%s: %s is not followed", e.URL, e.Reason) }

// DigestError is a document that is not the one that was promised.
type DigestError struct{ URL, Algorithm, Want, Got string }

// Error names both digests.
func (e *DigestError) Error() string {
	return fmt.Sprintf("%s has the %s %s, %s was promised", e.URL, e.Algorithm, e.Got, e.Want)
}

// TooLargeError is a document beyond the bound that its asker set.
type TooLargeError struct {
	URL   string
	Limit int64 // bytes
}

// Error names the bound.
func (e *TooLargeError) Error() string {
	return fmt.Sprintf("%s is larger than %s", e.URL, size(e.Limit))
}

func size(n int64) string {
	if n >= 1<<20 {
		return strconv.FormatInt(n>>20, 10) + " MiB"
	}
	return strconv.FormatInt(n>>10, 10) + " KiB"
}

// DownError is a host that is not asked any more, as it did not answer several times
// in a row.
type DownError struct {
	Host string
	Err  error // the last failure
}

// Error names the host and what happened last.
func (e *DownError) Error() string {
	return fmt.Sprintf("%s is not asked again, as it does not answer: %v", e.Host, e.Err)
}

// Unwrap returns the last failure.
func (e *DownError) Unwrap() error { return e.Err }

// IsTransport reports whether err says that a host could not be asked or did not
// bring the document, as opposed to what is in it.
func IsTransport(err error) bool {
	var status *StatusError
	var redirect *RedirectError
	var down *DownError
	var network net.Error
	return errors.As(err, &status) || errors.As(err, &redirect) || errors.As(err, &down) || errors.As(err, &network) ||
		errors.Is(err, ErrOffline) || errors.Is(err, errCut)
}

// Redacted returns a URL as it may be shown: without user name and password, and
// without query, in which some hosts take tokens.
func Redacted(u *url.URL) string {
	shown := *u
	shown.User, shown.RawQuery, shown.Fragment, shown.RawFragment = nil, "", "", ""
	return shown.String()
}
