package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"sluice/constraints"
	"sluice/constraints/pep508"
)

// environments returns the matrix.
func (s *settings) environments() ([]*constraints.Environment, error) {
	if len(s.Environments) == 0 {
		return nil, usageError{msg: "no environment to judge for", hint: `give --environment py312, or [[environment]] tables in sluice.toml`}
	}
	var all []*constraints.Environment
	var errs []error
	seen := make(map[string]bool)
	for _, c := range s.Environments {
		env, err := c.environment()
		switch {
		case err != nil:
			errs = append(errs, err)
		case seen[env.Name()]:
			errs = append(errs, fmt.Errorf("environment %q is there twice", env.Name()))
		default:
			seen[env.Name()] = true
			all = append(all, env)
		}
	}
	return all, errors.Join(errs...)
}

// era is an environment and the time in which it is part of the matrix.
type era struct {
	env         *constraints.Environment
	since, over time.Time // zero for always
}

// eras returns the matrix with the time of each environment.
func (s *settings) eras() ([]era, error) {
	all, err := s.environments()
	if err != nil {
		return nil, err
	}
	eras := make([]era, len(all))
	for i, c := range s.Environments {
		eras[i] = era{env: all[i]}
		if c.Since != (toml.LocalDate{}) {
			eras[i].since = c.Since.AsTime(time.UTC)
		}
		if c.Until != (toml.LocalDate{}) {
			eras[i].over = c.Until.AsTime(time.UTC).AddDate(0, 0, 1)
		}
	}
	return eras, nil
}

// matrixAt returns the environments that are part of the matrix at a time.
func matrixAt(eras []era, now time.Time) []*constraints.Environment {
	var matrix []*constraints.Environment
	for _, e := range eras {
		if !now.Before(e.since) && (e.over.IsZero() || now.Before(e.over)) {
			matrix = append(matrix, e.env)
		}
	}
	return matrix
}

// isOver reports whether the environment is part of the matrix at no time.
func (c environmentConfig) isOver() bool {
	return c.Until != (toml.LocalDate{}) && c.Until.AsTime(time.UTC).Before(c.Since.AsTime(time.UTC))
}

// choose reduces the matrix to the environments that flags name, those of the
// matrix by their names and others as presets; no names choose all.
func (s *settings) choose(names []string) error {
	if len(names) == 0 {
		return nil
	}
	matrix := s.Environments
	s.Environments = nil
	var errs []error
	for _, name := range names {
		c, err := s.chosen(name, matrix)
		errs = append(errs, err)
		s.Environments = append(s.Environments, c)
	}
	return errors.Join(errs...)
}

// chosen returns the environment that a flag names. In another case or misspelt it
// is none of the matrix: it could be meant for a preset, which differs.
func (s *settings) chosen(name string, matrix []environmentConfig) (environmentConfig, error) {
	var names []string
	for _, c := range matrix {
		if c.label() == name {
			return c, nil
		}
		names = append(names, c.label())
	}
	preset := environmentConfig{Name: name}
	_, err := preset.environment()
	i := slices.IndexFunc(names, func(other string) bool { return strings.EqualFold(other, name) })
	near := constraints.Nearest(name, names)
	switch {
	case i >= 0:
		return preset, usageError{msg: fmt.Sprintf("there is no environment %s", name), hint: "did you mean " + names[i] + "?"}
	case err != nil && near != "":
		return preset, usageError{msg: err.Error(), hint: "did you mean " + near + "?"}
	case err != nil:
		return preset, usageError{msg: err.Error(), hint: hintOf(err, "")}
	case len(matrix) > 0:
		s.notes = append(s.notes, note{Message: fmt.Sprintf("%s has no environment %s; it is taken as a preset", configName, name)})
	}
	return preset, nil
}

// label returns the name that the environment goes by.
func (c environmentConfig) label() string {
	if c.Name != "" {
		return c.Name
	}
	env, err := c.environment()
	if err != nil {
		return ""
	}
	return env.Name()
}

func (c environmentConfig) environment() (*constraints.Environment, error) {
	if c.Python == "" {
		return pep508.ParseEnvironment(c.Name)
	}
	return pep508.NewEnvironment(pep508.EnvironmentSpec{
		Name: c.Name, Python: c.Python, Platform: c.Platform, Implementation: c.Implementation, Overrides: c.Variables,
	})
}
