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
	ctx    context.Context
	top    string // its folder, where the working tree begins
	dir    string // the folder that it was found from ...
	within string // ... and that folder's path in the repository
}

// openRepository finds the repository that a folder is in.
func openRepository(ctx context.Context, dir string) (*repository, error) {
	r := &repository{ctx: ctx, top: dir, dir: dir}
	found, err := r.git("rev-parse", "--show-toplevel", "--show-prefix")
	if err != nil {
		return nil, usageError{msg: fmt.Sprintf("%s is in no git repository: %s", dir, cause(err)), hint: "a revision is one of the repository that the constraints file is in"}
	}
	top, within, _ := strings.Cut(string(found), "\n")
	r.top, r.within = filepath.FromSlash(top), filepath.FromSlash(strings.TrimSuffix(within, "\n"))
	if resolved, err := filepath.EvalSymlinks(r.top); err == nil {
		r.top = resolved
	}
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

// path returns a file's path in the repository, which has slashes on every system. It goes by
// the names, as far as it can: what a folder of the working tree leads to, a change can say.
func (r *repository) path(file string) (string, error) {
	for _, from := range []struct{ folder, path string }{{r.dir, r.within}, {r.top, ""}, {r.namedTop(), ""}} {
		rel, err := filepath.Rel(from.folder, file)
		if err == nil && from.folder != "" && filepath.IsLocal(rel) {
			return filepath.ToSlash(filepath.Join(from.path, rel)), nil
		}
	}
	dir, err := filepath.EvalSymlinks(filepath.Dir(file)) // the file itself may be gone
	if err != nil {
		return "", err
	}
	rel, err := filepath.Rel(r.top, filepath.Join(dir, filepath.Base(file)))
	if err != nil || !filepath.IsLocal(rel) {
		return "", usageError{msg: fmt.Sprintf("%s is not in the repository %s", file, r.top)}
	}
	return filepath.ToSlash(rel), nil
}

// namedTop returns the folder of the repository as the way to it is named, which git resolves;
// "" where the way leads into the repository by a link.
func (r *repository) namedTop() string {
	top, ok := strings.CutSuffix(filepath.Clean(r.dir), strings.TrimSuffix(r.within, string(filepath.Separator)))
	if resolved, err := filepath.EvalSymlinks(top); !ok || err != nil || resolved != r.top {
		return ""
	}
	return filepath.Clean(top)
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
