package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
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
// all that cannot be locked.
func (in *inputs) lock(env *constraints.Environment, s *resolver.Solution, output string, r *references) (*lockFile, error) {
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
	for _, c := range s.Installed() {
		p := l.release(c)
		p.Dependencies = needs[c.Name]
		file.Packages = append(file.Packages, p)
	}
	l.refuse(s.Notes(), r)
	slices.SortFunc(file.Packages, func(a, b lockedPackage) int { return strings.Compare(a.Name, b.Name) })
	slices.SortStableFunc(l.problems, func(a, b constraints.Problem) int { return a.Place.Compare(b.Place) })
	return file, errors.Join(l.problems.Err(), errors.Join(l.errs...))
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

// locker finds out what a lock file says of packages.
type locker struct {
	in       *inputs
	env      *constraints.Environment
	from     addressed
	folder   string // of the lock file
	problems constraints.Problems
	errs     []error // without a place
}

// refuse complains of direct references of which it is not known what they require: a lock
// file has to be whole.
func (l *locker) refuse(notes []resolver.Note, r *references) {
	type reference struct {
		name   constraints.Name
		target string
	}
	seen := make(map[reference]bool)
	for _, n := range notes {
		d := n.Demand
		target := d.Requirement.URL
		if target == "" && n.Target.Pin != nil {
			target = n.Target.Pin.URL
		}
		this := reference{d.Requirement.Name, target}
		if n.Kind != resolver.DirectReference || seen[this] {
			continue
		}
		seen[this] = true
		why := "nobody was asked"
		if err := r.unknown[d.Requirement.Name]; err != nil {
			why = err.Error()
		}
		l.problems = append(l.problems, constraints.Problem{
			Place: d.Place,
			Msg:   fmt.Sprintf("what %s @ %s requires is not known, so that the lock file would not be whole: %s", d.Requirement.Name, constraints.Redact(target), why),
		})
		l.reference(d.Requirement.Name, target, d.Place) // for what else there is to complain of
	}
}

// release locks a release to those of its files that the environment can install, or to
// the source that stands for it.
func (l *locker) release(c resolver.Chosen) lockedPackage {
	p := lockedPackage{Name: string(c.Name)}
	if c.Pin != nil && c.Pin.URL != "" {
		source := l.reference(c.Name, c.Pin.URL, c.Pin.Place)
		source.Name = p.Name
		if c.Pin.Release != nil {
			source.RequiresPython = pythons(c.Pin.Release)
		}
		return source
	}
	fail := func(err error) lockedPackage {
		l.errs = append(l.errs, fmt.Errorf("%s %s: %w", c.Name, c.Version, err))
		return p
	}
	release, err := l.in.facts.Release(c.Name, c.Version)
	if err != nil || release == nil {
		return fail(cmp.Or(err, errors.New("it is not published")))
	}
	published, err := l.files(c.Name, release.Version)
	if err != nil {
		return fail(err)
	}
	p.Version, p.RequiresPython = release.Version.String(), pythons(release)
	var without error
	for i := range release.Files {
		f := &release.Files[i]
		if !f.Installable(l.env) || f.Yanked && !release.Yanked {
			continue
		}
		locked, err := l.file(published[f.Name])
		switch {
		case err != nil:
			without = err
		case len(f.Tags) == 0:
			p.Sdist = &locked
		default:
			p.Wheels = append(p.Wheels, locked)
		}
	}
	if p.Sdist == nil && len(p.Wheels) == 0 {
		return fail(cmp.Or(without, fmt.Errorf("it has no file that %s can install", l.env.Name())))
	}
	return p
}

// pythons returns the Requires-Python of a release, "" for none.
func pythons(r *resolver.Release) string {
	if r.RequiresRuntime == nil {
		return ""
	}
	return r.RequiresRuntime.String()
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
	f, _, err := pypi.OpenLocal(name)
	if err != nil {
		return "", 0, nil, err
	}
	defer f.Close()
	sum := sha256.New()
	if size, err = io.Copy(sum, f); err != nil {
		return "", 0, nil, err
	}
	return l.relative(name), size, map[string]string{"sha256": hex.EncodeToString(sum.Sum(nil))}, nil
}

// relative returns a local path as seen from the lock file; the whole path where its folder
// is come to by a link, since ".." leads elsewhere for whoever follows that.
func (l *locker) relative(name string) string {
	if folder, err := filepath.EvalSymlinks(l.folder); err != nil || folder != filepath.Clean(l.folder) {
		return filepath.ToSlash(name)
	}
	if path, err := filepath.Rel(l.folder, name); err == nil {
		name = path
	}
	return filepath.ToSlash(name)
}
