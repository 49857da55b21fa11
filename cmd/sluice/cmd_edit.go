package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
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
		return exitOK, replaceUnchanged(s, before, file.Bytes())
	}
	return exitOK, writeAtomically(s.abs(output), file.Bytes())
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
	return writeAtomically(s.abs(s.Constraints), after)
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
// are followed, and the file's permissions stay. What is no regular file (a pipe, a
// device) cannot be replaced and is written to.
func writeAtomically(name string, data []byte) error {
	target, err := filepath.EvalSymlinks(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Lstat(name); err == nil {
			return fmt.Errorf("%s is a link to nothing", name)
		}
		return replaceFile(name, data, nil)
	case err != nil:
		return err
	}
	info, err := os.Stat(target)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		f, err := os.OpenFile(target, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		_, err = f.Write(data)
		return errors.Join(err, f.Close())
	}
	return replaceFile(target, data, info)
}

// replaceFile writes a file beside the one named and puts it in its place. info is
// that of the old file, nil for a new one, which gets the usual permissions.
func replaceFile(name string, data []byte, info fs.FileInfo) (err error) {
	temporary := fmt.Sprintf("%s.%d.tmp", name, os.Getpid())
	f, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(temporary)
		}
	}()
	_, err = f.Write(data)
	if err == nil && info != nil {
		err = f.Chmod(info.Mode().Perm())
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(temporary, name)
}
