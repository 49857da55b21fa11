package osv

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"sluice/constraints"
)

// Database is the records about some packages. It is immutable.
type Database struct {
	Records int // that were read, about whatever package

	// Unread are the files that cannot be read, by name; MoreUnread is how many there are
	// besides.
	Unread     []Unread
	MoreUnread int

	byName map[constraints.Name][]*Record
}

// Unread is a file that should be a record and cannot be read as one.
type Unread struct {
	File string
	Err  error
}

// Open reads the records about the packages with the given names from the database at
// path: a folder with all *.json below it, or a zip archive. The error says why it cannot
// be read as a whole; a database without any record is one, too.
//
// Of several records with one id the one that was modified last counts. Those that were
// withdrawn do not.
func Open(path string, names map[constraints.Name]bool) (*Database, error) {
	src, err := openSource(path)
	if err != nil {
		return nil, err
	}
	defer src.close()
	d := &Database{byName: make(map[constraints.Name][]*Record)}
	results, err := readAll(src.entries, func(name constraints.Name) bool { return names[name] })
	if err != nil {
		return nil, err
	}
	latest := make(map[string]*Record)
	for i, r := range results {
		switch {
		case r.err == nil:
			d.Records++
			if old := latest[r.record.ID]; old == nil || r.record.Modified.After(old.Modified) {
				latest[r.record.ID] = r.record
			}
		case len(d.Unread) < maxUnread:
			d.Unread = append(d.Unread, Unread{src.entries[i].name, r.err})
		default:
			d.MoreUnread++
		}
	}
	if d.Records == 0 {
		return nil, cmp.Or(d.firstFault(), errors.New("there is no record of OSV in it: no file that ends in .json"))
	}
	d.index(latest)
	return d, nil
}

// firstFault returns why a database has no record, nil where it has no file.
func (d *Database) firstFault() error {
	if len(d.Unread) == 0 {
		return nil
	}
	return fmt.Errorf("no record in it can be read, as %s: %w", d.Unread[0].File, d.Unread[0].Err)
}

// index sorts the records that count by the packages they are about.
func (d *Database) index(records map[string]*Record) {
	for _, r := range records {
		for _, a := range r.Affected {
			if !r.Withdrawn {
				d.byName[a.Name] = append(d.byName[a.Name], r)
			}
		}
	}
	for _, list := range d.byName {
		slices.SortFunc(list, func(a, b *Record) int { return strings.Compare(a.ID, b.ID) })
	}
}

// Of returns the records about a package that were not withdrawn, by id.
func (d *Database) Of(name constraints.Name) []*Record { return d.byName[name] }

// result is what became of a file.
type result struct {
	record *Record
	err    error
}

// readAll reads the files side by side. The error is that they are too much.
func readAll(entries []entry, wanted func(constraints.Name) bool) ([]result, error) {
	results := make([]result, len(entries))
	var next, total atomic.Int64
	var wait sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(entries)) && total.Load() <= maxTotal; i = next.Add(1) - 1 {
				data, err := entries[i].read()
				total.Add(int64(len(data)))
				if err == nil {
					results[i].record, err = ParseRecord(data, wanted)
				}
				results[i].err = withoutPath(err)
			}
		})
	}
	wait.Wait()
	if total.Load() > maxTotal {
		return nil, fmt.Errorf("its records have more than %d bytes", int64(maxTotal))
	}
	return results, nil
}

// withoutPath returns an error without the name of the file, which is told beside it.
func withoutPath(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
