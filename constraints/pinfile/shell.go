package pinfile

import (
	"errors"
	"strings"
)

// splitWords splits the options of a line into words by the rules of the POSIX
// shell, as Python's shlex.split does: quotes, double quotes in which a backslash
// escapes only itself and the quote, backslashes.
func splitWords(text string) ([]string, error) {
	var words []string
	var word strings.Builder
	open := false // a word has begun, perhaps an empty quoted one
	for i := 0; i < len(text); i++ {
		switch b := text[i]; b {
		case ' ', '\t', '\r', '\n':
			if open {
				words = append(words, word.String())
			}
			word.Reset()
			open = false
		case '\'', '"':
			n := closingQuote(text[i+1:], b)
			if n < 0 {
				return nil, errors.New("a quotation is not closed")
			}
			word.WriteString(unquote(text[i+1:i+1+n], b))
			open = true
			i += n + 1
		case '\\':
			i++
			if i == len(text) {
				return nil, errors.New("nothing follows the backslash")
			}
			word.WriteByte(text[i])
			open = true
		default:
			word.WriteByte(b)
			open = true
		}
	}
	if open {
		words = append(words, word.String())
	}
	return words, nil
}

// closingQuote returns the offset of the quote that ends a quotation, or -1.
func closingQuote(text string, quote byte) int {
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == quote:
			return i
		case text[i] == '\\' && quote == '"':
			i++
		}
	}
	return -1
}

// unquote resolves the escapes inside a quotation.
func unquote(text string, quote byte) string {
	if quote == '\'' || !strings.Contains(text, `\`) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) && (text[i+1] == '\\' || text[i+1] == '"') {
			i++
		}
		b.WriteByte(text[i])
	}
	return b.String()
}
