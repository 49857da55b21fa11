package pypi

import (
	"encoding/json"
	"errors"
	"io"
	"strconv"
)

// jsonReader reads a document key by key, and its arrays item by item.
type jsonReader struct {
	*json.Decoder
	document
	body []byte
}

// object reads a document that is one object. It calls member with each key;
// member reads the value.
func (d *jsonReader) object(member func(key string) error) error {
	t, err := d.Token()
	if err != nil {
		return d.syntax(err)
	}
	if t != json.Delim('{') {
		return d.fail("", "it is not a JSON object")
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return d.syntax(err)
		}
		if err := member(key.(string)); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return d.syntax(err)
	}
	if _, err := d.Token(); err != io.EOF {
		return d.fail(d.place(), "something follows the JSON object")
	}
	return nil
}

// array reads the array of a key; null is none.
func (d *jsonReader) array(key string, item func() error) (present bool, err error) {
	t, err := d.Token()
	switch {
	case err != nil:
		return false, d.syntax(err)
	case t == nil:
		return false, nil
	case t != json.Delim('['):
		return false, d.fail(d.place(), "%q is not a JSON array", key)
	}
	for d.More() {
		if err := item(); err != nil {
			return true, err
		}
	}
	if _, err := d.Token(); err != nil {
		return true, d.syntax(err)
	}
	return true, nil
}

// decode decodes the value of a key, which must be of the right kind.
func (d *jsonReader) decode(key string, into any) error {
	err := d.Decode(into)
	var mismatch *json.UnmarshalTypeError
	if errors.As(err, &mismatch) {
		return d.fail(d.place(), "%q cannot be a JSON %s", key, short(mismatch.Value))
	} else if err != nil {
		return d.syntax(err)
	}
	return nil
}

func (d *jsonReader) skip() error {
	var value json.RawMessage
	if err := d.Decode(&value); err != nil {
		return d.syntax(err)
	}
	return nil
}

// syntax returns the error for a document that is no JSON. A Decoder does not count
// all bytes, so it is read again to find the place.
func (d *jsonReader) syntax(err error) error {
	where := ""
	var at *json.SyntaxError
	if again := json.Unmarshal(d.body, new(json.RawMessage)); errors.As(again, &at) {
		where, err = "byte "+strconv.FormatInt(at.Offset, 10), again
	}
	return d.fail(where, "it is not JSON: %s", short(err.Error()))
}

func (d *jsonReader) place() string { return "byte " + strconv.FormatInt(d.InputOffset(), 10) }
