package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"sluice/index/fetch"
)

// repository is a git repository on this machine, which the git command reads: nothing is
// checked out, and no code of the repository runs.
type repository struct {
	ctx context.Context
	top string // its folder, where the working tree begins
}

// openRepository finds the repository that a folder is in.
func openRepository(ctx context.Context, dir string) (*repository, error) {
	r := &repository{ctx, dir}
	top, err := r.git("rev-parse", "--show-toplevel")
	if err != nil {
		return nil, usageError{msg: fmt.Sprintf("%s is in no git repository: %s", dir, cause(err)), hint: "a revision is one of the repository that the constraints file is in"}
	}
	r.top = strings.TrimSuffix(string(top), "\n")
	return r, nil
}

// git runs a git command and returns what it prints.
func (r *repository) git(args ...string) ([]byte, error) {
	return fetch.RunProgram(r.ctx, "git", r.arguments(args)...)
}

// arguments returns the words of a git command.
func (r *repository) arguments(args []string) []string {
	return append([]string{"-C", r.top, "--no-pager", "--no-optional-locks", "--literal-pathspecs"}, args...)
}

// commit returns the identifier of the commit that a revision names.
func (r *repository) commit(revision string) (string, error) {
	id, err := r.git("rev-parse", "--verify", "--quiet", "--end-of-options", revision+"^{commit}")
	if err != nil {
		return "", usageError{msg: fmt.Sprintf("%q is no revision of the repository %s", revision, r.top), hint: "a branch, a tag or a commit; a shallow clone may lack it"}
	}
	return strings.TrimSpace(string(id)), nil
}

// path returns a file's path in the repository, which has slashes on every system. Links that
// lead into the repository are followed. Those within are not: a change can turn them.
func (r *repository) path(file string) (string, error) {
	top, err := filepath.EvalSymlinks(r.top)
	if err != nil {
		return "", err
	}
	dir, ok := wayInto(top, filepath.Dir(file))
	if !ok {
		return "", usageError{msg: fmt.Sprintf("%s is not in the repository %s", file, r.top)}
	}
	return filepath.ToSlash(filepath.Join(dir, filepath.Base(file))), nil
}

// wayInto returns the path of a folder, which may be gone, below another one. It takes the
// nearest way in: what comes after that is a name and nothing else.
func wayInto(top, dir string) (string, bool) {
	if parent := filepath.Dir(dir); parent != dir {
		if above, ok := wayInto(top, parent); ok {
			return filepath.Join(above, filepath.Base(dir)), true
		}
	}
	target, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return "", false
	}
	rel, err := filepath.Rel(top, target)
	return rel, err == nil && filepath.IsLocal(rel)
}

// read returns a file, by its path in the repository, as a commit has it: fs.ErrNotExist
// where it has none.
func (r *repository) read(commit, name string) ([]byte, error) {
	entry, err := r.entry(commit, name)
	switch {
	case err != nil:
		return nil, err
	case entry == treeEntry{}:
		return nil, r.absent(commit, name)
	case entry.isLink():
		return nil, errors.New("it is a link, which is not followed")
	case entry.kind != "blob":
		return nil, errors.New("it is no file")
	}
	return r.git("cat-file", "blob", entry.id)
}

// absent says why a commit does not have a file: there is none, or only behind a link.
func (r *repository) absent(commit, name string) error {
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if entry, err := r.entry(commit, dir); err != nil || entry.isLink() {
			return cmp.Or(err, fmt.Errorf("%s is a link, which is not followed", dir))
		}
	}
	return fs.ErrNotExist
}

// treeEntry is what a commit has at a path.
type treeEntry struct{ mode, kind, id string }

func (e treeEntry) isLink() bool { return e.mode == "120000" }

// entry returns what a commit has at a path, the zero treeEntry for nothing.
func (r *repository) entry(commit, name string) (treeEntry, error) {
	listed, err := r.git("ls-tree", "-z", "--full-tree", commit, "--", name)
	if err != nil || len(listed) == 0 {
		return treeEntry{}, err
	}
	described, _, _ := strings.Cut(string(listed), "\t")
	fields := strings.Fields(described)
	if len(fields) != 3 {
		return treeEntry{}, fmt.Errorf("git says %q of it", described)
	}
	return treeEntry{fields[0], fields[1], fields[2]}, nil
}
