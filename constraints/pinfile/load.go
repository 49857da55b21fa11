package pinfile

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"sluice/constraints"
)

// Tree is a file with the files that it includes.
type Tree struct {
	// Files are the files that were read, each once, in the order in which pip
	// comes to them. The first is the one that Load was asked for.
	Files []*File

	// Entries are the entries of all files, in the order in which pip reads them:
	// those of an included file follow the line that includes it. Place.File
	// tells the file, Constraint whether it was included with -c.
	Entries []Entry

	// Problems is what is wrong: what pip would refuse, and files that could not be
	// followed.
	Problems constraints.Problems

	// Unread are the URLs of -r: pip would fetch them, Load does not, and so what
	// they require is not known.
	Unread constraints.Problems

	// Notes are those of the files, and the URLs that only constrain, which are not
	// fetched either.
	Notes constraints.Problems
}

// Load reads the file name and follows its -r and -c, relative to the file that
// they stand in, as far as fsys goes. What cannot be followed (a path out of fsys,
// a file that is missing or includes itself) is a Problem at its line, a URL is
// Unread or a Note; the rest is read. The error is the Tree's Problems; only the name asked
// for itself makes an error without a Tree.
func Load(fsys fs.FS, name string, opts Options) (*Tree, error) {
	root := opts.Constraint
	opts.Constraint = false // whether a file constrains depends on the way to it
	l := loader{fsys: fsys, opts: opts, files: map[string]*File{}, tree: &Tree{}}
	f, err := l.open(path.Clean(name))
	if err != nil {
		return nil, err
	}
	l.follow(f, root, []string{path.Clean(name)})
	return l.tree, l.tree.Problems.Err()
}

// A loader holds what Load gathers.
type loader struct {
	fsys     fs.FS
	opts     Options
	files    map[string]*File
	includes int
	tree     *Tree
}

// open reads a file, once.
func (l *loader) open(name string) (*File, error) {
	if f, ok := l.files[name]; ok {
		return f, nil
	}
	data, err := ReadBounded(l.fsys, name, MaxFile)
	if err != nil {
		return nil, err
	}
	f, _ := parse(name, data, l.opts)
	l.files[name] = f
	l.tree.Files = append(l.tree.Files, f)
	l.tree.Problems = append(l.tree.Problems, f.problems...)
	l.tree.Notes = append(l.tree.Notes, f.notes...)
	return f, nil
}

// follow gathers the entries of f and of what it includes. chain is how f was
// come to, f itself last.
func (l *loader) follow(f *File, constraint bool, chain []string) {
	if !constraint && l.tree.Entries == nil && !slices.ContainsFunc(f.entries, Entry.includes) {
		l.tree.Entries = slices.Clip(f.entries) // as in most files, there is nothing to gather
		return
	}
	l.tree.Entries = slices.Grow(l.tree.Entries, len(f.entries))
	for _, e := range f.entries {
		e.Constraint = constraint
		if c := refusal(e); c != nil && constraint {
			l.report(&l.tree.Problems, e, c)
		}
		l.tree.Entries = append(l.tree.Entries, e)
		if !e.includes() {
			continue
		}
		if isRemote(e.Arg) {
			l.report(l.remarks(e), e, &complaint{"not followed: " + short(e.Arg) + " is a URL", "keep a copy of the file beside this one, and name that"})
		} else if err := l.include(e, chain); err != nil {
			l.report(&l.tree.Problems, e, err)
		}
	}
}

// includes reports whether the entry names another file.
func (e Entry) includes() bool { return e.Kind == Include || e.Kind == Constrain }

// remarks returns the list for the URL of an entry: what is not read of a
// constraints file can only make fewer things possible, not ask for more.
func (l *loader) remarks(e Entry) *constraints.Problems {
	if e.Kind == Include && !e.Constraint {
		return &l.tree.Unread
	}
	return &l.tree.Notes
}

// report adds what is wrong with an entry, once however often its file is come
// to.
func (l *loader) report(to *constraints.Problems, e Entry, c *complaint) {
	p := c.at(e.Place)
	if !slices.Contains(*to, p) {
		*to = append(*to, p)
	}
}

// isRemote reports whether pip would take the argument of -r or -c for a URL.
func isRemote(arg string) bool {
	scheme, _, ok := strings.Cut(arg, ":")
	return ok && slices.Contains([]string{"http", "https", "file"}, strings.ToLower(scheme))
}

// include follows the -r or -c of e.
func (l *loader) include(e Entry, chain []string) *complaint {
	target, fault := resolve(chain[len(chain)-1], e.Arg)
	switch {
	case fault != nil:
		return fault
	case slices.Contains(chain, target):
		return &complaint{"the file includes itself: " + strings.Join(append(slices.Clone(chain), target), " -> "), "remove one of the lines"}
	case len(chain) >= MaxNesting:
		return &complaint{fmt.Sprintf("not followed: more than %d files include one another", MaxNesting), ""}
	case l.includes >= MaxIncludes:
		return &complaint{fmt.Sprintf("not followed: more than %d lines include a file", MaxIncludes), ""}
	}
	l.includes++
	f, err := l.open(target)
	if err != nil {
		return &complaint{"cannot read " + short(target) + ": " + Cause(err), pathHint(err)}
	}
	l.follow(f, e.Kind == Constrain, append(slices.Clone(chain), target))
	return nil
}

// resolve returns the path that arg, the argument of -r or -c in the file from,
// means within the fs.FS.
func resolve(from, arg string) (string, *complaint) {
	if path.IsAbs(arg) {
		return "", &complaint{"not followed: " + short(arg) + " is an absolute path", "write it relative to this file"}
	}
	target := path.Join(path.Dir(from), arg)
	if !fs.ValidPath(target) {
		return "", &complaint{"not followed: " + short(arg) + " leaves the folder that is read", "read from a folder that holds both files"}
	}
	return target, nil
}

// pathHint returns the hint for a file that could not be read.
func pathHint(err error) string {
	if errors.Is(err, fs.ErrNotExist) {
		return "the path is relative to the folder of the file that it stands in"
	}
	return ""
}
