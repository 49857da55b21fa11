package pep508

import (
	"fmt"
	"strconv"
	"strings"

	"sluice/constraints"
)

// platform is an operating system on an architecture.
type platform struct {
	system system
	arch   string // as tags write it: x86_64, aarch64, arm64, amd64, ...
	major  int    // of glibc, musl or macOS; 0 on Windows
	minor  int
}

type system uint8

const (
	glibc system = iota
	musl
	macOS
	windows
)

// defaultPlatform is what stands in where none is said: the most common machine
// of CI services, with the C library of a long-term release of 2023.
const defaultPlatform = "x86_64-manylinux_2_36"

// parsePlatform reads a platform as EnvironmentSpec describes it.
func parsePlatform(text string) (platform, error) {
	if text == "" {
		text = defaultPlatform
	}
	const longest = 64 // no platform is longer; keeps errors and cost small
	norm := strings.NewReplacer("-", "_", ".", "_").Replace(strings.ToLower(constraints.Shorten(text, longest)))
	norm = wholeNames(norm)
	arch, rest := cutArch(norm)
	if arch == "" {
		return platform{}, platformError(text, "the architecture is missing or unknown",
			"write one of "+strings.Join(archNames(), ", "))
	}
	p, err := parseSystem(rest)
	if err != nil {
		return platform{}, platformError(text, err.Error(), "write for example "+defaultPlatform+
			", aarch64-musllinux_1_2, macos_14_arm64 or windows_amd64")
	}
	return p.withArch(text, arch)
}

// wholeNames spells out the names that leave the architecture to be understood.
func wholeNames(text string) string {
	switch text {
	case "win32":
		return "windows_x86"
	case "windows":
		return "windows_amd64"
	case "linux":
		return "linux_x86_64"
	case "macos":
		return "macos_arm64"
	}
	return text
}

// cutArch takes the architecture off either end of the text.
func cutArch(text string) (arch, rest string) {
	for _, name := range archNames() {
		if rest, ok := strings.CutPrefix(text, name+"_"); ok {
			return name, rest
		}
		if rest, ok := strings.CutSuffix(text, "_"+name); ok {
			return name, rest
		}
	}
	return "", text
}

func archNames() []string {
	return []string{
		"x86_64", "amd64", "x64", "aarch64", "arm64", "i686", "x86", "armv7l",
		"ppc64le", "ppc64", "s390x", "riscv64", "loongarch64",
	}
}

// parseSystem reads "manylinux_2_28", "musllinux", "macos_14", "windows" and the
// like.
func parseSystem(text string) (platform, error) {
	name, version, _ := strings.Cut(text, "_")
	switch name {
	case "manylinux1":
		return platform{system: glibc, major: 2, minor: 5}, noVersion(version)
	case "manylinux2010":
		return platform{system: glibc, major: 2, minor: 12}, noVersion(version)
	case "manylinux2014":
		return platform{system: glibc, major: 2, minor: 17}, noVersion(version)
	case "linux", "manylinux":
		return versioned(platform{system: glibc, major: 2, minor: 36}, version)
	case "musllinux":
		return versioned(platform{system: musl, major: 1, minor: 2}, version)
	case "macos", "macosx", "darwin":
		return versioned(platform{system: macOS, major: 14}, version)
	case "windows", "win":
		return platform{system: windows}, noVersion(version)
	}
	return platform{}, fmt.Errorf("unknown system %q", name)
}

func noVersion(text string) error {
	if text == "" {
		return nil
	}
	return fmt.Errorf("unexpected %q", text)
}

// versioned sets the version of the system, if one is given.
func versioned(p platform, text string) (platform, error) {
	if text == "" {
		return p, nil
	}
	majorText, minorText, both := strings.Cut(text, "_")
	major, err := strconv.ParseUint(majorText, 10, 8)
	if err != nil || major > 99 {
		return p, fmt.Errorf("%q is not a version", text)
	}
	if !both && p.system != macOS {
		return p, fmt.Errorf("the version %q has no second number", text)
	}
	p.major, p.minor = int(major), 0
	if !both {
		return p, nil
	}
	minor, err := strconv.ParseUint(minorText, 10, 8)
	if err != nil || minor > 99 {
		return p, fmt.Errorf("%q is not a version", text)
	}
	p.minor = int(minor)
	return p, p.checkVersion()
}

func (p platform) checkVersion() error {
	switch {
	case p.system == glibc && p.major != 2:
		return fmt.Errorf("there is no glibc %d.%d", p.major, p.minor)
	case p.system == musl && p.major != 1:
		return fmt.Errorf("there is no musl %d.%d", p.major, p.minor)
	}
	return nil
}

// withArch adds the architecture, by the name that the system gives it.
func (p platform) withArch(text, arch string) (platform, error) {
	p.arch = p.system.nameOf(arch)
	switch {
	case p.arch == "":
		return p, platformError(text, "the system does not run on "+arch, "write x86_64 or arm64")
	case p.system == macOS && (p.major < 10 || p.arch == "arm64" && p.major < 11):
		return p, platformError(text, fmt.Sprintf("there is no macOS %d for %s", p.major, p.arch), "")
	}
	return p, nil
}

// nameOf returns what a system calls an architecture; "" when it does not run
// there.
func (s system) nameOf(arch string) string {
	switch arch {
	case "x86_64", "amd64", "x64":
		return [...]string{glibc: "x86_64", musl: "x86_64", macOS: "x86_64", windows: "amd64"}[s]
	case "aarch64", "arm64":
		return [...]string{glibc: "aarch64", musl: "aarch64", macOS: "arm64", windows: "arm64"}[s]
	case "i686", "x86":
		return [...]string{glibc: "i686", musl: "i686", macOS: "", windows: "x86"}[s]
	}
	if s == macOS || s == windows {
		return ""
	}
	return arch
}

// variables returns the marker variables that the platform decides.
func (p platform) variables() map[string]string {
	vars := map[string]string{
		"os_name": "posix", "sys_platform": "linux", "platform_system": "Linux",
		"platform_machine": p.arch, "platform_release": "", "platform_version": "",
	}
	switch {
	case p.system == windows:
		vars["os_name"], vars["sys_platform"], vars["platform_system"] = "nt", "win32", "Windows"
		vars["platform_machine"] = map[string]string{"amd64": "AMD64", "arm64": "ARM64", "x86": "x86"}[p.arch]
		vars["platform_release"] = "10"
	case p.system == macOS:
		vars["sys_platform"], vars["platform_system"] = "darwin", "Darwin"
		vars["platform_release"] = p.darwin()
	}
	return vars
}

// darwin returns the release of the kernel of a macOS, which is what
// platform_release says there and what markers of macOS bindings ask about.
func (p platform) darwin() string {
	switch {
	case p.major == 10:
		return fmt.Sprintf("%d.0.0", p.minor+4)
	case p.major < 26: // Apple went from 15 to 26
		return fmt.Sprintf("%d.0.0", p.major+9)
	}
	return fmt.Sprintf("%d.0.0", p.major-1)
}

// label returns the platform as ParseEnvironment names it.
func (p platform) label() string {
	switch p.system {
	case windows:
		return "windows-" + p.arch
	case macOS:
		return fmt.Sprintf("macos_%d_%d-%s", p.major, p.minor, p.arch)
	case musl:
		return fmt.Sprintf("%s-musllinux_%d_%d", p.arch, p.major, p.minor)
	}
	return fmt.Sprintf("%s-manylinux_%d_%d", p.arch, p.major, p.minor)
}

func platformError(input, msg, hint string) error {
	return &constraints.SyntaxError{What: "platform", Input: input, Msg: msg, Hint: hint}
}
