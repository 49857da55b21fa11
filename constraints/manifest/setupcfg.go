package manifest

import (
	"strings"

	"sluice/constraints"
	"sluice/constraints/configparser"
)

// readSetupCfg reads what a setup.cfg says: the keys of setuptools ([metadata],
// [options], [options.extras_require]) and those of pbr ([metadata]
// requires-python, requires-dist, setup-requires-dist; [extras];
// [backwards_compat] tests_require). A pbr project has its runtime requirements in
// requirements.txt, which is read as such.
//
// The test extra that pbr makes of test-requirements.txt is not among the extras.
func readSetupCfg(name string, data []byte) *sheet {
	c := setupCfg{file: parseCfg(name, data), sheet: sheet{name: name}}
	c.metadata()
	c.lists()
	c.extras("options.extras_require", false)
	c.extras("extras", true)
	c.sheet.problems = append(c.file.problems, c.sheet.problems...)
	c.sheet.sort()
	return &c.sheet
}

type setupCfg struct {
	file  *cfgFile
	sheet sheet
}

// get returns the option of a section whose key is that but for case and "-" for
// "_", which setuptools and pbr both overlook.
func (c *setupCfg) get(section, key string) *configparser.Option {
	for _, option := range c.file.Options(section) {
		if strings.EqualFold(strings.ReplaceAll(option.Key, "-", "_"), key) {
			return option
		}
	}
	return nil
}

// scalar returns the value of an option on one line; false if there is none.
func (c *setupCfg) scalar(section, key string) (configparser.Line, bool) {
	option := c.get(section, key)
	if option == nil {
		return configparser.Line{}, false
	}
	var value configparser.Line
	for _, line := range c.file.lines(section, option) {
		switch {
		case line.Text == "":
		case value.Text == "":
			value = line
		default: // such as Requires-Python over several lines
			value.Text += " " + line.Text
		}
	}
	return value, value.Text != ""
}

// metadata reads name and Requires-Python.
func (c *setupCfg) metadata() {
	if name, ok := c.scalar("metadata", "name"); ok {
		c.sheet.setDist(name.Text, name.Place)
	}
	if version, ok := c.scalar("metadata", "version"); ok && strings.HasPrefix(version.Text, "attr:") {
		c.sheet.dynamic = append(c.sheet.dynamic, dynamicField{"version", version.Place})
	}
	for _, at := range [...][2]string{{"options", "python_requires"}, {"metadata", "python_requires"}, {"metadata", "requires_python"}} {
		python, ok := c.scalar(at[0], at[1])
		switch {
		case ok && c.sheet.requiresPython == nil:
			c.sheet.setPython(python.Text, python.At)
		case ok && python.Text != c.sheet.requiresPython.String():
			c.sheet.note(python.Place, "the Python versions are stated again, and differently; the first statement holds", "keep one of them")
		}
	}
}

// lists reads the options that are lists of requirements.
func (c *setupCfg) lists() {
	for _, list := range [...]struct {
		section, key string
		group        Group
		pbr          bool
	}{
		{"options", "install_requires", Group{}, false},
		{"metadata", "requires_dist", Group{}, true},
		{"options", "setup_requires", Group{Kind: Build}, false},
		{"metadata", "setup_requires_dist", Group{Kind: Build}, true},
		{"options", "tests_require", Group{File, "test"}, false},
		{"backwards_compat", "tests_require", Group{File, "test"}, true},
	} {
		if option := c.get(list.section, list.key); option != nil {
			c.list(c.file.lines(list.section, option), list.group, list.pbr)
		}
	}
	if option := c.get("options", "extras_require"); option != nil {
		c.sheet.problem(option.Place, "extras_require is a section, not a key", "write [options.extras_require] and a key for each extra")
	}
}

// extras reads a section that has a key for each extra.
func (c *setupCfg) extras(section string, pbr bool) {
	seen := map[constraints.Name]string{}
	for _, option := range c.file.Options(section) {
		name, ok := c.sheet.groupName(option.Key, "an extra", seen, option.Place)
		if !ok {
			continue
		}
		c.sheet.extras = append(c.sheet.extras, name)
		c.list(c.file.lines(section, option), Group{Extra, name}, pbr)
	}
}

// list reads a list of requirements, one on a line.
func (c *setupCfg) list(lines []configparser.Line, group Group, pbr bool) {
	lines = trimBlank(lines)
	switch {
	case len(lines) == 0:
	case strings.HasPrefix(lines[0].Text, "file:") && !pbr:
		c.follow(lines, group)
	case len(lines) == 1 && !pbr:
		c.oneLine(lines[0], group)
	default:
		for _, line := range lines {
			c.requirement(line, group, pbr)
		}
	}
}

// trimBlank returns the lines without the empty ones at the end.
func trimBlank(lines []configparser.Line) []configparser.Line {
	for len(lines) > 0 && lines[len(lines)-1].Text == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// follow takes up the files of "file: NAME, NAME".
func (c *setupCfg) follow(lines []configparser.Line, group Group) {
	for i, line := range lines {
		text := line.Text
		if i == 0 {
			text = strings.TrimPrefix(text, "file:")
		}
		for part := range strings.SplitSeq(text, ",") {
			if name := strings.TrimSpace(part); name != "" {
				c.sheet.references = append(c.sheet.references, reference{name, group, line.Place})
			}
		}
	}
}

// oneLine reads a list that stands on the line of its key. setuptools splits it at
// ";", so that no marker can stand there.
func (c *setupCfg) oneLine(line configparser.Line, group Group) {
	if before, marker, found := strings.Cut(line.Text, ";"); found && looksLikeMarker(marker) {
		c.sheet.problem(line.At(len(before)), "setuptools takes the marker for a requirement, for it splits a list on one line at every ;",
			"put the requirement on a line of its own below the key")
		c.requirement(line, group, false)
		return
	}
	offset := 0
	for part := range strings.SplitSeq(line.Text, ";") {
		blanks := len(part) - len(strings.TrimLeft(part, " \t"))
		c.requirement(configparser.Line{Text: strings.TrimSpace(part), Place: line.At(offset + blanks)}, group, false)
		offset += len(part) + 1
	}
}
