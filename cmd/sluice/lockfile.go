package main

import (
	"io"
	"path/filepath"
	"regexp"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// lockFile is a pylock.toml (PEP 751) for one environment. Its keys stand in the order of
// the specification.
type lockFile struct {
	LockVersion    string          `toml:"lock-version"`
	Environments   []string        `toml:"environments"`
	RequiresPython string          `toml:"requires-python,omitempty"`
	CreatedBy      string          `toml:"created-by"`
	Packages       []lockedPackage `toml:"packages"`
}

// lockedPackage is a package of a lock file. It comes from a version control system, a
// folder, an archive, or else from the files of a release.
type lockedPackage struct {
	Name           string             `toml:"name"`
	Version        string             `toml:"version,omitempty"`
	RequiresPython string             `toml:"requires-python,omitempty"`
	Dependencies   []lockedDependency `toml:"dependencies,inline,multiline,omitempty"`
	VCS            *lockedVCS         `toml:"vcs,inline,omitempty"`
	Directory      *lockedDirectory   `toml:"directory,inline,omitempty"`
	Archive        *lockedArchive     `toml:"archive,inline,omitempty"`
	Sdist          *lockedFile        `toml:"sdist,inline,omitempty"`
	Wheels         []lockedFile       `toml:"wheels,inline,multiline,omitempty"`
}

type lockedDependency struct {
	Name string `toml:"name"`
}

// lockedFile is a file of a release. It has either a URL or a path, which is relative to
// the folder of the lock file.
type lockedFile struct {
	Name     string            `toml:"name"`
	Uploaded time.Time         `toml:"upload-time,omitempty"`
	URL      string            `toml:"url,omitempty"`
	Path     string            `toml:"path,omitempty"`
	Size     int64             `toml:"size,omitempty"`
	Hashes   map[string]string `toml:"hashes"`
}

type lockedVCS struct {
	Type         string `toml:"type"`
	URL          string `toml:"url"`
	Revision     string `toml:"requested-revision,omitempty"`
	Commit       string `toml:"commit-id"`
	Subdirectory string `toml:"subdirectory,omitempty"`
}

type lockedDirectory struct {
	Path         string `toml:"path"`
	Subdirectory string `toml:"subdirectory,omitempty"`
}

type lockedArchive struct {
	URL          string            `toml:"url,omitempty"`
	Path         string            `toml:"path,omitempty"`
	Size         int64             `toml:"size,omitempty"`
	Hashes       map[string]string `toml:"hashes"`
	Subdirectory string            `toml:"subdirectory,omitempty"`
}

var lockName = regexp.MustCompile(`^pylock(\.[^.]+)?\.toml$`)

// isLockName reports whether installers take a file of that name for a lock file (PEP 751,
// "File name").
func isLockName(name string) bool { return lockName.MatchString(filepath.Base(name)) }

// write writes the file.
func (l *lockFile) write(w io.Writer) error { return toml.NewEncoder(w).Encode(l) }
