package constraints

import (
	"regexp"
	"strings"
)

// A user and a password before the host of a URL (RFC 3986, section 3.2.1), as far as the
// last "@" that can end them.
var credentials = regexp.MustCompile(`([A-Za-z][A-Za-z0-9+.-]*://)[^/?#\s]*@`)

// Redact returns text as it may be shown: without the users and passwords of the URLs in
// it.
func Redact(text string) string {
	if !strings.Contains(text, "://") || !strings.Contains(text, "@") {
		return text
	}
	return credentials.ReplaceAllString(text, "$1")
}
