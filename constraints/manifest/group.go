package manifest

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"sluice/constraints"
)

// GroupKind says what kind of group a requirement is declared in.
type GroupKind uint8

// The kinds of group, in the order in which groups sort.
const (
	Runtime         GroupKind = iota // needed to run: [project] dependencies, install_requires, requirements.txt
	Extra                            // an extra that the distribution offers
	DependencyGroup                  // a [dependency-groups] table's entry (PEP 735)
	Build                            // needed to build: [build-system] requires, setup_requires
	File                             // a further requirements file, such as test-requirements.txt
)

// Group is the set of requirements that one is declared in: those that are asked
// for together. The zero Group is what the project needs to run. Groups can be
// compared with ==.
type Group struct {
	Kind GroupKind
	Name constraints.Name // of an Extra, DependencyGroup or File
}

// String returns "" for Runtime, "extra:NAME", "group:NAME", "build", and the bare
// name for a File: "test", "doc".
func (g Group) String() string {
	switch g.Kind {
	case Extra:
		return "extra:" + string(g.Name)
	case DependencyGroup:
		return "group:" + string(g.Name)
	case Build:
		return "build"
	}
	return string(g.Name)
}

// Compare orders groups by kind and then by name.
func (g Group) Compare(h Group) int {
	return cmp.Or(cmp.Compare(g.Kind, h.Kind), strings.Compare(string(g.Name), string(h.Name)))
}

// FileGroup returns the group of the requirements file at name, a path relative to
// the project: what is left of its folders and its name without the word
// "requirements" and the ending. So requirements.txt is Runtime,
// test-requirements.txt and requirements/test.txt are "test", doc/requirements.txt
// is "doc". What building needs (build-requirements.txt) is Build.
func FileGroup(name string) Group {
	stem := strings.TrimSuffix(name, path.Ext(name))
	words := slices.DeleteFunc(nameWords(stem), func(word string) bool { return word == "requirements" })
	switch label := strings.Join(words, "-"); label {
	case "":
		return Group{}
	case "build":
		return Group{Kind: Build}
	default:
		return Group{Kind: File, Name: constraints.Name(label)}
	}
}

// nameWords returns the words of a path, in lower case.
func nameWords(name string) []string {
	return strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return strings.ContainsRune("-_./ ", r) })
}
