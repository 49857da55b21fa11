package main

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"sluice/constraints"
	"sluice/constraints/manifest"
	"sluice/constraints/pinfile"
	"sluice/resolver"
)

// readRequirements returns what a file requires that is no consumer's: a requirements file
// with what it includes, or the runtime requirements of a pyproject.toml or setup.cfg. "-"
// is stdin. The notes are about what was seen and not followed.
func (s *settings) readRequirements(name string) (resolver.Job, []note, error) {
	info, err := os.Stat(s.abs(name))
	switch {
	case name == "-":
		return readStream("stdin", os.Stdin)
	case err != nil:
		return resolver.Job{}, nil, s.unreadable("", "requirements file", name, err, "-r")
	case info.IsDir():
		return resolver.Job{}, nil, usageError{msg: name + " is a folder", hint: "give a file in it"}
	case !info.Mode().IsRegular(): // a pipe, such as <(...) of a shell
		f, err := os.Open(s.abs(name))
		if err != nil {
			return resolver.Job{}, nil, s.unreadable("", "requirements file", name, err, "-r")
		}
		defer f.Close()
		return readStream(name, f)
	}
	return s.readManifest(name)
}

// readManifest reads a file with those that it includes, which lie in the working
// directory, or in the folder of the file where that is elsewhere.
func (s *settings) readManifest(name string) (resolver.Job, []note, error) {
	top, err := os.OpenRoot(s.dir)
	if err != nil {
		return resolver.Job{}, nil, err
	}
	defer top.Close()
	if target, err := filepath.EvalSymlinks(s.abs(name)); err == nil && target != s.abs(name) && isLink(s.abs(name)) {
		name = target
	}
	c := consumer{folder: filepath.Dir(name)}
	c.load(top, manifest.Options{Files: []string{filepath.Base(name)}})
	if c.manifest == nil {
		return resolver.Job{}, nil, c.problems
	}
	var job resolver.Job
	whole := !slices.Contains([]string{".toml", ".cfg"}, filepath.Ext(name))
	for _, d := range c.manifest.Requirements {
		if whole || d.Group.Kind == manifest.Runtime {
			job.Roots = append(job.Roots, resolver.Root{Requirement: d.Requirement, Place: d.Place.Under(c.prefix)})
		}
	}
	for _, d := range c.manifest.Constraints {
		job.Limits = append(job.Limits, resolver.Root{Requirement: d.Requirement, Place: d.Place.Under(c.prefix)})
	}
	var notes []note
	for _, p := range slices.Concat(c.manifest.Notes, c.manifest.Settings) {
		p.Place = p.Place.Under(c.prefix)
		notes = append(notes, notesOf(constraints.Problems{p})...)
	}
	problems := c.problems
	for _, p := range c.manifest.Unread { // of a consumer it leaves verdicts open; here it is the question
		p.Place = p.Place.Under(c.prefix)
		problems = append(problems, p)
	}
	return job, notes, problems.Err()
}

// isLink reports whether a path is a symbolic link itself.
func isLink(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode()&fs.ModeSymlink != 0
}

// readStream reads a requirements file from what has no folder.
func readStream(name string, from io.Reader) (resolver.Job, []note, error) {
	data, err := io.ReadAll(io.LimitReader(from, pinfile.MaxFile+1))
	switch {
	case err != nil:
		return resolver.Job{}, nil, usageError{msg: name + " cannot be read: " + cause(err)}
	case len(data) > pinfile.MaxFile:
		return resolver.Job{}, nil, usageError{msg: name + " is too large"}
	}
	file, _ := pinfile.ParseWith(name, data, pinfile.Options{})
	problems := slices.Clone(file.Problems())
	var job resolver.Job
	var notes []note
	for _, e := range file.Entries() {
		switch {
		case e.Kind == pinfile.Include, e.Kind == pinfile.Constrain:
			problems = append(problems, constraints.Problem{Place: e.Place, Msg: "not followed: " + name + " has no folder in which to look for " + e.Arg, Hint: "name it by -r, or keep both in files"})
		case e.Requirement.Name != "":
			job.Roots = append(job.Roots, resolver.Root{Requirement: e.Requirement, Place: e.Place})
		case e.Kind == pinfile.Settings:
			notes = append(notes, notesOf(constraints.Problems{manifest.IgnoredSettings(&e)})...)
		case e.Kind != pinfile.Invalid:
			problems = append(problems, constraints.Problem{Place: e.Place, Msg: "it does not tell what it is the source of", Hint: "write NAME @ URL"})
		}
	}
	return job, notes, problems.Err()
}
