package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sluice/fixtures/vectors"
)

// allowedImports is policy: which package of the module may import which. It is
// not to be changed to make a build pass; first the design must change.
var allowedImports = map[string][]string{
	"constraints":              {},
	"constraints/pep440":       {"constraints"},
	"constraints/pep508":       {"constraints", "constraints/pep440"},
	"constraints/semver":       {"constraints"},
	"constraints/configparser": {"constraints"},
	"constraints/pinfile":      {"constraints", "constraints/pep440", "constraints/pep508"},
	"constraints/ledger":       {"constraints", "constraints/pep440", "constraints/pep508"},
	"constraints/manifest":     {"constraints", "constraints/configparser", "constraints/pep440", "constraints/pep508", "constraints/pinfile"},
	"constraints/openstack":    {"constraints", "constraints/pep440", "constraints/pep508", "constraints/pinfile"},
	"index":                    {"constraints", "constraints/pep440", "constraints/pep508"},
	"index/indextest":          {"constraints", "constraints/pep440", "index"},
	"index/fetch":              {},
	"index/pypi":               {"constraints", "constraints/configparser", "constraints/pep440", "constraints/pep508", "index", "index/fetch"},
	"index/osv":                {"constraints", "constraints/pep440", "constraints/pep508"},
	"resolver":                 {"constraints", "resolver/pubgrub"},
	"resolver/pubgrub":         {},
	"resolver/gate":            {"constraints", "constraints/ledger", "constraints/semver", "resolver"},
	"resolver/resolvertest":    {"constraints", "constraints/pep440", "constraints/pep508", "resolver"},
	"fixtures":                 {},
	"fixtures/vectors":         {},
	"fixtures/indexserver":     {"constraints", "constraints/pep440", "constraints/pep508", "index"},
	"cmd/sluice": {
		"constraints", "constraints/pep440", "constraints/pep508", "constraints/semver", "constraints/pinfile",
		"constraints/ledger", "constraints/manifest", "constraints/openstack", "index", "index/fetch", "index/osv", "index/pypi", "resolver", "resolver/gate", "fixtures", "fixtures/indexserver",
	},
}

// TestImportsFollowTheTable reads the import clauses of every Go file outside
// tests and holds them against allowedImports.
func TestImportsFollowTheTable(t *testing.T) {
	root := os.DirFS(vectors.ModuleRoot(t))
	seen := make(map[string]bool)
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || d.Name() == "universe" || strings.HasPrefix(d.Name(), ".") && name != ".") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		source, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.ImportsOnly)
		if err != nil {
			return err
		}
		pkg := path.Dir(name)
		seen[pkg] = true
		allowed, listed := allowedImports[pkg]
		if !listed {
			t.Errorf("%s: package %s is not in the table", name, pkg)
		}
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if rest, ours := strings.CutPrefix(imported, "sluice/"); ours && !slices.Contains(allowed, rest) {
				t.Errorf("%s: %s may not import %s", name, pkg, rest)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for pkg := range allowedImports {
		if !seen[pkg] {
			t.Errorf("the table lists %s, which does not exist", pkg)
		}
	}
}
