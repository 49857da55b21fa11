package ledger

import "time"

// Ledger is the entries of a ledger, in file order. The zero Ledger has none.
type Ledger struct {
	Entries []Entry
}

// At returns the ledger without what has expired at a time.
func (l Ledger) At(now time.Time) Ledger {
	var current []Entry
	for _, e := range l.Entries {
		if !e.Common().ExpiredAt(now) {
			current = append(current, e)
		}
	}
	return Ledger{current}
}

// Expired returns the entries that count no more at a time.
func (l Ledger) Expired(now time.Time) []Entry {
	var past []Entry
	for _, e := range l.Entries {
		if e.Common().ExpiredAt(now) {
			past = append(past, e)
		}
	}
	return past
}

// Of returns the entries of one type.
func Of[E Entry](l Ledger) []E {
	var all []E
	for _, e := range l.Entries {
		if entry, ok := e.(E); ok {
			all = append(all, entry)
		}
	}
	return all
}
