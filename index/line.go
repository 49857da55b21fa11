package index

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"sluice/constraints"
)

// lineReader reads one line of the JSON-lines form: one package.
type lineReader struct {
	jsonCursor
	interned map[string]string
	seen     map[string]*Release // by the bytes of their JSON
	name     constraints.Name
	named    int // the offset of the name
	entries  []entry
	offsets  map[string]int // by the key of the version
}

// readLine returns the package on a line; false when there are notes.
func readLine(line []byte) (packed, []note) {
	r := lineReader{
		jsonCursor: jsonCursor{data: line},
		interned:   make(map[string]string),
		seen:       make(map[string]*Release),
		offsets:    make(map[string]int),
	}
	r.line()
	if len(r.notes) > 0 {
		return packed{}, r.notes
	}
	pkg, err := pack(r.name, r.entries)
	if err != nil {
		r.note(r.named, err.Error(), "")
	}
	return pkg, r.notes
}

func (r *lineReader) line() {
	r.fields([]string{"name", "versions"}, func(key string) {
		switch key {
		case "name":
			r.readName()
		case "versions":
			r.object(r.version)
		}
	})
	if r.peek() != 0 || r.pos < len(r.data) {
		r.fail("something after the end of the value")
	}
	if r.name == "" && len(r.notes) == 0 {
		r.note(0, "the package has no name", `add "name"`)
	}
}

// fields reads an object whose keys are known. A key that is there twice, or that
// FORMAT.md does not have, is noted: what is misspelt must not count as absent.
func (r *lineReader) fields(known []string, value func(key string)) {
	var seen uint
	r.object(func(key []byte, at int) {
		for i, name := range known {
			if string(key) != name {
				continue
			}
			if seen&(1<<i) != 0 {
				r.note(at, fmt.Sprintf("the key %q is there twice", name), "")
			}
			seen |= 1 << i
			value(name)
			return
		}
		if !isComment(string(key)) {
			r.note(at, fmt.Sprintf("unknown key %q", constraints.Shorten(string(key), 80)),
				"known are "+strings.Join(known, ", ")+`; one that begins with "_" is a comment`)
		}
		r.skip()
	})
}

// isComment reports whether a key says something about the data that is no fact
// about the package.
func isComment(key string) bool {
	return key == "source" || key == "carried_from" || strings.HasPrefix(key, "_")
}

func (r *lineReader) readName() {
	at := r.pos
	text, ok := r.text()
	if !ok {
		return
	}
	if len(text) > maxName || !validName(string(text)) {
		r.note(at, fmt.Sprintf("%q is not the name of a package", constraints.Shorten(string(text), 80)), "")
		return
	}
	r.name, r.named = normalizeName(string(text)), at
}

// version reads one member of "versions".
func (r *lineReader) version(key []byte, at int) {
	v, err := parseVersion(string(key))
	first, twice := r.offsets[v.Key()]
	switch {
	case err != nil:
		r.noteError(at, err)
	case twice:
		r.note(at, fmt.Sprintf("version %s is there twice", v),
			fmt.Sprintf("first at column %d, perhaps in another spelling", first+1))
	case len(r.entries) >= maxVersions:
		r.fail(fmt.Sprintf("more than %d versions", maxVersions))
	default:
		r.offsets[v.Key()] = at
	}
	r.entries = append(r.entries, entry{v, r.shared(at)})
}

// shared reads a release, or finds the one that had the very same bytes: most
// releases of a package differ from their neighbours in the version alone.
func (r *lineReader) shared(at int) *Release {
	raw := r.extent()
	if release, ok := r.seen[string(raw)]; ok && raw != nil {
		r.pos += len(raw)
		return release
	}
	before, end := len(r.notes), r.pos+len(raw)
	release := r.release()
	if len(r.notes) == before {
		if err := release.settle(); err != nil {
			r.note(at, err.Error(), "")
		} else if r.pos == end {
			r.seen[string(raw)] = release
		}
	}
	return release
}

var releaseKeys = []string{
	"requires_dist", "provides_extra", "requires_python", "license", "yanked", "upload_time", "files", "metadata", "incomplete",
}

func (r *lineReader) release() *Release {
	release := &Release{}
	r.fields(releaseKeys, func(key string) {
		switch key {
		case "requires_dist":
			release.Requirements = r.texts()
		case "provides_extra":
			release.Extras = r.texts()
		case "requires_python":
			release.RequiresPython = r.optionalText()
		case "license":
			release.License = r.optionalText()
		case "yanked":
			release.Yanked, release.YankedReason = r.yanked()
		case "upload_time":
			release.Uploaded = r.instant()
		case "files":
			release.Files = r.files()
		case "metadata":
			release.MetadataMissing = !r.boolean()
		case "incomplete":
			release.Incomplete = r.boolean()
		}
	})
	return release
}

// texts reads an array of strings, or null.
func (r *lineReader) texts() []string {
	if r.null() {
		return nil
	}
	var texts []string
	r.array(func() {
		if len(texts) >= maxItems {
			r.fail(fmt.Sprintf("more than %d items", maxItems))
			return
		}
		texts = append(texts, r.internedText())
	})
	return texts
}

// optionalText reads a string, or null, which is the same as "".
func (r *lineReader) optionalText() string {
	if r.null() {
		return ""
	}
	return r.internedText()
}

// internedText reads a string that probably was there before.
func (r *lineReader) internedText() string {
	r.peek()
	at := r.pos
	b, ok := r.text()
	if ok && len(b) > maxText {
		r.note(at, fmt.Sprintf("a string of more than %d bytes", maxText), "")
		return ""
	}
	if s, ok := r.interned[string(b)]; ok {
		return s
	}
	s := string(b)
	r.interned[s] = s
	return s
}

// yanked reads a boolean, or the reason, which also means true.
func (r *lineReader) yanked() (yanked bool, reason string) {
	switch b := r.peek(); {
	case r.null():
		return false, ""
	case b != '"':
		return r.boolean(), ""
	}
	at := r.pos
	reason = r.internedText()
	if reason == "" && !r.broken {
		r.note(at, "an empty reason for yanking", "say true or false")
	}
	return true, reason
}

// instant reads a time (RFC 3339), or null.
func (r *lineReader) instant() time.Time {
	if r.null() {
		return time.Time{}
	}
	r.peek()
	at := r.pos
	b, ok := r.text()
	if !ok {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339Nano, string(b))
	if err != nil {
		r.note(at, fmt.Sprintf("%q is not a time", constraints.Shorten(string(b), 40)), `write it as "2023-09-04T12:30:00Z"`)
		return time.Time{}
	}
	return t.UTC()
}

// files reads an array of files, or null, which says that they are not known.
func (r *lineReader) files() []File {
	if r.null() {
		return nil
	}
	files := []File{}
	r.array(func() {
		if len(files) >= maxItems {
			r.fail(fmt.Sprintf("more than %d files", maxItems))
			return
		}
		files = append(files, r.file())
	})
	return files
}

var fileKeys = []string{"filename", "size", "hashes", "upload_time", "requires_python", "yanked"}

func (r *lineReader) file() File {
	var f File
	r.fields(fileKeys, func(key string) {
		switch key {
		case "filename":
			f.Name = r.internedText()
		case "size":
			f.Size = r.whole()
		case "hashes":
			f.Hashes = r.hashes()
		case "upload_time":
			f.Uploaded = r.instant()
		case "requires_python":
			f.RequiresPython = r.optionalText()
		case "yanked":
			f.Yanked, f.YankedReason = r.yanked()
		}
	})
	return f
}

// hashes reads an object of digests by algorithm, or null.
func (r *lineReader) hashes() []Hash {
	if r.null() {
		return nil
	}
	var hashes []Hash
	r.object(func(key []byte, _ int) {
		algorithm := string(key)
		hashes = append(hashes, Hash{algorithm, r.internedText()})
	})
	return hashes
}

// noteError notes what a parser of single values said.
func (r *lineReader) noteError(at int, err error) {
	hint := ""
	if syntax := new(constraints.SyntaxError); errors.As(err, &syntax) {
		hint = syntax.Hint
	}
	r.note(at, err.Error(), hint)
}
