package index

// Decoder reads snapshots in the compact form from memory. What the packages of several of
// them require in the same words it parses once. The zero Decoder is ready; it is safe for
// concurrent use.
type Decoder struct{ texts texts }

// Decode returns the snapshot that WriteCompact wrote the bytes of, which nobody may
// change afterwards. The error says that they are not that.
func (d *Decoder) Decode(data []byte) (*Snapshot, error) {
	im, err := openImage(int64(len(data)), bytesReader(data))
	if err != nil {
		return nil, err
	}
	im.texts = &d.texts
	return newSnapshot(im, nil), nil
}
