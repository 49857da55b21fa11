package pypi

import (
	"bytes"
	"mime"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"sluice/constraints"
)

// Page is the page of a project (the simple repository API).
type Page struct {
	Name constraints.Name // the project that was asked for

	// Versions are those that the index knows, also those without a file, as it
	// spells and orders them (PEP 700); nil when it does not say.
	Versions []string

	Files []File // in the order of the page, no two with one name

	// Tracks are the pages of the same project elsewhere that this one extends,
	// AlternateLocations the ones that extend it too (PEP 708).
	Tracks, AlternateLocations []URL

	Remarks []Remark // what was left out or read leniently
}

// Content types of a project page (PEP 691), as ParsePage takes them.
const (
	ContentTypeJSON = "application/vnd.pypi.simple.v1+json"
	ContentTypeHTML = "application/vnd.pypi.simple.v1+html"

	contentTypeLegacy = "text/html" // PEP 503
)

// ParsePage reads the page of a project in the form that contentType names: the
// value of the header Content-Type, with parameters. References are relative to
// base, the URL that the page came from in the end.
//
// JSON is read as PEP 691 has it, with its extensions (PEP 592, 658, 700, 708 and
// 714), HTML as PEP 503 with its attributes and the meta elements of PEP 629 and
// 708. A file that is twice on the page counts as it stands there first.
func ParsePage(contentType string, base *url.URL, body []byte, name constraints.Name) (*Page, error) {
	p := pageReader{
		page:     &Page{Name: name},
		document: document("project page of " + printable(string(name))),
		address:  newAddress(base),
		seen:     make(map[string]bool),
	}
	if err := p.read(contentType, bytes.TrimPrefix(body, []byte("\uFEFF"))); err != nil {
		return nil, err
	}
	p.page.Remarks = p.remarks.all()
	return p.page, nil
}

// pageReader reads one page.
type pageReader struct {
	document
	address
	page    *Page
	seen    map[string]bool // names of files
	stated  int             // files so far, those that were left out too
	python  string          // the Requires-Python of the file before
	remarks remarks
}

// read reads the body as the content type says.
func (p *pageReader) read(contentType string, body []byte) error {
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil { // pip looks at nothing but the beginning
		media, _, _ = strings.Cut(strings.ToLower(contentType), ";")
		media = strings.TrimSpace(media)
	}
	switch media {
	case ContentTypeJSON:
		p.isUTF8(body) // encoding/json replaces what is not
		return p.readJSON(body)
	case ContentTypeHTML, contentTypeLegacy:
		text, ok := p.decode(params["charset"], body)
		if !ok {
			return p.fail("", "its charset %q cannot be read", short(params["charset"]))
		}
		return p.readHTML(text)
	}
	e := p.fail("", "its content type is %q", short(contentType))
	e.Hint = "want " + ContentTypeJSON + ", " + ContentTypeHTML + " or " + contentTypeLegacy
	return e
}

// decode returns an HTML page in UTF-8.
func (p *pageReader) decode(charset string, body []byte) (text []byte, ok bool) {
	switch strings.ToLower(charset) {
	case "", "utf-8", "utf8", "us-ascii", "ascii":
		if p.isUTF8(body) {
			return body, true
		}
		return bytes.ToValidUTF8(body, []byte("\uFFFD")), true
	case "iso-8859-1", "latin-1", "latin1":
		return []byte(latin1(body)), true
	}
	return nil, false
}

// latin1 decodes text in ISO 8859-1.
func latin1(text []byte) string {
	runes := make([]rune, len(text))
	for i, c := range text {
		runes[i] = rune(c)
	}
	return string(runes)
}

// isUTF8 reports whether the body is UTF-8, and remarks upon one that is not.
func (p *pageReader) isUTF8(body []byte) bool {
	valid := utf8.Valid(body)
	if !valid {
		p.remarks.put(Remark{Leniency: "not-utf-8", Msg: "it is not UTF-8 everywhere"})
	}
	return valid
}

// checkAPIVersion holds to PEP 629: another major version cannot be read, a minor
// version that came later can, with a remark.
func (p *pageReader) checkAPIVersion(key, text string) error {
	const known = 4 // PEP 792
	major, minor, ok := parseFormat(text)
	switch {
	case !ok:
		return p.fail("", "its %s %q is not MAJOR.MINOR", key, short(text))
	case major != 1:
		return p.fail("", "its %s is %q, and only 1 is known", key, short(text))
	case minor > known:
		p.remarks.put(Remark{About: key, Leniency: "newer-minor-version", Msg: short(text) + " is newer than what is known, 1." + strconv.Itoa(known)})
	}
	return nil
}

// add checks what the page says of a file, and adds the file or a remark.
func (p *pageReader) add(s *statement) error {
	if p.stated++; p.stated > maxPageFiles {
		return p.fail("", "it lists more than %d files", maxPageFiles)
	}
	f := File{URL: ""}
	if why := p.locate(s, &f); why != "" {
		about := s.name
		if about == "" {
			about = "file " + strconv.Itoa(p.stated)
		}
		p.remarks.add(about, "%s; left out", why)
		return nil
	}
	if why := p.describe(s, &f); why != "" {
		p.remarks.add(f.Name, "%s; left out", why)
		return nil
	}
	p.seen[f.Name] = true
	p.page.Files = append(p.page.Files, f)
	return nil
}

// locate finds the name and the URL of a file, and the hash that the URL states.
func (p *pageReader) locate(s *statement, f *File) (why string) {
	if s.wrong != "" {
		return s.wrong
	}
	u, why := p.resolve(s.url)
	if why != "" {
		return why
	}
	f.Name = s.name
	if f.Name == "" {
		f.Name, _ = lastSegment(u)
	}
	if why := badFileName(f.Name); why != "" {
		return why
	}
	if len(s.hashes) == 0 && u.Fragment != "" {
		s.hashes = fragmentHash(u.Fragment)
	}
	f.URL = withoutFragment(u)
	return ""
}

// describe takes over the rest. What is wrong and no reason to leave out the file
// is remarked upon.
func (p *pageReader) describe(s *statement, f *File) (why string) {
	var malformed bool
	f.Hashes, malformed = validHashes(s.hashes)
	switch {
	case p.seen[f.Name]:
		return "it is there twice; the first counts"
	case malformed && len(f.Hashes) == 0:
		return "its hash is malformed, so that no content could have it"
	case len(s.requiresPython) > maxRange:
		return "its Requires-Python is too long"
	case malformed:
		p.remarks.add(f.Name, "one of its hashes is malformed; the others count")
	}
	if p.python != s.requiresPython { // files that follow each other share one
		p.python = s.requiresPython
	}
	f.RequiresPython = p.python
	f.Yanked, f.YankedReason = s.yanked, s.reason
	if len(s.reason) > maxReason {
		f.YankedReason = constraints.Shorten(s.reason, maxReason)
		p.remarks.add(f.Name, "the reason for yanking it is too long; cut")
	}
	if s.size != "" {
		if f.Size, why = parseSize(s.size); why != "" {
			p.remarks.add(f.Name, "%s", why)
		}
	}
	if s.uploaded != "" {
		if f.Uploaded, why = parseUploadTime(s.uploaded); why != "" {
			p.remarks.add(f.Name, "%s", why)
		}
	}
	p.describeMetadata(s, f)
	return ""
}

// describeMetadata takes over what is said of the metadata of a file. Of metadata
// that could not be verified nothing is kept: it is in the file as well.
func (p *pageReader) describeMetadata(s *statement, f *File) {
	if !s.metadata {
		return
	}
	var malformed bool
	f.MetadataHashes, malformed = validHashes(s.metadataHashes)
	f.HasMetadata = !malformed || len(f.MetadataHashes) > 0
	if malformed {
		p.remarks.add(f.Name, "a hash of its metadata is malformed; that hash does not count")
	}
}

// addLocations adds the locations of PEP 708 that the page gives under a key.
func (p *pageReader) addLocations(key string, refs []string, to *[]URL) {
	if len(refs) > maxPageLocations {
		p.remarks.add(key, "more than %d locations; the rest is left out", maxPageLocations)
		refs = refs[:maxPageLocations]
	}
	for _, ref := range refs {
		u, why := p.resolve(ref)
		if why != "" {
			p.remarks.add(key, "a location is left out: %s", why)
		} else if location := withoutFragment(u); !slices.Contains(*to, location) {
			*to = append(*to, location)
		}
	}
}
