package main

import (
	"bytes"

	"github.com/spf13/pflag"
)

func editCommand() command {
	return command{
		name:    "edit",
		args:    "NAME==VERSION | NAME= | NAME=PATH ...",
		summary: "set, remove or replace pins, changing no other byte of the file",
		details: `NAME==VERSION sets the pin, all lines of a split one. With a marker, as in
'NAME==VERSION; python_version < "3.9"', it is set for the environments of the
matrix where that holds: a line that is active there alone is changed, one that is
active elsewhere too is split in two, and where there is none a line is added.
NAME= removes it. NAME=PATH (or a URL) replaces it by a source in the form that
pip takes from a constraints file: NAME @ file:///...

Nothing is judged: ask sluice gate first.`,
		setup: func(a *app, flags *pflag.FlagSet) runFunc {
			var o options
			var output string
			o.addPinFlags(flags)
			flags.StringVarP(&output, "output", "o", "", "write to this `FILE`, - for stdout (default: the constraints file itself)")
			return func(args []string) (int, error) { return a.edit(&o, output, args) }
		},
	}
}

func (a *app) edit(o *options, output string, args []string) (int, error) {
	edits, err := parseEdits(args)
	if err != nil {
		return 0, err
	}
	s, err := o.settings(a)
	if err != nil {
		return 0, err
	}
	before, err := s.readConstraints(s.Constraints)
	if err != nil {
		return 0, err
	}
	after, notes, err := edits.carryOut(s, before)
	if err != nil {
		return 0, err
	}
	switch {
	case output == "-":
		_, err = a.stdout.Write(after.Bytes())
	case output != "":
		err = s.write(output, after.Bytes())
	case bytes.Equal(before.Bytes(), after.Bytes()):
		notes = append(notes, note{Message: s.Constraints + " says so already"})
	default:
		err = replaceUnchanged(s, before.Bytes(), after.Bytes())
	}
	if err != nil {
		return 0, err
	}
	a.tell(notes)
	return exitOK, nil
}

// replaceUnchanged writes the constraints file, unless somebody else changed it
// since it was read.
func replaceUnchanged(s *settings, before, after []byte) error {
	now, err := s.readConstraints(s.Constraints)
	if err != nil {
		return err
	}
	if !bytes.Equal(now.Bytes(), before) {
		return usageError{msg: s.Constraints + " was changed meanwhile and is left as it is", hint: "try again"}
	}
	return s.write(s.Constraints, after)
}
