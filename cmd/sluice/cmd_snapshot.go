package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"sluice/index"
	"sluice/resolver/gate"
)

func snapshotCommand() command {
	return command{
		name:    "snapshot",
		args:    "-o FILE [CANDIDATE...]",
		summary: "record the index facts that a gate or check rests on",
		details: `Asks what sluice gate would ask for the candidates, or, without any, what sluice
check would, and writes exactly these facts. With --index FILE the same command
gives the same answer again, byte for byte, with no index at hand.

A FILE that ends in .jsonl or .jsonl.gz is written as JSON lines, which people can
read; any other in the compact form.`,
		setup: func(a *app, flags *pflag.FlagSet) runFunc {
			var o options
			o.addFlags(flags)
			output := flags.StringP("output", "o", "", "the `FILE` to write")
			return func(args []string) (int, error) { return a.snapshot(&o, *output, args) }
		},
	}
}

func (a *app) snapshot(o *options, output string, args []string) (int, error) {
	if output == "" {
		return 0, usageError{msg: "where to?", hint: "give -o FILE"}
	}
	var candidates []candidate
	if len(args) > 0 {
		var err error
		if candidates, err = parseCandidates(args); err != nil {
			return 0, err
		}
	}
	in, err := a.load(o)
	if err != nil {
		return 0, err
	}
	defer in.close()
	if err := in.judgeAll(candidates); err != nil {
		return 0, err
	}
	facts, err := in.facts.snapshot()
	if err := errors.Join(err, in.facts.settle()); err != nil {
		return 0, err
	}
	data, err := encodeSnapshot(facts, output)
	if err != nil {
		return 0, err
	}
	if err := in.settings.write(output, data); err != nil {
		return 0, err
	}
	a.hint("%s: %s, %s", output, count(facts.Len(), "package"), facts.Digest())
	return exitOK, nil
}

// judgeAll asks all that a gate of the candidates, or without any a check, would ask.
func (in *inputs) judgeAll(candidates []candidate) error {
	if candidates == nil {
		gate.Check(in.ask(in.question(in.lines)))
		return nil
	}
	edited, err := apply(in.file, candidates, in.environments)
	if err != nil {
		return err
	}
	gate.Judge(in.ask(in.question(linesOf(edited))))
	for _, c := range candidates {
		in.facts.suggest(c.name)
	}
	return nil
}

// snapshot returns the facts that were asked for so far. All of them must be known.
func (f *facts) snapshot() (*index.Snapshot, error) {
	all, err := f.packages()
	if err != nil {
		return nil, fmt.Errorf("not all facts could be had: %w", err)
	}
	var there []*index.Package
	for _, p := range all {
		if p != nil {
			there = append(there, p)
		}
	}
	return index.NewSnapshot(there...)
}

// encodeSnapshot returns a snapshot in the form that the name of its file asks for.
func encodeSnapshot(s *index.Snapshot, name string) ([]byte, error) {
	var buf bytes.Buffer
	write := s.WriteCompact
	switch base := filepath.Base(name); {
	case strings.HasSuffix(base, ".jsonl"):
		write = s.WriteLines
	case strings.HasSuffix(base, ".jsonl.gz"):
		write = func(w io.Writer) error {
			zip := gzip.NewWriter(w)
			if err := s.WriteLines(zip); err != nil {
				return err
			}
			return zip.Close()
		}
	}
	err := write(&buf)
	return buf.Bytes(), err
}
