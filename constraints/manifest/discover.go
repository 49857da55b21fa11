package manifest

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/constraints/pinfile"
)

// found is what a project's folder holds.
type found struct {
	manifests []string             // in the order in which they are read, relative to the folder
	script    bool                 // there is a setup.py
	foreign   constraints.Problems // manifests of other tools
	notes     constraints.Problems
}

// foreignNames are the manifests of other tools.
var foreignNames = [...]string{"Pipfile", "environment.yml", "environment.yaml"}

// discover finds the manifests of the project: one look into its folder, and one
// into each of doc, docs and requirements.
func (l *loader) discover() found {
	var f found
	dir := l.consumer.Dir
	entries, err := fs.ReadDir(l.fsys, dir)
	if err != nil {
		l.problem(constraints.Place{File: dir}, "cannot read the project: "+pinfile.Cause(err), "")
		return f
	}
	var sheets, files []string
	for _, entry := range entries {
		switch name := entry.Name(); {
		case name == "doc" || name == "docs":
			files = append(files, l.inFolder(name, isRequirements)...)
		case name == "requirements":
			files = append(files, l.inFolder(name, hasTextSuffix)...)
		case name == "pyproject.toml" || name == "setup.cfg":
			sheets = append(sheets, name) // in this order, which is alphabetical
		case name == "setup.py":
			f.script = true
		case slices.Contains(foreignNames[:], name):
			f.foreign = append(f.foreign, constraints.Problem{Place: constraints.Place{File: path.Join(dir, name)}, Msg: "this kind of manifest is not read", Hint: declareHint})
		case !entry.IsDir() && isRequirements(name):
			files = append(files, name)
		}
	}
	files = l.dropCompiled(files, &f.notes)
	slices.SortFunc(files, mainFirst)
	f.manifests = append(sheets, files...)
	if len(f.manifests) == 0 && !f.script && len(f.foreign) == 0 {
		l.problem(constraints.Place{File: dir}, "no manifest here: neither pyproject.toml, setup.cfg nor a requirements file",
			"name the files to read, or leave the folder out")
	}
	return f
}

// inFolder returns the files of a folder that match, if it is one.
func (l *loader) inFolder(folder string, match func(name string) bool) []string {
	entries, err := fs.ReadDir(l.fsys, path.Join(l.consumer.Dir, folder))
	if err != nil {
		return nil
	}
	var files []string
	for _, entry := range entries {
		if !entry.IsDir() && match(entry.Name()) {
			files = append(files, folder+"/"+entry.Name())
		}
	}
	return files
}

// isRequirements reports whether a file is a requirements file by its name:
// requirements.txt, test-requirements.txt, requirements_dev.in.
func isRequirements(name string) bool {
	return hasTextSuffix(name) && strings.Contains(name, "requirements") && slices.Contains(nameWords(name), "requirements")
}

// hasTextSuffix reports whether a file of a requirements folder is a requirements
// file by its name.
func hasTextSuffix(name string) bool {
	ext := path.Ext(name)
	return (ext == ".txt" || ext == ".in") && !strings.Contains(name, "constraints")
}

// dropCompiled returns files without each .txt beside which there is an .in.
func (l *loader) dropCompiled(files []string, notes *constraints.Problems) []string {
	sources := map[string]bool{}
	for _, name := range files {
		if stem, ok := strings.CutSuffix(name, ".in"); ok {
			sources[stem] = true
		}
	}
	return slices.DeleteFunc(files, func(name string) bool {
		stem, text := strings.CutSuffix(name, ".txt")
		if !text || !sources[stem] {
			return false
		}
		*notes = append(*notes, constraints.Problem{
			Place: constraints.Place{File: path.Join(l.consumer.Dir, name)},
			Msg:   "not read: it is compiled from " + stem + ".in, which is",
		})
		return true
	})
}

// mainFirst orders requirements files: those for running first, then by path.
func mainFirst(a, b string) int {
	aMain, bMain := FileGroup(a) == Group{}, FileGroup(b) == Group{}
	switch {
	case aMain && !bMain:
		return -1
	case bMain && !aMain:
		return 1
	}
	return strings.Compare(a, b)
}

// declareHint says where requirements can be read from.
const declareHint = "declare it in pyproject.toml [project] or setup.cfg"

// take takes up what was found besides the manifests that are read. A manifest of
// another tool counts only where there is no other, for it mostly goes with one.
func (l *loader) take(f found) {
	c := l.consumer
	c.Notes = append(c.Notes, f.notes...)
	if len(f.manifests) == 0 {
		c.Unread = append(c.Unread, f.foreign...)
	} else {
		c.Notes = append(c.Notes, f.foreign...)
	}
}

// script reports a setup.py where nothing else says what the project is.
func (l *loader) script(present bool) {
	if present && l.consumer.Dist == "" {
		l.consumer.Unread = append(l.consumer.Unread, constraints.Problem{
			Place: constraints.Place{File: path.Join(l.consumer.Dir, "setup.py")},
			Msg:   "not read: what setup.py declares is known only by running it",
			Hint:  declareHint,
		})
	}
}
