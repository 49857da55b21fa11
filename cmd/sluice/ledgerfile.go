package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"sluice/constraints/ledger"
)

const defaultLedger = "ledger.toml"

// readLedger reads the ledger, which is that of the base where there is one. One that nobody
// names may be absent, and is empty then.
func (s *settings) readLedger() (*ledger.File, error) {
	if s.Ledger == "" {
		return new(ledger.File), nil
	}
	data, shown, err := s.readLaw(s.Ledger, ledger.MaxFile)
	if errors.Is(err, fs.ErrNotExist) && !s.ledgerNamed {
		data, err = nil, nil
	}
	if err != nil {
		return nil, s.unreadable("ledger", "ledger", s.Ledger, err, "--ledger")
	}
	return ledger.Parse(shown, data)
}

// editLedger replaces the ledger by an edited one; it is made where there is none. Nobody else
// edits it meanwhile, so that nothing is lost of what several processes write at once.
func (s *settings) editLedger(edit func(*ledger.File) (*ledger.File, error)) error {
	name := s.abs(s.Ledger)
	if target, err := filepath.EvalSymlinks(name); err == nil {
		name = target // the lock is on the folder that the file is in
	}
	unlock, err := lockFolder(context.Background(), filepath.Dir(name))
	if err != nil {
		return usageError{msg: fmt.Sprintf("%s cannot be written: %s", s.Ledger, cause(err))}
	}
	defer unlock()
	data, err := readFile(name, ledger.MaxFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return s.unreadable("ledger", "ledger", s.Ledger, err, "--ledger")
	}
	before, err := ledger.Parse(s.Ledger, data)
	if err != nil {
		return err
	}
	after, err := edit(before)
	if err != nil || string(after.Bytes()) == string(data) {
		return err
	}
	return s.write(s.Ledger, after.Bytes())
}
