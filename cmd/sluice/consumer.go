package main

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"sluice/constraints"
	"sluice/constraints/manifest"
	"sluice/constraints/pinfile"
	"sluice/resolver"
	"sluice/resolver/gate"
)

// consumer is a project and what its manifests say.
type consumer struct {
	name, owner string
	folder      string
	files       []string           // the manifests to read; nil for all that are found
	manifest    *manifest.Consumer // what could be read; nil for nothing
	problems    constraints.Problems
	table       string // its table in sluice.toml, "" for none
	prefix      string // of the places in the manifest, to make them the working directory's
	judged      gate.Consumer
}

// loadConsumers reads the manifests of all consumers.
func (in *inputs) loadConsumers() error {
	err := in.findConsumers()
	return errors.Join(err, in.readConsumers(in.consumers))
}

// loadConsumer reads the manifests of one consumer.
func (in *inputs) loadConsumer(name string) (*consumer, error) {
	if err := in.findConsumers(); err != nil {
		return nil, err
	}
	i := slices.IndexFunc(in.consumers, func(c *consumer) bool { return c.name == name })
	if i < 0 {
		return nil, unknownConsumer(in, name)
	}
	return in.consumers[i], in.readConsumers(in.consumers[i : i+1])
}

// findConsumers finds the folders of all consumers.
func (in *inputs) findConsumers() error {
	var errs []error
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
			entry := &consumer{name: c.Name, owner: c.Owner, folder: folder, files: c.Files, table: c.table}
			if entry.name == "" {
				entry.name = filepath.Base(abs(in.settings.dir, folder))
			}
			in.consumers = append(in.consumers, entry)
		}
	}
	slices.SortStableFunc(in.consumers, func(a, b *consumer) int { return strings.Compare(a.name, b.name) })
	return errors.Join(append(errs, in.checkNames())...)
}

// readConsumers reads the manifests of consumers, several at a time. One that cannot be
// read keeps its problems; the others go on.
func (in *inputs) readConsumers(consumers []*consumer) error {
	top, err := os.OpenRoot(in.settings.dir)
	if err != nil {
		return err
	}
	defer top.Close()
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	memo := new(pinfile.Memo)
	for _, c := range consumers {
		group.Go(func() error {
			c.load(top, manifest.Options{Name: c.name, Files: c.files, Memo: memo})
			c.judged = c.gateConsumer(in.settings.Constraints)
			return nil
		})
	}
	return group.Wait()
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
			return nil, s.fault(under(c.table, "path"), fmt.Sprintf("the consumer's path %s is no folder", c.Path), "it is relative to the folder of sluice.toml")
		}
		return []string{c.Path}, nil
	}
	pattern := s.abs(c.Paths)
	matches, err := filepath.Glob(pattern)
	if err != nil {
		return nil, s.fault(under(c.table, "paths"), fmt.Sprintf("%q is no pattern of folders: %v", c.Paths, err), "")
	}
	var folders []string
	for _, m := range matches {
		if info, err := os.Stat(m); err == nil && info.IsDir() {
			folders = append(folders, relative(s.dir, m, c.Paths))
		}
	}
	if len(folders) == 0 {
		return nil, s.fault(under(c.table, "paths"), fmt.Sprintf("no folder matches %q", c.Paths), "a consumer is a folder with requirements.txt, pyproject.toml or setup.cfg")
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
	seen := make(map[string]*consumer)
	var errs []error
	for _, c := range in.consumers {
		if other := seen[c.name]; other != nil {
			errs = append(errs, in.settings.fault(in.settings.naming(c.table),
				fmt.Sprintf("two consumers are named %q: %s and %s", c.name, other.folder, c.folder), `give one a name of its own: [[consumer]] name = "..."`))
		}
		seen[c.name] = c
	}
	return errors.Join(errs...)
}

// load reads the manifests of a consumer. top is the working directory.
func (c *consumer) load(top *os.Root, options manifest.Options) {
	t, err := c.locate(top)
	if err == nil {
		c.manifest, err = manifest.Load(t, t.inside, options)
		t.own.Close()
	}
	switch problems := (constraints.Problems)(nil); {
	case errors.As(err, &problems):
		c.problems = problems
	case err != nil:
		c.problems = constraints.Problems{{Place: constraints.Place{File: c.folder}, Msg: err.Error()}}
		return
	}
	c.problems = placed(c.problems, c.prefix)
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

// gateConsumer returns the consumer as the gate sees it: its runtime requirements
// as one job, and these with each group and extra as further ones. What is needed
// to build is installed apart. judged is the constraints file that is in question.
func (c *consumer) gateConsumer(judged string) gate.Consumer {
	g := gate.Consumer{Name: c.name, Owner: c.owner, Problems: c.problems}
	if c.manifest == nil {
		return g
	}
	g.Problems = append(slices.Clip(g.Problems), placed(c.manifest.Unread, c.prefix)...)
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

// dist returns the distribution that the consumer publishes, "" when none is
// known.
func (c *consumer) dist() constraints.Name {
	if c.manifest == nil {
		return ""
	}
	return c.manifest.Dist
}

func unknownConsumer(in *inputs, name string) error {
	e := usageError{msg: fmt.Sprintf("there is no consumer %q", name)}
	var names []string
	for _, c := range in.consumers {
		names = append(names, c.name)
	}
	if near := constraints.Nearest(name, names); near != "" {
		e.hint = fmt.Sprintf("did you mean %q?", near)
	}
	return e
}
