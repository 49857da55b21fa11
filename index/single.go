package index

import (
	"bytes"
	"errors"
)

// EncodePackage returns a package alone in the compact form. Equal facts give equal
// bytes.
func EncodePackage(p *Package) ([]byte, error) {
	files, err := p.loadFiles()
	if err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	err = writeImage(&buf, []packed{{p.Name(), []byte(p.section.data), []byte(files)}})
	return buf.Bytes(), err
}

// Decoder reads packages that stand alone in the compact form. What several of them
// require in the same words it parses once. The zero Decoder is ready; it is safe for
// concurrent use.
type Decoder struct{ texts texts }

// Decode returns the package that EncodePackage made the bytes of, which nobody may
// change afterwards. The error says that they are not that.
func (d *Decoder) Decode(data []byte) (*Package, error) {
	im, err := openImage(int64(len(data)), bytesReader(data))
	if err != nil {
		return nil, err
	}
	if im.count != 1 {
		return nil, errors.New("not a single package")
	}
	im.texts = &d.texts
	return im.pkg(0)
}
