package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/index"
	"sluice/index/pypi"
	"sluice/resolver"
)

// addressed is an origin of facts that knows where files can be downloaded from.
type addressed interface {
	Files(ctx context.Context, name constraints.Name, v constraints.Version) ([]pypi.File, error)
}

// lock returns a solution as the lock file that is to be written to output. The error has
// all packages that cannot be locked.
func (in *inputs) lock(env *constraints.Environment, s *resolver.Solution, output string) (*lockFile, error) {
	from, ok := in.facts.origin.(addressed)
	if !ok {
		return nil, usageError{msg: "recorded facts do not say where files can be downloaded from, which a lock file has to", hint: "ask the index itself: --index-url URL"}
	}
	l := locker{in: in, env: env, from: from, folder: in.settings.dir}
	if output != "-" {
		l.folder = filepath.Dir(in.settings.abs(output))
	}
	file := &lockFile{LockVersion: "1.0", Environments: []string{environmentMarker(env)}, CreatedBy: "sluice"}
	if python, ok := env.Var("python_version"); ok {
		file.RequiresPython = "==" + python.Text + ".*"
	}
	needs := dependencies(s)
	var errs []error
	add := func(name constraints.Name, p lockedPackage, err error) {
		p.Name, p.Dependencies = string(name), needs[name]
		file.Packages = append(file.Packages, p)
		errs = append(errs, err)
	}
	for _, c := range s.Installed() {
		if c.Pin != nil && c.Pin.URL != "" {
			p, err := l.reference(c.Name, c.Pin.URL, c.Pin.Place)
			add(c.Name, p, err)
			continue
		}
		p, err := l.release(c)
		add(c.Name, p, err)
	}
	for _, d := range directReferences(s) {
		p, err := l.reference(d.Requirement.Name, d.Requirement.URL, d.Place)
		add(d.Requirement.Name, p, err)
	}
	slices.SortStableFunc(file.Packages, func(a, b lockedPackage) int { return strings.Compare(a.Name, b.Name) })
	return file, errors.Join(errs...)
}

// environmentMarker returns the marker of the machines that an environment stands for.
func environmentMarker(env *constraints.Environment) string {
	var terms []string
	for _, name := range []string{"python_version", "implementation_name", "sys_platform", "platform_machine"} {
		if value, ok := env.Var(name); ok {
			terms = append(terms, fmt.Sprintf("%s == '%s'", name, value.Text))
		}
	}
	return strings.Join(terms, " and ")
}

// dependencies returns what each package of a solution requires of the others.
func dependencies(s *resolver.Solution) map[constraints.Name][]lockedDependency {
	all := make(map[constraints.Name][]lockedDependency)
	for name, demands := range s.Demands() {
		for _, d := range demands {
			if need := (lockedDependency{string(name)}); d.From != nil && d.From.Name != name && !slices.Contains(all[d.From.Name], need) {
				all[d.From.Name] = append(all[d.From.Name], need)
			}
		}
	}
	for _, needs := range all {
		slices.SortFunc(needs, func(a, b lockedDependency) int { return strings.Compare(a.Name, b.Name) })
	}
	return all
}

// directReferences returns the demands by URL that a solution passes over, one for each
// package.
func directReferences(s *resolver.Solution) []resolver.Demand {
	var all []resolver.Demand
	for _, n := range s.Notes() {
		twice := slices.ContainsFunc(all, func(d resolver.Demand) bool { return d.Requirement.Name == n.Demand.Requirement.Name })
		if n.Kind == resolver.DirectReference && n.Demand.Requirement.URL != "" && !twice {
			all = append(all, n.Demand)
		}
	}
	return all
}

// locker finds out what a lock file says of packages.
type locker struct {
	in     *inputs
	env    *constraints.Environment
	from   addressed
	folder string // of the lock file
}

// release locks a release to those of its files that the environment can install.
func (l *locker) release(c resolver.Chosen) (p lockedPackage, err error) {
	release, err := l.in.facts.Release(c.Name, c.Version)
	if err != nil || release == nil {
		return p, err
	}
	published, err := l.files(c.Name, release.Version)
	if err != nil {
		return p, err
	}
	p.Version = release.Version.String()
	if release.RequiresRuntime != nil {
		p.RequiresPython = release.RequiresRuntime.String()
	}
	for i := range release.Files {
		f := &release.Files[i]
		if !f.Installable(l.env) || f.Yanked && !release.Yanked {
			continue
		}
		locked, err := l.file(published[f.Name])
		if err != nil {
			return p, fmt.Errorf("%s %s: %w", c.Name, p.Version, err)
		}
		if len(f.Tags) == 0 {
			p.Sdist = &locked
		} else {
			p.Wheels = append(p.Wheels, locked)
		}
	}
	if p.Sdist == nil && len(p.Wheels) == 0 {
		return p, fmt.Errorf("%s %s has no file that %s can install", c.Name, p.Version, l.env.Name())
	}
	return p, nil
}

// files returns the files of a release by name.
func (l *locker) files(name constraints.Name, v constraints.Version) (map[string]pypi.File, error) {
	published, err := l.from.Files(l.in.facts.ctx, name, v)
	if err != nil {
		return nil, err
	}
	byName := make(map[string]pypi.File, len(published))
	for _, f := range published {
		byName[f.Name] = f
	}
	return byName, nil
}

// file locks a file. Of its hashes those count that no other content can be made to have.
func (l *locker) file(f pypi.File) (locked lockedFile, err error) {
	u, err := url.Parse(f.URL.String())
	if err != nil || f.Name == "" {
		return locked, errors.New("the index no longer says where its files are")
	}
	locked = lockedFile{Name: f.Name, Uploaded: f.Uploaded, Size: f.Size, Hashes: strongHashes(f.Hashes)}
	if u.Scheme != "file" {
		locked.URL = u.String()
	} else if locked.Path, locked.Size, locked.Hashes, err = l.local(u); err != nil {
		return locked, err
	}
	if len(locked.Hashes) == 0 {
		return locked, usageError{msg: fmt.Sprintf("the index states no SHA-2 digest of %s, which a lock file has to", f.Name), hint: "--format requirements needs none"}
	}
	return locked, nil
}

// strongHashes returns the hashes of the SHA-2 family.
func strongHashes(all []index.Hash) map[string]string {
	strong := make(map[string]string)
	for _, h := range all {
		if slices.Contains([]string{"sha256", "sha384", "sha512"}, h.Algorithm) {
			strong[h.Algorithm] = h.Hex
		}
	}
	return strong
}

// local reads a local file to know its digest.
func (l *locker) local(u *url.URL) (path string, size int64, hashes map[string]string, err error) {
	name, _ := pypi.Location{URL: u.String()}.Path()
	f, err := os.Open(name)
	if err != nil {
		return "", 0, nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return "", 0, nil, errors.Join(err, fmt.Errorf("%s is not a regular file", name))
	}
	sum := sha256.New()
	if size, err = io.Copy(sum, f); err != nil {
		return "", 0, nil, err
	}
	return l.relative(name), size, map[string]string{"sha256": hex.EncodeToString(sum.Sum(nil))}, nil
}

// relative returns a local path as seen from the lock file.
func (l *locker) relative(name string) string {
	if path, err := filepath.Rel(l.folder, name); err == nil {
		name = path
	}
	return filepath.ToSlash(name)
}
