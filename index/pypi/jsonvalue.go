package pypi

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"
	"unicode/utf8"

	"sluice/index"
)

// The values of a page that may be of several kinds. None of them fails to decode:
// one that is odd is found out and remarked upon by who reads the page.

// looseText is a string, or the JSON text of another value, for whom it reads to
// judge; "" for null.
type looseText string

func (t *looseText) UnmarshalJSON(raw []byte) error {
	switch raw[0] {
	case '"':
		if plain := raw[1 : len(raw)-1]; bytes.IndexByte(plain, '\\') < 0 && utf8.Valid(plain) {
			*t = looseText(plain) // most are, and need not be read again
			return nil
		}
		return json.Unmarshal(raw, (*string)(t))
	case 'n':
		*t = ""
	default:
		*t = looseText(raw)
	}
	return nil
}

// looseTexts are an array of texts.
type looseTexts struct {
	list []string
	odd  bool // it is something else
}

func (t *looseTexts) UnmarshalJSON(raw []byte) error {
	*t = looseTexts{odd: raw[0] != '[' && raw[0] != 'n'}
	if raw[0] != '[' {
		return nil
	}
	var list []looseText
	err := json.Unmarshal(raw, &list)
	for _, text := range list {
		t.list = append(t.list, string(text))
	}
	return err
}

// jsonHashes are an object from algorithm to hexadecimal digits.
type jsonHashes struct {
	list []index.Hash
	odd  bool // it is something else
}

func (h *jsonHashes) UnmarshalJSON(raw []byte) error {
	*h = jsonHashes{odd: raw[0] != '{' && raw[0] != 'n'}
	if raw[0] != '{' {
		return nil
	}
	if h.list = soleHash(raw); h.list != nil {
		return nil
	}
	var hashes map[string]looseText
	if err := json.Unmarshal(raw, &hashes); err != nil {
		return err
	}
	for algorithm, digits := range hashes {
		h.list = append(h.list, index.Hash{Algorithm: algorithm, Hex: string(digits)})
	}
	slices.SortFunc(h.list, func(a, b index.Hash) int { return cmp.Compare(a.Algorithm, b.Algorithm) })
	return nil
}

// soleHash reads {"ALGORITHM":"DIGITS"}, which nearly all hashes are, without the
// cost of a map; nil for anything else.
func soleHash(raw []byte) []index.Hash {
	rest, opened := bytes.CutPrefix(raw, []byte(`{"`))
	algorithm, rest, named := bytes.Cut(rest, []byte(`"`))
	rest, colon := bytes.CutPrefix(rest, []byte(`:`))
	rest, quoted := bytes.CutPrefix(bytes.TrimLeft(rest, " "), []byte(`"`))
	digits, rest, closed := bytes.Cut(rest, []byte(`"`))
	if !opened || !named || !colon || !quoted || !closed || string(rest) != "}" || bytes.IndexByte(raw, '\\') >= 0 || !utf8.Valid(raw) {
		return nil
	}
	return []index.Hash{{Algorithm: string(algorithm), Hex: string(digits)}}
}

// jsonYanked is a boolean or the reason (PEP 592). As for pip, only what is empty
// is false: a withdrawn file must not be let through for a value of an odd kind.
type jsonYanked struct {
	yanked bool
	reason string
}

func (y *jsonYanked) UnmarshalJSON(raw []byte) error {
	*y = jsonYanked{}
	switch raw[0] {
	case '"':
		err := json.Unmarshal(raw, &y.reason)
		y.yanked = y.reason != ""
		return err
	case 'f', 'n':
	default:
		y.yanked = true
	}
	return nil
}

// jsonMetadata is a boolean, or the hashes of a document that exists (PEP 658).
type jsonMetadata struct {
	stated, exists bool
	hashes         []index.Hash
}

func (m *jsonMetadata) UnmarshalJSON(raw []byte) error {
	*m = jsonMetadata{stated: raw[0] != 'n', exists: raw[0] == 't' || raw[0] == '{'}
	if raw[0] != '{' {
		return nil
	}
	var hashes jsonHashes
	err := hashes.UnmarshalJSON(raw)
	m.hashes = hashes.list
	return err
}
