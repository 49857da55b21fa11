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

// DecodePackage returns the package that EncodePackage made the bytes of, which
// nobody may change afterwards. The error says that they are not that.
func DecodePackage(data []byte) (*Package, error) {
	im, err := openImage(int64(len(data)), bytesReader(data))
	if err != nil {
		return nil, err
	}
	if im.count != 1 {
		return nil, errors.New("not a single package")
	}
	return im.pkg(0)
}
