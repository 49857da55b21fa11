package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"sluice/constraints"
)

const configName = "sluice.toml"

// config is sluice.toml. Every key can also be given as a flag.
type config struct {
	Ecosystem    string              `toml:"ecosystem"`
	Constraints  string              `toml:"constraints"`
	Index        indexConfig         `toml:"index"`
	Environments []environmentConfig `toml:"environment"`
	Consumers    []consumerConfig    `toml:"consumer"`
	Policy       policyConfig        `toml:"policy"`
}

type indexConfig struct {
	File      string            `toml:"file"`       // facts recorded in a file; then nobody is asked
	URL       string            `toml:"url"`        // of the index
	Extra     []string          `toml:"extra"`      // indexes that are asked before it, in order
	FindLinks []string          `toml:"find-links"` // folders and pages of files
	NoIndex   bool              `toml:"no-index"`
	From      map[string]string `toml:"from"` // packages that come from one index whatever others have

	Certificates string `toml:"certificates"` // a file to trust instead of the system's
	Keyring      bool   `toml:"keyring"`      // passwords are asked from the keyring command
}

type environmentConfig struct {
	Name           string            `toml:"name"`
	Python         string            `toml:"python"`
	Platform       string            `toml:"platform"`
	Implementation string            `toml:"implementation"`
	Variables      map[string]string `toml:"variables"` // marker variables that differ from the preset's
}

type consumerConfig struct {
	Name  string   `toml:"name"`
	Path  string   `toml:"path"`
	Paths string   `toml:"paths"` // a pattern, each folder that matches is a consumer
	Files []string `toml:"files"`
	Owner string   `toml:"owner"`
}

type policyConfig struct {
	Prereleases string `toml:"prereleases"` // deny, if-needed or allow
	Downgrade   string `toml:"downgrade"`   // deny or allow
}

// findConfig returns the sluice.toml in dir or the nearest folder above it, ""
// when there is none.
func findConfig(dir string) (string, error) {
	for {
		name := filepath.Join(dir, configName)
		switch _, err := os.Stat(name); {
		case err == nil:
			return name, nil
		case !errors.Is(err, fs.ErrNotExist):
			return "", err
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", nil
		}
		dir = parent
	}
}

// parseConfig reads a sluice.toml. Its name is for problems.
func parseConfig(name string, data []byte) (*config, error) {
	var c config
	dec := toml.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	err := dec.Decode(&c)
	if err == nil {
		return &c, c.validate(name, data).Err()
	}
	return nil, configProblems(name, err)
}

// configProblems turns what the TOML decoder says into problems with places.
func configProblems(name string, err error) error {
	var strict *toml.StrictMissingError
	if errors.As(err, &strict) {
		var problems constraints.Problems
		for _, e := range strict.Errors {
			row, col := e.Position()
			key := strings.Join(e.Key(), ".")
			p := constraints.Problem{Place: constraints.Place{File: name, Line: row, Col: col}, Msg: fmt.Sprintf("unknown key %q", key)}
			if near := constraints.Nearest(e.Key()[len(e.Key())-1], configKeys(reflect.TypeFor[config]())); near != "" {
				p.Hint = fmt.Sprintf("did you mean %q?", near)
			}
			problems = append(problems, p)
		}
		return problems
	}
	var decode *toml.DecodeError
	if errors.As(err, &decode) {
		row, col := decode.Position()
		p := constraints.Problem{Place: constraints.Place{File: name, Line: row, Col: col}, Msg: strings.TrimPrefix(decode.Error(), "toml: ")}
		if key := decode.Key(); strings.Contains(p.Msg, "into struct field") {
			p.Msg, p.Hint = strings.Join(key, ".")+" has a value of another type", `a text is written in quotes: python = "3.11"`
		}
		return constraints.Problems{p}
	}
	return constraints.Problems{{Place: constraints.Place{File: name}, Msg: err.Error()}}
}

// configKeys returns the keys that a type of the configuration knows, at any
// depth.
func configKeys(t reflect.Type) []string {
	switch t.Kind() {
	case reflect.Slice:
		return configKeys(t.Elem())
	case reflect.Struct:
		var keys []string
		for i := range t.NumField() {
			keys = append(keys, t.Field(i).Tag.Get("toml"))
			keys = append(keys, configKeys(t.Field(i).Type)...)
		}
		return keys
	}
	return nil
}

// validate finds values that are not allowed. The decoder does not say where a
// value stands, so a problem names its key.
func (c *config) validate(name string, data []byte) constraints.Problems {
	var problems constraints.Problems
	complain := func(key, msg, hint string) {
		problems = append(problems, constraints.Problem{Place: keyPlace(name, data, key), Msg: key + ": " + msg, Hint: hint})
	}
	if c.Ecosystem != "" && c.Ecosystem != "pypi" {
		complain("ecosystem", fmt.Sprintf("%q is not supported", c.Ecosystem), `"pypi" is`)
	}
	if err := oneOf(c.Policy.Prereleases, "deny", "if-needed", "allow"); err != nil {
		complain("prereleases", err.Error(), "")
	}
	if err := oneOf(c.Policy.Downgrade, "deny", "allow"); err != nil {
		complain("downgrade", err.Error(), "")
	}
	for i, e := range c.Environments {
		if e.Python == "" {
			complain("environment", fmt.Sprintf("number %d has no python", i+1), `such as python = "3.11"`)
		}
	}
	for i, e := range c.Consumers {
		if (e.Path == "") == (e.Paths == "") {
			complain("consumer", fmt.Sprintf("number %d needs either path or paths", i+1), `path = "projects/nova", or paths = "projects/*" for every folder`)
		}
		if e.Paths != "" && e.Name != "" {
			complain("consumer", fmt.Sprintf("number %d has a name and a pattern of paths", i+1), "a name goes with path; each folder that paths matches is named after itself")
		}
	}
	return problems
}

// keyPlace returns where a key of that name stands first.
func keyPlace(name string, data []byte, key string) constraints.Place {
	for i, line := range strings.Split(string(data), "\n") {
		text := strings.TrimLeft(line, " \t[")
		if rest, ok := strings.CutPrefix(text, key); ok && (rest == "" || strings.ContainsRune(" \t=]", rune(rest[0]))) {
			return constraints.Place{File: name, Line: i + 1, Col: len(line) - len(text) + 1}
		}
	}
	return constraints.Place{File: name}
}

// oneOf complains when a word is none of those allowed. The empty word is.
func oneOf(word string, allowed ...string) error {
	if word == "" || slices.Contains(allowed, word) {
		return nil
	}
	return fmt.Errorf("%q is none of %s", word, strings.Join(allowed, ", "))
}
