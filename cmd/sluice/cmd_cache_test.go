package main

import (
	"bytes"
	"testing"

	"sluice/index"
	"sluice/index/fetch"
	"sluice/index/indextest"
)

// verify looks into every section of every package that is kept in one entry.
func TestVerifyLooksIntoEveryPackage(t *testing.T) {
	facts, err := index.NewSnapshot(indextest.Facts(t)...)
	if err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	if err := facts.WriteCompact(&buf); err != nil {
		t.Fatal(err)
	}
	if err := checkEntry(fetch.Parsed, "", buf.Bytes()); err != nil {
		t.Fatal(err)
	}
	for i := range buf.Len() {
		damaged := bytes.Clone(buf.Bytes())
		damaged[i] ^= 0x40
		if checkEntry(fetch.Parsed, "", damaged) == nil {
			t.Errorf("byte %d is changed, and nobody notices", i)
		}
	}
}
