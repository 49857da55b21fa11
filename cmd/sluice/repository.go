package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
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

// path returns a file's path in the repository, which has slashes on every system.
func (r *repository) path(file string) (string, error) {
	top, err := filepath.EvalSymlinks(r.top)
	if err != nil {
		return "", err
	}
	dir, err := filepath.EvalSymlinks(filepath.Dir(file)) // the file itself may be gone
	if err != nil {
		return "", err
	}
	rel, err := filepath.Rel(top, filepath.Join(dir, filepath.Base(file)))
	if err != nil || !filepath.IsLocal(rel) {
		return "", usageError{msg: fmt.Sprintf("%s is not in the repository %s", file, r.top)}
	}
	return filepath.ToSlash(rel), nil
}

// read returns a file, by its path in the repository, as a commit has it: fs.ErrNotExist
// where it has none.
func (r *repository) read(commit, path string) ([]byte, error) {
	listed, err := r.git("ls-tree", "-z", "--full-tree", commit, "--", path)
	if err != nil {
		return nil, err
	}
	entry, _, _ := strings.Cut(string(listed), "\t")
	fields := strings.Fields(entry) // mode, type and identifier
	switch {
	case len(fields) == 0:
		return nil, fs.ErrNotExist
	case len(fields) != 3 || fields[1] != "blob":
		return nil, errors.New("it is no file")
	case fields[0] == "120000":
		return nil, errors.New("it is a link, which is not followed")
	}
	return r.git("cat-file", "blob", fields[2])
}
