package main

import (
	"fmt"
	"net/url"
	"os"
	"regexp"
	"strings"

	"sluice/constraints"
	"sluice/index/pypi"
)

// reference locks a package to the URL of a direct reference (PEP 508, with the fragments
// and revisions that pip knows).
func (l *locker) reference(name constraints.Name, text string, place constraints.Place) (p lockedPackage) {
	fail := func(msg, hint string) lockedPackage {
		l.problems = append(l.problems, constraints.Problem{Place: place, Msg: fmt.Sprintf("%s @ %s %s", name, constraints.Redact(text), msg), Hint: hint})
		return p
	}
	u, err := url.Parse(text)
	if err != nil {
		return fail("is no URL", "")
	}
	fragment, _ := url.ParseQuery(u.Fragment)
	subdirectory := fragment.Get("subdirectory")
	u.Fragment, u.RawFragment = "", ""
	u.User = pypi.PublicUser(u)
	system, transport, isVCS := strings.Cut(u.Scheme, "+")
	path, isLocal := pypi.Location{URL: u.String()}.Path()
	switch {
	case isVCS:
		u.Scheme = transport
		path, revision, _ := cutLast(u.Path, "@")
		u.Path, u.RawPath = path, ""
		if !isCommit(revision) {
			return fail("names no commit", "a lock file pins one: write its whole hexadecimal id behind an @")
		}
		p.VCS = &lockedVCS{Type: system, URL: u.String(), Commit: revision, Subdirectory: subdirectory}
	case isLocal && isFolder(path):
		p.Directory = &lockedDirectory{Path: l.relative(path), Subdirectory: subdirectory}
	case isLocal:
		a := &lockedArchive{Subdirectory: subdirectory}
		if a.Path, a.Size, a.Hashes, err = l.local(u); err != nil {
			return fail("cannot be read: "+cause(err), "")
		}
		p.Archive = a
	default:
		a := &lockedArchive{URL: u.String(), Hashes: make(map[string]string), Subdirectory: subdirectory}
		for _, algorithm := range []string{"sha256", "sha384", "sha512"} {
			if digest := fragment.Get(algorithm); digest != "" {
				a.Hashes[algorithm] = digest
			}
		}
		if len(a.Hashes) == 0 {
			return fail("states no digest", "a lock file has to: write #sha256=HEX behind it")
		}
		p.Archive = a
	}
	return p
}

var commitID = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`)

// isCommit reports whether a revision names one commit for ever, as its hash does.
func isCommit(revision string) bool { return commitID.MatchString(revision) }

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// cutLast cuts text around the last separator.
func cutLast(text, separator string) (before, after string, found bool) {
	i := strings.LastIndex(text, separator)
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i+len(separator):], true
}
