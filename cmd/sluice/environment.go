package main

import (
	"errors"
	"fmt"

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

func (c environmentConfig) environment() (*constraints.Environment, error) {
	if c.Python == "" {
		return pep508.ParseEnvironment(c.Name)
	}
	return pep508.NewEnvironment(pep508.EnvironmentSpec{
		Name: c.Name, Python: c.Python, Platform: c.Platform, Implementation: c.Implementation, Overrides: c.Variables,
	})
}
