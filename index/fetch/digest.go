package fetch

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"hash"
	"io"
	"net/url"
	"strings"
)

// Digest is what a document must have, "" for none that is known.
type Digest struct {
	Algorithm string // one of Algorithms
	Hex       string // lower case
}

// Algorithms returns the names of those that can be verified, the strongest first. They
// are those of pip. The last two can be forged by who made the file, which is no worse
// than a file without a digest: some private indexes state nothing but MD5.
func Algorithms() []string { return []string{"sha512", "sha384", "sha256", "sha224", "sha1", "md5"} }

// String returns "ALGORITHM:HEX", "" for none.
func (d Digest) String() string {
	if d == (Digest{}) {
		return ""
	}
	return d.Algorithm + ":" + d.Hex
}

// verify holds the content of a URL against the digest.
func (d Digest) verify(u *url.URL, content []byte) error {
	if d == (Digest{}) {
		return nil
	}
	return d.Verify(Redacted(u), bytes.NewReader(content))
}

// Verify holds content against the digest: the error is a *DigestError, with the name given,
// or that of reading. A digest of an algorithm that is not known fits nothing.
func (d Digest) Verify(name string, content io.Reader) error {
	got := ""
	if h := newHash(d.Algorithm); h != nil {
		if _, err := io.Copy(h, content); err != nil {
			return err
		}
		got = hex.EncodeToString(h.Sum(nil))
	}
	if got == "" || got != strings.ToLower(d.Hex) {
		return &DigestError{name, d.Algorithm, d.Hex, got}
	}
	return nil
}

func newHash(algorithm string) hash.Hash {
	switch algorithm {
	case "md5":
		return md5.New()
	case "sha1":
		return sha1.New()
	case "sha224":
		return sha256.New224()
	case "sha256":
		return sha256.New()
	case "sha384":
		return sha512.New384()
	case "sha512":
		return sha512.New()
	}
	return nil
}
