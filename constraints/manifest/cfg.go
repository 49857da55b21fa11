package manifest

import (
	"sluice/constraints"
	"sluice/constraints/configparser"
)

// A cfgFile is a file as Python's configparser.ConfigParser reads it, keys as spelled:
// what both setuptools and pbr do with setup.cfg.
type cfgFile struct {
	*configparser.File
	problems constraints.Problems
	budget   int // bytes of interpolated values still allowed
}

// parseCfg reads an INI file. What configparser refuses is a problem; the rest of
// the file is read all the same.
func parseCfg(name string, data []byte) *cfgFile {
	parser := configparser.Parser{KeepCase: true, MaxFaults: maxReports + 1} // one more than is listed, for report to say so
	f := &cfgFile{File: parser.Parse(name, data), budget: maxInterpolation}
	for _, fault := range f.Faults {
		report(&f.problems, cfgProblem(fault))
	}
	return f
}

// cfgProblem says what is wrong with a setup.cfg.
func cfgProblem(f configparser.Fault) constraints.Problem {
	p := constraints.Problem{Place: f.Place}
	section := "[" + constraints.Shorten(f.Section, 40) + "]"
	switch f.Kind {
	case configparser.ByteOrderMark:
		p.Msg, p.Hint = "the file begins with a byte order mark, which Python refuses here", "save it as UTF-8 without a byte order mark"
	case configparser.NotUTF8:
		p.Msg, p.Hint = "the file is not UTF-8", "save it as UTF-8"
	case configparser.MissingHeader:
		p.Msg, p.Hint = "a line before the first section", "begin with a section such as [metadata]"
	case configparser.Malformed:
		p.Msg, p.Hint = "neither a section nor KEY = VALUE", "indent the line if it continues the value above"
	case configparser.DuplicateSection:
		p.Msg, p.Hint = "section "+section+" appears twice", "put all of it under one header"
	case configparser.DuplicateKey:
		p.Msg, p.Hint = "key "+constraints.Shorten(f.Key, 40)+" appears twice in "+section, "put its values under one key"
	}
	return p
}
