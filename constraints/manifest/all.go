package manifest

import (
	"io/fs"
	"path"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"sluice/constraints"
)

// Source names projects to load.
type Source struct {
	Path  string // a folder, or a pattern of folders (path.Match) such as "projects/*"
	Name  string // Options.Name, of a folder that is no pattern
	Files []string
}

// LoadAll reads the projects that the sources name, many at a time. The result is in
// the order of the sources, and of the names within a pattern; a project that is
// named more than once is there once, at the first place, as the source says that
// names it without a pattern. A pattern passes over what is no folder and over
// names that begin with a dot.
//
// The error is a constraints.Problems with the problems of all projects;
// Consumer.Problems tells which are whose. One project's do not keep the others
// from being read. A pattern that no folder matches is a problem too.
func LoadAll(fsys fs.FS, sources ...Source) ([]*Consumer, error) {
	jobs, problems := plan(fsys, sources)
	consumers := make([]*Consumer, len(jobs))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(jobs)) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(jobs); i = int(next.Add(1)) - 1 {
				consumers[i], _ = Load(fsys, jobs[i].dir, jobs[i].opts)
			}
		})
	}
	workers.Wait()
	for _, c := range consumers {
		problems = append(problems, c.Problems...)
	}
	return consumers, append(problems, sameNames(consumers)...).Err()
}

// A job is one project to load.
type job struct {
	dir  string
	opts Options
}

// plan finds the folders that the sources name.
func plan(fsys fs.FS, sources []Source) ([]job, constraints.Problems) {
	var jobs []job
	var problems constraints.Problems
	byDir := map[string]int{}
	for _, s := range sources {
		if !isPattern(s.Path) {
			dir := path.Clean(s.Path)
			at, known := byDir[dir]
			if !known {
				at = len(jobs)
				byDir[dir] = at
				jobs = append(jobs, job{})
			}
			jobs[at] = job{dir, Options{Name: s.Name, Files: s.Files}}
			continue
		}
		dirs, err := folders(fsys, s.Path)
		if msg := patternProblem(dirs, err); msg != "" {
			problems = append(problems, constraints.Problem{Place: constraints.Place{File: s.Path}, Msg: msg, Hint: "a pattern is relative to the folder of the configuration"})
		}
		for _, dir := range dirs {
			if _, known := byDir[dir]; !known {
				byDir[dir] = len(jobs)
				jobs = append(jobs, job{dir, Options{Files: s.Files}})
			}
		}
	}
	return jobs, problems
}

func isPattern(name string) bool { return strings.ContainsAny(name, `*?[`) }

func patternProblem(dirs []string, err error) string {
	switch {
	case err != nil:
		return "cannot read the pattern: " + cause(err)
	case len(dirs) == 0:
		return "no folder matches"
	}
	return ""
}

// folders returns the folders that match a pattern, in alphabetical order.
func folders(fsys fs.FS, pattern string) ([]string, error) {
	parent, last := path.Split(path.Clean(pattern))
	parent = path.Clean(parent)
	if isPattern(parent) {
		return foldersBelow(fsys, parent, last)
	}
	if _, err := path.Match(last, ""); err != nil {
		return nil, err
	}
	entries, err := fs.ReadDir(fsys, parent)
	if err != nil {
		return nil, err
	}
	var dirs []string
	for _, entry := range entries {
		name := entry.Name()
		matched, _ := path.Match(last, name)
		if matched && (name[0] != '.' || last[0] == '.') && isFolder(fsys, parent, entry) {
			dirs = append(dirs, path.Join(parent, name))
		}
	}
	return dirs, nil
}

// foldersBelow returns the folders that match last in those that match parent.
func foldersBelow(fsys fs.FS, parent, last string) ([]string, error) {
	parents, err := folders(fsys, parent)
	var dirs []string
	for _, p := range parents {
		found, inner := folders(fsys, p+"/"+last)
		if inner != nil {
			err = inner
		}
		dirs = append(dirs, found...)
	}
	return dirs, err
}

// isFolder reports whether an entry is a folder or a link to one.
func isFolder(fsys fs.FS, parent string, entry fs.DirEntry) bool {
	if entry.Type()&fs.ModeSymlink == 0 {
		return entry.IsDir()
	}
	info, err := fs.Stat(fsys, path.Join(parent, entry.Name()))
	return err == nil && info.IsDir()
}

// sameNames reports projects that reports could not tell apart.
func sameNames(consumers []*Consumer) constraints.Problems {
	var problems constraints.Problems
	first := map[string]*Consumer{}
	for _, c := range consumers {
		if other, again := first[c.Name]; again {
			problems = append(problems, constraints.Problem{
				Place: constraints.Place{File: c.Dir},
				Msg:   "the project is called " + c.Name + ", as is " + other.Dir,
				Hint:  "give one of them another name",
			})
			continue
		}
		first[c.Name] = c
	}
	return problems
}
