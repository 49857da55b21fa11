package fetch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

// fakeKeyring answers as the keyring command does, from "SERVICE USER" to the password;
// "SERVICE" alone is for its creds mode, with lines for the user and the password.
type fakeKeyring struct {
	mu      sync.Mutex
	answers map[string]string
	asked   []string
}

func keyringOf(answers map[string]string) *fakeKeyring { return &fakeKeyring{answers: answers} }

func (k *fakeKeyring) run(ctx context.Context, name string, args ...string) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.asked = append(k.asked, strings.Join(append([]string{name}, args...), " "))
	args = args[len(args)-min(len(args), 2):]
	if args[0] == "get" {
		args = args[1:]
	}
	answer, ok := k.answers[strings.Join(args, " ")]
	if !ok {
		return nil, errors.New("exit status 1")
	}
	return []byte(answer + "\n"), ctx.Err()
}

func TestKeyringIsAskedAsPipAndUvDo(t *testing.T) {
	for _, test := range []struct {
		name, configured, url string
		answers               map[string]string
		want                  string
		asked                 []string
	}{
		{"a user and the URL as pip spells it", "https://bob@index.example/simple", "https://index.example/simple/numpy/",
			map[string]string{"https://index.example/simple/ bob": "b"}, "bob:b",
			[]string{"keyring get https://index.example/simple/ bob"}},
		{"then as it is written, then the host with its port", "https://bob@index.example:8443/simple", "https://index.example:8443/simple/numpy/",
			map[string]string{"index.example:8443 bob": "b b\r"}, "bob:b b",
			[]string{"keyring get https://index.example:8443/simple/ bob", "keyring get https://index.example:8443/simple bob", "keyring get index.example:8443 bob"}},
		{"no user", "", "https://index.example/simple/numpy/?q#f",
			map[string]string{"index.example": "bob\nb"}, "bob:b",
			[]string{"keyring --mode creds get https://index.example/simple/numpy/", "keyring --mode creds get index.example"}},
		{"no answer", "https://bob@index.example/simple/", "https://index.example/simple/numpy/",
			nil, "", []string{"keyring get https://index.example/simple/ bob", "keyring get index.example bob"}},
		{"an empty password", "https://bob@index.example/simple/", "https://index.example/simple/",
			map[string]string{"index.example bob": ""}, "", []string{"keyring get https://index.example/simple/ bob", "keyring get index.example bob"}},
		{"a user without a password", "", "https://index.example/",
			map[string]string{"index.example": "bob"}, "", []string{"keyring --mode creds get https://index.example/", "keyring --mode creds get index.example"}},
		{"more than a login", "", "https://index.example/",
			map[string]string{"index.example": "bob\nb\nc"}, "", []string{"keyring --mode creds get https://index.example/", "keyring --mode creds get index.example"}},
		{"far too much", "https://bob@index.example/simple/", "https://index.example/simple/",
			map[string]string{"index.example bob": strings.Repeat("b", maxPassword)}, "", []string{"keyring get https://index.example/simple/ bob", "keyring get index.example bob"}},
		{"a password is configured", "https://bob:b@index.example/simple", "https://index.example/simple/", nil, "", nil},
		{"http", "http://bob@index.example/simple", "http://index.example/simple/", nil, "", nil},
		{"http to this machine", "http://bob@127.0.0.1:8080/simple", "http://127.0.0.1:8080/simple/",
			map[string]string{"127.0.0.1:8080 bob": "b"}, "bob:b",
			[]string{"keyring get http://127.0.0.1:8080/simple/ bob", "keyring get http://127.0.0.1:8080/simple bob", "keyring get 127.0.0.1:8080 bob"}},
		{"a user like a flag", "https://--disable@index.example/simple", "https://index.example/simple/", nil, "", nil},
		{"a host like a flag", "", "https://--disable/simple/", nil, "", []string{"keyring --mode creds get https://--disable/simple/"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			k := keyringOf(test.answers)
			c := NewCredentials(CredentialOptions{Keyring: k.run})
			if test.configured != "" {
				c.Add(mustURL(t, test.configured))
			}
			u := mustURL(t, test.url)
			for range 2 { // the second time from memory
				if got := said(c.Ask(t.Context(), u)); got != test.want {
					t.Errorf("Ask(%s) = %q, want %q", u, got, test.want)
				}
			}
			if diff := cmp.Diff(test.asked, k.asked); diff != "" {
				t.Errorf("asked (-want +got):\n%s", diff)
			}
			if test.want != "" && said(c.For(u)) != test.want {
				t.Errorf("For(%s) = %q after Ask", u, said(c.For(u)))
			}
		})
	}
}

func TestKeyringIsAskedOnceWhoeverWaits(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	var runs atomic.Int32
	c := NewCredentials(CredentialOptions{Keyring: func(ctx context.Context, name string, args ...string) ([]byte, error) {
		runs.Add(1)
		return []byte("b\n"), nil
	}})
	c.Add(mustURL(t, "https://bob@index.example/simple/"))
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			u := mustURL(t, fmt.Sprintf("https://index.example/simple/%d/", i))
			if got := said(c.Ask(t.Context(), u)); got != "bob:b" {
				t.Errorf("Ask = %q", got)
			}
			c.For(u)
		})
	}
	wg.Wait()
	if runs.Load() != 1 {
		t.Errorf("the keyring ran %d times", runs.Load())
	}
}

func TestAnAnswerCutShortIsNotRemembered(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	runs := 0
	c := NewCredentials(CredentialOptions{Keyring: func(context.Context, string, ...string) ([]byte, error) {
		if runs++; runs == 1 {
			cancel()
			return nil, context.Canceled
		}
		return []byte("b"), nil
	}})
	u := mustURL(t, "https://bob@index.example/")
	c.Add(u)
	if got := said(c.Ask(ctx, u)); got != "" {
		t.Errorf("Ask = %q after its context has ended", got)
	}
	if got := said(c.Ask(t.Context(), u)); got != "bob:b" {
		t.Errorf("Ask = %q", got)
	}
}

// TestRealKeyringCommand has Ask run a program called keyring.
func TestRealKeyringCommand(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("skip: needs a shell")
	}
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	dir := t.TempDir()
	script := "#!/bin/sh\nread line && exit 3\n[ \"$1 $2 $3\" = 'get index.example bob' ] && echo " + secret + "\n"
	if err := os.WriteFile(filepath.Join(dir, "keyring"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	c := NewCredentials(CredentialOptions{Keyring: RunProgram})
	u := mustURL(t, "https://bob@index.example/")
	c.Add(u)
	if got := said(c.Ask(t.Context(), u)); got != "bob:"+secret {
		t.Errorf("Ask = %q", got)
	}
}
