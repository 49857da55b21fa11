package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/constraints/manifest"
	"sluice/constraints/pinfile"
	"sluice/resolver"
)

// readRequirements returns what a file requires that is no consumer's: a requirements file
// with what it includes, or the runtime requirements of a pyproject.toml or setup.cfg. "-"
// is stdin. The notes are about what was seen and not followed. A project that env is not
// for is a problem; nil for any.
func (s *settings) readRequirements(name string, env *constraints.Environment) (resolver.Job, []note, error) {
	if scheme, _, isURL := strings.Cut(name, "://"); isURL {
		return resolver.Job{}, nil, usageError{msg: "-r reads files, and " + scheme + "://... is a URL", hint: "keep a copy of the file, and give that"}
	}
	info, err := os.Stat(s.abs(name))
	switch {
	case filepath.Ext(name) == ".py":
		return resolver.Job{}, nil, usageError{msg: name + " would have to be run to tell what it requires", hint: "give a requirements file, pyproject.toml or setup.cfg"}
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
	return s.readManifest(name, env)
}

// readManifest reads a file with those that it includes, which lie in the working
// directory, or in the folder of the file where that is elsewhere. Links are followed, as
// installers do: the file was named by who asks.
func (s *settings) readManifest(name string, env *constraints.Environment) (resolver.Job, []note, error) {
	top, inside, prefix := s.dir, filepath.Dir(name), ""
	if !filepath.IsLocal(name) {
		top, inside, prefix = filepath.Dir(s.abs(name)), ".", filepath.ToSlash(filepath.Dir(name))
	}
	read, err := manifest.Load(os.DirFS(top), filepath.ToSlash(inside), manifest.Options{Files: []string{filepath.Base(name)}})
	var problems constraints.Problems
	if read == nil || err != nil && !errors.As(err, &problems) {
		return resolver.Job{}, nil, err
	}
	var job resolver.Job
	whole := !slices.Contains([]string{".toml", ".cfg"}, filepath.Ext(name))
	for _, d := range read.Requirements {
		if whole || d.Group.Kind == manifest.Runtime {
			job.Roots = append(job.Roots, resolver.Root{Requirement: d.Requirement, Place: d.Place.Under(prefix)})
		}
	}
	for _, d := range read.Constraints {
		job.Limits = append(job.Limits, resolver.Root{Requirement: d.Requirement, Place: d.Place.Under(prefix)})
	}
	// What of a consumer is a note, or leaves verdicts open, here is the question.
	problems = placed(slices.Concat(problems, read.Unread, read.Sources), prefix)
	if !whole && env != nil && read.RequiresPython != nil && !read.RequiresPython.Contains(env.Runtime()) {
		problems = append(problems, constraints.Problem{
			Place: read.RequiresPythonPlace.Under(prefix),
			Msg:   fmt.Sprintf("the project is for Python %s, and %s has %s", read.RequiresPython, env.Name(), env.Runtime()),
			Hint:  "give another --environment",
		})
	}
	return job, notesOf(placed(read.Settings, prefix)), problems.Err()
}

// placed returns problems with their places under a folder.
func placed(problems constraints.Problems, folder string) constraints.Problems {
	moved := slices.Clone(problems)
	for i := range moved {
		moved[i].Place = moved[i].Place.Under(folder)
	}
	return moved
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
			problems = append(problems, constraints.Problem{Place: e.Place, Msg: "not followed: " + name + " includes no other files", Hint: "give " + constraints.Shorten(e.Arg, 80) + " by -r"})
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
