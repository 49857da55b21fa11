package pinfile

import (
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A physical line is one line of the file as Python's str.splitlines cuts it.
// start, end and next are offsets into the decoded text: the line is
// [start, end), its terminator [end, next). raw is the offset of start in the
// file.
type physical struct {
	start, end, next, raw int
}

// splitLines cuts text into lines. raw is where the text begins in the file.
func splitLines(text string, c codec, raw int) []physical {
	lines := make([]physical, 0, strings.Count(text, "\n")+1)
	for start := 0; start < len(text); {
		end, width := nextTerminator(text, start)
		line := physical{start: start, end: end, next: end + width, raw: raw}
		lines = append(lines, line)
		raw += c.size(text[line.start:line.next])
		start = line.next
	}
	return lines
}

// nextTerminator returns where the line that begins at i ends, and the length of
// what ends it, 0 at the end of text.
func nextTerminator(text string, i int) (end, width int) {
	for ; i < len(text); i++ {
		switch b := text[i]; {
		case b == '\r' && strings.HasPrefix(text[i:], "\r\n"):
			return i, 2
		case b >= '\n' && b <= '\r' || b >= 0x1c && b <= 0x1e:
			return i, 1
		case b == 0xc2 && strings.HasPrefix(text[i:], "\u0085"):
			return i, 2
		case b == 0xe2 && (strings.HasPrefix(text[i:], "\u2028") || strings.HasPrefix(text[i:], "\u2029")):
			return i, 3
		}
	}
	return i, 0
}

// isBlank reports whether r is white space to Python's str.strip and to \s in its
// regular expressions, which count the four information separators too.
func isBlank(r rune) bool {
	return r >= 0x1c && r <= 0x1f || unicode.IsSpace(r)
}

// A logical line is what pip reads as one: physical lines first to last, joined
// where a backslash ends one. segments tell where in the file its text came from.
type logical struct {
	first, last int
	text        string
	segments    []segment
}

// A segment says that the text of a logical line from offset at on stands in the
// file's text from offset from on.
type segment struct{ at, from int }

// origin returns where in the file's text the byte at offset i stands.
func (l logical) origin(i int) int {
	n := sort.Search(len(l.segments), func(n int) bool { return l.segments[n].at > i })
	s := l.segments[max(n-1, 0)]
	return s.from + max(i-s.at, 0)
}

// join returns the logical line that begins with lines[i]. A line of comment ends
// it, with or without a backslash; pip puts a blank before it so that the
// comment is seen as one.
func join(text string, lines []physical, i int) logical {
	l := logical{first: i, last: i}
	if p := lines[i]; !continues(text[p.start:p.end]) {
		l.text = text[p.start:p.end]
		l.segments = []segment{{0, p.start}}
		return l
	}
	var b strings.Builder
	for ; l.last < len(lines); l.last++ {
		p := lines[l.last]
		part := text[p.start:p.end]
		if !continues(part) {
			if isComment(part) {
				b.WriteByte(' ')
			}
			l.segments = append(l.segments, segment{b.Len(), p.start})
			b.WriteString(part)
			break
		}
		// pip strips backslashes from both ends, however many there are.
		kept := strings.TrimLeft(part, `\`)
		l.segments = append(l.segments, segment{b.Len(), p.start + len(part) - len(kept)})
		b.WriteString(strings.TrimRight(kept, `\`))
	}
	l.last = min(l.last, len(lines)-1)
	l.text = b.String()
	return l
}

// continues reports whether a line goes on in the next one.
func continues(line string) bool {
	return strings.HasSuffix(line, `\`) && !isComment(line)
}

// isComment reports whether a line is nothing but a comment.
func isComment(line string) bool {
	return strings.HasPrefix(strings.TrimLeftFunc(line, isBlank), "#")
}

// content returns the part of the line that is neither comment nor blank around
// it, as offsets, and where the comment begins, len(l.text) when there is none.
func (l logical) content() (start, end, comment int) {
	comment = commentStart(l.text)
	body := strings.TrimRightFunc(l.text[:comment], isBlank)
	end = len(body)
	start = end - len(strings.TrimLeftFunc(body, isBlank))
	return start, end, comment
}

// commentStart returns the offset of the first "#" that stands at the beginning
// of line or after a blank.
func commentStart(line string) int {
	for i := 0; i < len(line); i++ {
		n := strings.IndexByte(line[i:], '#')
		if n < 0 {
			break
		}
		i += n
		before, _ := utf8.DecodeLastRuneInString(line[:i])
		if i == 0 || isBlank(before) {
			return i
		}
	}
	return len(line)
}
