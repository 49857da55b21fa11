package pypi

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"sluice/constraints"
	"sluice/constraints/pep440"
	"sluice/constraints/pep508"
	"sluice/index"
)

// Metadata is what a distribution says of itself (the core metadata
// specification). Values are as published: requirements, ranges and extras are
// not parsed, and an old "UNKNOWN" stays.
type Metadata struct {
	MetadataVersion string // "" when it is missing
	Name, Version   string

	RequiresDist   []string
	RequiresPython string
	ProvidesExtra  []string
	Dynamic        []string // the fields that only a build can tell (PEP 643)

	Summary, HomePage  string
	License            string // on as many lines as it was written
	LicenseExpression  string
	LicenseClassifiers []string // the classifiers that begin with "License ::"
	ProjectURLs        []ProjectURL

	Remarks []Remark
}

// ProjectURL is one address of a project under a label.
type ProjectURL struct{ Label, URL string }

// ParseMetadata reads core metadata: the METADATA of a wheel or the PKG-INFO of a
// source distribution. Its header block is read as Python's email parser reads
// it; what follows the block is ignored, as are fields that are not in Metadata.
//
// Real documents deviate from the specification. These are read all the same,
// each with a Remark that has the name as its Leniency:
//
//	byte-order-mark        a BOM before the first field is passed over
//	early-body             a line that cannot be part of the block ends it
//	stray-line             a line without a field, or an envelope, is passed over
//	latin-1                a value that is not UTF-8 is read as Latin-1
//	folded                 a value over several lines is joined with spaces
//	first-of-several       of a field that may be there once, the first counts
//	empty-value            a Requires-Dist, Provides-Extra or Dynamic without value is none
//	no-metadata-version    Metadata-Version is missing
//	odd-metadata-version   Metadata-Version is no such version
//	newer-metadata-version Metadata-Version has a minor version that came later
//	obsolete-requires      Requires (PEP 314) names modules, not distributions; ignored
//
// A major version above 2 is an error, as the specification asks, and so is a
// document without a Name or a Version.
func ParseMetadata(data []byte) (*Metadata, error) {
	p := metadataParser{document: "core metadata", m: &Metadata{}, first: make(map[string]int)}
	text := bytes.TrimPrefix(data, []byte("\uFEFF"))
	if len(text) != len(data) {
		p.lenient("", 1, "byte-order-mark", "it begins with a byte order mark")
	}
	header := readHeader(text)
	for _, line := range header.strays {
		p.lenient("", line, "stray-line", "this line belongs to no field")
	}
	for _, f := range header.fields {
		p.take(f)
	}
	if header.early > 0 {
		p.lenient("", header.early, "early-body", "the fields end here, without an empty line")
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	p.m.Remarks = p.remarks.all()
	return p.m, nil
}

// Static reports whether the metadata of a source distribution can be trusted to
// say what an installation requires: since Metadata-Version 2.2 it can, unless
// it declares one of the fields that matter to be dynamic (PEP 643). The metadata
// of a wheel can always be trusted.
func (m *Metadata) Static() bool {
	major, minor, ok := parseFormat(m.MetadataVersion)
	if !ok || major != 2 || minor < 2 {
		return false
	}
	for _, name := range m.Dynamic {
		switch strings.ToLower(name) {
		case "requires-dist", "requires-python", "provides-extra":
			return false
		}
	}
	return true
}

// Matches returns an error unless the metadata is of that release: the name in any
// spelling, and an equal version.
func (m *Metadata) Matches(name constraints.Name, version constraints.Version) error {
	v, err := pep440.Parse(m.Version)
	if err == nil && v.Equal(version) && pep508.NormalizeName(m.Name) == name {
		return nil
	}
	return document("core metadata").fail("", "it is of %q %q, not of %s %s",
		short(m.Name), short(m.Version), printable(string(name)), printable(version.String()))
}

// Describe sets on r what the metadata says of a release.
func (m *Metadata) Describe(r *index.Release) {
	r.Requirements, r.RequiresPython, r.Extras = m.RequiresDist, m.RequiresPython, m.ProvidesExtra
	r.License = m.license()
	r.MetadataMissing = false
}

// maxLicense is how many bytes a License may have and still be the name of one: many
// releases state the whole text of theirs in that field.
const maxLicense = 100

// license returns what index keeps of the terms: the expression (PEP 639), else what the
// classifiers say, else the License where that is a name and no text.
func (m *Metadata) license() string {
	switch {
	case m.LicenseExpression != "":
		return m.LicenseExpression
	case len(m.LicenseClassifiers) > 0:
		return strings.Join(m.LicenseClassifiers, "; ")
	case len(m.License) > maxLicense || strings.ContainsRune(m.License, '\n') || strings.EqualFold(m.License, "UNKNOWN"):
		return ""
	}
	return m.License
}

// licenseClassifier begins the classifiers that name licenses.
const licenseClassifier = "License ::"

// metadataParser makes a Metadata of fields.
type metadataParser struct {
	document
	m       *Metadata
	first   map[string]int // the line of each field that may be there once
	remarks remarks
	err     error // the first reason why the document cannot be used
}

func (p *metadataParser) lenient(about string, line int, name, format string, args ...any) {
	p.remarks.put(Remark{About: about, Line: line, Leniency: name, Msg: fmt.Sprintf(format, args...)})
}

// take takes over one field. Field names are compared without case.
func (p *metadataParser) take(f field) {
	switch strings.ToLower(f.name) {
	case "metadata-version":
		p.once(f, &p.m.MetadataVersion)
	case "name":
		p.once(f, &p.m.Name)
	case "version":
		p.once(f, &p.m.Version)
	case "requires-python":
		p.once(f, &p.m.RequiresPython)
	case "summary":
		p.once(f, &p.m.Summary)
	case "home-page":
		p.once(f, &p.m.HomePage)
	case "license":
		p.once(f, &p.m.License)
	case "license-expression":
		p.once(f, &p.m.LicenseExpression)
	case "classifier":
		if strings.HasPrefix(f.text(), licenseClassifier) {
			p.each(f, &p.m.LicenseClassifiers)
		}
	case "requires-dist":
		p.each(f, &p.m.RequiresDist)
	case "provides-extra":
		p.each(f, &p.m.ProvidesExtra)
	case "dynamic":
		p.each(f, &p.m.Dynamic)
	case "project-url":
		label, url, _ := strings.Cut(p.value(f), ",")
		p.m.ProjectURLs = append(p.m.ProjectURLs, ProjectURL{strings.TrimSpace(label), strings.TrimSpace(url)})
	case "requires":
		p.lenient(f.name, f.line, "obsolete-requires", "it names modules, not distributions; ignored")
	}
}

// once takes over a field that may be there once.
func (p *metadataParser) once(f field, to *string) {
	key := strings.ToLower(f.name)
	if line, again := p.first[key]; again {
		p.lenient(f.name, f.line, "first-of-several", "it was given on line %d already; the first counts", line)
		return
	}
	p.first[key] = f.line
	*to = p.value(f)
}

// each takes over a field that may be there many times.
func (p *metadataParser) each(f field, to *[]string) {
	value := p.value(f)
	switch {
	case value == "":
		p.lenient(f.name, f.line, "empty-value", "it has no value; ignored")
	case len(*to) >= maxItems:
		p.fault(f, "it is there more than %d times", maxItems)
	default:
		*to = append(*to, value)
	}
}

// value returns the value of a field on one line, in UTF-8. Only a License keeps
// its lines.
func (p *metadataParser) value(f field) string {
	text := f.text()
	if !utf8.ValidString(text) {
		p.lenient(f.name, f.line, "latin-1", "it is not UTF-8")
		text = latin1([]byte(text))
	}
	switch {
	case len(text) > maxText:
		p.fault(f, "it has more than %d bytes", maxText)
		return ""
	case !strings.ContainsAny(text, "\r\n"):
		return strings.TrimSpace(text)
	case strings.EqualFold(f.name, "license"):
		return unfold(text, "\n")
	}
	p.lenient(f.name, f.line, "folded", "it goes on over several lines")
	return unfold(text, " ")
}

// fault notes why the document cannot be used.
func (p *metadataParser) fault(f field, format string, args ...any) {
	if p.err == nil {
		p.err = p.fail("line "+strconv.Itoa(f.line), "%s: %s", printable(f.name), fmt.Sprintf(format, args...))
	}
}

// check judges the document as a whole.
func (p *metadataParser) check() error {
	switch {
	case p.err != nil:
		return p.err
	case p.m.Name == "":
		return p.missing("Name")
	case p.m.Version == "":
		return p.missing("Version")
	}
	const about = "Metadata-Version"
	const knownMajor, knownMinor = 2, 6 // PEP 808
	line, text := p.first[strings.ToLower(about)], p.m.MetadataVersion
	major, minor, ok := parseFormat(text)
	switch {
	case text == "":
		p.lenient(about, line, "no-metadata-version", "it is missing")
	case !ok:
		p.lenient(about, line, "odd-metadata-version", "%q is not MAJOR.MINOR; nothing is concluded from it", short(text))
	case major > knownMajor:
		return p.fail("line "+strconv.Itoa(line), "%s %q is newer than %d.%d, the last one known",
			about, short(text), knownMajor, knownMinor)
	case major == knownMajor && minor > knownMinor:
		p.lenient(about, line, "newer-metadata-version", "%s is newer than %d.%d, the last one known", text, knownMajor, knownMinor)
	}
	return nil
}

func (p *metadataParser) missing(name string) error {
	e := p.fail("", "it has no %s", name)
	if len(p.first) == 0 {
		e.Msg, e.Hint = "it has no field of core metadata", "is it another document?"
	}
	return e
}
