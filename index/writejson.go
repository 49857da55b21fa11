package index

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"time"
)

// WriteLines writes the snapshot as JSON lines: packages by name, versions
// ascending, keys in the order of FORMAT.md. Equal facts give equal bytes.
func (s *Snapshot) WriteLines(w io.Writer) error {
	out := bufio.NewWriterSize(w, 1<<16)
	for _, name := range s.Names() {
		p, err := s.Package(name)
		if err != nil {
			return err
		}
		if err := p.writeLine(out); err != nil {
			return err
		}
	}
	if s.Len() == 0 {
		out.WriteByte('\n') // a file without a byte would be taken for one that was cut
	}
	return out.Flush()
}

func (p *Package) writeLine(out *bufio.Writer) error {
	out.WriteString(`{"name":`)
	if err := writeJSON(out, p.Name()); err != nil {
		return err
	}
	out.WriteString(`,"versions":{`)
	for i := range p.Len() {
		if i > 0 {
			out.WriteByte(',')
		}
		if err := p.writeRelease(out, i); err != nil {
			return err
		}
	}
	_, err := out.WriteString("}}\n")
	return err
}

func (p *Package) writeRelease(out *bufio.Writer, i int) error {
	files, err := p.Files(i)
	if err != nil {
		return err
	}
	if err := writeJSON(out, p.section.version(i)); err != nil {
		return err
	}
	out.WriteByte(':')
	return writeJSON(out, releaseOf(p.Release(i), files))
}

// releaseJSON is a release in the JSON-lines form.
type releaseJSON struct {
	Requirements   []string    `json:"requires_dist"`
	Extras         []string    `json:"provides_extra"`
	RequiresPython string      `json:"requires_python,omitempty"`
	License        string      `json:"license,omitempty"`
	Yanked         any         `json:"yanked,omitempty"`
	Uploaded       *time.Time  `json:"upload_time,omitempty"`
	Files          *[]fileJSON `json:"files,omitempty"`
	Metadata       *bool       `json:"metadata,omitempty"`
	Incomplete     bool        `json:"incomplete,omitempty"`
}

type fileJSON struct {
	Name           string            `json:"filename"`
	Size           int64             `json:"size,omitempty"`
	Hashes         map[string]string `json:"hashes,omitempty"`
	Uploaded       *time.Time        `json:"upload_time,omitempty"`
	RequiresPython string            `json:"requires_python,omitempty"`
	Yanked         any               `json:"yanked,omitempty"`
}

func releaseOf(r Release, files []File) releaseJSON {
	out := releaseJSON{
		Requirements:   append([]string{}, r.Requirements...),
		Extras:         append([]string{}, r.Extras...),
		RequiresPython: r.RequiresPython,
		License:        r.License,
		Yanked:         yankedOf(r.Yanked, r.YankedReason),
		Uploaded:       timeOf(r.Uploaded),
		Incomplete:     r.Incomplete,
	}
	if r.MetadataMissing {
		out.Metadata = new(bool)
	}
	if files != nil {
		list := make([]fileJSON, len(files))
		for i, f := range files {
			list[i] = fileOf(f)
		}
		out.Files = &list
	}
	return out
}

func fileOf(f File) fileJSON {
	hashes := make(map[string]string, len(f.Hashes))
	for _, h := range f.Hashes {
		hashes[h.Algorithm] = h.Hex
	}
	return fileJSON{f.Name, f.Size, hashes, timeOf(f.Uploaded), f.RequiresPython, yankedOf(f.Yanked, f.YankedReason)}
}

func yankedOf(yanked bool, reason string) any {
	switch {
	case !yanked:
		return nil
	case reason == "":
		return true
	}
	return reason
}

func timeOf(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// writeJSON writes v as encoding/json does, but for the line end and for escaping
// "<" and ">", which requirements are full of.
func writeJSON(out *bufio.Writer, v any) error {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := out.Write(bytes.TrimSuffix(buf.Bytes(), []byte{'\n'}))
	return err
}
