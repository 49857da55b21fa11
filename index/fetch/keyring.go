package fetch

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Runner runs a program to its end and returns what it wrote to its standard
// output. An error says that it could not be run or did not succeed.
type Runner func(ctx context.Context, name string, args ...string) ([]byte, error)

const (
	keyringTimeout = time.Minute // somebody may have to unlock it first
	maxPassword    = 64 << 10    // bytes that an answer of the keyring may have
)

// login is a user and a password.
type login struct{ user, password string }

// Format does not show it, whatever the verb.
func (login) Format(f fmt.State, _ rune) { io.WriteString(f, "login (hidden)") }

// askKeyring returns the first login that the keyring command has for one of the
// services, nil if it has none. With a user it asks as pip does ("keyring get SERVICE
// USER"); without one, as uv does, for whatever user there is, which the command
// knows since version 25.2. That there is no such command, or an older one, means
// that there is no login: the host has said already that it wants one.
func askKeyring(ctx context.Context, run Runner, services []string, user string) *login {
	ctx, cancel := context.WithTimeout(ctx, keyringTimeout)
	defer cancel()
	for _, service := range services {
		if isFlag(service) || isFlag(user) {
			continue
		}
		args := []string{"get", service, user}
		if user == "" {
			args = []string{"--mode", "creds", "get", service}
		}
		out, err := run(ctx, "keyring", args...)
		if err != nil || len(out) > maxPassword {
			continue
		}
		if l, ok := parseLogin(string(out), user); ok {
			return &l
		}
	}
	return nil
}

// isFlag reports whether the keyring command would take a word for a flag. A host may
// be called -x, and "keyring --disable" does what it says.
func isFlag(word string) bool { return strings.HasPrefix(word, "-") }

// parseLogin reads what the keyring command printed: the password of the user, or a
// line of each where no user is known.
func parseLogin(out, user string) (login, bool) {
	if user == "" {
		user, out, _ = strings.Cut(out, "\n")
		user = strings.TrimRight(user, "\r")
	}
	password := strings.TrimRight(out, "\r\n")
	return login{user, password}, password != "" && !strings.Contains(password, "\n")
}

// services returns the names under which the keyring may have a login, the most exact
// first: the configured URL as pip spells it and as it is written, or else the URL that
// is asked for; then the host.
func services(a *account, u *url.URL) []string {
	at := a.url
	if at == nil {
		at = u
	}
	bare := *at
	bare.User, bare.RawQuery, bare.Fragment, bare.RawFragment = nil, "", "", ""
	written := bare.String()
	names := []string{written, u.Host}
	if a.url != nil {
		names = []string{strings.TrimRight(written, "/") + "/", written, u.Host}
	}
	return slices.Compact(names)
}
