package pep440

import (
	"strings"

	"sluice/constraints"
)

// Fields is a version taken to pieces (PEP 440, "Version scheme"). Numbers are
// decimal digits without leading zeros, since the PEP sets no limit to them.
type Fields struct {
	Epoch     string   // "0" when not written
	Release   []string // one number or more, trailing zeros included
	Pre       string   // "a", "b", "rc", or "" when v is no such pre-release
	PreNumber string   // "" when Pre is
	Post      string   // the number of the post-release, or ""
	Dev       string   // the number of the development release, or ""
	Local     string   // the local version, normalised, without its plus sign, or ""
}

// FieldsOf returns the pieces of v. They are all empty when v is zero or no
// version of PEP 440.
func FieldsOf(v constraints.Version) Fields {
	text := trimBlanks(v.String())
	var p parts
	end, ok := p.scan(text, 0)
	if !ok || end != len(text) {
		return Fields{}
	}
	return p.fields()
}

func (p *parts) fields() Fields {
	f := Fields{Epoch: normalNumber(p.epoch), Pre: p.phase.letters(), Local: normalLocal(p.local)}
	f.Release = make([]string, 0, 1+strings.Count(p.release, "."))
	for rest := p.release; rest != ""; {
		var number string
		number, rest = cutNumber(rest)
		f.Release = append(f.Release, normalNumber(number))
	}
	if p.phase != preNone {
		f.PreNumber = normalNumber(p.pre)
	}
	if p.hasPost {
		f.Post = normalNumber(p.post)
	}
	if p.hasDev {
		f.Dev = normalNumber(p.dev)
	}
	return f
}

// Base returns the fields of the release that f leads to or follows: epoch and
// release only.
func (f Fields) Base() Fields { return Fields{Epoch: f.Epoch, Release: f.Release} }

// Public returns f without its local version.
func (f Fields) Public() Fields {
	f.Local = ""
	return f
}

// String returns the normal form (PEP 440, "Normalization"); "" for no fields.
func (f Fields) String() string {
	var b strings.Builder
	if f.Epoch != "" && f.Epoch != "0" {
		b.WriteString(f.Epoch + "!")
	}
	b.WriteString(strings.Join(f.Release, "."))
	b.WriteString(f.Pre + f.PreNumber)
	if f.Post != "" {
		b.WriteString(".post" + f.Post)
	}
	if f.Dev != "" {
		b.WriteString(".dev" + f.Dev)
	}
	if f.Local != "" {
		b.WriteString("+" + f.Local)
	}
	return b.String()
}

// format returns the normal form of the version.
func (p *parts) format() string { return p.fields().String() }

func normalNumber(digits string) string {
	if digits = trimZeros(digits); digits != "" {
		return digits
	}
	return "0"
}

func normalLocal(local string) string {
	if local == "" {
		return ""
	}
	segments := strings.FieldsFunc(strings.ToLower(local), func(r rune) bool { return separator(string(r), 0) == 1 })
	for i, s := range segments {
		if digits(s, 0) == len(s) {
			segments[i] = normalNumber(s)
		}
	}
	return strings.Join(segments, ".")
}
