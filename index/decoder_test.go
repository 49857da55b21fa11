package index_test

import (
	"bytes"
	"errors"
	"testing"

	"sluice/constraints"
	"sluice/index"
	"sluice/index/indextest"
)

// encoded returns packages in the compact form.
func encoded(t *testing.T, packages ...*index.Package) []byte {
	t.Helper()
	s, err := index.NewSnapshot(packages...)
	if err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	if err := s.WriteCompact(&buf); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestDecoderReadsWhatWasWritten(t *testing.T) {
	var d index.Decoder
	facts := indextest.Facts(t)
	for _, some := range [][]*index.Package{nil, facts[:1], facts} {
		data := encoded(t, some...)
		s, err := d.Decode(data)
		if err != nil || s.Len() != len(some) {
			t.Fatalf("%d packages of %d: %v", s.Len(), len(some), err)
		}
		for _, want := range some {
			got, err := s.Package(want.Name())
			if err != nil || got.Check() != nil {
				t.Fatal(err, got.Check())
			}
			indextest.Equal(t, got, want)
		}
		if _, err := s.Package("nobody"); !errors.Is(err, index.ErrNotFound) {
			t.Errorf("nobody: %v", err)
		}
		if _, err := d.Decode(data[:len(data)-1]); err == nil {
			t.Error("what is cut is taken")
		}
	}
}

// What packages of several snapshots require in the same words is parsed once.
func TestDecoderParsesATextOnce(t *testing.T) {
	var d index.Decoder
	first := parsed(t, &d, "a", "b[x]>=1")
	if again := parsed(t, &d, "c", "b[x]>=1"); &again.Extras[0] != &first.Extras[0] {
		t.Error("the same text was parsed twice")
	}
}

// parsed returns what a package requires, read from a snapshot of its own.
func parsed(t *testing.T, d *index.Decoder, name constraints.Name, requirement string) constraints.Requirement {
	t.Helper()
	s, err := d.Decode(encoded(t, indextest.Package(t, name, index.Release{
		Version: indextest.Version(t, "1"), Requirements: []string{requirement}})))
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Package(name)
	if err != nil {
		t.Fatal(err)
	}
	m, err := p.Parsed(0)
	if err != nil {
		t.Fatal(err)
	}
	return m.Requirements[0]
}

// A damaged section is an error of its own package alone.
func TestCheckFindsADamagedSection(t *testing.T) {
	facts := indextest.Facts(t)
	whole := encoded(t, facts...)
	damaged := bytes.Clone(whole)
	damaged[len(damaged)-1] ^= 1
	s, err := new(index.Decoder).Decode(damaged)
	if err != nil {
		t.Fatal(err)
	}
	wrong := 0
	for _, name := range s.Names() {
		p, err := s.Package(name)
		if err == nil {
			err = p.Check()
		}
		if err != nil {
			wrong++
		}
	}
	if wrong != 1 {
		t.Errorf("%d packages are damaged, want 1", wrong)
	}
}
