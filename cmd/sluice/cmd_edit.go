package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"sluice/constraints"
	"sluice/constraints/pep508"
	"sluice/constraints/pinfile"
)

func editCommand() command {
	return command{
		name:    "edit",
		args:    "NAME==VERSION | NAME= | NAME=PATH ...",
		summary: "set, remove or replace pins, changing no other byte of the file",
		details: `NAME==VERSION sets the pin, all lines of a split one; with a marker, as in
'NAME==VERSION; python_version < "3.9"', those that are active where it holds.
NAME= removes it. NAME=PATH (or a URL) replaces it by a source in the form that
pip takes from a constraints file: NAME @ file:///...

Nothing is judged: ask sluice gate first.`,
		setup: func(a *app, flags *pflag.FlagSet) runFunc {
			var o options
			var output string
			o.addFlags(flags)
			flags.StringVarP(&output, "output", "o", "", "write to this `FILE`, - for stdout (default: the constraints file itself)")
			return func(args []string) (int, error) { return a.edit(&o, output, args) }
		},
	}
}

func (a *app) edit(o *options, output string, args []string) (int, error) {
	if len(args) == 0 {
		return 0, usageError{msg: "nothing to edit", hint: "write NAME==VERSION, NAME= or NAME=PATH"}
	}
	s, err := o.settings(a)
	if err != nil {
		return 0, err
	}
	file, err := s.readConstraints(s.Constraints)
	if err != nil {
		return 0, err
	}
	before := file.Bytes()
	for _, arg := range args {
		if file, err = a.editOne(s, file, arg); err != nil {
			return 0, err
		}
	}
	switch {
	case output == "-":
		_, err = a.stdout.Write(file.Bytes())
		return exitOK, err
	case output == "" && bytes.Equal(before, file.Bytes()):
		a.hint("%s says so already", s.Constraints)
		return exitOK, nil
	case output == "":
		output = s.Constraints
	}
	return exitOK, writeAtomically(s.abs(output), file.Bytes())
}

// editOne carries out one edit.
func (a *app) editOne(s *settings, file *pinfile.File, arg string) (*pinfile.File, error) {
	name, value, ok := strings.Cut(arg, "=")
	if !ok || strings.HasPrefix(value, "=") || strings.ContainsAny(name, "<>!~;") {
		c, err := parseCandidate(arg)
		if err != nil {
			return nil, err
		}
		var environments []*constraints.Environment
		if c.marker != nil {
			if environments, err = s.environments(); err != nil {
				return nil, err
			}
		}
		for _, text := range c.remarks(file, environments) {
			a.hint("%s", text)
		}
		return c.apply(file, environments)
	}
	if !pep508.ValidName(name) {
		return nil, usagef("%q is not the name of a package", name)
	}
	if err := listed(file, name); err != nil {
		return nil, err
	}
	if value == "" {
		return file.Remove(pep508.NormalizeName(name), nil)
	}
	source, err := localSource(s, value)
	if err != nil {
		return nil, err
	}
	return file.Replace(pep508.NormalizeName(name), source, nil)
}

// listed complains about a name that the constraints file has no line for.
func listed(file *pinfile.File, name string) error {
	if lists(file, pep508.NormalizeName(name)) {
		return nil
	}
	e := usageError{msg: fmt.Sprintf("%s is not in %s", name, file.Name())}
	var names []string
	for _, entry := range file.Entries() {
		names = append(names, entry.Requirement.Spelling)
	}
	if near := constraints.Nearest(name, names); near != "" {
		e.hint = "did you mean " + near + "?"
	}
	return e
}

// localSource returns a URL as it is, and a path as the absolute path of
// something that exists.
func localSource(s *settings, value string) (string, error) {
	if strings.Contains(value, "://") {
		return value, nil
	}
	path := s.abs(value)
	if _, err := os.Stat(path); err != nil {
		return "", usageError{msg: fmt.Sprintf("there is no %s", value), hint: "a pin is replaced by an existing folder or archive, or by a URL"}
	}
	return path, nil
}

// writeAtomically replaces the content of a file, or leaves it as it was. Links
// are followed, and the file's permissions stay.
func writeAtomically(name string, data []byte) (err error) {
	if target, err := filepath.EvalSymlinks(name); err == nil {
		name = target
	}
	mode := os.FileMode(0o666)
	if info, err := os.Stat(name); err == nil {
		mode = info.Mode().Perm()
	}
	tmp, err := os.CreateTemp(filepath.Dir(name), ".sluice-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			tmp.Close()
			os.Remove(tmp.Name())
		}
	}()
	if _, err = tmp.Write(data); err != nil {
		return err
	}
	if err = tmp.Chmod(mode); err != nil {
		return err
	}
	if err = tmp.Sync(); err != nil {
		return err
	}
	if err = tmp.Close(); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), name)
}
