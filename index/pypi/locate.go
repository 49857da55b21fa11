package pypi

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/index/fetch"
)

// Host is the machine on which Locate looks around. All that Locate knows of it comes
// from here and from the files below.
type Host struct {
	Getenv func(name string) string
	Dir    string // the working directory, absolute
	Home   string // of the user; "" for none
	GOOS   string
	Root   string // before the absolute places of the system, such as /etc; "" but in tests

	// Read returns a file of settings; one of more than max bytes is an error. Nil reads
	// what is on the machine.
	Read func(path string, max int64) ([]byte, error)

	// Run runs a client and returns what it prints; fetch.RunProgram does. Nil runs
	// none.
	Run func(ctx context.Context, name string, args ...string) ([]byte, error)
}

// Indexes is where an installed client finds packages.
type Indexes struct {
	Client    string     // whose settings these are, pip or uv
	Extra     []Location // indexes to ask before Default, in this order
	Default   Location   // the last index to ask; the zero Location when NoIndex is set
	FindLinks []Location // folders that hold files and pages that link to files
	NoIndex   bool       // nothing but FindLinks counts: there is neither Extra nor Default

	Connection fetch.Connection
	Keyring    bool // passwords are to be asked from the keyring command
}

// Locate finds out which package indexes the clients that are installed on this
// machine are configured with. It is for when nobody told sluice.
//
// There are two clients, pip and uv, and each is read as it reads itself: its
// environment variables go before its files. One of them is followed, and only one:
// the first that names a default index, or says that there is none, in
//
//  1. pip's environment (PIP_INDEX_URL, PIP_NO_INDEX),
//  2. uv's environment (UV_DEFAULT_INDEX, UV_INDEX_URL),
//  3. pip's files,
//  4. uv's files.
//
// Where none of these does, an installed client is asked which default it was built
// with: first one that is configured at least with further indexes or links, and pip
// before uv. Further indexes, links, how to connect and the use of the keyring are those
// of the client followed. A mixture of both would be the configuration of neither: it
// would take packages from indexes that no installation asks, which is where dependency
// confusion comes from, or judge what no installation sees.
//
// Extra indexes come before the default one, and a name found in an earlier index is
// not to be taken from a later one. That is what uv does. pip takes the best version
// of all indexes, so that who can publish on a public index can outbid a private one;
// where both serve a name, the order here is the safe one.
//
// What is wrong in the settings of a client that is followed, or might have been, is an
// error of type constraints.Problems, all at once, with file, line and column; a file
// that is not there is fine. With nothing found the error is a *NoIndexError.
func Locate(ctx context.Context, host Host) (*Indexes, error) {
	pip := readPip(host)
	if pip.decided == inEnvironment {
		return pip.result()
	}
	uv := readUV(host)
	if uv.decided == inEnvironment {
		return uv.result()
	}
	if err := append(pip.problems, uv.problems...).Err(); err != nil {
		return nil, err
	}
	for _, s := range []*settings{pip, uv} {
		if s.decided == inFile {
			return s.result()
		}
	}
	clients := []*settings{pip, uv}
	if !pip.configured() && uv.configured() {
		clients = []*settings{uv, pip}
	}
	return askClients(ctx, host, clients)
}

// settings is what one client is configured with.
type settings struct {
	host     Host
	indexes  Indexes
	decided  rank // where a default index is named, or that there is none
	problems constraints.Problems
}

// rank is how near to the user a setting stands. The greater goes first.
type rank int

const (
	nowhere rank = iota
	inFile
	inEnvironment
)

// configured reports whether the client has any index or links of its own.
func (s *settings) configured() bool {
	return len(s.indexes.Extra) > 0 || len(s.indexes.FindLinks) > 0
}

// result returns the indexes, once each.
func (s *settings) result() (*Indexes, error) {
	if err := s.problems.Err(); err != nil {
		return nil, err
	}
	x := s.indexes
	if x.NoIndex {
		x.Extra, x.Default = nil, Location{}
	}
	seen := map[string]bool{x.Default.URL: true}
	x.Extra = slices.DeleteFunc(slices.Clone(x.Extra), func(l Location) bool {
		again := seen[l.URL]
		seen[l.URL] = true
		return again
	})
	return &x, nil
}

func (s *settings) decide(at rank) { s.decided = max(s.decided, at) }

func (s *settings) problem(place constraints.Place, msg, hint string) {
	s.problems = append(s.problems, constraints.Problem{Place: place, Msg: msg, Hint: hint})
}

// isTrue reads a word as both clients do, case aside.
func isTrue(word string) bool {
	return slices.Contains([]string{"1", "true", "yes", "on", "y", "t"}, strings.ToLower(word))
}

// boolean is isTrue for a word that could be neither true nor false.
func (s *settings) boolean(place constraints.Place, word string) bool {
	if !isTrue(word) && !slices.Contains([]string{"0", "false", "no", "off", "n", "f", ""}, strings.ToLower(word)) {
		s.problem(place, "neither true nor false", "write 1 or 0")
	}
	return isTrue(word)
}

// useKeyring is the word by which both clients are told to ask the keyring command.
const useKeyring = "subprocess"

// oneOf complains of a word that a client does not know.
func (s *settings) oneOf(place constraints.Place, word string, known ...string) {
	if !slices.Contains(known, word) {
		s.problem(place, "a word that "+s.indexes.Client+" does not know here", "it knows "+strings.Join(known, ", "))
	}
}

// getenv returns a variable, without blanks around it. Both clients take an empty one
// for none.
func (h Host) getenv(name string) string {
	if h.Getenv == nil {
		return ""
	}
	return strings.TrimSpace(h.Getenv(name))
}

// read returns a file of settings, or the beginning of one that has more than max bytes.
func (h Host) read(path string, max int64) ([]byte, error) {
	if h.Read != nil {
		return h.Read(path, max)
	}
	return readAtMost(path, max)
}

// has reports whether there is a file of settings, be it one that cannot be read.
func (h Host) has(path string) bool {
	if h.Read == nil {
		return exists(path)
	}
	_, err := h.Read(path, 0)
	return !errors.Is(err, fs.ErrNotExist)
}

// system returns the path of something that is at the same place on all machines.
func (h Host) system(path string) string {
	if h.Root == "" {
		return path
	}
	return filepath.Join(h.Root, path)
}

// expand replaces ~ at the beginning of a path by the home folder.
func (h Host) expand(path string) string {
	rest, ok := strings.CutPrefix(path, "~")
	if !ok || h.Home == "" || rest != "" && rest[0] != '/' && rest[0] != filepath.Separator {
		return path
	}
	return filepath.Join(h.Home, rest)
}

// under returns a path as seen from a folder.
func under(folder, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(folder, path)
}
