package pypi

import (
	"net/url"
	"strconv"
	"strings"
)

// URL is an absolute URL without a fragment. It may hold a user name and a
// password, which an index that asks for them needs; printed in any way it shows
// neither. string(u) is the whole.
type URL string

// String returns the URL without user name and password.
func (u URL) String() string {
	parsed, err := url.Parse(string(u))
	if err != nil {
		return "(a URL that cannot be shown)"
	}
	parsed.User = nil
	return parsed.String()
}

// GoString returns String in quotes.
func (u URL) GoString() string { return strconv.Quote(u.String()) }

// MarshalText returns String.
func (u URL) MarshalText() ([]byte, error) { return []byte(u.String()), nil }

// withSuffix returns the URL with text at the end of its path.
func (u URL) withSuffix(text string) URL {
	path, query, found := strings.Cut(string(u), "?")
	if found {
		query = "?" + query
	}
	return URL(path + text + query)
}

// address is what the references of a page are relative to.
type address struct {
	base  *url.URL
	local bool // the page is a local file and may refer to others
}

func newAddress(page *url.URL) address {
	if page == nil {
		page = &url.URL{}
	}
	return address{page, page.Scheme == "file"}
}

// resolve returns what ref means on a page with that address (the WHATWG URL
// standard, as far as links to files use it). No reason that it gives quotes a
// URL, which may hold a password.
func (a address) resolve(ref string) (u *url.URL, why string) {
	if len(ref) > maxURL {
		return nil, "its URL is too long"
	}
	if ref = cleanReference(ref); strings.HasPrefix(ref, "//") {
		ref = a.base.Scheme + ":" + ref // url.Parse is strict about a host only under a scheme
	}
	parsed, err := url.Parse(ref)
	if err != nil {
		return nil, "its URL is malformed"
	}
	if u = parsed; !u.IsAbs() || strings.Contains(ref, "/.") { // an absolute one costs nothing
		u = a.base.ResolveReference(parsed)
	}
	switch {
	case u.Scheme == "":
		return nil, "its URL is relative, and the page has no address"
	case u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "file":
		return nil, "its URL has the scheme " + strconv.Quote(short(u.Scheme)) + ", not http, https or file"
	case u.Opaque != "":
		return nil, "its URL is malformed"
	case u.Scheme == "file" && !a.local:
		return nil, "its URL is a local file, but its page is not"
	case u.Scheme != "file" && u.Host == "":
		return nil, "its URL names no host"
	case u.Path == "":
		u.Path = "/" // else what is put behind it (".metadata") would name another host
	}
	return u, ""
}

// cleanReference drops what browsers drop: white space around a reference, tabs
// and line breaks in it. A percent sign that escapes nothing stands for itself,
// as pip has it too.
func cleanReference(ref string) string {
	ref = strings.TrimFunc(ref, func(c rune) bool { return c <= ' ' })
	if strings.ContainsAny(ref, "\t\r\n") {
		ref = strings.NewReplacer("\t", "", "\r", "", "\n", "").Replace(ref)
	}
	if !strings.Contains(ref, "%") {
		return ref
	}
	var b strings.Builder
	for i := range len(ref) {
		b.WriteByte(ref[i])
		if ref[i] == '%' && !(i+2 < len(ref) && isHexDigit(ref[i+1]) && isHexDigit(ref[i+2])) {
			b.WriteString("25")
		}
	}
	return b.String()
}

func isHexDigit(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}

// lastSegment returns what the path of u ends in, decoded; "" for a folder.
func lastSegment(u *url.URL) (name string, ok bool) {
	path := u.EscapedPath()
	name, err := url.PathUnescape(path[strings.LastIndexByte(path, '/')+1:])
	return name, err == nil
}

// withoutFragment returns u as the URL of a file.
func withoutFragment(u *url.URL) URL {
	u.Fragment, u.RawFragment = "", ""
	return URL(u.String())
}
