package pypi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"sluice/constraints"
	"sluice/index/fetch"
)

// Builder learns the metadata of a source distribution by running its code.
type Builder func(ctx context.Context, f File, name constraints.Name) (*Metadata, error)

// PipBuilder returns the Builder that lets pip build the very file that was found, held
// against its digest, and takes from pip's report (pip install --report) what it says of
// the result. Nothing is installed. args say where pip finds what the build requires.
func PipBuilder(run fetch.Runner, args ...string) Builder {
	return func(ctx context.Context, f File, name constraints.Name) (*Metadata, error) {
		u, err := url.Parse(string(f.URL))
		if err != nil {
			return nil, withoutURL(err)
		}
		u.User = PublicUser(u)
		if len(f.Hashes) > 0 && u.Fragment == "" {
			digest, ok := digestOf(f.Hashes)
			if !ok {
				return nil, errors.New("the file's digest is of no kind that can be verified")
			}
			u.Fragment = digest.Algorithm + "=" + digest.Hex
		}
		call := []string{
			"-I", "-m", "pip", "install", "--dry-run", "--ignore-installed", "--no-deps", "--quiet", "--no-input",
			"--disable-pip-version-check", "--report", "-",
		}
		call = append(append(call, args...), fmt.Sprintf("%s @ %s", name, u))
		out, err := run(ctx, "python3", call...)
		if err != nil {
			return nil, fmt.Errorf("pip: %w", err)
		}
		return parseReport(out)
	}
}

// PublicUser returns the user of a URL that everybody may see, as they see the arguments of
// programs: the name in SSH, which is no secret and without which there is no connection.
func PublicUser(u *url.URL) *url.Userinfo {
	if u.User == nil || !strings.HasSuffix(u.Scheme, "ssh") {
		return nil
	}
	return url.User(u.User.Username())
}

// parseReport reads the metadata of the one thing that a report of pip would install
// (pip's "Installation Report", version 1).
func parseReport(data []byte) (*Metadata, error) {
	var report struct {
		Version string `json:"version"`
		Install []struct {
			Metadata struct {
				Version        string   `json:"metadata_version"`
				Name           string   `json:"name"`
				Release        string   `json:"version"`
				RequiresDist   []string `json:"requires_dist"`
				RequiresPython string   `json:"requires_python"`
				ProvidesExtra  []string `json:"provides_extra"`
				License        string   `json:"license"`
				Expression     string   `json:"license_expression"`
				Classifiers    []string `json:"classifier"`
			} `json:"metadata"`
		} `json:"install"`
	}
	if err := json.Unmarshal(data, &report); err != nil {
		return nil, fmt.Errorf("the report of pip: %w", err)
	}
	if report.Version != "1" || len(report.Install) != 1 {
		return nil, errors.New("the report of pip is not of one release")
	}
	m := report.Install[0].Metadata
	licenses := slices.DeleteFunc(m.Classifiers, func(c string) bool { return !strings.HasPrefix(c, licenseClassifier) })
	return &Metadata{
		MetadataVersion: m.Version, Name: m.Name, Version: m.Release,
		RequiresDist: m.RequiresDist, RequiresPython: m.RequiresPython, ProvidesExtra: m.ProvidesExtra,
		License: m.License, LicenseExpression: m.Expression, LicenseClassifiers: licenses,
	}, nil
}
