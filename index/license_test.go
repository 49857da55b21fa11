package index_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sluice/index"
)

func TestLicensesAreComparedByMeaning(t *testing.T) {
	const osi = "License :: OSI Approved :: "
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"MIT", "mit  License", true},
		{osi + "MIT License", "MIT", true},
		{"The MIT License (MIT)", "Expat", true},
		{osi + "MIT No Attribution License (MIT-0)", "MIT", false},
		{osi + "MIT No Attribution License (MIT-0)", "MIT-0", true},
		{osi + "Apache Software License", "Apache-2.0", true},
		{"Apache License, Version 2.0", "apache 2.0", true},
		{"Apache-1.1", "Apache-2.0", false},
		{osi + "BSD License", "BSD-3-Clause", true},
		{osi + "BSD License", "BSD-2-Clause", true},
		{"BSD-2-Clause", "BSD-3-Clause", false},
		{osi + "BSD License", "MIT", false},
		{osi + "ISC License (ISCL)", "ISC", true},
		{osi + "Mozilla Public License 2.0 (MPL 2.0)", "MPL-2.0", true},
		{"MPL-2.0", "BUSL-1.1", false},
		{osi + "The Unlicense (Unlicense)", "Unlicense", true},
		{osi + "Python Software Foundation License", "PSF-2.0", true},
		{osi + "GNU General Public License v2 or later (GPLv2+)", "GPL-2.0-or-later", true},
		{osi + "GNU General Public License v2 (GPLv2)", "GPL-2.0-or-later", false},
		{osi + "GNU General Public License v2 (GPLv2)", "GPL-2.0-only", true},
		{osi + "GNU General Public License (GPL)", "GPL-3.0-only", true},
		{osi + "GNU General Public License v3 (GPLv3)", "LGPL-3.0-only", false},
		{osi + "GNU Lesser General Public License v2 or later (LGPLv2+)", "LGPL-2.1-or-later", true},
		{osi + "GNU Library or Lesser General Public License (LGPL)", "LGPL-2.1-only", true},
		{"GPLv3+", "GPL-3.0+", true},
		{"GPL 3 or later", "GPL-3.0-or-later", true},
		{"GPL-2.0-only WITH Classpath-exception-2.0", "GPL-2.0-only", false},

		// several
		{osi + "MIT License; " + osi + "Apache Software License", "MIT OR Apache-2.0", true},
		{osi + "MIT License; " + osi + "Apache Software License", "MIT", false},
		{"MIT OR Apache-2.0", "MIT AND Apache-2.0", false},
		{"(MIT OR Apache-2.0)", "MIT OR Apache-2.0", false}, // nobody writes both
		{"(MIT OR Apache-2.0) AND ISC", "MIT OR (Apache-2.0 AND ISC)", false},
		{"MIT  OR apache-2.0", "MIT OR Apache-2.0", true},

		// nothing
		{"", "MIT", true},
		{"License :: OSI Approved", "MIT", true},
		{osi + "MIT License; License :: OSI Approved", "MIT", true},

		// what no table knows
		{"License :: Other/Proprietary License", "Other/Proprietary", true},
		{"Ink License", "ink", true},
		{"Ink License", "Quill License", false},
	} {
		if got := index.SameLicense(c.a, c.b); got != c.same {
			t.Errorf("%q and %q are the same: %t", c.a, c.b, got)
		}
		if got := index.SameLicense(c.b, c.a); got != c.same {
			t.Errorf("%q and %q are the same: %t", c.b, c.a, got)
		}
	}
}

func TestALicenseIsTheSameAsItself(t *testing.T) {
	word := rapid.SampledFrom([]string{"MIT", "OR", "AND", "(", ")", "License ::", ";", "GPL", "v2", "or later", "+", "x", "-", " ("})
	rapid.Check(t, func(t *rapid.T) {
		var a, b string
		for _, w := range rapid.SliceOfN(word, 0, 8).Draw(t, "words") {
			a, b = a+w+" ", b+" "+w
		}
		if !index.SameLicense(a, a) {
			t.Fatalf("%q differs from itself", a)
		}
		if index.SameLicense(a, b) != index.SameLicense(b, a) {
			t.Fatalf("%q and %q: not the same both ways", a, b)
		}
	})
}

func TestLicensesThatAreAllowed(t *testing.T) {
	const osi = "License :: OSI Approved :: "
	allowed := []string{"MIT", "Apache-2.0", "bsd-3-clause", "Ink License"}
	for text, want := range map[string]bool{
		"MIT": true, "mit license": true, osi + "MIT License": true, osi + "Apache Software License": true, osi + "BSD License": true, "BSD-2-Clause": false,
		"ink": true, "GPL-3.0-only": false, "": false, "License :: OSI Approved": false,
		osi + "MIT License; " + osi + "BSD License":               true,
		osi + "MIT License; License :: Other/Proprietary License": false,
		"MIT OR GPL-3.0-only":                                     true,
		"MIT AND GPL-3.0-only":                                    false,
		"GPL-3.0-only OR MIT AND Apache-2.0":                      true,
		"GPL-3.0-only AND MIT OR GPL-2.0-only":                    false,
		"(GPL-3.0-only OR MIT) AND Apache-2.0":                    true,
		"(GPL-3.0-only OR GPL-2.0-only) AND Apache-2.0":           false,
		"MIT WITH Ink-exception":                                  false,
		"MIT AND":                                                 false,
		"MIT OR":                                                  true,
		"(MIT AND Apache-2.0":                                     false,
		"MIT ) OR MIT":                                            false,
		strings.Repeat("(", 100_000) + "MIT OR MIT":               false,
	} {
		if got := index.AllowsLicense(allowed, text); got != want {
			t.Errorf("%.80q is allowed: %t", text, got)
		}
	}
	if index.AllowsLicense(nil, "MIT") {
		t.Error("nothing is allowed, and MIT is")
	}
}

// An expression that has every license offered is allowed by each of them alone, and one
// that takes all is allowed by all of them only.
func TestAllowedExpressions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ids := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"MIT", "ISC", "Zlib", "0BSD", "MPL-2.0"}), 2, 4, rapid.ID).Draw(t, "licenses")
		allowed := rapid.SliceOf(rapid.SampledFrom(ids)).Draw(t, "allowed")
		any, all := false, true
		for _, id := range ids {
			is := slices.Contains(allowed, id)
			any, all = any || is, all && is
		}
		if index.AllowsLicense(allowed, strings.Join(ids, " OR ")) != any || index.AllowsLicense(allowed, strings.Join(ids, " AND ")) != all {
			t.Fatalf("%q of %q", allowed, ids)
		}
	})
}
