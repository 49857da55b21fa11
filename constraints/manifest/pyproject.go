package manifest

import (
	"fmt"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"

	"sluice/constraints"
)

// readPyproject reads what a pyproject.toml says: [project] (PEP 621, PEP 685),
// [dependency-groups] (PEP 735), [build-system] (PEP 518) and what
// [tool.setuptools.dynamic] says of fields that are left to it.
func readPyproject(name string, data []byte) *sheet {
	p := pyproject{file: parseTOML(name, data), sheet: sheet{name: name}}
	p.sheet.problems = p.file.problems
	p.project(p.file.root.get("project"))
	p.buildSystem(p.file.root.get("build-system"))
	p.dependencyGroups(p.file.root.get("dependency-groups"))
	p.otherTools()
	p.sheet.sort()
	return &p.sheet
}

type pyproject struct {
	file  *tomlFile
	sheet sheet
}

// project reads [project].
func (p *pyproject) project(table *tomlNode) {
	if !p.is(table, unstable.Table, "project must be a table") {
		return
	}
	p.sheet.project = true
	if name := table.get("name"); p.is(name, unstable.String, "name must be a string") {
		p.sheet.setDist(name.text, p.file.placeIn(name, 0))
	}
	if python := table.get("requires-python"); p.is(python, unstable.String, "requires-python must be a string") {
		p.sheet.setPython(python.text, p.in(python))
	}
	for _, field := range p.strings(table.get("dynamic"), "dynamic must be an array of strings") {
		p.dynamic(field)
	}
	p.requirements(table.get("dependencies"), Group{}, "dependencies must be an array of strings")
	p.optional(table.get("optional-dependencies"))
}

// optional reads [project.optional-dependencies].
func (p *pyproject) optional(table *tomlNode) {
	if !p.is(table, unstable.Table, "optional-dependencies must be a table of arrays") {
		return
	}
	seen := map[constraints.Name]string{}
	for _, key := range table.keys {
		name, ok := p.sheet.groupName(key.name, "an extra", seen, p.file.place(key.offset))
		if !ok {
			continue
		}
		p.sheet.extras = append(p.sheet.extras, name)
		p.requirements(key.value, Group{Extra, name}, "an extra must be an array of strings")
	}
}

// buildSystem reads [build-system].
func (p *pyproject) buildSystem(table *tomlNode) {
	if p.is(table, unstable.Table, "build-system must be a table") {
		p.requirements(table.get("requires"), Group{Kind: Build}, "requires must be an array of strings")
	}
}

// dynamic follows what [tool.setuptools.dynamic] says of a field.
func (p *pyproject) dynamic(field *tomlNode) {
	p.sheet.dynamic = append(p.sheet.dynamic, dynamicField{field.text, p.file.placeIn(field, 0)})
	source := p.file.root.at("tool", "setuptools", "dynamic", field.text)
	switch {
	case field.text == "dependencies" && source != nil:
		p.follow(source, Group{})
	case field.text == "optional-dependencies" && source != nil:
		p.followExtras(source)
	}
}

// followExtras reads the extras of [tool.setuptools.dynamic].
func (p *pyproject) followExtras(table *tomlNode) {
	if !p.is(table, unstable.Table, "optional-dependencies must be a table") {
		return
	}
	seen := map[constraints.Name]string{}
	for _, key := range table.keys {
		if name, ok := p.sheet.groupName(key.name, "an extra", seen, p.file.place(key.offset)); ok {
			p.sheet.extras = append(p.sheet.extras, name)
			p.follow(key.value, Group{Extra, name})
		}
	}
}

// follow takes up the files of {file = NAME} or {file = [NAMES]}.
func (p *pyproject) follow(source *tomlNode, group Group) {
	files := source.get("file")
	if files == nil {
		p.sheet.leaveUnread(p.file.place(source.offset), "only files are followed from [tool.setuptools.dynamic]")
		return
	}
	names := []*tomlNode{files}
	if files.kind != unstable.String {
		names = p.strings(files, "file must be a string or an array of strings")
	}
	for _, name := range names {
		p.sheet.references = append(p.sheet.references, reference{name.text, group, p.file.placeIn(name, 0)})
	}
}

// toolTables are the tables of tools that declare requirements in their own way.
var toolTables = [...]struct {
	path    string
	runtime bool // of what the project needs to run, not of what its developers use
}{
	{"tool.poetry.dependencies", true},
	{"tool.poetry.extras", true},
	{"tool.poetry.dev-dependencies", false},
	{"tool.poetry.group", false},
	{"tool.pdm.dependencies", true},
	{"tool.pdm.dev-dependencies", false},
	{"tool.hatch.envs", false},
	{"tool.flit.metadata", false},
	{"tool.flit.metadata.requires", true},
	{"tool.flit.metadata.requires-extra", true},
	{"tool.uv.dev-dependencies", false},
	{"tool.uv.constraint-dependencies", false},
	{"tool.uv.override-dependencies", false},
}

// otherTools reports the tables that are there and not read. Where [project] lists
// the dependencies, what a tool says of them besides asks for nothing more.
func (p *pyproject) otherTools() {
	stated := p.file.root.at("project", "dependencies") != nil && !p.sheet.isDynamic("dependencies")
	for _, table := range toolTables {
		node := p.file.root.at(strings.Split(table.path, ".")...)
		if node == nil {
			continue
		}
		place, at := p.file.place(node.offset), strings.LastIndexByte(table.path, '.')
		msg := fmt.Sprintf("%s of [%s] is not read", table.path[at+1:], table.path[:at])
		if table.runtime && !stated {
			p.sheet.leaveUnread(place, msg)
		} else {
			p.sheet.note(place, msg, "[project] and [dependency-groups] are")
		}
	}
}

// requirements reads an array of requirements.
func (p *pyproject) requirements(array *tomlNode, group Group, msg string) {
	for _, item := range p.strings(array, msg) {
		hint := ""
		if isDirective(item.text) {
			hint = "files are followed from [tool.setuptools.dynamic], for a field that is listed as dynamic"
		}
		p.sheet.declareHinting(item.text, group, p.in(item), hint)
	}
}

// strings returns the strings of an array, none if it is not there. What is no
// string is a problem.
func (p *pyproject) strings(array *tomlNode, msg string) []*tomlNode {
	if !p.is(array, unstable.Array, msg) {
		return nil
	}
	texts := make([]*tomlNode, 0, len(array.items))
	for _, item := range array.items {
		if p.is(item, unstable.String, msg) {
			texts = append(texts, item)
		}
	}
	return texts
}

// is reports whether the node is there and of that kind; msg is the problem if it
// is there and of another.
func (p *pyproject) is(node *tomlNode, kind unstable.Kind, msg string) bool {
	if node != nil && node.kind != kind {
		p.sheet.problem(p.file.place(node.offset), msg, "")
	}
	return node != nil && node.kind == kind
}

// in returns the function that gives places in a string.
func (p *pyproject) in(node *tomlNode) func(offset int) constraints.Place {
	return func(offset int) constraints.Place { return p.file.placeIn(node, offset) }
}
