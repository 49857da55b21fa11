package ledger

import (
	"slices"

	"sluice/constraints"
)

// File is a ledger.toml. It is not changed: each edit returns a new one, in which every
// byte outside of the edit is as it was.
type File struct {
	name   string
	data   []byte
	mark   int      // the bytes of a byte order mark
	tables []*table // of the entries
	ledger Ledger
}

// Parse reads a ledger.toml: TOML 1.0 with the entries as arrays of tables, [[hold]] and
// so on. The name is for problems, of which the error, constraints.Problems, has all in
// the order of the file. A file with problems is no ledger: what a hold says that cannot
// be read is not to be passed over.
func Parse(name string, data []byte) (*File, error) {
	d := parseDocument(name, data)
	f := &File{name: name, data: data, mark: d.mark, tables: d.tables}
	for _, t := range d.tables {
		f.ledger.Entries = append(f.ledger.Entries, t.entry())
	}
	slices.SortStableFunc(d.problems, func(a, b constraints.Problem) int { return a.Place.Compare(b.Place) })
	if err := d.problems.Err(); err != nil {
		return nil, err
	}
	return f, nil
}

// Name returns the name that the file was parsed under.
func (f *File) Name() string { return f.name }

// Ledger returns the entries.
func (f *File) Ledger() Ledger { return f.ledger }

// Bytes returns the file as it stands.
func (f *File) Bytes() []byte { return slices.Clone(f.data) }
