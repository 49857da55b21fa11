package main

import (
	"slices"
	"testing"

	"github.com/spf13/pflag"
)

func TestFlagsAreShownWithoutPasswords(t *testing.T) {
	var o options
	o.flags = pflag.NewFlagSet("gate", pflag.ContinueOnError)
	o.addFlags(o.flags)
	o.addOutputFlags(o.flags)
	args := []string{
		"--index-url", "https://me:secret@index.example/simple?token=x", "--extra-index-url", "https://u:secret@b.example/",
		"--find-links", "https://c.example/links?sig=secret", "--from", "a=https://u:secret@d.example/simple",
		"-e", "py311", "--offline", "--jobs", "7", "--jobs-per-host", "3", "--cache-dir", "c", "--full", "--as-of", "2026-01-01",
	}
	if err := o.flags.Parse(args); err != nil {
		t.Fatal(err)
	}
	want := []string{"--as-of", "2026-01-01", "--environment", "py311", "--extra-index-url", "https://b.example/",
		"--find-links", "https://c.example/links", "--from", "a=https://d.example/simple", "--index-url", "https://index.example/simple"}
	if got := o.asked(); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
