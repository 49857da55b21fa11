package manifest

import (
	"regexp"
	"strings"

	"sluice/constraints/configparser"
)

// requirement reads one line of a list: a requirement, a comment, or nothing.
func (c *setupCfg) requirement(line configparser.Line, group Group, pbr bool) {
	text := withoutComment(line.Text)
	if text == "" {
		return
	}
	hint := cfgHint(text, pbr)
	if pbr {
		text = modernMarker(text)
	}
	c.sheet.declareHinting(text, group, line.At, hint)
}

// cfgHint returns what would mend a line if it is no requirement, "" if that is
// not known.
func cfgHint(text string, pbr bool) string {
	switch {
	case looksLikeMarker(text):
		return `a key ends at its first ":" or "="; give each requirement its marker, as in NAME; python_version < "3.9"`
	case strings.HasSuffix(text, `\`):
		return "write the requirement on one line"
	case !isDirective(text):
		return ""
	case pbr:
		return "pbr follows no files here; list the requirements"
	}
	return "setuptools follows a file only where this stands on the line of the key"
}

// isDirective reports whether text asks setuptools to look elsewhere.
func isDirective(text string) bool {
	return strings.HasPrefix(text, "file:") || strings.HasPrefix(text, "attr:")
}

// withoutComment cuts a comment off, as setuptools does when it reads
// requirements: from a "#" on that begins the line or follows a blank.
func withoutComment(text string) string {
	for i := 0; i < len(text); i++ {
		if text[i] == '#' && (i == 0 || text[i-1] == ' ' || text[i-1] == '\t') {
			return strings.TrimRight(text[:i], " \t")
		}
	}
	return text
}

// modernMarker rewrites the marker of pbr's older form, "NAME RANGE:MARKER", to
// follow a ";" instead. The text keeps its length, and so its columns.
func modernMarker(text string) string {
	i := strings.IndexAny(text, ":;@")
	if i < 0 || text[i] != ':' {
		return text
	}
	return text[:i] + ";" + text[i+1:]
}

// markerStart matches how a marker begins; nothing that is a requirement does.
var markerStart = regexp.MustCompile(`^\s*\(*\s*(python_version|python_full_version|os_name|sys_platform|platform_\w+|implementation_\w+|extra)\s*([<>=!~]|in\b|not\b)`)

// looksLikeMarker reports whether text begins as a marker does.
func looksLikeMarker(text string) bool { return markerStart.MatchString(text) }
