package pep440

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// prePhase is the kind of a pre-release; its values order as the PEP does.
type prePhase byte

const (
	preNone prePhase = iota
	preAlpha
	preBeta
	preCandidate
)

// letters returns the normal spelling of the phase.
func (p prePhase) letters() string {
	return [...]string{"", "a", "b", "rc"}[p]
}

// parts is a version taken to pieces that still are pieces of its text. Numbers
// are the digits as written ("" for an implicit 0); whether a number is there at
// all is said beside it.
type parts struct {
	epoch   string
	release string // numbers joined by dots
	pre     string
	post    string
	dev     string
	local   string // as written, without the plus sign
	phase   prePhase
	hasPost bool
	hasDev  bool
	normal  bool // the text scanned is the normal form already
}

// isPrerelease reports whether the PEP counts the version among pre-releases,
// which includes development releases.
func (p *parts) isPrerelease() bool { return p.phase != preNone || p.hasDev }

// scan reads the longest version at the beginning of s[i:] into p, which must be
// zero, and returns where it ends. When there is none, it returns false and the
// offset of the byte that cannot be part of one.
func (p *parts) scan(s string, i int) (end int, ok bool) {
	p.normal = true
	if i < len(s) && s[i]|0x20 == 'v' {
		p.normal = false
		i++
	}
	j := digits(s, i)
	if j == i {
		return i, false
	}
	if j < len(s) && s[j] == '!' {
		p.epoch = s[i:j]
		p.normal = p.normal && s[i] != '0'
		i = j + 1
		if j = digits(s, i); j == i {
			return i, false
		}
	}
	j = p.scanRelease(s, i, j)
	if j == len(s) {
		return j, true
	}
	j = p.scanPre(s, j)
	j = p.scanPost(s, j)
	j = p.scanDev(s, j)
	return p.scanLocal(s, j), true
}

// scanRelease reads the release, whose first number is s[i:j].
func (p *parts) scanRelease(s string, i, j int) int {
	start := i
	for {
		if s[i] == '0' && j > i+1 {
			p.normal = false
		}
		if j == len(s) || s[j] != '.' {
			break
		}
		next := digits(s, j+1)
		if next == j+1 {
			break
		}
		i, j = j+1, next
	}
	p.release = s[start:j]
	return j
}

func (p *parts) scanPre(s string, i int) int {
	j := separator(s, i)
	phase, word, usual := preWord(s, j)
	if phase == preNone {
		return i
	}
	p.phase = phase
	p.normal = p.normal && usual && i == j
	return p.scanNumber(s, j+word, &p.pre)
}

// scanPost reads a post-release, also in the short form "-1", which alone needs
// both its dash and its number.
func (p *parts) scanPost(s string, i int) int {
	if i+1 < len(s) && s[i] == '-' && isDigit(s[i+1]) {
		j := digits(s, i+1)
		p.post, p.hasPost, p.normal = s[i+1:j], true, false
		return j
	}
	j := separator(s, i)
	var word int
	switch {
	case hasWord(s, j, "post"):
		word = len("post")
	case hasWord(s, j, "rev"):
		word = len("rev")
	case hasWord(s, j, "r"):
		word = len("r")
	default:
		return i
	}
	p.hasPost = true
	p.normal = p.normal && j > i && s[i:j+word] == ".post"
	return p.scanNumber(s, j+word, &p.post)
}

func (p *parts) scanDev(s string, i int) int {
	j := separator(s, i)
	if !hasWord(s, j, "dev") {
		return i
	}
	p.hasDev = true
	p.normal = p.normal && j > i && s[i:j+len("dev")] == ".dev"
	return p.scanNumber(s, j+len("dev"), &p.dev)
}

// scanNumber reads the number after pre, post or dev. A separator may stand
// before it, and even without it.
func (p *parts) scanNumber(s string, i int, number *string) int {
	start := separator(s, i)
	end := digits(s, start)
	*number = s[start:end]
	p.normal = p.normal && start == i && isNormalNumber(*number)
	return end
}

func (p *parts) scanLocal(s string, i int) int {
	if i == len(s) || s[i] != '+' {
		return i
	}
	j := i + 1
	for {
		end := alphanumerics(s, j)
		if end == j {
			break
		}
		p.local = s[i+1 : end]
		p.normal = p.normal && isNormalSegment(s[j:end])
		if j = separator(s, end); j == end {
			return end
		}
		p.normal = p.normal && s[end] == '.'
	}
	if p.local == "" {
		return i // a lone plus sign is no part of the version
	}
	return i + 1 + len(p.local)
}

// preWord returns the kind of pre-release that the word at s[i] stands for, the
// length of the word, and whether it is the normal spelling.
func preWord(s string, i int) (phase prePhase, length int, usual bool) {
	if i == len(s) {
		return preNone, 0, false
	}
	switch s[i] | 0x20 {
	case 'a':
		if hasWord(s, i, "alpha") {
			return preAlpha, len("alpha"), false
		}
		return preAlpha, 1, s[i] == 'a'
	case 'b':
		if hasWord(s, i, "beta") {
			return preBeta, len("beta"), false
		}
		return preBeta, 1, s[i] == 'b'
	case 'c':
		return preCandidate, 1, false
	case 'r':
		if hasWord(s, i, "rc") {
			return preCandidate, len("rc"), s[i:i+2] == "rc"
		}
	case 'p':
		if hasWord(s, i, "preview") {
			return preCandidate, len("preview"), false
		}
		if hasWord(s, i, "pre") {
			return preCandidate, len("pre"), false
		}
	}
	return preNone, 0, false
}

// digits returns where the ASCII digits that begin at s[i] end.
func digits(s string, i int) int {
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	return i
}

func alphanumerics(s string, i int) int {
	for i < len(s) && (isDigit(s[i]) || isLetter(s[i])) {
		i++
	}
	return i
}

// separator returns the offset after the separator at s[i], if there is one.
func separator(s string, i int) int {
	if i < len(s) && (s[i] == '.' || s[i] == '-' || s[i] == '_') {
		return i + 1
	}
	return i
}

// hasWord reports whether the lower-case word stands at s[i], in any case.
func hasWord(s string, i int, word string) bool {
	if len(s)-i < len(word) {
		return false
	}
	for k := range len(word) {
		if s[i+k]|0x20 != word[k] {
			return false
		}
	}
	return true
}

// isNormalNumber reports whether digits have no leading zero and are not left out.
func isNormalNumber(digits string) bool {
	return digits != "" && (digits[0] != '0' || len(digits) == 1)
}

// isNormalSegment reports whether a segment of a local version is as the normal
// form has it: lower case and, when it is a number, without leading zeros.
func isNormalSegment(segment string) bool {
	if digits(segment, 0) == len(segment) {
		return isNormalNumber(segment)
	}
	for i := range len(segment) {
		if 'A' <= segment[i] && segment[i] <= 'Z' {
			return false
		}
	}
	return true
}

func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// isBlank reports whether the reference implementation's \s matches r: white
// space of Unicode, and the four ASCII separators that Unicode leaves out.
func isBlank(r rune) bool { return unicode.IsSpace(r) || 0x1c <= r && r <= 0x1f }

// skipBlanks returns the offset of the first byte from s[i] on that is not blank.
func skipBlanks(s string, i int) int {
	for i < len(s) {
		if c := s[i]; c > ' ' && c < utf8.RuneSelf {
			return i
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if !isBlank(r) {
			return i
		}
		i += size
	}
	return i
}

// trimBlanks returns s without the blanks around it.
func trimBlanks(s string) string { return strings.TrimFunc(s, isBlank) }
