package pypi

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"sluice/constraints"
	"sluice/index/fetch"
)

// Location is where packages are found, and who says so. However it is printed or
// logged, it shows no user, password or query of its URL; the field URL has them.
type Location struct {
	URL    string // http, https or file, always absolute; a URL parses with net/url
	Origin string // such as "PIP_INDEX_URL" or "/etc/pip.conf:3:13 [global] index-url"
}

// Redacted returns the URL as it may be shown.
func (l Location) Redacted() string {
	u, err := url.Parse(l.URL)
	if err != nil {
		return "(an invalid URL)"
	}
	shown := fetch.Redacted(u)
	if u.User != nil {
		shown = strings.Replace(shown, "://", "://****@", 1)
	}
	return shown
}

// String is Redacted.
func (l Location) String() string { return l.Redacted() }

// GoString is Redacted, quoted.
func (l Location) GoString() string { return strconv.Quote(l.Redacted()) }

// Format writes Redacted, whatever the verb.
func (l Location) Format(f fmt.State, verb rune) {
	if verb == 'q' || f.Flag('#') {
		io.WriteString(f, l.GoString())
		return
	}
	io.WriteString(f, l.Redacted())
}

// LogValue has the redacted URL and the origin.
func (l Location) LogValue() slog.Value {
	return slog.GroupValue(slog.String("url", l.Redacted()), slog.String("origin", l.Origin))
}

// MarshalJSON writes the redacted URL and the origin: it is for reports, and does not
// come back as it was.
func (l Location) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		URL    string `json:"url"`
		Origin string `json:"origin"`
	}{l.Redacted(), l.Origin})
}

// Path returns the local path that a file URL means; false for other URLs.
func (l Location) Path() (string, bool) {
	u, err := url.Parse(l.URL)
	if err != nil || u.Scheme != "file" {
		return "", false
	}
	return localPath(u), true
}

// spelled is a location as somebody wrote it.
type spelled struct {
	text  string
	place constraints.Place
	label string // the section and key at the place, or ""
	base  string // the folder that a relative path starts from
}

func (w spelled) origin() string {
	if w.label == "" {
		return w.place.String()
	}
	return w.place.String() + " " + w.label
}

// index returns the location of an index. A folder that is laid out as one is an index
// too; that it is missing is a problem, as a URL without a scheme looks like one.
func (s *settings) index(w spelled) (Location, bool) {
	l, ok := s.location(w)
	if path, local := l.Path(); ok && local && !exists(path) {
		s.problem(w.place, "neither a URL nor a folder that exists", "a URL begins with https://")
		return l, false
	}
	return l, ok
}

// links returns the location of a folder or page of links. One that is not there has
// none, as pip sees it.
func (s *settings) links(w spelled) (Location, bool) {
	l, ok := s.location(w)
	if path, local := l.Path(); local && !exists(path) {
		return l, false
	}
	return l, ok
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// location returns the location that a text means: a URL, or a path, of which a file
// URL is made. No message repeats the text, which may hold a password.
func (s *settings) location(w spelled) (Location, bool) {
	complain := func(msg, hint string) (Location, bool) {
		s.problem(w.place, msg, hint)
		return Location{}, false
	}
	if w.text == "" {
		return complain("neither a URL nor a path", "")
	}
	scheme, isURL := schemeOf(w.text)
	if !isURL {
		return Location{fileURL(under(w.base, filepath.FromSlash(w.text))), w.origin()}, true
	}
	text := escapeUser(w.text)
	u, err := url.Parse(text)
	if err != nil {
		return complain("not a valid URL", "in the user and password, # / ? @ and % are written %23 %2F %3F %40 and %25")
	}
	switch scheme {
	case "http", "https":
		if u.Hostname() == "" {
			return complain("a URL without a host", "")
		}
		return Location{text, w.origin()}, true
	case "file":
		if u.Opaque != "" || u.Path == "" || u.Host != "" && u.Host != "localhost" {
			return complain("a file URL of no file here", "write file:/// and an absolute path")
		}
		return Location{fileURL(u.Path), w.origin()}, true
	}
	return complain(fmt.Sprintf("cannot ask a URL of scheme %.20q", scheme), "https, http and file are known")
}

// schemeOf returns the scheme of a URL, in lower case. What has none is a path;
// so is C:\folder.
func schemeOf(text string) (scheme string, ok bool) {
	scheme, rest, found := strings.Cut(text, ":")
	scheme = strings.ToLower(scheme)
	if !found || scheme == "" || strings.Trim(scheme, "abcdefghijklmnopqrstuvwxyz0123456789+.-") != "" {
		return "", false
	}
	return scheme, strings.HasPrefix(rest, "//") || scheme == "file"
}

// fileURL returns the URL of an absolute path.
func fileURL(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/folder
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}

// escapeUser percent-encodes what Go does not accept in the user and password of a URL
// and both clients do: all that stands before the last @ of the host's part.
func escapeUser(text string) string {
	scheme, rest, _ := strings.Cut(text, "://")
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	at := strings.LastIndexByte(rest[:end], '@')
	if at < 0 {
		return text
	}
	var b strings.Builder
	for i := range at {
		if c := rest[i]; isUserByte(c) || c == '%' && i+2 < at && isHexDigit(rest[i+1]) && isHexDigit(rest[i+2]) {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return scheme + "://" + b.String() + rest[at:]
}

func isUserByte(c byte) bool {
	return isHexDigit(c) || 'g' <= c|0x20 && c|0x20 <= 'z' || strings.IndexByte("-._~!$&'()*+,;=:", c) >= 0
}
