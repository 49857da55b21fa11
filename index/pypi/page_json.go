package pypi

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"

	"sluice/constraints/pep508"
)

// readJSON reads a page in JSON (PEP 691). Files are decoded one by one, so that
// what is wrong with one cannot harm the others, and no more than the bound.
func (p *pageReader) readJSON(body []byte) error {
	d := jsonReader{Decoder: json.NewDecoder(bytes.NewReader(body)), document: p.document, body: body}
	var meta jsonMeta
	var hasFiles bool
	err := d.object(func(key string) (err error) {
		switch key {
		case "meta":
			return d.decode(key, &meta)
		case "name":
			return p.readName(&d)
		case "files":
			hasFiles, err = p.readFiles(&d)
			return err
		case "versions":
			return p.readVersions(&d)
		case "alternate-locations":
			return p.readLocations(&d)
		}
		return d.skip()
	})
	if err == nil && !hasFiles {
		err = p.fail("", `it has no "files"`)
	}
	if err != nil {
		return err
	}
	return p.checkMeta(&meta)
}

// jsonMeta is what the page says of itself (PEP 691, PEP 708).
type jsonMeta struct {
	APIVersion looseText  `json:"api-version"`
	Tracks     looseTexts `json:"tracks"`
}

func (p *pageReader) checkMeta(meta *jsonMeta) error {
	p.takeLocations("meta.tracks", meta.Tracks, &p.page.Tracks)
	if meta.APIVersion == "" {
		p.remarks.put(Remark{About: "meta.api-version", Leniency: "no-api-version", Msg: "it is missing; 1.0 is assumed"})
		return nil
	}
	return p.checkAPIVersion("meta.api-version", string(meta.APIVersion))
}

// readName compares the name that the page states.
func (p *pageReader) readName(d *jsonReader) error {
	var name looseText
	if err := d.decode("name", &name); err != nil {
		return err
	}
	if pep508.NormalizeName(string(name)) != p.page.Name {
		return p.fail("name", "it is about %q, which was not asked for", short(string(name)))
	}
	return nil
}

func (p *pageReader) readVersions(d *jsonReader) error {
	versions := []string{}
	present, err := d.array("versions", func() error {
		var version looseText
		if err := d.decode("versions", &version); err != nil {
			return err
		}
		if len(versions) >= maxPageVersions {
			return p.fail("", "it lists more than %d versions", maxPageVersions)
		}
		versions = append(versions, string(version))
		return nil
	})
	if present {
		p.page.Versions = versions
	}
	return err
}

func (p *pageReader) readLocations(d *jsonReader) error {
	const key = "alternate-locations"
	var refs looseTexts
	if err := d.decode(key, &refs); err != nil {
		return err
	}
	p.takeLocations(key, refs, &p.page.AlternateLocations)
	return nil
}

func (p *pageReader) takeLocations(key string, refs looseTexts, to *[]URL) {
	if refs.odd {
		p.remarks.add(key, "it is not a JSON array; left out")
	}
	p.addLocations(key, refs.list, to)
}

func (p *pageReader) readFiles(d *jsonReader) (present bool, err error) {
	var f jsonFile
	return d.array("files", func() error {
		f = jsonFile{}
		err := d.Decode(&f)
		var mismatch *json.UnmarshalTypeError
		if err != nil && !errors.As(err, &mismatch) {
			return d.syntax(err)
		}
		s := f.statement()
		if mismatch != nil { // an odd Requires-Python must not be taken for none
			s.wrong = "its " + cmp.Or(mismatch.Field, "entry") + " cannot be a JSON " + short(mismatch.Value)
		}
		return p.add(s)
	})
}

// jsonFile is an entry of "files".
type jsonFile struct {
	Filename         string       `json:"filename"`
	URL              string       `json:"url"`
	Hashes           jsonHashes   `json:"hashes"`
	RequiresPython   string       `json:"requires-python"`
	Yanked           jsonYanked   `json:"yanked"`
	Size             looseText    `json:"size"`
	UploadTime       looseText    `json:"upload-time"`
	CoreMetadata     jsonMetadata `json:"core-metadata"`
	DistInfoMetadata jsonMetadata `json:"dist-info-metadata"`
}

func (f *jsonFile) statement() *statement {
	metadata := f.CoreMetadata // PEP 714: the old key counts only where the new one is absent
	if !metadata.stated {
		metadata = f.DistInfoMetadata
	}
	s := &statement{
		name: f.Filename, url: f.URL, hashes: f.Hashes.list, requiresPython: f.RequiresPython,
		yanked: f.Yanked.yanked, reason: f.Yanked.reason,
		size: string(f.Size), uploaded: string(f.UploadTime),
		metadata: metadata.exists, metadataHashes: metadata.hashes,
	}
	switch {
	case f.URL == "":
		s.wrong = "it has no URL"
	case f.Hashes.odd:
		s.wrong = "its hashes are not an object"
	}
	return s
}
