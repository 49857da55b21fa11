package manifest

import (
	"errors"
	"io/fs"
	"path"
	"slices"

	"sluice/constraints"
	"sluice/constraints/pinfile"
)

// MaxFile is how many bytes a pyproject.toml or setup.cfg may have. For
// requirements files the bounds of pinfile hold.
const MaxFile = 4 << 20

// Options says what to read of a project. The zero value reads what is there.
type Options struct {
	// Name is what reports call the project; "" for the last element of its folder.
	Name string

	// Files are the manifests to read, in this order, relative to the project's
	// folder; none for all that are found (see the package's documentation). Of a
	// pyproject.toml or setup.cfg that is not listed only the name of the
	// distribution and Requires-Python are taken.
	Files []string

	// Lookup gives the value of ${NAME} in requirements files; see
	// pinfile.Options.
	Lookup func(name string) (value string, ok bool)

	// Memo, where there is one, is shared by projects that have many lines of
	// their requirements files in common; see pinfile.Options.
	Memo *pinfile.Memo
}

// Load reads the project in the folder dir of fsys. The error, where there is one,
// is a constraints.Problems with all that is wrong, Consumer.Problems; the Consumer
// is there all the same, with what could be read.
//
// Load stays within fsys: a path that leads out of it is a problem. Whether a
// symbolic link may is up to fsys; the one of an os.Root refuses it, os.DirFS does
// not.
func Load(fsys fs.FS, dir string, opts Options) (*Consumer, error) {
	dir = path.Clean(dir)
	l := loader{fsys: fsys, opts: opts, consumer: &Consumer{Name: opts.Name, Dir: dir}}
	if opts.Name == "" {
		l.consumer.Name = path.Base(dir)
	}
	l.load()
	if c := l.consumer; c.Name == "." && c.Dist != "" {
		c.Name = string(c.Dist)
	}
	return l.consumer, l.consumer.Problems.Err()
}

// A loader gathers a Consumer.
type loader struct {
	fsys     fs.FS
	opts     Options
	consumer *Consumer

	project *sheet             // the sheet with a [project] table, if there is one
	files   map[string]bool    // what is in Consumer.Files
	loaded  map[fileGroup]bool // which requirements files were read for which group
	extras  map[constraints.Name]bool
	selves  map[constraints.Place]bool // the lines that install the project itself
}

type fileGroup struct {
	name  string
	group Group
}

// load reads the manifests that are asked for.
func (l *loader) load() {
	l.files, l.loaded = map[string]bool{}, map[fileGroup]bool{}
	l.extras, l.selves = map[constraints.Name]bool{}, map[constraints.Place]bool{}
	names := l.opts.Files
	var here found
	if len(names) == 0 {
		here = l.discover()
		names = here.manifests
		l.take(here)
	} else {
		l.identify(names)
	}
	for _, name := range names {
		l.manifest(name)
	}
	l.dynamic()
	l.script(here.script)
	l.consumer.Requirements = l.expandSelf(l.consumer.Requirements)
	l.consumer.Unread = dropRepeats(l.consumer.Unread)
	l.consumer.Notes = dropRepeats(l.consumer.Notes)
	l.consumer.Problems = dropRepeats(l.consumer.Problems)
}

// manifest reads one manifest.
func (l *loader) manifest(name string) {
	switch path.Ext(name) {
	case ".toml":
		l.sheet(name, readPyproject)
	case ".cfg":
		l.sheet(name, readSetupCfg)
	default:
		l.requirements(name, FileGroup(name), constraints.Place{File: path.Join(l.consumer.Dir, name)})
	}
}

// sheet reads a pyproject.toml or setup.cfg and takes up what it says.
func (l *loader) sheet(name string, read func(name string, data []byte) *sheet) {
	full := path.Join(l.consumer.Dir, name)
	data, err := pinfile.ReadBounded(l.fsys, full, MaxFile)
	if err != nil {
		l.problem(constraints.Place{File: full}, "cannot read the file: "+pinfile.Cause(err), "")
		return
	}
	l.listFile(full)
	s := read(full, data)
	l.consumer.Unread = append(l.consumer.Unread, s.unread...)
	l.consumer.Notes = append(l.consumer.Notes, s.notes...)
	l.consumer.Problems = append(l.consumer.Problems, s.problems...)
	l.merge(s)
}

// merge takes up what a sheet says, unless it is for a [project] table to say.
func (l *loader) merge(s *sheet) {
	c := l.consumer
	if s.project {
		l.project = s
	}
	for _, field := range s.dynamic {
		c.Dynamic = append(c.Dynamic, field.name)
	}
	l.mergeIdentity(s)
	for _, d := range s.requirements {
		if l.mayState(s, fieldOf(d.Group), d.Place) {
			c.Requirements = append(c.Requirements, d)
		}
	}
	for _, extra := range s.extras {
		if !l.extras[extra] && l.mayState(s, "optional-dependencies", constraints.Place{File: s.name}) {
			l.extras[extra] = true
			c.Extras = append(c.Extras, extra)
		}
	}
	for _, ref := range s.references {
		if l.mayState(s, fieldOf(ref.group), ref.place) {
			l.requirements(ref.path, ref.group, ref.place)
		}
	}
}

// mergeIdentity takes up the name and Requires-Python of a sheet, where no other
// said them before.
func (l *loader) mergeIdentity(s *sheet) {
	c := l.consumer
	if c.Dist == "" {
		c.Dist = s.dist
	}
	if c.RequiresPython == nil && s.requiresPython != nil && l.mayState(s, "requires-python", s.pythonPlace) {
		c.RequiresPython, c.RequiresPythonPlace = s.requiresPython, s.pythonPlace
	}
}

// fieldOf returns the field of [project] that holds the requirements of a group, ""
// if none does.
func fieldOf(g Group) string {
	switch g.Kind {
	case Runtime:
		return "dependencies"
	case Extra:
		return "optional-dependencies"
	}
	return ""
}

// mayState reports whether s may state a field: there is no [project] table, or it
// is that of s, or it lists the field as dynamic. Otherwise it leaves a note.
func (l *loader) mayState(s *sheet, field string, place constraints.Place) bool {
	if field == "" || l.project == nil || l.project == s || l.project.isDynamic(field) {
		return true
	}
	place.Line, place.Col = 0, 0
	l.consumer.Notes = append(l.consumer.Notes, constraints.Problem{
		Place: place,
		Msg:   "what this file says of " + field + " does not count: [project] in " + l.project.name + " does not list it as dynamic",
	})
	return false
}

// dynamic reports the dynamic fields that nothing was found out about.
func (l *loader) dynamic() {
	if l.project == nil {
		return
	}
	c := l.consumer
	isRuntime := func(d Declared) bool { return d.Group == Group{} }
	follows := func(ref reference) bool { return ref.group == Group{} }
	for _, field := range l.project.dynamic {
		p := constraints.Problem{Place: field.place, Msg: field.name + " is dynamic: only running the build backend would tell", Hint: declareHint}
		switch {
		case field.name == "name" && c.Dist == "", field.name == "requires-python" && c.RequiresPython == nil:
			c.Notes = append(c.Notes, p)
		case field.name == "dependencies" && !slices.ContainsFunc(c.Requirements, isRuntime) && !slices.ContainsFunc(l.project.references, follows),
			field.name == "optional-dependencies" && len(c.Extras) == 0:
			c.Unread = append(c.Unread, p)
		}
	}
}

// identify takes the name and Requires-Python from the sheets that are not among
// the files listed.
func (l *loader) identify(listed []string) {
	for _, name := range [...]string{"pyproject.toml", "setup.cfg"} {
		if slices.Contains(listed, name) {
			continue
		}
		full := path.Join(l.consumer.Dir, name)
		data, err := pinfile.ReadBounded(l.fsys, full, MaxFile)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			l.problem(constraints.Place{File: full}, "cannot read the file: "+pinfile.Cause(err), "")
		case name == "setup.cfg":
			l.mergeIdentity(readSetupCfg(full, data))
		default:
			l.mergeIdentity(readPyproject(full, data))
		}
	}
}

func (l *loader) listFile(name string) {
	if !l.files[name] {
		l.files[name] = true
		l.consumer.Files = append(l.consumer.Files, name)
	}
}

func (l *loader) problem(place constraints.Place, msg, hint string) {
	report(&l.consumer.Problems, constraints.Problem{Place: place, Msg: msg, Hint: hint})
}

// dropRepeats returns the problems without those that were there before: a file
// that is included twice is read twice.
func dropRepeats(problems constraints.Problems) constraints.Problems {
	seen := make(map[constraints.Problem]bool, len(problems))
	return slices.DeleteFunc(problems, func(p constraints.Problem) bool {
		again := seen[p]
		seen[p] = true
		return again
	})
}
