package pinfile

import (
	"fmt"
	"path"
	"strings"
)

// sourceURL returns the URL for a local source: an absolute path, of Windows too,
// or a URL, which it only checks.
func sourceURL(source string) (string, *complaint) {
	slashed := strings.ReplaceAll(source, `\`, "/")
	scheme, _, isURL := strings.Cut(source, "://")
	isURL = isURL && !strings.Contains(scheme, "/")
	switch {
	case isURL && (strings.Contains(source, ";") || strings.Contains(source, "${") || strings.ContainsFunc(source, isBlank)):
		return "", &complaint{fmt.Sprintf("%q cannot stand in a line", short(source)), "write blanks as %20, semicolons as %3B, dollar signs as %24"}
	case isURL:
		return source, nil
	case strings.HasPrefix(source, "/"):
		return "file://" + escapePath(path.Clean(source)), nil
	case strings.HasPrefix(source, `\\`):
		return "file:" + escapePath(slashed), nil
	case len(source) > 2 && isLetter(source[0]) && slashed[1:3] == ":/":
		return "file:///" + source[:2] + escapePath(path.Clean(slashed[2:])), nil
	}
	return "", &complaint{fmt.Sprintf("%q is neither an absolute path nor a URL", short(source)), "pip resolves no relative path in NAME @ URL; write the path from the root"}
}

func isLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

// escapePath escapes all that RFC 3986 does not list as unreserved, but slashes.
func escapePath(text string) string {
	var b strings.Builder
	for i := range len(text) {
		c := text[i]
		if isLetter(c) || c >= '0' && c <= '9' || strings.IndexByte("/-._~", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
