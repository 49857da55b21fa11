package pypi

import (
	"bytes"
	"io"
	"strings"

	"golang.org/x/net/html"

	"sluice/index"
)

// readHTML reads a page in HTML (PEP 503): its anchors, the first base element
// that has an address, and the meta elements that speak of the API. As for pip,
// where on the page they stand does not matter.
func (p *pageReader) readHTML(body []byte) error {
	page := htmlPage{Tokenizer: html.NewTokenizer(bytes.NewReader(body)), reader: p}
	for {
		switch page.Next() {
		case html.StartTagToken, html.SelfClosingTagToken:
			if err := page.element(); err != nil {
				return err
			}
		case html.ErrorToken:
			if err := page.Err(); err != io.EOF {
				return p.fail("", "it is not HTML: %s", short(err.Error()))
			}
			return page.finish()
		}
	}
}

// htmlPage is a page whose anchors wait for the base element.
type htmlPage struct {
	*html.Tokenizer
	reader    *pageReader
	anchors   []statement
	base      string
	hasBase   bool
	versioned bool // it says to be a page of the API

	tracks, alternates []string // PEP 708
}

// element takes over the start tag at which the tokenizer is.
func (h *htmlPage) element() error {
	name, more := h.TagName()
	switch string(name) {
	case "a":
		return h.anchor(more)
	case "meta":
		return h.meta(more)
	case "base":
		h.attributes(more, func(key, value []byte) {
			if string(key) == "href" && !h.hasBase {
				h.base, h.hasBase = string(value), true
			}
		})
	}
	return nil
}

// attributes calls each with the attributes of the tag, of those with one name the
// first.
func (h *htmlPage) attributes(more bool, each func(key, value []byte)) {
	for more {
		var key, value []byte
		key, value, more = h.TagAttr()
		each(key, value)
	}
}

// anchor takes over a link with what its attributes say (PEP 503, 592, 658, 714).
func (h *htmlPage) anchor(more bool) error {
	var s statement
	var core, legacy []byte // nil when absent
	h.attributes(more, func(key, value []byte) {
		switch string(key) {
		case "href":
			s.url = string(value)
		case "data-requires-python":
			s.requiresPython = string(value)
		case "data-yanked":
			s.yanked, s.reason = true, string(value)
		case "data-core-metadata":
			core = append([]byte{}, value...)
		case "data-dist-info-metadata":
			legacy = append([]byte{}, value...)
		}
	})
	if core == nil { // PEP 714
		core = legacy
	}
	if core != nil {
		s.metadata, s.metadataHashes = metadataAttribute(string(core))
	}
	if s.url == "" {
		return nil
	}
	if len(h.anchors) >= maxPageFiles {
		return h.reader.fail("", "it has more than %d links", maxPageFiles)
	}
	h.anchors = append(h.anchors, s)
	return nil
}

// metadataAttribute reads "true" or "sha256=...". As for pip, another value is no
// hash, but says that there is metadata.
func metadataAttribute(value string) (exists bool, hashes []index.Hash) {
	if algorithm, digits, ok := strings.Cut(value, "="); ok {
		return true, []index.Hash{{Algorithm: algorithm, Hex: digits}}
	}
	return value != "false", nil
}

// meta takes over what the page says of itself (PEP 629, PEP 708).
func (h *htmlPage) meta(more bool) error {
	var name, content string
	h.attributes(more, func(key, value []byte) {
		switch string(key) {
		case "name":
			name = string(value)
		case "content":
			content = string(value)
		}
	})
	switch name {
	case "pypi:repository-version":
		h.versioned = true
		return h.reader.checkAPIVersion(name, content)
	case "pypi:tracks":
		h.tracks = append(h.tracks, content)
	case "pypi:alternate-locations":
		h.alternates = append(h.alternates, content)
	}
	return nil
}

// finish resolves the links and checks them.
func (h *htmlPage) finish() error {
	p := h.reader
	if h.hasBase {
		base, why := p.resolve(h.base)
		if why != "" {
			p.remarks.add("base", "it does not count: %s", why)
		} else {
			p.base = base
		}
	}
	p.addLocations("pypi:tracks", h.tracks, &p.page.Tracks)
	p.addLocations("pypi:alternate-locations", h.alternates, &p.page.AlternateLocations)
	for i := range h.anchors {
		if isNavigation(h.anchors[i].url) {
			continue
		}
		if err := p.add(&h.anchors[i]); err != nil {
			return err
		}
	}
	if !h.versioned && len(p.page.Files) == 0 {
		return p.fail("", "it has no link to a file and does not say that it is a page of a package index") // but of a login, say
	}
	return nil
}

// isNavigation reports whether a link leads to a folder, such as the parent of a
// listing, or to a place on the page itself.
func isNavigation(ref string) bool {
	path, _, _ := strings.Cut(ref, "#")
	path, _, _ = strings.Cut(path, "?")
	path = strings.TrimSpace(path)
	return path == "" || path == "." || path == ".." || strings.HasSuffix(path, "/") || strings.HasSuffix(path, "/..")
}
