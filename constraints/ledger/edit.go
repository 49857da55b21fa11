package ledger

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"sluice/constraints"
)

// Append returns the file with entries added at its end, a blank line before each. Its line
// endings are those of the file.
func (f *File) Append(entries ...Entry) (*File, error) {
	var added strings.Builder
	if data := f.text(); len(data) > 0 && data[len(data)-1] != '\n' {
		added.WriteString("\n")
	}
	for i, e := range entries {
		if i > 0 || len(bytes.TrimSpace(f.text())) > 0 {
			added.WriteString("\n")
		}
		added.WriteString(Text(e))
	}
	text := strings.ReplaceAll(added.String(), "\n", f.ending())
	return f.edited(append(f.text(), text...), slices.Concat(f.ledger.Entries, entries))
}

// Remove returns the file without entries: the lines from their headers to their last
// keys, and a blank line where there would be two. Comments above and below stay.
func (f *File) Remove(entries ...Entry) (*File, error) {
	data := f.text()
	rest := slices.Clone(f.ledger.Entries)
	for i, e := range slices.Backward(f.ledger.Entries) {
		if slices.Contains(entries, e) {
			t := f.tables[i]
			data = slices.Concat(data[:t.start], data[t.end:])
			data = withoutBlank(data, t.start)
			rest = slices.Delete(rest, i, i+1)
		}
	}
	if len(rest)+len(entries) != len(f.ledger.Entries) {
		return nil, f.fault("an entry to remove is not there", "")
	}
	return f.edited(data, rest)
}

// withoutBlank returns a text without the blank line before an offset where a line begins,
// if there is also one behind it, or nothing; or without that behind, if nothing is before.
func withoutBlank(data []byte, at int) []byte {
	behind := blankLine(data[at:])
	start := at - 1
	for start > 0 && data[start-1] != '\n' {
		start--
	}
	switch {
	case at == 0:
		return data[behind:]
	case (behind > 0 || at == len(data)) && blankLine(data[start:at]) > 0:
		return slices.Concat(data[:start], data[at:])
	}
	return data
}

// blankLine returns how long the blank line is that a text begins with, 0 for none.
func blankLine(data []byte) int {
	for i, b := range data {
		switch b {
		case '\n':
			return i + 1
		case ' ', '\t', '\r':
		default:
			return 0
		}
	}
	return 0
}

// Expire returns the file with another time from which on an entry counts no more, the
// zero time for never.
func (f *File) Expire(e Entry, at time.Time) (*File, error) {
	i := slices.Index(f.ledger.Entries, e)
	if i < 0 {
		return nil, f.fault("an entry to change is not there", "")
	}
	data, t := f.text(), f.tables[i]
	start, end, text := t.end, t.end, ""
	switch field := t.field("expires"); {
	case field == nil && at.IsZero():
		return f, nil
	case field == nil && t.end == len(data) && data[t.end-1] != '\n':
		text = f.ending() + "expires = " + momentText(at, 1)
	case field == nil:
		text = "expires = " + momentText(at, 1) + f.ending()
	case at.IsZero():
		offset := field.value.offset
		start, end = t.document.lineStart(offset), t.document.lineEnd(offset)
	default:
		start, end, text = field.value.offset, field.value.offset+field.value.length, momentText(at, 1)
	}
	record := *e.Common()
	record.Expires = at
	entries := slices.Clone(f.ledger.Entries)
	entries[i] = WithRecord(e, record)
	return f.edited(slices.Concat(data[:start], []byte(text), data[end:]), entries)
}

// text returns the file without a byte order mark.
func (f *File) text() []byte { return slices.Clone(f.data[f.mark:]) }

// ending returns how the lines of the file end: as its first line does.
func (f *File) ending() string {
	if at := bytes.IndexByte(f.data, '\n'); at > 0 && f.data[at-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

// edited returns the file with another text. It makes sure that this says what it is to.
func (f *File) edited(text []byte, expected []Entry) (*File, error) {
	edited, err := Parse(f.name, slices.Concat(f.data[:f.mark], text))
	if err != nil {
		return nil, err
	}
	same := func(a, b Entry) bool { return Text(a) == Text(b) }
	if !slices.EqualFunc(edited.ledger.Entries, expected, same) {
		return nil, f.fault("the edit would not come out as meant", "edit the file by hand")
	}
	return edited, nil
}

func (f *File) fault(msg, hint string) error {
	return constraints.Problems{{Place: constraints.Place{File: f.name}, Msg: msg, Hint: hint}}
}
