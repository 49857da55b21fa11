package pypi

import (
	"strings"

	"sluice/constraints"
	"sluice/constraints/pep440"
	"sluice/constraints/pep508"
)

// distributionVersion returns the version of which name is a distribution of the
// project, as pip finds it. It is zero, without a reason, for what no installer
// takes from an index any more.
func distributionVersion(project constraints.Name, name string) (v constraints.Version, why string) {
	if strings.HasSuffix(name, ".whl") {
		return wheelVersion(project, name)
	}
	if stem, ok := cutSourceEnding(name); ok {
		return sourceVersion(project, stem)
	}
	if hasEnding(name, ".egg", ".exe", ".msi", ".rpm", ".deb", ".dmg", ".asc") {
		return constraints.Version{}, ""
	}
	return constraints.Version{}, "it is neither a wheel nor a source archive"
}

func wheelVersion(project constraints.Name, name string) (v constraints.Version, why string) {
	wheel, err := pep508.ParseWheelFilename(name)
	switch {
	case err != nil:
		return v, err.Error()
	case wheel.Name != project:
		return v, "it is a wheel of " + printable(string(wheel.Name))
	}
	return wheel.Version, ""
}

// sourceVersion reads the version after the name of the project, where
// pep508.ParseSdistFilename has to guess where the name ends: names and versions
// of old archives hold dashes (name-1.0-1.zip is the post-release 1.0.post1).
func sourceVersion(project constraints.Name, stem string) (v constraints.Version, why string) {
	text, ok := cutProject(stem, project)
	if !ok {
		return v, "its name does not begin with that of the project and a dash"
	}
	v, err := pep440.Parse(text)
	if err != nil {
		return v, err.Error()
	}
	return v, ""
}

// cutProject returns what follows the name of the project, in any spelling, and
// the first dash that can end it.
func cutProject(stem string, project constraints.Name) (rest string, ok bool) {
	for i := range len(stem) {
		if stem[i] == '-' && pep508.NormalizeName(stem[:i]) == project {
			return stem[i+1:], true
		}
	}
	return "", false
}

// cutSourceEnding returns a file name without the ending of a source archive: one
// of those that pip unpacks, which index.File.IsSource knows too.
func cutSourceEnding(name string) (stem string, ok bool) {
	for _, ending := range sourceEndings() {
		if stem, ok := strings.CutSuffix(name, ending); ok {
			return stem, true
		}
	}
	return name, false
}

func sourceEndings() []string {
	return []string{
		".tar.gz", ".zip", ".tgz", ".tar", ".tar.bz2", ".tbz", ".tar.xz", ".txz", ".tar.lzma", ".tar.lz", ".tlz",
	}
}

func hasEnding(name string, endings ...string) bool {
	for _, ending := range endings {
		if strings.HasSuffix(name, ending) {
			return true
		}
	}
	return false
}
