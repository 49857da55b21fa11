package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/constraints/ledger"
	"sluice/constraints/pinfile"
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

// holds reports whether a file of this machine, by its absolute path, belongs to the
// repository, so that a change can change it.
func (b *base) holds(file string) bool {
	_, err := b.path(file)
	return err == nil
}

// file returns what the base has in place of a file of this machine, and its name there.
func (b *base) file(name string) (data []byte, shown string, err error) {
	path, err := b.path(name)
	if err != nil {
		return nil, "", err
	}
	data, err = b.read(b.id, path)
	return data, b.shown(path), err
}

// readInstead returns a file of this machine of at most max bytes: as the base has it, where a
// change can change it.
func (b *base) readInstead(name string, max int64) ([]byte, error) {
	if !b.holds(name) {
		return readFile(name, max)
	}
	data, _, err := b.file(name)
	if err == nil && int64(len(data)) > max {
		err = tooLarge(name, max)
	}
	return data, err
}

// isUnchanged reports whether a file of this machine is what the base has.
func (b *base) isUnchanged(name string) (bool, error) {
	path, err := b.path(name)
	if err != nil {
		return false, err
	}
	then, err := b.entry(b.id, path)
	if err != nil {
		return false, err
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
	for b.holds(filepath.Join(dir, configName)) {
		data, shown, err := b.file(filepath.Join(dir, configName))
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
	data, shown, err := b.file(s.abs(s.Constraints))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, s.unreadable("constraints", "constraints file", s.Constraints, err, "--constraints")
	}
	return parseConstraints(shown, data)
}

// trusts complains of recorded facts that the change under test may have changed.
func (b *base) trusts(s *settings) error {
	file := s.abs(s.Index.File)
	if s.Index.File == "" || s.layout == nil || !s.layout.has("index.file") || !b.holds(file) {
		return nil
	}
	if same, err := b.isUnchanged(file); err == nil && same {
		return nil
	}
	return s.fault("index.file", fmt.Sprintf("the change changes %s, whose facts it is judged by", s.Index.File), "let the facts be changed first, by a change of their own, or name others by --index FILE")
}

// ownLaw returns the ledger and the policy that the change under test brings, nil where they
// are those of the base.
func (a *app) ownLaw(o *options, s *settings) (*gate.Law, error) {
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
	theirs, _, err := s.memory()
	if err != nil {
		return nil, err
	}
	if bytes.Equal(own.source, s.source) && slices.EqualFunc(ours.Entries, theirs.Entries, saysTheSame) {
		return nil, nil
	}
	law := own.law(ours)
	return &law, nil
}

// saysTheSame reports whether two entries are the same, wherever they stand.
func saysTheSame(a, b ledger.Entry) bool { return ledger.Text(a) == ledger.Text(b) }
