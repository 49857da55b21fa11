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
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"sluice/constraints"
	"sluice/constraints/pep508"
)

const configName = "sluice.toml"

// config is sluice.toml. Every key can also be given as a flag.
type config struct {
	Ecosystem    string              `toml:"ecosystem"`
	Constraints  string              `toml:"constraints"`
	Ledger       string              `toml:"ledger"`
	Lists        string              `toml:"layout"` // of what is around the constraints file: openstack
	Index        indexConfig         `toml:"index"`
	Environments []environmentConfig `toml:"environment"`
	Consumers    []consumerConfig    `toml:"consumer"`
	Policy       policyConfig        `toml:"policy"`
	Choose       chooseConfig        `toml:"choose"`
	Audit        auditConfig         `toml:"audit"`

	layout *layout // where all that stands; nil where there is no sluice.toml
}

type indexConfig struct {
	File      string            `toml:"file"`       // facts recorded in a file; then nobody is asked
	URL       string            `toml:"url"`        // of the index
	Extra     []string          `toml:"extra"`      // indexes that are asked before it, in order
	FindLinks []string          `toml:"find-links"` // folders and pages of files
	NoIndex   bool              `toml:"no-index"`
	From      map[string]string `toml:"from"` // packages that come from one index whatever others have

	Proxy             string   `toml:"proxy"`              // for all hosts
	Certificates      string   `toml:"certificates"`       // a file to trust instead of the system's
	ClientCertificate string   `toml:"client-certificate"` // a file to show to hosts that ask
	TrustedHosts      []string `toml:"trusted-hosts"`      // hosts whose certificates are not verified
	Keyring           bool     `toml:"keyring"`            // passwords are asked from the keyring command
}

type environmentConfig struct {
	Name           string            `toml:"name"`
	Python         string            `toml:"python"`
	Platform       string            `toml:"platform"`
	Implementation string            `toml:"implementation"`
	Variables      map[string]string `toml:"variables"` // marker variables that differ from the preset's

	// The first and the last day on which it is part of the matrix, UTC; zero for always.
	Since toml.LocalDate `toml:"since"`
	Until toml.LocalDate `toml:"until"`
}

type consumerConfig struct {
	Name  string   `toml:"name"`
	Path  string   `toml:"path"`
	Paths string   `toml:"paths"` // a pattern, each folder that matches is a consumer
	Files []string `toml:"files"`
	Owner string   `toml:"owner"`

	table string // its path in the layout; "" for a consumer of a flag
}

// chooseConfig is what resolve, generate and upgrade are not to choose.
type chooseConfig struct {
	Exclude  []string `toml:"exclude"`   // requirements whose versions are not to be chosen
	LeaveOut []string `toml:"leave-out"` // packages that generate does not constrain
}

// auditConfig is what an audit judges by, beside the rules.
type auditConfig struct {
	OSV      string   `toml:"osv"`      // a folder or zip archive of known vulnerabilities
	Licences []string `toml:"licences"` // the only ones that are allowed; all where there is none
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

// parseConfig reads a sluice.toml. Its name is for problems, of which the error has
// all, in file order.
func parseConfig(name string, data []byte) (*config, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // as some editors write, and Cargo reads
	var document map[string]any
	if err := toml.Unmarshal(data, &document); err != nil {
		return nil, syntaxProblems(name, err)
	}
	b := binder{layout: layoutOf(name, data), faulty: make(map[string]bool)}
	c := &config{layout: b.layout}
	b.bind(reflect.ValueOf(c).Elem(), document, "")
	problems := append(b.problems, c.validate(b.faulty)...)
	slices.SortStableFunc(problems, func(a, b constraints.Problem) int { return a.Place.Compare(b.Place) })
	return c, problems.Err()
}

// syntaxProblems turns what the TOML decoder says into problems with places.
func syntaxProblems(name string, err error) error {
	place := constraints.Place{File: name}
	var decode *toml.DecodeError
	if errors.As(err, &decode) {
		place.Line, place.Col = decode.Position()
	}
	return constraints.Problems{{Place: place, Msg: strings.TrimPrefix(err.Error(), "toml: ")}}
}

// validate finds values that are not allowed, and keys that are missing in tables
// that are not faulty already.
func (c *config) validate(faulty map[string]bool) constraints.Problems {
	var problems constraints.Problems
	complain := func(path, msg, hint string) {
		problems = append(problems, constraints.Problem{Place: c.layout.place(path), Msg: lastKey(path) + ": " + msg, Hint: hint})
	}
	if c.Ecosystem != "" && c.Ecosystem != "pypi" {
		complain("ecosystem", fmt.Sprintf("%q is not supported", c.Ecosystem), `"pypi" is`)
	}
	if err := oneOf(c.Lists, words("layout")...); err != nil {
		complain("layout", err.Error(), "")
	}
	for i, text := range c.Choose.Exclude {
		if _, err := parseExclusion(text, constraints.Place{}); err != nil {
			complain(under("choose.exclude", strconv.Itoa(i)), err.Error(), err.hint)
		}
	}
	for i, name := range c.Choose.LeaveOut {
		if !pep508.ValidName(name) {
			complain(under("choose.leave-out", strconv.Itoa(i)), fmt.Sprintf("%q is not the name of a package", name), "")
		}
	}
	c.validatePolicy(complain, faulty)
	c.validateEnvironments(complain, faulty)
	c.validateConsumers(complain, faulty)
	return problems
}

// words returns the values that a key is limited to, none for any.
func words(path string) []string {
	path = strings.Replace(unnumbered(path), "policy.package.", "policy.", 1)
	switch {
	case path == "layout":
		return []string{openstackLayout}
	case path == "policy.prereleases":
		return []string{"deny", "if-needed", "allow"}
	case path == "policy.downgrade":
		return []string{"deny", "allow"}
	case path == "policy.step":
		return []string{"patch", "minor", "major"}
	case around(path) == "policy.severity":
		return severities()
	}
	return nil
}

// validateEnvironments finds environments that there are not, or twice.
func (c *config) validateEnvironments(complain func(path, msg, hint string), faulty map[string]bool) {
	seen := make(map[string]bool)
	for i, e := range c.Environments {
		path := under("environment", strconv.Itoa(i))
		if e.Python == "" {
			if !faulty[path] {
				complain(path, fmt.Sprintf("number %d has no python", i+1), `such as python = "3.11"`)
			}
			continue
		}
		env, err := e.environment()
		var syntax *constraints.SyntaxError
		switch {
		case errors.As(err, &syntax):
			complain(under(path, e.culprit(syntax)), err.Error(), syntax.Hint)
		case err != nil:
			complain(path, err.Error(), "")
		case e.isOver():
			complain(under(path, "until"), fmt.Sprintf("%s is before %s", e.Until, e.Since), "they are the first and the last day on which the environment counts")
		case seen[env.Name()]:
			complain(under(path, "name"), fmt.Sprintf("two environments are named %q", env.Name()), "reports tell environments apart by their names")
		default:
			seen[env.Name()] = true
		}
	}
}

// culprit returns the key of an environment that an error is about.
func (e environmentConfig) culprit(err *constraints.SyntaxError) string {
	switch {
	case err.What == "marker variable":
		return under("variables", err.Input)
	case err.What == "platform":
		return "platform"
	case err.Input == e.Implementation:
		return "implementation"
	}
	return "python"
}

// validateConsumers finds tables that name no folder, or too much.
func (c *config) validateConsumers(complain func(path, msg, hint string), faulty map[string]bool) {
	for i := range c.Consumers {
		e := &c.Consumers[i]
		e.table = under("consumer", strconv.Itoa(i))
		if (e.Path == "") == (e.Paths == "") && !faulty[e.table] {
			complain(e.table, fmt.Sprintf("number %d needs either path or paths", i+1), `path = "projects/nova", or paths = "projects/*" for every folder`)
		}
		if e.Paths != "" && e.Name != "" {
			complain(under(e.table, "name"), fmt.Sprintf("number %d has a name and a pattern of paths", i+1), "a name goes with path; each folder that paths matches is named after itself")
		}
	}
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
			if t.Field(i).Anonymous {
				keys = append(keys, configKeys(t.Field(i).Type)...)
			} else if key := t.Field(i).Tag.Get("toml"); key != "" {
				keys = append(append(keys, key), configKeys(t.Field(i).Type)...)
			}
		}
		return keys
	}
	return nil
}

// fault returns what is wrong with the value of a key: a problem at its place, or,
// where a flag or nothing says it, bad usage.
func (c *config) fault(path, msg, hint string) error {
	if c.layout == nil || !c.layout.has(path) {
		return usageError{msg: msg, hint: hint}
	}
	return constraints.Problem{Place: c.layout.place(path), Msg: msg, Hint: hint}
}

// naming returns the key of a consumer's table that its name comes from.
func (c *config) naming(table string) string {
	for _, key := range []string{"name", "path", "paths"} {
		if path := under(table, key); c.layout != nil && c.layout.has(path) {
			return path
		}
	}
	return table
}

// displace forgets where the keys stand that a flag goes before.
func (o *options) displace(s *settings) {
	if s.layout == nil {
		return
	}
	if o.constraints != "" {
		s.layout.forget("constraints")
	}
	if o.ledger != "" {
		s.layout.forget("ledger")
	}
	if o.index != "" {
		s.layout.forget("index.file")
	}
}

// oneOf complains when a word is none of those allowed. The empty word is.
func oneOf(word string, allowed ...string) error {
	if word == "" || slices.Contains(allowed, word) {
		return nil
	}
	return fmt.Errorf("%q is none of %s", word, strings.Join(allowed, ", "))
}
