package fetch

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// maxNetrc bounds a netrc file, in bytes.
const maxNetrc = 1 << 20

// NetrcError says where a netrc file is not well formed. It never repeats a word of
// the file, which could be part of a password.
type NetrcError struct {
	File string
	Line int // from 1
	Msg  string
}

// Error returns "FILE:LINE: MSG".
func (e *NetrcError) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Msg) }

// NetrcFiles returns where a netrc file may be, as pip looks for it: what the
// variable NETRC names and nothing else, or .netrc and _netrc in the home folder.
// An empty home is none.
func NetrcFiles(getenv func(string) string, home string) []string {
	if named := getenv("NETRC"); named != "" {
		if rest, ok := strings.CutPrefix(named, "~"); ok && home != "" && (rest == "" || os.IsPathSeparator(rest[0])) {
			named = filepath.Join(home, rest)
		}
		return []string{named}
	}
	if home == "" {
		return nil
	}
	return []string{filepath.Join(home, ".netrc"), filepath.Join(home, "_netrc")}
}

// netrc is a netrc file: a login for each of some machines. The nil netrc has none.
type netrc struct {
	machines  map[string]login // by name in lower case
	otherwise *login           // for all other machines ("default")
}

// find returns the login for a machine. An entry without user and password is none.
func (n *netrc) find(machine string) (login, bool) {
	if n == nil {
		return login{}, false
	}
	l, ok := n.machines[strings.ToLower(machine)]
	if !ok && n.otherwise != nil {
		l, ok = *n.otherwise, true
	}
	return l, ok && l != login{}
}

// readNetrc reads the first of the files that exists. It warns where others than the
// owner may read or change it: it is read all the same, as by most that read netrc
// files.
func readNetrc(paths []string) (n *netrc, warning, err error) {
	for _, path := range paths {
		f, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		defer f.Close()
		data, err := io.ReadAll(io.LimitReader(f, maxNetrc+1))
		if err == nil && len(data) > maxNetrc {
			err = fmt.Errorf("%s is larger than %s", path, size(maxNetrc))
		}
		if err != nil {
			return nil, nil, err
		}
		n, err = parseNetrc(path, string(data))
		return n, exposed(f), err
	}
	return nil, nil, nil
}

// exposed returns a warning if others than the owner of a file have rights to it.
// Where the system has no such rights there is none.
func exposed(f *os.File) error {
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() || runtime.GOOS == "windows" || info.Mode().Perm()&0o077 == 0 {
		return nil
	}
	return fmt.Errorf("%s: others than its owner may read or change it (mode %04o; chmod 600 mends that)", f.Name(), info.Mode().Perm())
}

// parseNetrc reads the text of a netrc file by the grammar of Python's netrc module,
// which pip goes by: words apart by blanks, "" around a word and \ before a character
// taking away their meaning, a later entry for a machine replacing an earlier one.
//
// It is more lenient in one point. A comment is what begins with # where a keyword
// is due, and ends with its line; the module takes the words of some comments for
// content (those after an empty line, those without a blank after the #) and then
// refuses the file.
func parseNetrc(file, text string) (*netrc, error) {
	r := netrcReader{file: file, text: newlines(text), line: 1}
	n := &netrc{machines: make(map[string]login)}
	for word := r.keyword(); word != ""; {
		var err error
		switch word {
		case "machine":
			if word = r.word(); word == "" {
				return nil, r.error("machine without a name")
			}
			name := strings.ToLower(word)
			var l login
			if l, word, err = r.login(); err == nil && name != "default" {
				n.machines[name] = l
			} else if err == nil {
				n.otherwise = &l // the module does not tell them apart
			}
		case "default":
			var l login
			l, word, err = r.login()
			n.otherwise = &l
		case "macdef":
			err = r.macro()
			word = r.keyword()
		default:
			err = r.error("neither machine, default nor macdef begins here")
		}
		if err != nil {
			return nil, err
		}
	}
	return n, nil
}

// newlines returns a text with "\n" at the end of all lines.
func newlines(text string) string {
	return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
}

// netrcReader reads a netrc file word by word.
type netrcReader struct {
	file string
	text string // what is left
	line int    // where it begins
	last byte   // the last byte read
}

// login reads what follows the name of a machine. It returns the keyword that ends
// it too. The account stands in for a user that is not named, as requests has it.
func (r *netrcReader) login() (l login, next string, err error) {
	account := ""
	for {
		switch next = r.keyword(); next {
		case "login", "user":
			l.user = r.word()
		case "account":
			account = r.word()
		case "password":
			l.password = r.word()
		case "", "machine", "default", "macdef":
			if l.user == "" {
				l.user = account
			}
			return l, next, nil
		default:
			return l, "", r.error("neither login, account nor password stands here (a value with blanks goes in double quotes)")
		}
	}
}

// macro skips a macro: a name and lines up to an empty one.
func (r *netrcReader) macro() error {
	r.word()
	for r.text != "" {
		if r.rest() == "" {
			return nil
		}
	}
	return r.error("a macro without an empty line after it")
}

// keyword returns the next word outside comments, "" at the end.
func (r *netrcReader) keyword() string {
	for {
		word := r.word()
		if !strings.HasPrefix(word, "#") {
			return word
		}
		if r.last != '\n' {
			r.rest()
		}
	}
}

// word returns the next word and reads one byte beyond it. At the end, and for "", it
// is empty.
func (r *netrcReader) word() string {
	c := r.next()
	for isBlank(c) {
		c = r.next()
	}
	quoted := c == '"'
	if quoted {
		c = r.next()
	}
	var word []byte
	for c != atEnd && !(quoted && c == '"') && !(!quoted && isBlank(c)) {
		if c == '\\' {
			if c = r.next(); c == atEnd {
				break
			}
		}
		word = append(word, byte(c))
		c = r.next()
	}
	return string(word)
}

// atEnd is what stands for the byte after the last.
const atEnd = -1

// next returns the next byte, or atEnd.
func (r *netrcReader) next() int {
	if r.text == "" {
		return atEnd
	}
	c := r.text[0]
	r.text, r.last = r.text[1:], c
	if c == '\n' {
		r.line++
	}
	return int(c)
}

// rest returns what is left of the line.
func (r *netrcReader) rest() string {
	line, text, ended := strings.Cut(r.text, "\n")
	r.text = text
	if ended {
		r.line++
		r.last = '\n'
	}
	return line
}

// error returns that something is wrong at the last word read.
func (r *netrcReader) error(msg string) error {
	line := r.line
	if r.last == '\n' {
		line-- // the end of the line has been read with the word
	}
	return &NetrcError{r.file, max(line, 1), msg}
}

func isBlank(c int) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
