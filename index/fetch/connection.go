package fetch

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"
)

// Connection says how hosts are reached, and how they and the client show who they are.
type Connection struct {
	Proxy             string   // the URL of a proxy for all hosts; "" as HTTPS_PROXY, HTTP_PROXY and NO_PROXY say
	Certificates      string   // a file of certificates (PEM) to trust instead of the system's
	ClientCertificate string   // a file with a certificate and its key (PEM), for hosts that ask for one
	TrustedHosts      []string // HOST or HOST:PORT whose certificates are not verified
}

// trusts reports whether the certificate of a host is not to be verified.
func (n *Connection) trusts(u *url.URL) bool {
	return slices.ContainsFunc(n.TrustedHosts, func(host string) bool {
		return strings.EqualFold(host, u.Hostname()) || strings.EqualFold(host, net.JoinHostPort(u.Hostname(), portOf(u))) ||
			strings.EqualFold(host, "["+u.Hostname()+"]")
	})
}

// portOf returns the port of a URL, that of its scheme where it names none.
func portOf(u *url.URL) string {
	if port := u.Port(); port != "" {
		return port
	}
	return map[string]string{"https": "443", "http": "80"}[strings.ToLower(u.Scheme)]
}

// lines are the connections to hosts: to most of them verified, to some that are trusted
// not.
type lines struct {
	connection           Connection
	verified, unverified *http.Transport
}

// newLines returns the connections of a client. The error is that of reading what they
// need; it shows no password.
func newLines(o Options) (*lines, error) {
	verified := &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:        &tls.Config{},
		TLSHandshakeTimeout:    10 * time.Second,
		ResponseHeaderTimeout:  o.Timeout,
		MaxIdleConnsPerHost:    o.PerHost,
		IdleConnTimeout:        30 * time.Second,
		ForceAttemptHTTP2:      true,
		DisableCompression:     true, // it is undone here, within bounds
		MaxResponseHeaderBytes: 1 << 20,
	}
	own, err1 := readClientCertificate(o.Connection.ClientCertificate)
	roots, err2 := readCertificates(o.Connection.Certificates)
	proxy, err3 := parseProxy(o.Connection.Proxy)
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, err
	}
	verified.TLSClientConfig.RootCAs, verified.TLSClientConfig.Certificates = roots, own
	if proxy != nil {
		verified.Proxy = http.ProxyURL(proxy)
	}
	unverified := verified.Clone()
	unverified.TLSClientConfig.InsecureSkipVerify = true
	return &lines{o.Connection, verified, unverified}, nil
}

// RoundTrip implements http.RoundTripper.
func (l *lines) RoundTrip(r *http.Request) (*http.Response, error) {
	if l.connection.trusts(r.URL) {
		return l.unverified.RoundTrip(r)
	}
	return l.verified.RoundTrip(r)
}

// CloseIdleConnections is what http.Client closes them by.
func (l *lines) CloseIdleConnections() {
	l.verified.CloseIdleConnections()
	l.unverified.CloseIdleConnections()
}

func readCertificates(path string) (*x509.CertPool, error) {
	if path == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the certificates to trust: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate in PEM form", path)
	}
	return pool, nil
}

func readClientCertificate(path string) ([]tls.Certificate, error) {
	if path == "" {
		return nil, nil
	}
	own, err := tls.LoadX509KeyPair(path, path)
	if err != nil {
		return nil, fmt.Errorf("the certificate to show, which must be in one file with its key: %w", err)
	}
	return []tls.Certificate{own}, nil
}

// parseProxy reads the URL of a proxy, which may lack the scheme.
func parseProxy(text string) (*url.URL, error) {
	if text == "" {
		return nil, nil
	}
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || !slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme) {
		return nil, errors.New("the proxy is no URL like http://HOST:PORT") // whose text may hold a password
	}
	return u, nil
}
