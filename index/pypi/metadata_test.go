package pypi

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sluice/constraints"
	"sluice/constraints/pep440"
	"sluice/index"
)

const wholeMetadata = `Metadata-Version: 2.4
Name: Quill_Pen
Version: 1.0
Summary: Writes things down: ink, “quills”
Home-page: https://quill.example
Author-email: Ada <ada@quill.example>
License: Ink License
        Version 2
License-Expression: MIT OR Apache-2.0
License-File: LICENSE
Project-URL: Homepage, https://quill.example
Project-URL:Source,https://quill.example/src?a,b
Keywords: ink,quill
Classifier: Topic :: Text
Requires-Python: >=3.8,<4
Requires-Dist: inkwell<3,>=2; python_version < "3.12"
requires-dist:   paper[thick]   
REQUIRES-DIST: gold; extra == "gold"
Provides-Extra: gold
Provides-Extra: Silver_Leaf
Dynamic: License-File
Description-Content-Type: text/markdown

# Quill

Requires-Dist: not-this
`

func TestMetadataIsRead(t *testing.T) {
	want := &Metadata{
		MetadataVersion: "2.4", Name: "Quill_Pen", Version: "1.0",
		Summary: "Writes things down: ink, “quills”", HomePage: "https://quill.example",
		License: "Ink License\nVersion 2", LicenseExpression: "MIT OR Apache-2.0",
		ProjectURLs:    []ProjectURL{{"Homepage", "https://quill.example"}, {"Source", "https://quill.example/src?a,b"}},
		RequiresPython: ">=3.8,<4",
		RequiresDist:   []string{`inkwell<3,>=2; python_version < "3.12"`, "paper[thick]", `gold; extra == "gold"`},
		ProvidesExtra:  []string{"gold", "Silver_Leaf"},
		Dynamic:        []string{"License-File"},
	}
	for claim, text := range map[string]string{
		"LF": wholeMetadata, "CRLF": strings.ReplaceAll(wholeMetadata, "\n", "\r\n"), "CR": strings.ReplaceAll(wholeMetadata, "\n", "\r"),
		"no body": strings.TrimSuffix(strings.Split(wholeMetadata, "\n\n")[0], "\n"),
	} {
		got, err := ParseMetadata([]byte(text))
		if err != nil {
			t.Errorf("%s: %v", claim, err)
		} else if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", claim, diff)
		}
	}
}

func TestEachLeniencyOfMetadataHasAName(t *testing.T) {
	const head = "Metadata-Version: 2.1\nName: a\nVersion: 1\n"
	for _, c := range []struct{ text, leniency, remark, want string }{
		{"\uFEFF" + head, "byte-order-mark", "line 1: it begins with a byte order mark; read leniently (byte-order-mark)", ""},
		{head + "Requires-Dist: b\nthis is a README\nRequires-Dist: c\n", "early-body", "line 5: the fields end here, without an empty line", "[b]"},
		{" odd\n" + head, "stray-line", "line 1: this line belongs to no field", ""},
		{"From ada Sat Jan  3\n" + head, "stray-line", "line 1", ""},
		{head + ": nameless\n more\nRequires-Dist: b\n", "stray-line", "line 4", "[b]"},
		{head + "Requires-Dist: caf\xe9\n", "latin-1", "Requires-Dist: line 4: it is not UTF-8", "[café]"},
		{head + "Requires-Dist: b\n    (>=1,\n\t<2) ; extra == 'x'\n", "folded", "Requires-Dist: line 4: it goes on over several lines", "[b (>=1, <2) ; extra == 'x']"},
		{head + "Requires-Python: >=3\nRequires-Python: >=2\n", "first-of-several", "Requires-Python: line 5: it was given on line 4 already; the first counts", ""},
		{head + "Requires-Dist:\nRequires-Dist: \t \n", "empty-value", "Requires-Dist: line 4: it has no value; ignored", "[]"},
		{head[strings.Index(head, "Name"):], "no-metadata-version", "Metadata-Version: it is missing", ""},
		{strings.Replace(head, "2.1", "two", 1), "odd-metadata-version", `line 1: "two" is not MAJOR.MINOR`, ""},
		{strings.Replace(head, "2.1", "2.99", 1), "newer-metadata-version", "2.99 is newer than 2.6, the last one known", ""},
		{strings.Replace(head, "2.1", "1.1", 1) + "Requires: re\nObsoletes: b\nProvides: a\n", "obsolete-requires", "Requires: line 4: it names modules", ""},
	} {
		m, err := ParseMetadata([]byte(c.text))
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
			continue
		}
		ok := len(m.Remarks) > 0 && m.Remarks[0].Leniency == c.leniency && strings.Contains(m.Remarks[0].Error(), c.remark)
		for _, r := range m.Remarks {
			ok = ok && r.Leniency == c.leniency
		}
		if !ok || c.want != "" && fmt.Sprint(m.RequiresDist) != c.want {
			t.Errorf("%q\n is %q with %v\nwant %q with %s", c.text, m.RequiresDist, m.Remarks, c.want, c.remark)
		}
	}
}

func TestTheLicenseIsTheClearestThatIsStated(t *testing.T) {
	const head = "Metadata-Version: 2.4\nName: a\nVersion: 1\n"
	const classifier = "Classifier: License :: OSI Approved :: MIT License\nClassifier: Topic :: Text\n"
	for text, want := range map[string]string{
		"License: MIT\n" + classifier + "License-Expression: 0BSD\n": "0BSD",
		"License: Ink\n" + classifier:                                "License :: OSI Approved :: MIT License",
		classifier + "Classifier: License :: Public Domain\n":        "License :: OSI Approved :: MIT License; License :: Public Domain",
		"License: Ink\n":                              "Ink",
		"License: unknown\n":                          "",
		"License: Permission is\n  granted\n":         "",
		"License: " + strings.Repeat("x", 101) + "\n": "",
		"": "",
	} {
		m, err := ParseMetadata([]byte(head + text))
		if err != nil {
			t.Fatal(err)
		}
		var r index.Release
		if m.Describe(&r); r.License != want {
			t.Errorf("%q\n is under %q, want %q", text, r.License, want)
		}
	}
}

func TestTheFirstRequiresPythonCounts(t *testing.T) {
	m, err := ParseMetadata([]byte("Metadata-Version: 2.1\nName: a\nVersion: 1\nRequires-Python:\nRequires-Python: >=3\n"))
	if err != nil || m.RequiresPython != "" || len(m.Remarks) != 1 {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestADocumentThatIsNoMetadataIsAnError(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "core metadata: it has no field of core metadata (is it another document?)",
		"<!DOCTYPE html>\n<html>":      "no field of core metadata",
		"PK\x03\x04":                   "no field of core metadata",
		"\n" + wholeMetadata:           "no field of core metadata",
		"Metadata-Version: 2.1\n":      "it has no Name",
		"Name: a\n":                    "it has no Version",
		"Name: a\nVersion: \n":         "it has no Version",
		"Name:\nName: a\nVersion: 1\n": "it has no Name",
		"Metadata-Version: 3.0\nName: a\nVersion: 1\n":                             `line 1: Metadata-Version "3.0" is newer than 2.6`,
		"Metadata-Version: 99999999999999999999.0\nName: a\nVersion: 1\n":          `is newer than 2.6`,
		"Name: a\nVersion: 1\nRequires-Dist: " + strings.Repeat("x", 1<<20+1):      "line 3: Requires-Dist: it has more than 1048576 bytes",
		"Name: a\nVersion: 1\nRequires-Dist: " + strings.Repeat("\xe9", 1<<19+1):   "line 3: Requires-Dist: it has more than 1048576 bytes",
		"Name: a\nVersion: 1\n" + strings.Repeat("Provides-Extra: x\n", 100_000+1): "line 100003: Provides-Extra: it is there more than 100000 times",
	} {
		_, err := ParseMetadata([]byte(text))
		var wrong *DocumentError
		if !errors.As(err, &wrong) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n is %v\nwant %s", short(text), err, want)
		}
	}
}

func TestStaticMetadataIsThatOfPEP643(t *testing.T) {
	for text, want := range map[string]bool{
		"2.1": false, "2.0": false, "1.2": false, "": false, "2": false, "x": false, "2.2": true, "2.6": true, "2.10": true,
		"2.2\nDynamic: License": true, "2.2\nDynamic: Requires-Dist": false, "2.4\ndynamic: requires-PYTHON": false,
		"2.3\nDynamic: Summary\nDynamic: Provides-Extra": false,
	} {
		m, err := ParseMetadata([]byte("Name: a\nVersion: 1\nMetadata-Version: " + text + "\n"))
		if err != nil || m.Static() != want {
			t.Errorf("%q: %v, %v", text, m, err)
		}
	}
}

func TestMetadataMatchesItsRelease(t *testing.T) {
	m := &Metadata{Name: "Quill.Pen", Version: "1.0"}
	for _, c := range []struct {
		name    constraints.Name
		version string
		want    string
	}{
		{"quill-pen", "1", ""}, {"quill-pen", "1.0.0", ""},
		{"quill-pen", "1.0+local", `core metadata: it is of "Quill.Pen" "1.0", not of quill-pen 1.0+local`},
		{"quill", "1.0", `not of quill 1.0`},
	} {
		v, err := pep440.Parse(c.version)
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Matches(c.name, v); (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s: %v", c.name, c.version, err)
		}
	}
	if (&Metadata{Name: "a", Version: "nightly\x1b"}).Matches("a", constraints.Version{}) == nil {
		t.Error("a version that is none matches none")
	}
}

func TestDescribeTakesOverWhatARequirementIs(t *testing.T) {
	m, err := ParseMetadata([]byte(wholeMetadata))
	if err != nil {
		t.Fatal(err)
	}
	v, _ := pep440.Parse("1.0")
	r := index.Release{Version: v, MetadataMissing: true, RequiresPython: "odd"}
	m.Describe(&r)
	pkg, err := index.NewPackage(quillPen, []index.Release{r})
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := pkg.Parsed(0)
	if err != nil || len(parsed.Requirements) != 3 || len(parsed.Extras) != 2 || len(parsed.Remarks) != 0 || r.RequiresPython != ">=3.8,<4" {
		t.Errorf("%+v, %v", parsed, err)
	}
}

// render writes metadata as build tools do.
func render(m *Metadata, newline string) string {
	var lines []string
	add := func(name, value string) {
		if value != "" {
			lines = append(lines, name+": "+strings.ReplaceAll(value, "\n", newline+"        "))
		}
	}
	add("Metadata-Version", m.MetadataVersion)
	add("Name", m.Name)
	add("Version", m.Version)
	add("Summary", m.Summary)
	add("Home-page", m.HomePage)
	add("License", m.License)
	add("License-Expression", m.LicenseExpression)
	for _, u := range m.ProjectURLs {
		add("Project-URL", u.Label+", "+u.URL)
	}
	add("Requires-Python", m.RequiresPython)
	for name, values := range map[string][]string{"Requires-Dist": m.RequiresDist, "Provides-Extra": m.ProvidesExtra, "Dynamic": m.Dynamic} {
		for _, value := range values {
			add(name, value)
		}
	}
	return strings.Join(lines, newline) + newline + newline + "Name: body" + newline
}

func TestRenderedMetadataIsReadBack(t *testing.T) {
	word := rapid.StringOfN(rapid.RuneFrom([]rune(`az09 .;:<>='"[]()@é漢`)), 1, 20, -1).Filter(func(s string) bool {
		return strings.TrimSpace(s) == s
	})
	some := rapid.SliceOfN(word, 0, 5)
	rapid.Check(t, func(t *rapid.T) {
		m := &Metadata{
			MetadataVersion: rapid.SampledFrom([]string{"1.0", "1.2", "2.1", "2.4"}).Draw(t, "metadata version"),
			Name:            word.Draw(t, "name"), Version: word.Draw(t, "version"), Summary: word.Draw(t, "summary"),
			HomePage: word.Draw(t, "home page"), License: strings.Join(some.Draw(t, "license"), "\n"),
			LicenseExpression: word.Draw(t, "expression"), RequiresPython: word.Draw(t, "python"),
			RequiresDist: some.Draw(t, "requires"), ProvidesExtra: some.Draw(t, "extras"), Dynamic: some.Draw(t, "dynamic"),
		}
		for _, list := range []*[]string{&m.RequiresDist, &m.ProvidesExtra, &m.Dynamic} {
			if len(*list) == 0 {
				*list = nil
			}
		}
		if label := word.Draw(t, "label"); !strings.Contains(label, ",") {
			m.ProjectURLs = []ProjectURL{{label, word.Draw(t, "url")}}
		}
		text := render(m, rapid.SampledFrom([]string{"\n", "\r\n", "\r"}).Draw(t, "newline"))
		got, err := ParseMetadata([]byte(text))
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if !reflect.DeepEqual(m, got) {
			t.Fatalf("%q\n%s", text, cmp.Diff(m, got))
		}
	})
}

func TestReadingMetadataChangesNoByte(t *testing.T) {
	data := []byte(wholeMetadata)
	before := slices.Clone(data)
	if _, err := ParseMetadata(data); err != nil || !slices.Equal(data, before) {
		t.Error(err)
	}
}
