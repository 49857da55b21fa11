package pypi

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"sluice/index"
)

// File is one file of a project page: what package index keeps of it, and where
// it is.
type File struct {
	index.File
	URL URL

	// HasMetadata says that the index serves the metadata of the file on its own
	// (PEP 658, PEP 714), at MetadataURL. When it does not, it may be in the file.
	HasMetadata    bool
	MetadataHashes []index.Hash // of that document; nil when the index gives none
}

// MetadataURL returns where the metadata of the file is when HasMetadata is set:
// ".metadata" after the path of its URL. A query, such as a signature, stays behind
// it.
func (f File) MetadataURL() URL { return f.URL.withSuffix(".metadata") }

// statement is what a page says of one file, in JSON or HTML, before anything of
// it was checked.
type statement struct {
	name           string // "" where it is what the URL ends in
	url            string
	hashes         []index.Hash
	requiresPython string
	yanked         bool
	reason         string
	size, uploaded string // "" when not stated
	metadata       bool
	metadataHashes []index.Hash
	wrong          string // why the statement cannot be used, or ""
}

// badFileName returns why name cannot be that of a file, or "".
func badFileName(name string) string {
	switch {
	case name == "":
		return "it has no name"
	case len(name) > maxFileName:
		return "its name is too long"
	case !utf8.ValidString(name):
		return "its name is not UTF-8"
	case name == "." || name == ".." || strings.ContainsAny(name, `/\`):
		return "its name is a path"
	case strings.ContainsFunc(name, unicode.IsControl):
		return "its name has control characters"
	}
	return ""
}

// parseSize reads the size of a file (PEP 700).
func parseSize(text string) (size int64, why string) {
	size, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil:
		return 0, "its size is not a whole number; it is not known then"
	case size < 0:
		return 0, "its size is negative; it is not known then"
	}
	return size, ""
}

// parseUploadTime reads the time of an upload (PEP 700), to the microsecond.
func parseUploadTime(text string) (t time.Time, why string) {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, "its upload time " + strconv.Quote(short(text)) + " is not as RFC 3339 has it; it is not known then"
	}
	t = t.UTC().Truncate(time.Microsecond)
	if t.Year() < 1 || t.Year() > 9999 {
		return time.Time{}, "its upload time is outside the years 1 to 9999; it is not known then"
	}
	return t, ""
}
