package pep508

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// unescape returns the value of the text between two quotes of a marker. The
// specification knows no escapes, but pip reads the text as a Python string
// literal, and that is what authors test with. When msg is not empty the text is
// no literal, and bad is the byte where it fails.
//
// Named characters (\N{...}) and surrogates, which Python has and no marker
// needs, are refused.
func unescape(body string) (value string, bad int, msg string) {
	if isLiteral(body) {
		return body, 0, ""
	}
	var b strings.Builder
	b.Grow(len(body))
	for i := 0; i < len(body); {
		if c := body[i]; c == '\n' || c == '\r' || c == 0 {
			return "", i, "a quoted text cannot hold a line break or a NUL"
		} else if c != '\\' {
			b.WriteByte(c)
			i++
			continue
		}
		n, msg := writeEscape(&b, body[i:])
		if msg != "" {
			return "", i, msg
		}
		i += n
	}
	return b.String(), 0, ""
}

// isLiteral reports whether a text stands for itself between quotes.
func isLiteral(text string) bool {
	for i := range len(text) {
		if c := text[i]; c == '\\' || c == '\n' || c == '\r' || c == 0 {
			return false
		}
	}
	return true
}

// writeEscape writes what the escape at the start of text stands for and returns
// its length.
func writeEscape(b *strings.Builder, text string) (n int, msg string) {
	if len(text) == 1 {
		return 0, "the last backslash escapes the closing quote"
	}
	switch c := text[1]; {
	case c == '\n':
		return 2, "" // a continued line
	case c == '\r' || c == 0:
		return 0, "a quoted text cannot hold a line break or a NUL"
	case c == 'x':
		return writeCode(b, text, 2)
	case c == 'u':
		return writeCode(b, text, 4)
	case c == 'U':
		return writeCode(b, text, 8)
	case c == 'N':
		return 0, "named characters are not supported"
	case '0' <= c && c <= '7':
		return writeOctal(b, text), ""
	default:
		writeSimple(b, c)
		return 2, ""
	}
}

// writeSimple writes the escape of a single letter. One that means nothing
// stands for itself, backslash and all.
func writeSimple(b *strings.Builder, c byte) {
	const letters, values = `abfnrtv\'"`, "\a\b\f\n\r\t\v\\'\""
	if i := strings.IndexByte(letters, c); i >= 0 {
		b.WriteByte(values[i])
		return
	}
	b.WriteByte('\\')
	b.WriteByte(c)
}

func writeCode(b *strings.Builder, text string, digits int) (n int, msg string) {
	if len(text) < 2+digits {
		return 0, "the escape is cut short"
	}
	code, err := strconv.ParseUint(text[2:2+digits], 16, 32)
	if err != nil || !utf8.ValidRune(rune(code)) {
		return 0, "the escape is not a character"
	}
	b.WriteRune(rune(code))
	return 2 + digits, ""
}

func writeOctal(b *strings.Builder, text string) int {
	var code rune
	n := 1
	for n < 4 && n < len(text) && '0' <= text[n] && text[n] <= '7' {
		code = code*8 + rune(text[n]-'0')
		n++
	}
	b.WriteRune(code)
	return n
}

// quote writes a value in quotes so that unescape reads the same value again:
// as it is where that will do, for so does pip, and with escapes where it would
// not.
func quote(value string) string {
	mark := `"`
	if strings.Contains(value, mark) {
		mark = "'"
	}
	if read, _, msg := unescape(value); msg == "" && read == value && !strings.Contains(value, mark) {
		return mark + value + mark
	}
	return `"` + escaper().Replace(value) + `"`
}

func escaper() *strings.Replacer {
	return strings.NewReplacer(`\`, `\\`, `"`, `\x22`, "\n", `\n`, "\r", `\r`, "\x00", `\x00`)
}
