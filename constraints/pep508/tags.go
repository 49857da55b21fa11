package pep508

import (
	"fmt"
	"strconv"
)

// compatibleTags returns the tags of the wheels that an interpreter on a platform
// can install, each "PYTHON-ABI-PLATFORM", the preferred first: the order is
// that of pip's library, which PEP 425 leaves to installers.
func compatibleTags(python interpreter, on platform) []string {
	t := tagList{platforms: on.tags()}
	if python.pypy {
		t.addPyPy(python)
	} else {
		t.addCPython(python)
	}
	t.addPure(python)
	return t.tags
}

type tagList struct {
	platforms []string
	tags      []string
}

// add appends the tags of one interpreter and ABI on every platform.
func (t *tagList) add(python, abi string) {
	for _, platform := range t.platforms {
		t.tags = append(t.tags, python+"-"+abi+"-"+platform)
	}
}

// addCPython appends the wheels built for this CPython, those for the stable ABI
// of this version, those without an ABI, and those for the stable ABI of earlier
// versions, which stays the same since Python 3.2 (PEP 384, PEP 803).
func (t *tagList) addCPython(python interpreter) {
	name := "cp" + python.nodot()
	t.add(name, name+python.abiFlags())
	stable := "abi3"
	if python.threaded {
		stable = "abi3t"
	}
	t.add(name, stable)
	t.add(name, "none")
	for minor := python.minor - 1; minor >= 2; minor-- {
		t.add("cp3"+strconv.Itoa(minor), stable)
	}
}

// abiFlags returns the letter that CPython adds to the name of its ABI: t without
// the global lock, m for its allocator until 3.7.
func (p interpreter) abiFlags() string {
	switch {
	case p.threaded:
		return "t"
	case p.minor < 8:
		return "m"
	}
	return ""
}

// addPyPy appends the wheels built for PyPy, whose ABI is named after the series
// 7.3 that all its releases since 2019 belong to.
func (t *tagList) addPyPy(python interpreter) {
	name := "pp" + python.nodot()
	t.add(name, fmt.Sprintf("pypy%s_pp73", python.nodot()))
	t.add(name, "none")
}

// addPure appends the wheels without an ABI for any interpreter, first those that
// need this platform and then those for every platform.
func (t *tagList) addPure(python interpreter) {
	versions := python.pureVersions()
	for _, version := range versions {
		t.add(version, "none")
	}
	t.platforms = []string{"any"}
	if python.pypy {
		t.add("pp3", "none")
	} else {
		t.add("cp"+python.nodot(), "none")
	}
	for _, version := range versions {
		t.add(version, "none")
	}
}

// pureVersions returns py311, py3, py310, ... py30.
func (p interpreter) pureVersions() []string {
	versions := []string{"py3" + strconv.Itoa(p.minor), "py3"}
	for minor := p.minor - 1; minor >= 0; minor-- {
		versions = append(versions, "py3"+strconv.Itoa(minor))
	}
	return versions
}

// tags returns the platform part of the tags, the preferred first.
func (p platform) tags() []string {
	switch p.system {
	case windows:
		if p.arch == "x86" {
			return []string{"win32"}
		}
		return []string{"win_" + p.arch}
	case macOS:
		return p.macTags()
	case musl:
		return p.muslTags()
	}
	return p.glibcTags()
}

// glibcTags returns the tags for glibc of this version and below (PEP 600), each
// with the older name that it had (PEP 513, 571, 599). The oldest is 2.5 on x86,
// 2.17 elsewhere.
func (p platform) glibcTags() []string {
	oldest := 17
	if p.arch == "x86_64" || p.arch == "i686" {
		oldest = 5
	}
	aliases := map[int]string{5: "manylinux1", 12: "manylinux2010", 17: "manylinux2014"}
	var tags []string
	for minor := p.minor; minor >= oldest; minor-- {
		tags = append(tags, fmt.Sprintf("manylinux_2_%d_%s", minor, p.arch))
		if alias, ok := aliases[minor]; ok {
			tags = append(tags, alias+"_"+p.arch)
		}
	}
	return append(tags, "linux_"+p.arch)
}

// muslTags returns the tags for musl of this version and below (PEP 656).
func (p platform) muslTags() []string {
	var tags []string
	for minor := p.minor; minor >= 0; minor-- {
		tags = append(tags, fmt.Sprintf("musllinux_%d_%d_%s", p.major, minor, p.arch))
	}
	return append(tags, "linux_"+p.arch)
}

// macTags returns the tags for macOS of this version and below. From 11 on only
// the first number counts; 10.16 is what 11 calls itself to old programs.
func (p platform) macTags() []string {
	var tags []string
	for major := p.major; major >= 11; major-- {
		tags = append(tags, p.macFormats(major, 0)...)
	}
	newest, oldest := p.minor, 0
	if p.major > 10 {
		newest, oldest = 16, 4
	}
	for minor := newest; minor >= oldest; minor-- {
		tags = append(tags, p.macFormats(10, minor)...)
	}
	return tags
}

// macFormats returns the tags of the kinds of program that a macOS can run: for
// its own processor alone, or together with others.
func (p platform) macFormats(major, minor int) []string {
	formats := []string{"x86_64", "intel", "fat64", "fat3", "universal2", "universal"}
	switch {
	case p.arch == "arm64" && major == 10:
		formats = []string{"universal2"}
	case p.arch == "arm64":
		formats = []string{"arm64", "universal2"}
	case major == 10 && minor < 4: // before Apple sold such machines
		formats = nil
	}
	tags := make([]string, len(formats))
	for i, format := range formats {
		tags[i] = fmt.Sprintf("macosx_%d_%d_%s", major, minor, format)
	}
	return tags
}
