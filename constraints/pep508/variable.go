package pep508

// variableNames returns the marker variables by their present names.
func variableNames() []string {
	return []string{
		"python_version", "python_full_version", "os_name", "sys_platform",
		"platform_machine", "platform_python_implementation", "platform_release",
		"platform_system", "platform_version", "implementation_name",
		"implementation_version", "extra", "extras", "dependency_groups",
	}
}

// canonicalVariable returns the present name of a marker variable; false when
// there is none of that name. The spellings with a dot and
// python_implementation are from before PEP 508.
func canonicalVariable(word string) (string, bool) {
	switch word {
	case "python_version", "python_full_version", "os_name", "sys_platform",
		"platform_machine", "platform_python_implementation", "platform_release",
		"platform_system", "platform_version", "implementation_name",
		"implementation_version", "extra", "extras", "dependency_groups":
		return word, true
	case "os.name":
		return "os_name", true
	case "sys.platform":
		return "sys_platform", true
	case "platform.version":
		return "platform_version", true
	case "platform.machine":
		return "platform_machine", true
	case "platform.python_implementation", "python_implementation":
		return "platform_python_implementation", true
	}
	return "", false
}

// isVersionVariable reports whether the values of a variable compare as versions.
func isVersionVariable(name string) bool {
	switch name {
	case "python_version", "python_full_version", "implementation_version", "platform_release":
		return true
	}
	return false
}

// isSetVariable reports whether the value of a variable is a set of names.
func isSetVariable(name string) bool { return name == "extras" || name == "dependency_groups" }
