package fetch

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"sync"
)

// CredentialOptions says where credentials come from besides the URLs themselves.
// The zero value: from nowhere else.
type CredentialOptions struct {
	// Netrc are files of the netrc kind, of which the first that exists is read;
	// NetrcFiles names the usual ones.
	Netrc []string

	// Keyring runs the keyring command; nil never asks it. RunProgram runs the one
	// that is installed.
	Keyring Runner
}

// Credentials finds the user name and password for a URL at its own host, that is,
// for its scheme, host name and port and for no others. It is safe for concurrent
// use; a nil *Credentials knows none. However it is printed or logged, it shows none
// of what it knows.
//
// What a configured URL says goes before what a netrc file says, as it is the more
// exact: one host may have several indexes with an account each. A netrc file and a
// keyring do not tell a scheme, so what they know is given to https, on any port,
// and to http only where nothing leaves the machine (loopback). Whoever wants a
// password sent in the clear has to write it into an http URL.
type Credentials struct{ book *book }

// book is all that Credentials knows. It is behind a pointer, where package fmt does
// not look.
type book struct {
	keyring Runner
	netrc   *netrc
	warning error // of the netrc file
	err     error // of the netrc file

	mu     sync.Mutex // guards the accounts and all in them
	realms map[string][]*account
}

// account is a user of a host, as far as known.
type account struct {
	url      *url.URL // where it was configured, without the user; nil where it was not
	user     string
	password string
	complete bool // there is a password

	turn  chan struct{} // held by who asks the keyring
	asked bool          // the keyring has answered; only who holds the turn looks
	found *login        // what it said, nil for nothing; set by who holds the turn
}

// NewCredentials reads the netrc file and returns Credentials that know it.
func NewCredentials(o CredentialOptions) *Credentials {
	b := &book{keyring: o.Keyring, realms: make(map[string][]*account)}
	b.netrc, b.warning, b.err = readNetrc(o.Netrc)
	return &Credentials{b}
}

// Err returns why the netrc file could not be read, a *NetrcError where it is not
// well formed; nil when it was read or there is none. All else works without it.
func (c *Credentials) Err() error {
	if c == nil {
		return nil
	}
	return c.book.err
}

// Warning returns what its owner should know about the netrc file, such as that
// others may read it; nil for nothing.
func (c *Credentials) Warning() error {
	if c == nil {
		return nil
	}
	return c.book.warning
}

// Add remembers the user and password in a configured URL for its scheme, host and
// port, and returns the URL without them. A URL without a user is returned as it is.
func (c *Credentials) Add(u *url.URL) *url.URL {
	if u.User == nil {
		return u
	}
	bare := *u
	bare.User = nil
	if c != nil {
		password, complete := u.User.Password()
		c.book.add(&account{url: &bare, user: u.User.Username(), password: password, complete: complete})
	}
	return &bare
}

// add remembers an account, if it says more than those that are known: pages of an
// index may repeat the same user in thousands of links.
func (b *book) add(a *account) {
	b.mu.Lock()
	defer b.mu.Unlock()
	name := realm(a.url)
	if near := nearest(b.realms[name], a.url); near != nil && near.url != nil {
		same := near.user == a.user && near.password == a.password && near.complete == a.complete
		if same || folder(near.url) == folder(a.url) {
			return
		}
	}
	b.realms[name] = append(b.realms[name], newAccount(a))
}

func newAccount(a *account) *account {
	a.turn = make(chan struct{}, 1)
	return a
}

// For returns the user and password to send to u, as far as they are known without
// asking anybody. A user without a password comes with an empty one, which is how
// tokens are commonly configured.
func (c *Credentials) For(u *url.URL) (user, password string, ok bool) {
	if c == nil {
		return "", "", false
	}
	b := c.book
	b.mu.Lock()
	defer b.mu.Unlock()
	a := nearest(b.realms[realm(u)], u)
	switch {
	case a != nil && a.found != nil:
		return a.found.user, a.found.password, true
	case a != nil && a.complete:
		return a.user, a.password, true
	}
	if l, found := b.netrc.find(u.Hostname()); found && private(u) && (a == nil || a.user == "" || a.user == l.user) {
		return l.user, l.password, true
	}
	if a != nil && a.user != "" {
		return a.user, "", true
	}
	return "", "", false
}

// Ask asks the keyring for the user and password to send to u, after the host has
// refused what For said. The keyring is asked once for each account, whoever waits;
// For repeats what it said. It is not asked where the configured URL has a password
// already, as pip does not either.
func (c *Credentials) Ask(ctx context.Context, u *url.URL) (user, password string, ok bool) {
	if c == nil || c.book.keyring == nil || !private(u) {
		return "", "", false
	}
	a := c.book.account(u)
	if a.complete {
		return "", "", false
	}
	select {
	case a.turn <- struct{}{}:
		defer func() { <-a.turn }()
	case <-ctx.Done():
		return "", "", false
	}
	if !a.asked {
		found := askKeyring(ctx, c.book.keyring, services(a, u), a.user)
		if ctx.Err() != nil {
			return "", "", false // an answer cut short is none
		}
		c.book.answer(a, found)
	}
	if a.found == nil {
		return "", "", false
	}
	return a.found.user, a.found.password, true
}

// account returns the account that goes with u, a new one if none does.
func (b *book) account(u *url.URL) *account {
	b.mu.Lock()
	defer b.mu.Unlock()
	name := realm(u)
	if a := nearest(b.realms[name], u); a != nil {
		return a
	}
	a := newAccount(&account{})
	b.realms[name] = append(b.realms[name], a)
	return a
}

// answer notes what the keyring said, for For.
func (b *book) answer(a *account, found *login) {
	b.mu.Lock()
	defer b.mu.Unlock()
	a.asked, a.found = true, found
}

// String says what this is and nothing of what it knows.
func (c *Credentials) String() string { return "credentials (hidden)" }

// GoString is String.
func (c *Credentials) GoString() string { return c.String() }

// Format writes String, whatever the verb.
func (c *Credentials) Format(f fmt.State, _ rune) { io.WriteString(f, c.String()) }

// LogValue is String.
func (c *Credentials) LogValue() slog.Value { return slog.StringValue(c.String()) }

// MarshalText is String, for JSON and others.
func (c *Credentials) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// realm returns what credentials of u are good for: its scheme, host and port, in
// one spelling.
func realm(u *url.URL) string {
	scheme := strings.ToLower(u.Scheme)
	return scheme + "://" + net.JoinHostPort(strings.ToLower(u.Hostname()), portOf(u))
}

// private reports whether nobody between here and the host of u can read what is
// sent to it.
func private(u *url.URL) bool {
	switch strings.ToLower(u.Scheme) {
	case "https":
		return true
	case "http":
		host := u.Hostname()
		return strings.EqualFold(host, "localhost") || net.ParseIP(host).IsLoopback()
	}
	return false
}

// nearest returns the account whose URL has most folders in common with u, the first
// of several; nil if there is none. All are of the realm of u.
func nearest(accounts []*account, u *url.URL) *account {
	var best *account
	most := -1
	for _, a := range accounts {
		if n := common(folder(a.url), folder(u)); n > most {
			best, most = a, n
		}
	}
	return best
}

// folder returns the path of a URL as one of a folder.
func folder(u *url.URL) string {
	if u == nil {
		return "/"
	}
	return strings.TrimRight(u.EscapedPath(), "/") + "/"
}

// common returns the length of the longest folder that both are in.
func common(a, b string) int {
	n := 0
	for i := 0; i < min(len(a), len(b)) && a[i] == b[i]; i++ {
		if a[i] == '/' {
			n = i + 1
		}
	}
	return n
}
