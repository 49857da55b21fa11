package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sync/errgroup"

	"sluice/constraints"
	"sluice/constraints/manifest"
	"sluice/constraints/pep440"
	"sluice/constraints/pep508"
	"sluice/constraints/pinfile"
	"sluice/index"
	"sluice/resolver"
	"sluice/resolver/gate"
)

// inputs is everything that a question is asked about, read from its files.
type inputs struct {
	settings     *settings
	environments []*constraints.Environment
	file         *pinfile.File
	lines        []gate.Line
	consumers    []*consumer
	facts        *facts
}

// consumer is a project and what its manifests say.
type consumer struct {
	name, owner string
	folder      string
	manifest    *manifest.Consumer // what could be read; nil for nothing
	problems    constraints.Problems
	prefix      string // of the places in the manifest, to make them the working directory's
}

// load reads all inputs, the consumers and the index side by side.
func load(s *settings) (*inputs, error) {
	in := &inputs{settings: s}
	var err error
	in.environments, err = s.environments()
	if err := errors.Join(err, s.complete()); err != nil {
		return nil, err
	}
	var wait sync.WaitGroup
	parts := []func() error{in.loadPins, in.loadConsumers}
	errs := make([]error, len(parts))
	for i, part := range parts {
		wait.Go(func() { errs[i] = part() })
	}
	wait.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, errors.Join(err, in.close())
	}
	return in, nil
}

// loadPins reads the constraints file and the facts of what it pins, which every
// question will ask for.
func (in *inputs) loadPins() error {
	if err := errors.Join(in.loadConstraints(), in.loadIndex()); err != nil {
		return err
	}
	for _, l := range in.lines {
		if !l.Version.IsZero() {
			if _, err := in.facts.Release(l.Requirement.Name, l.Version); err != nil {
				return err
			}
		}
	}
	return nil
}

// complete says what is missing that a question cannot do without.
func (s *settings) complete() error {
	var errs []error
	if s.Index.File == "" {
		errs = append(errs, usageError{msg: "no index facts to judge by", hint: `give --index FILE, or [index] file = "FILE" in sluice.toml`})
	}
	if len(s.Consumers) == 0 {
		errs = append(errs, usageError{msg: "no consumers to judge for", hint: `give --consumers PATTERN, or [[consumer]] tables in sluice.toml`})
	}
	if !s.configured && len(errs) > 0 {
		errs = append(errs, usageError{msg: fmt.Sprintf("there is no %s in this folder or above", configName)})
	}
	return errors.Join(errs...)
}

// environments returns the matrix.
func (s *settings) environments() ([]*constraints.Environment, error) {
	if len(s.Environments) == 0 {
		return nil, usageError{msg: "no environment to judge for", hint: `give --environment py312, or [[environment]] tables in sluice.toml`}
	}
	var all []*constraints.Environment
	var errs []error
	seen := make(map[string]bool)
	for _, c := range s.Environments {
		env, err := c.environment()
		switch {
		case err != nil:
			errs = append(errs, err)
		case seen[env.Name()]:
			errs = append(errs, fmt.Errorf("environment %q is there twice", env.Name()))
		default:
			seen[env.Name()] = true
			all = append(all, env)
		}
	}
	return all, errors.Join(errs...)
}

func (c environmentConfig) environment() (*constraints.Environment, error) {
	if c.Python == "" {
		return pep508.ParseEnvironment(c.Name)
	}
	return pep508.NewEnvironment(pep508.EnvironmentSpec{
		Name: c.Name, Python: c.Python, Platform: c.Platform, Implementation: c.Implementation, Overrides: c.Variables,
	})
}

// loadConstraints reads the constraints file.
func (in *inputs) loadConstraints() error {
	file, err := in.settings.readConstraints(in.settings.Constraints)
	if err != nil {
		return err
	}
	in.file, in.lines = file, linesOf(file)
	return nil
}

// readConstraints reads a constraints file, all of whose problems are the error.
func (s *settings) readConstraints(name string) (*pinfile.File, error) {
	data, err := readFile(s.abs(name), pinfile.MaxFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, usageError{msg: "there is no constraints file " + name, hint: `give --constraints FILE, or constraints = "FILE" in sluice.toml`}
	}
	if err != nil {
		return nil, err
	}
	return parseConstraints(name, data)
}

// parseConstraints reads a constraints file. Variables are not expanded: their
// values are none of what a report may show.
func parseConstraints(name string, data []byte) (*pinfile.File, error) {
	file, err := pinfile.ParseWith(name, data, pinfile.Options{Constraint: true})
	if err != nil {
		return nil, err
	}
	problems := file.RefusedAsConstraints()
	for _, e := range file.Entries() {
		if e.Kind == pinfile.Include || e.Kind == pinfile.Constrain {
			problems = append(problems, constraints.Problem{
				Place: e.Place, Msg: "the constraints are not all in this file", Hint: "put the pins of " + e.Arg + " here: a gate edits one file",
			})
		}
	}
	return file, problems.Err()
}

// linesOf returns the entries of a constraints file as the gate sees them.
func linesOf(file *pinfile.File) []gate.Line {
	var lines []gate.Line
	for _, e := range file.Entries() {
		if e.Kind != pinfile.Requirement {
			continue
		}
		version, text, fixed := e.Pin()
		if fixed && version.IsZero() {
			version = pep440.Literal(text) // which nothing that is published equals
		}
		lines = append(lines, gate.Line{Requirement: e.Requirement, Version: version, Place: e.Place})
	}
	return lines
}

// linesAfter returns the entries of an edited constraints file, at the places
// where they stand today: what is added has no line yet.
func linesAfter(today []gate.Line, edited *pinfile.File) []gate.Line {
	lines := linesOf(edited)
	next := 0
	for i := range lines {
		if next < len(today) && sameLine(today[next], lines[i]) {
			lines[i].Place = today[next].Place
			next++
		} else {
			lines[i].Place = constraints.Place{File: lines[i].Place.File}
		}
	}
	return lines
}

// sameLine reports whether an edit could have made the second line of the first.
func sameLine(a, b gate.Line) bool {
	marker := func(l gate.Line) string {
		if l.Requirement.Marker == nil {
			return ""
		}
		return l.Requirement.Marker.String()
	}
	return a.Requirement.Name == b.Requirement.Name && marker(a) == marker(b)
}

// loadIndex opens the index facts.
func (in *inputs) loadIndex() error {
	snapshot, err := index.OpenCached(in.settings.abs(in.settings.Index.File), in.settings.cacheDir)
	if errors.Is(err, fs.ErrNotExist) {
		return usageError{msg: "there is no index file " + in.settings.Index.File, hint: "--index FILE names it"}
	}
	if err != nil {
		return err
	}
	in.facts = newFacts(snapshot)
	return nil
}

// close releases what load opened.
func (in *inputs) close() error {
	if in.facts == nil {
		return nil
	}
	return in.facts.snapshot.Close()
}

// loadConsumers reads the manifests of all consumers, several at a time. One that
// cannot be read keeps its problems; the others go on.
func (in *inputs) loadConsumers() error {
	top, err := os.OpenRoot(in.settings.dir)
	if err != nil {
		return err
	}
	defer top.Close()
	var errs []error
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	seen := make(map[string]bool)
	for _, c := range in.settings.ownFirst() {
		folders, err := in.settings.folders(c)
		if err != nil {
			errs = append(errs, err)
		}
		for _, folder := range folders {
			if seen[abs(in.settings.dir, folder)] {
				continue // a table of its own goes before a pattern
			}
			seen[abs(in.settings.dir, folder)] = true
			entry := &consumer{name: c.Name, owner: c.Owner, folder: folder}
			if entry.name == "" {
				entry.name = filepath.Base(abs(in.settings.dir, folder))
			}
			in.consumers = append(in.consumers, entry)
			group.Go(func() error {
				entry.load(top, c.Files)
				return nil
			})
		}
	}
	slices.SortStableFunc(in.consumers, func(a, b *consumer) int { return strings.Compare(a.name, b.name) })
	errs = append(errs, group.Wait(), in.checkNames())
	return errors.Join(errs...)
}

// ownFirst returns the consumer tables, those of a single folder before those of
// a pattern.
func (s *settings) ownFirst() []consumerConfig {
	return slices.SortedStableFunc(slices.Values(s.Consumers), func(a, b consumerConfig) int {
		return cmp.Compare(len(a.Paths), 0) - cmp.Compare(len(b.Paths), 0)
	})
}

// folders returns the folders of a consumer entry, sorted.
func (s *settings) folders(c consumerConfig) ([]string, error) {
	if c.Path != "" {
		if info, err := os.Stat(s.abs(c.Path)); err != nil || !info.IsDir() {
			return nil, usageError{msg: fmt.Sprintf("the consumer's path %s is no folder", c.Path), hint: "it is relative to the folder of sluice.toml"}
		}
		return []string{c.Path}, nil
	}
	pattern := s.abs(c.Paths)
	matches, err := filepath.Glob(pattern)
	if err != nil {
		return nil, usageError{msg: fmt.Sprintf("%q is no pattern of folders: %v", c.Paths, err)}
	}
	var folders []string
	for _, m := range matches {
		if info, err := os.Stat(m); err == nil && info.IsDir() {
			folders = append(folders, relative(s.dir, m, c.Paths))
		}
	}
	if len(folders) == 0 {
		return nil, usageError{msg: fmt.Sprintf("no folder matches %q", c.Paths), hint: "a consumer is a folder with requirements.txt, pyproject.toml or setup.cfg"}
	}
	return folders, nil
}

// relative returns a path that a pattern matched as relative to dir, if the
// pattern is.
func relative(dir, match, pattern string) string {
	if filepath.IsAbs(pattern) {
		return match
	}
	if rel, err := filepath.Rel(dir, match); err == nil {
		return rel
	}
	return match
}

// checkNames finds consumers that reports could not tell apart.
func (in *inputs) checkNames() error {
	seen := make(map[string]bool)
	var errs []error
	for _, c := range in.consumers {
		if seen[c.name] {
			errs = append(errs, usageError{msg: fmt.Sprintf("two consumers are named %q", c.name), hint: `give one a name of its own: [[consumer]] name = "..."`})
		}
		seen[c.name] = true
	}
	return errors.Join(errs...)
}

// load reads the manifests of a consumer. top is the working directory.
func (c *consumer) load(top *os.Root, files []string) {
	t, err := c.locate(top)
	if err == nil {
		c.manifest, err = manifest.Load(t, t.inside, manifest.Options{Name: c.name, Files: files})
		t.own.Close()
	}
	switch problems := (constraints.Problems)(nil); {
	case errors.As(err, &problems):
		c.problems = problems
	case err != nil:
		c.problems = constraints.Problems{{Place: constraints.Place{File: c.folder}, Msg: err.Error()}}
		return
	}
	for i := range c.problems {
		c.problems[i].Place = c.problems[i].Place.Under(c.prefix)
	}
}

// locate opens the folder of a consumer and the one that its files may lie in.
// For a consumer below the working directory that is the working directory, so
// that consumers may share files; for another it is the folder alone.
func (c *consumer) locate(top *os.Root) (tree, error) {
	if filepath.IsLocal(c.folder) {
		if own, err := top.OpenRoot(c.folder); err == nil {
			return tree{top: top, own: own, inside: filepath.ToSlash(filepath.Clean(c.folder))}, nil
		}
	}
	c.prefix = filepath.ToSlash(filepath.Dir(c.folder))
	own, err := os.OpenRoot(abs(top.Name(), c.folder))
	return tree{own: own, inside: filepath.Base(c.folder)}, err
}

// tree is the part of the disk that the manifests of a consumer may lie in:
// neither a path nor a link in one leads out of there.
type tree struct {
	top    *os.Root // nil for none but own
	own    *os.Root // the consumer's folder
	inside string   // what that is called in top
}

// Open implements fs.FS.
func (t tree) Open(name string) (fs.File, error) {
	if name == t.inside {
		return t.own.Open(".")
	}
	if own, ok := strings.CutPrefix(name, t.inside+"/"); ok {
		return open(t.own, own)
	}
	if t.top == nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("it is outside the consumer's folder")}
	}
	return open(t.top, name)
}

// open opens a file without waiting for a writer, should it be a FIFO: that it is
// none is seen, and said, only afterwards.
func open(root *os.Root, name string) (fs.File, error) {
	return root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
}

// gateConsumer returns the consumer as the gate sees it: its runtime requirements
// as one job, and these with each group and extra as further ones. What is needed
// to build is installed apart. judged is the constraints file that is in question.
func (c *consumer) gateConsumer(judged string) gate.Consumer {
	g := gate.Consumer{Name: c.name, Owner: c.owner, Problems: c.problems}
	if c.manifest == nil {
		return g
	}
	for _, p := range c.manifest.Unread {
		p.Place = p.Place.Under(c.prefix)
		g.Problems = append(slices.Clip(g.Problems), p)
	}
	g.Runtime = c.manifest.RequiresPython
	groups := make(map[manifest.Group][]resolver.Root)
	for _, d := range c.manifest.Requirements {
		groups[d.Group] = append(groups[d.Group], resolver.Root{Requirement: d.Requirement, Place: d.Place.Under(c.prefix)})
	}
	var limits []resolver.Root
	for _, d := range c.manifest.Constraints {
		if filepath.Clean(d.Place.Under(c.prefix).File) == filepath.Clean(judged) {
			continue // the file that is being judged: its edited lines count
		}
		limits = append(limits, resolver.Root{Requirement: d.Requirement, Place: d.Place.Under(c.prefix)})
	}
	base := groups[manifest.Group{}]
	for _, group := range slices.SortedFunc(maps.Keys(groups), manifest.Group.Compare) {
		roots := groups[group]
		if group.Kind != manifest.Runtime && group.Kind != manifest.Build {
			roots = slices.Concat(base, roots)
		}
		g.Jobs = append(g.Jobs, gate.Job{Name: group.String(), Job: resolver.Job{Roots: roots, Limits: limits}})
	}
	return g
}

// question returns the question of a change from the constraints as they are to
// the lines after.
func (in *inputs) question(after []gate.Line) *gate.Question {
	q := &gate.Question{
		Environments: in.environments,
		Before:       in.lines,
		After:        after,
		Source:       in.facts,
		Policy:       in.settings.policy(),
	}
	for _, c := range in.consumers {
		q.Consumers = append(q.Consumers, c.gateConsumer(in.settings.Constraints))
	}
	return q
}
