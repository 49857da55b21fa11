package pypi

import (
	"strings"

	"sluice/constraints/configparser"
)

// maxProblems is how many problems of one file are worth listing.
const maxProblems = 20

// pipFaults says what is wrong with a file of pip, and what would mend it. It shows
// nothing of the file, for passwords may stand there.
var pipFaults = map[configparser.Kind]struct{ msg, hint string }{
	configparser.ByteOrderMark:    {"a byte order mark, which pip does not accept", "save the file as UTF-8 without one"},
	configparser.NotUTF8:          {"not UTF-8", "save the file as UTF-8"},
	configparser.MissingHeader:    {"stands before the first section", "begin with a section such as [global]"},
	configparser.Malformed:        {"neither a section nor KEY = VALUE", "a line that continues a value is indented"},
	configparser.DuplicateSection: {"a second section of the same name", "put all its options under one header"},
	configparser.DuplicateKey:     {"a second value for the same key", "put all values under one key"},
}

// readPipFile puts what a file says over what weaker files say. pip reads its files
// with configparser.RawConfigParser and takes the options in the order of items.
func (s *settings) readPipFile(path string, sections map[string]map[string]pipValue) {
	data, ok := s.readConfig(path)
	if !ok {
		return
	}
	parser := configparser.Parser{KeepLast: true, MaxFaults: maxProblems} // the last value counts, as it does among files
	file := parser.Parse(path, data)
	for _, fault := range file.Faults {
		if fault.Kind == configparser.NotUTF8 {
			fault.Place.Col = 1 // in another encoding the line is all that can be told
		}
		s.problem(fault.Place, pipFaults[fault.Kind].msg, pipFaults[fault.Kind].hint)
	}
	for _, name := range file.Sections {
		values, counts := sections[name]
		if !counts {
			continue
		}
		for _, o := range file.Items(name) {
			key := strings.TrimPrefix(strings.ReplaceAll(o.Key, "_", "-"), "--")
			values[key] = pipValue{*o, "[" + name + "] " + key, inFile}
		}
	}
}
