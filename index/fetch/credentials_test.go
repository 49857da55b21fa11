package fetch

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// secret is a password that no output may contain.
const secret = "s3cr3t"

func mustURL(t testing.TB, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// netrcFile writes a netrc file that only its owner may read.
func netrcFile(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "netrc")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// said is what Credentials say of a URL: "user:password", or "" for nothing.
func said(user, password string, ok bool) string {
	if !ok {
		return user + password // which must be empty
	}
	return user + ":" + password
}

func TestCredentialsGoToTheirOwnHostOnly(t *testing.T) {
	configured := []string{
		"https://alice:a@index.example/simple/",
		"https://bob:b@index.example:8443/simple/",
		"http://carol:c@plain.example/simple",
		"https://token@token.example/simple",
		"https://dave:d%40%3A@[2001:db8::1]/simple",
		"https://first:1@many.example/team1/simple",
		"https://second:2@many.example/team2/simple/",
		"https://:only@nobody.example/",
		"https://index.example/simple", // knows nothing
	}
	for _, test := range []struct{ url, want string }{
		{"https://index.example/simple/numpy/", "alice:a"},
		{"https://index.example/elsewhere", "alice:a"},
		{"https://index.example:443/simple/", "alice:a"},
		{"HTTPS://Index.Example/simple/", "alice:a"},
		{"https://index.example:8443/simple/", "bob:b"},
		{"https://index.example:8444/simple/", ""},
		{"http://index.example/simple/", ""},
		{"http://index.example:443/simple/", ""},
		{"https://www.index.example/", ""},
		{"https://example/", ""},
		{"https://index.example.evil.example/", ""},
		{"https://evil.example/?https://index.example/", ""},
		{"https://index.example@evil.example/simple", ""},
		{"http://plain.example:80/simple/x", "carol:c"},
		{"https://plain.example/simple/x", ""},
		{"https://token.example/simple/x", "token:"},
		{"https://[2001:DB8::1]:443/simple/", "dave:d@:"},
		{"https://many.example/team1/simple/x/", "first:1"},
		{"https://many.example/team2/files/x.whl", "second:2"},
		{"https://many.example/team22/files/x.whl", "first:1"},
		{"https://many.example/other", "first:1"},
		{"https://nobody.example/x", ":only"},
		{"file:///simple", ""},
	} {
		c := NewCredentials(CredentialOptions{})
		for _, text := range configured {
			if bare := c.Add(mustURL(t, text)); bare.User != nil || strings.Contains(bare.String(), "@") {
				t.Errorf("Add(%s) returns %s", text, bare)
			}
		}
		u := mustURL(t, test.url)
		if got := said(c.For(u)); got != test.want {
			t.Errorf("For(%s) = %q, want %q", test.url, got, test.want)
		}
	}
}

func TestAddLeavesItsArgumentAlone(t *testing.T) {
	c := NewCredentials(CredentialOptions{})
	u := mustURL(t, "https://alice:a@index.example/simple?x=y#z")
	if got := c.Add(u).String(); got != "https://index.example/simple?x=y#z" {
		t.Errorf("Add returns %s", got)
	}
	if u.User == nil {
		t.Error("Add changed its argument")
	}
}

func TestAddRemembersARepeatedUserOnce(t *testing.T) {
	c := NewCredentials(CredentialOptions{})
	for i := range 1000 {
		c.Add(mustURL(t, fmt.Sprintf("https://alice:a@index.example/files/%d.whl", i)))
	}
	c.Add(mustURL(t, "https://mallory:m@index.example/files/0.whl")) // does not replace what is known
	if n := len(c.book.realms["https://index.example:443"]); n != 1 {
		t.Errorf("%d accounts, want 1", n)
	}
}

func TestNetrcCredentials(t *testing.T) {
	const text = `machine index.example login alice password a
machine LOCALHOST login bob password b
machine 127.0.0.1 login carol password c
machine empty.example
machine named.example login dave password d`
	const otherwise = "\ndefault login any password one"
	for _, test := range []struct{ netrc, configured, url, want string }{
		{text, "", "https://index.example/simple/", "alice:a"},
		{text, "", "https://INDEX.example:8443/simple/", "alice:a"},
		{text, "", "http://index.example/simple/", ""},
		{text, "", "http://localhost:8080/", "bob:b"},
		{text, "", "http://127.0.0.1:8080/", "carol:c"},
		{text, "", "https://empty.example/", ""},
		{text, "", "https://other.example/", ""},
		{text + otherwise, "", "https://other.example/", "any:one"},
		{text + otherwise, "", "http://other.example/", ""},
		{text + otherwise, "", "https://empty.example/", ""},
		{text, "https://eve:e@index.example/simple", "https://index.example/simple/", "eve:e"},
		{text, "https://dave@named.example/simple", "https://named.example/simple/", "dave:d"},
		{text, "https://eve@named.example/simple", "https://named.example/simple/", "eve:"},
		{text, "http://eve:e@index.example/simple", "https://index.example/simple/", "alice:a"},
	} {
		c := NewCredentials(CredentialOptions{Netrc: []string{filepath.Join(t.TempDir(), "missing"), netrcFile(t, test.netrc)}})
		if c.Err() != nil || c.Warning() != nil {
			t.Fatal(c.Err(), c.Warning())
		}
		if test.configured != "" {
			c.Add(mustURL(t, test.configured))
		}
		if got := said(c.For(mustURL(t, test.url))); got != test.want {
			t.Errorf("with %q, For(%s) = %q, want %q", test.configured, test.url, got, test.want)
		}
	}
}

func TestABrokenNetrcLeavesTheRest(t *testing.T) {
	path := netrcFile(t, "machine index.example login alice password my "+secret+"\n")
	c := NewCredentials(CredentialOptions{Netrc: []string{path}})
	if c.Err() == nil || !strings.HasPrefix(c.Err().Error(), path+":1: ") || strings.Contains(c.Err().Error(), secret) {
		t.Errorf("Err() = %v", c.Err())
	}
	c.Add(mustURL(t, "https://alice:a@index.example/"))
	if got := said(c.For(mustURL(t, "https://index.example/"))); got != "alice:a" {
		t.Errorf("For = %q", got)
	}
}

func TestNilCredentialsKnowNothing(t *testing.T) {
	var c *Credentials
	u := mustURL(t, "https://alice:a@index.example/")
	if got := c.Add(u); got.User != nil {
		t.Errorf("Add returns %s", got)
	}
	if got := said(c.For(u)) + said(c.Ask(t.Context(), u)); got != "" || c.Err() != nil || c.Warning() != nil {
		t.Errorf("nil knows %q", got)
	}
}

// TestCredentialsAreNeverShown prints what holds a password in all ways there are.
func TestCredentialsAreNeverShown(t *testing.T) {
	c := NewCredentials(CredentialOptions{
		Netrc:   []string{netrcFile(t, "machine index.example login alice password "+secret+"1")},
		Keyring: keyringOf(map[string]string{"https://other.example/ bob": secret + "2"}).run,
	})
	c.Add(mustURL(t, "https://bob@other.example/"))
	c.Add(mustURL(t, "https://carol:"+secret+"3@third.example/"))
	if got := said(c.Ask(t.Context(), mustURL(t, "https://other.example/"))); got != "bob:"+secret+"2" {
		t.Fatalf("Ask = %q", got)
	}
	type holder struct {
		Public  *Credentials
		private *Credentials
		value   Credentials
		Options Options
	}
	var out bytes.Buffer
	l := login{"alice", secret}
	for _, v := range []any{c, *c, holder{c, c, *c, Options{Credentials: c}}, &holder{c, c, *c, Options{}}, []*Credentials{c}, map[string]*Credentials{"c": c}, l, &l, []login{l}} {
		for _, verb := range "vsdxXqtTbcoUeEfFgG" { // %p of what is no pointer asks no method
			for _, flags := range []string{"", "+", "#", " ", "0", "-20"} {
				fmt.Fprintf(&out, "%"+flags+string(verb), v)
			}
		}
		fmt.Fprintln(&out, v)
		if data, err := json.Marshal(v); err == nil {
			out.Write(data)
		}
		for _, h := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
			slog.New(h).Info("credentials", "c", v)
		}
	}
	if strings.Contains(out.String(), secret) || strings.Contains(out.String(), fmt.Sprintf("%x", secret)) {
		t.Error("a password is shown")
	}
	if !strings.Contains(out.String(), c.String()) {
		t.Error("nothing is shown at all")
	}
}
