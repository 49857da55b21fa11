package fetch

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A proxy that is configured is asked for everything, with the password in its URL; a
// scheme is not needed.
func TestAConfiguredProxyIsUsed(t *testing.T) {
	var seen []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := (&http.Request{Header: http.Header{"Authorization": r.Header["Proxy-Authorization"]}}).BasicAuth()
		seen = append(seen, r.URL.String()+" "+user+":"+password)
		io.WriteString(w, "from the proxy")
	}))
	defer proxy.Close()
	host := strings.TrimPrefix(proxy.URL, "http://")
	for _, text := range []string{"http://me:secret@" + host, "me:secret@" + host} {
		c := newClient(t, Options{Connection: Connection{Proxy: text}})
		if doc := get(t, c, parse(t, "http://index.example/a")); string(doc.Body) != "from the proxy" {
			t.Errorf("%q", doc.Body)
		}
	}
	if got := strings.Join(seen, ", "); got != "http://index.example/a me:secret, http://index.example/a me:secret" {
		t.Errorf("the proxy saw %s", got)
	}
	for _, text := range []string{"ftp://me:secret@proxy.example", "http://me:secret@:x", "http://"} {
		if _, err := NewClient(Options{Connection: Connection{Proxy: text}}); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// A certificate that nobody vouches for is believed of the hosts that are trusted, and of
// no others.
func TestCertificatesOfTrustedHostsAreNotVerified(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "x") }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	u := parse(t, server.URL)
	for trusted, want := range map[string]bool{
		"": false, u.Hostname(): true, u.Host: true, u.Hostname() + ":1": false, "127.0.0": false, "localhost": false, "*": false,
	} {
		c := newClient(t, Options{Retries: -1, Connection: Connection{TrustedHosts: []string{trusted}}})
		_, err := c.Get(t.Context(), Request{URL: u})
		if got := err == nil; got != want || err != nil && !strings.Contains(err.Error(), "certificate") {
			t.Errorf("with %q trusted: %v", trusted, err)
		}
	}
}

// A host that asks who comes is shown the certificate that is configured.
func TestAClientCertificateIsShown(t *testing.T) {
	shown := make(chan string, 2)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		shown <- r.TLS.PeerCertificates[0].SerialNumber.String()
	}))
	server.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	own := filepath.Join(t.TempDir(), "own.pem")
	if err := os.WriteFile(own, newCertificate(t, 4711), 0o600); err != nil {
		t.Fatal(err)
	}
	u := parse(t, server.URL)
	trust := Connection{TrustedHosts: []string{u.Host}}
	if _, err := newClient(t, Options{Retries: -1, Connection: trust}).Get(t.Context(), Request{URL: u}); err == nil {
		t.Error("without a certificate: no error")
	}
	trust.ClientCertificate = own
	get(t, newClient(t, Options{Connection: trust}), u)
	if got := <-shown; got != "4711" {
		t.Errorf("the certificate shown is %s", got)
	}
	trust.ClientCertificate = own + ".missing"
	if _, err := NewClient(Options{Connection: trust}); err == nil || !strings.Contains(err.Error(), "certificate to show") {
		t.Errorf("a file that is missing: %v", err)
	}
}

// newCertificate returns a certificate and its key in one file.
func newCertificate(t *testing.T, serial int64) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(serial), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	for kind, data := range map[string][]byte{"CERTIFICATE": der, "PRIVATE KEY": private} {
		if err := pem.Encode(&file, &pem.Block{Type: kind, Bytes: data}); err != nil {
			t.Fatal(err)
		}
	}
	return file.Bytes()
}
