package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"sluice/constraints"
	"sluice/constraints/pinfile"
)

// unreadable says why a file could not be read that a key of sluice.toml or a flag
// names.
func (s *settings) unreadable(key, what, name string, err error, flag string) error {
	hint := fmt.Sprintf("give %s FILE, or name it in %s", flag, configName)
	if s.layout != nil && s.layout.has(key) {
		hint = "the path is relative to the folder of " + configName
	}
	var problems constraints.Problems
	switch {
	case errors.As(err, &problems):
		for i := range problems {
			if problems[i].Place.File == s.abs(name) {
				problems[i].Place.File = name
			}
		}
		return problems
	case errors.Is(err, fs.ErrNotExist):
		return s.fault(key, fmt.Sprintf("there is no %s %s", what, name), hint)
	}
	why := strings.TrimPrefix(cause(err), s.abs(name)+": ")
	return s.fault(key, fmt.Sprintf("the %s %s cannot be read: %s", what, name, why), "")
}

// unreadableConfig says why sluice.toml, or what stands for it, could not be read.
func unreadableConfig(name string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return usageError{msg: "there is no file " + name, hint: "sluice help files says what stands in it"}
	}
	return usageError{msg: fmt.Sprintf("%s cannot be read: %s", name, cause(err))}
}

// cause returns why an operation on a file failed, without the names that it was
// carried out under.
func cause(err error) string {
	var link *os.LinkError
	if errors.As(err, &link) {
		return link.Err.Error()
	}
	return pinfile.Cause(err)
}
