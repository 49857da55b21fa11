package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/constraints/ledger"
	"sluice/constraints/pinfile"
	"sluice/index/pypi"
	"sluice/resolver/gate"
)

// base is the revision that a change is judged against. What the change is judged by comes
// from there, since a gate that what is gated can open is none: sluice.toml, the ledger and
// today's pins.
type base struct {
	*repository
	revision string // as the person named it
	id       string // of the commit
}

// withinRepository returns the app in the folder that the way to the working directory leads
// to, as far as it leads into a repository: above a link is another folder than above what it
// leads to. Links within the repository are the change's, and stay names.
func (a *app) withinRepository() *app {
	there := *a
	if r, err := openRepository(context.Background(), a.dir); err == nil {
		if within, ok := wayInto(r.top, a.dir); ok {
			there.dir = filepath.Join(r.top, within)
		}
	}
	return &there
}

// openBase finds a revision in the repository that the working directory is in.
func (a *app) openBase(revision string) (*base, error) {
	r, err := openRepository(context.Background(), a.dir)
	if err != nil {
		return nil, err
	}
	id, err := r.commit(revision)
	if err != nil {
		return nil, err
	}
	return &base{r, revision, id}, nil
}

// shown returns how a file of the base is named: as git names it.
func (b *base) shown(path string) string { return b.revision + ":" + path }

// contains reports whether a file of this machine, by its absolute path, belongs to the
// repository, so that a change can change it.
func (b *base) contains(file string) bool {
	_, err := b.path(file)
	return err == nil
}

// file returns what the base has in place of a file of this machine, at most max bytes, and its
// name there.
func (b *base) file(name string, max int64) (data []byte, shown string, err error) {
	path, err := b.path(name)
	if err != nil {
		return nil, "", err
	}
	data, err = b.read(b.id, path)
	if err == nil && int64(len(data)) > max {
		err = tooLarge(name, max)
	}
	return data, b.shown(path), err
}

// readInstead returns a file of this machine of at most max bytes: as the base has it, where a
// change can change it.
func (b *base) readInstead(name string, max int64) ([]byte, error) {
	if !b.contains(name) {
		return readFile(name, max)
	}
	data, _, err := b.file(name, max)
	return data, err
}

// readLaw returns a file that has a say in what is admitted, at most max bytes, and its name: as
// the base has it, where there is one and a change could change the file.
func (s *settings) readLaw(name string, max int64) (data []byte, shown string, err error) {
	if file := s.abs(name); s.base != nil && s.base.contains(file) {
		return s.base.file(file, max)
	}
	data, err = readFile(s.abs(name), max)
	return data, name, err
}

// isUnchanged reports whether a file of this machine is what the base has, byte by byte, or is
// in neither. A link is not: what it leads to is not told by it.
func (b *base) isUnchanged(name string) (bool, error) {
	path, err := b.path(name)
	if err != nil {
		return false, err
	}
	info, err := os.Lstat(name)
	switch {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return false, err
	case err == nil && !info.Mode().IsRegular():
		return false, nil
	}
	then, err := b.entry(b.id, path)
	if info == nil || err != nil {
		return then == treeEntry{}, err
	}
	now, err := b.git("hash-object", "--no-filters", "--", name)
	return err == nil && strings.TrimSpace(string(now)) == then.id, err
}

// foundConfig is a sluice.toml that was found.
type foundConfig struct {
	dir   string // its folder on this machine
	shown string
	data  []byte
}

// config returns the sluice.toml that the base has in a folder or the nearest one above it,
// nil for none. Above the repository there is what nobody changes with it.
func (b *base) config(dir string) (*foundConfig, error) {
	for b.contains(filepath.Join(dir, configName)) {
		data, shown, err := b.file(filepath.Join(dir, configName), maxConfigSize)
		switch {
		case err == nil:
			return &foundConfig{dir, shown, data}, nil
		case !errors.Is(err, fs.ErrNotExist):
			return nil, constraints.Problem{Place: constraints.Place{File: b.shown(configName)}, Msg: "cannot be read: " + err.Error()}
		}
		dir = filepath.Dir(dir)
	}
	return nil, nil
}

// constraints reads the constraints file as the base has it, as one without pins where it
// has none.
func (b *base) constraints(s *settings) (*pinfile.File, error) {
	data, shown, err := b.file(s.abs(s.Constraints), pinfile.MaxFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, s.unreadable("constraints", "constraints file", s.Constraints, err, "--constraints")
	}
	return parseConstraints(shown, data)
}

// checkSources complains of what says what is published where the change under test changes it:
// recorded facts, certificates and pip's settings in the repository, or a cache in it. Files of
// folders (find-links) are what is installed, and tell the truth about it.
func (b *base) checkSources(s *settings) error {
	for _, source := range []struct{ key, name string }{
		{"index.file", s.Index.File}, {"index.certificates", s.Index.Certificates}, {"index.client-certificate", s.Index.ClientCertificate},
	} {
		named := s.layout != nil && s.layout.has(source.key) // by the repository, and not by whoever asks
		if named && source.name != "" && b.alters(s.abs(source.name)) {
			return s.fault(source.key, fmt.Sprintf("the change changes %s, which tells what is published", source.name), "let that be changed first, by a change of its own, or name another on the command line")
		}
	}
	if name := s.app.getenv("PIP_CONFIG_FILE"); name != "" && b.alters(s.abs(name)) {
		return usageError{msg: fmt.Sprintf("the change changes %s, which PIP_CONFIG_FILE names", name), hint: "let that be changed first, by a change of its own"}
	}
	if s.cacheDir != "" && b.contains(s.abs(s.cacheDir)) {
		if path, err := b.path(s.abs(s.cacheDir)); err != nil || b.tracks(path) {
			return usageError{msg: fmt.Sprintf("the cache folder %s has files that git tracks, so that a change can put facts there", s.cacheDir), hint: "take them out, or name another by --cache-dir or SLUICE_CACHE_DIR"}
		}
	}
	return nil
}

// checkIndexes complains of an index that is a folder of the repository where the change
// changes it: what its pages say of files need not be what is in these.
func (b *base) checkIndexes(where *pypi.Indexes, from map[string]string) error {
	indexes := append(slices.Clone(where.Extra), where.Default)
	for _, name := range slices.Sorted(maps.Keys(from)) {
		indexes = append(indexes, pypi.Location{URL: from[name]})
	}
	for _, l := range indexes {
		folder, local := l.Path()
		if !local || !b.contains(folder) {
			continue
		}
		if same, err := b.isFolderUnchanged(folder); err != nil || !same {
			return usageError{msg: fmt.Sprintf("the change changes %s, an index whose word is taken for what is published", folder), hint: "let that be changed first, by a change of its own"}
		}
	}
	return nil
}

// isFolderUnchanged reports whether all files below a folder of this machine, also those that
// git ignores, are those that the base has there.
func (b *base) isFolderUnchanged(name string) (bool, error) {
	path, err := b.path(name)
	if err != nil {
		return false, err
	}
	then, err := b.entry(b.id, path)
	if err != nil || then.kind != "tree" {
		return false, err
	}
	changed, err := b.git("diff", "--name-only", "--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none", b.id, "--", path)
	if err != nil {
		return false, err
	}
	more, err := b.git("ls-files", "--others", "--", path)
	return len(changed)+len(more) == 0, err
}

// alters reports whether a file is of the repository and not what the base has, or
// is not known to be.
func (b *base) alters(name string) bool {
	if !b.contains(name) {
		return false
	}
	same, err := b.isUnchanged(name)
	return err != nil || !same
}

// tracks reports whether git tracks files below a path, or cannot tell.
func (b *base) tracks(path string) bool {
	listed, err := b.git("ls-files", "-z", "--", path)
	return err != nil || len(listed) > 0
}

// remarks tells what of the change a person may overlook: consumers that it touches, whose
// requirements of today do not count, and that the base has gone on without it.
func (b *base) remarks(s *settings) []note {
	var notes []note
	if fork, behind := b.fork(); behind {
		notes = append(notes, note{
			Message: fmt.Sprintf("%s has gone on since this branch left it: what changed there looks taken back here", b.revision),
			Hint:    "rebase, or give --base " + fork,
		})
	}
	names, err := b.consumersChanged(s)
	if err != nil || len(names) == 0 {
		return notes
	}
	return append(notes, note{Message: "the change touches consumers, too, which count as it has them: " + firstOf(names)})
}

// fork returns the commit at which the branch that is checked out left the base, where the
// base has gone on since.
func (b *base) fork() (commit string, behind bool) {
	out, err := b.git("merge-base", b.id, "HEAD")
	commit = strings.TrimSpace(string(out))
	return commit, err == nil && commit != b.id
}

// consumersChanged returns the consumers whose folders the change touches, by their folders'
// names: they are judged as the change has them, or are gone.
func (b *base) consumersChanged(s *settings) ([]string, error) {
	out, err := b.git("diff", "--name-only", "--no-renames", "--no-ext-diff", "--no-textconv", "-z", b.id)
	if err != nil {
		return nil, err
	}
	var names []string
	for file := range strings.SplitSeq(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		for dir := path.Dir(file); dir != "."; dir = path.Dir(dir) {
			if b.isConsumer(s, dir) && !slices.Contains(names, path.Base(dir)) {
				names = append(names, path.Base(dir))
			}
		}
	}
	slices.Sort(names)
	return names, nil
}

// isConsumer reports whether a folder of the repository is that of a consumer.
func (b *base) isConsumer(s *settings, dir string) bool {
	return slices.ContainsFunc(s.Consumers, func(c consumerConfig) bool {
		pattern, err := b.path(s.abs(cmp.Or(c.Path, c.Paths)))
		if err != nil {
			return false
		}
		is, err := path.Match(pattern, dir)
		return err == nil && is
	})
}

// changedLaw returns the ledger and the policy that the change under test brings, nil where they
// are those of the base, of which the ledger is theirs. What it alters in them is told, also
// where no pin needs it.
func (a *app) changedLaw(o *options, s *settings, theirs ledger.Ledger) (*gate.Law, error) {
	mine := *o
	mine.base, mine.environments = "", nil
	own, err := mine.settings(a)
	if err != nil {
		return nil, err
	}
	ours, _, err := own.memory()
	if err != nil {
		return nil, err
	}
	if bytes.Equal(own.source, s.source) && slices.EqualFunc(ours.Entries, theirs.Entries, saysTheSame) {
		return nil, nil
	}
	s.notes = append(s.notes, alterations(theirs, ours)...)
	if !bytes.Equal(own.source, s.source) {
		s.notes = append(s.notes, note{Message: "the change alters " + configName})
	}
	law := own.law(ours)
	return &law, nil
}

// maxAlterations bounds how many entries are told of.
const maxAlterations = 10

// alterations tells which entries a change takes out of the ledger and which it adds.
func alterations(before, after ledger.Ledger) []note {
	var notes []note
	tell := func(what string, entries, others []ledger.Entry) {
		known := make(map[string]bool)
		for _, e := range others {
			known[ledger.Text(e)] = true
		}
		for _, e := range entries {
			if !known[ledger.Text(e)] {
				place := e.Common().Place
				notes = append(notes, note{Place: &place, Message: fmt.Sprintf("the change %s %s %s: %s", what, e.Kind(), subjectOf(e), e.Common().Reason)})
			}
		}
	}
	tell("takes out", before.Entries, after.Entries)
	tell("adds", after.Entries, before.Entries)
	if more := len(notes) - maxAlterations; more > 0 {
		notes = append(notes[:maxAlterations], note{Message: fmt.Sprintf("and alters %d more entries of the ledger", more)})
	}
	return notes
}

// saysTheSame reports whether two entries are the same, wherever they stand.
func saysTheSame(a, b ledger.Entry) bool { return ledger.Text(a) == ledger.Text(b) }
