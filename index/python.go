package index

import (
	"strings"

	"sluice/constraints"
	"sluice/constraints/pep440"
	"sluice/constraints/pep508"
)

// This file is all that the package knows of Python. Another ecosystem needs the
// same functions and nothing else.

// parseVersion reads a version as an index spells it.
func parseVersion(text string) (constraints.Version, error) { return pep440.Parse(text) }

// normalizeName returns the name of a package or an extra that text spells.
func normalizeName(text string) constraints.Name { return pep508.NormalizeName(text) }

// validName reports whether text can be the name of a package.
func validName(text string) bool { return pep508.ValidName(text) }

// parseRequirement reads one Requires-Dist.
func parseRequirement(text string) (constraints.Requirement, error) {
	return pep508.ParseRequirement(text)
}

// parseMarker reads the condition of a Requires-Dist.
func parseMarker(text string) (constraints.Marker, error) { return pep508.ParseMarker(text) }

// isMarkerVariable reports whether a requirement with this name was meant for a
// condition: PEP 508's variables, and an older name that is still met.
func isMarkerVariable(name string) bool {
	switch name {
	case "os_name", "sys_platform", "platform_machine", "platform_python_implementation", "platform_release",
		"platform_system", "platform_version", "python_version", "python_full_version", "implementation_name",
		"implementation_version", "extra", "python_implementation":
		return true
	}
	return false
}

// parseRuntimeRange reads a Requires-Python.
func parseRuntimeRange(text string) (constraints.Range, error) {
	return pep440.ParseSpecifierSet(text)
}

// wheelTags returns the tags in a wheel's file name; nil when it is none.
func wheelTags(name string) []string {
	if !strings.HasSuffix(name, ".whl") {
		return nil
	}
	wheel, err := pep508.ParseWheelFilename(name)
	if err != nil {
		return nil
	}
	return wheel.Tags
}

// isSourceName reports whether a file name is that of a source distribution:
// the endings that pip unpacks (PEP 625 leaves only .tar.gz for new ones).
func isSourceName(name string) bool {
	for _, ending := range []string{
		".tar.gz", ".zip", ".tgz", ".tar", ".tar.bz2", ".tbz", ".tar.xz", ".txz", ".tar.lzma", ".tar.lz", ".tlz",
	} {
		if strings.HasSuffix(name, ending) {
			return true
		}
	}
	return false
}
