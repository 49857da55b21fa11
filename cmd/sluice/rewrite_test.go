package main

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sluice/constraints"
	"sluice/constraints/pinfile"
	"sluice/resolver/resolvertest"
)

// Whatever the file of today and the versions: in each environment that matters exactly one
// pin is active, of its version, or none where there is to be none or a source. The comment of a line that was active there stays.
func TestRewrittenPinsGiveEachEnvironmentItsVersion(t *testing.T) {
	environments := resolvertest.Environments(t, "py38", "py39", "py310", "py311", "py38-windows-amd64", "py310-windows-amd64", "py38-macos-arm64")
	line := rapid.Custom(func(t *rapid.T) string {
		return rapid.SampledFrom([]string{"foo", "Foo", "bar"}).Draw(t, "name") +
			rapid.SampledFrom([]string{"==1", "===1", "==1.0", "===2", "==1+cpu", "<5", "==1.*"}).Draw(t, "range") +
			rapid.SampledFrom([]string{"", "", ";python_version<'3.9'", "; python_version>='3.9'", ";sys_platform=='win32'", ";sys_platform!='win32'"}).Draw(t, "marker") +
			rapid.SampledFrom([]string{"", "  # why", " # a", "# b"}).Draw(t, "comment") + "\n"
	})
	source := rapid.SampledFrom([]string{"", "", "", "foo @ https://h.example/foo.zip ; python_version<'3.9'\n", "foo @ https://h.example/foo.zip ; sys_platform=='win32'  # from\n"})
	rapid.Check(t, func(rt *rapid.T) {
		text := source.Draw(rt, "source") + strings.Join(rapid.SliceOfN(line, 0, 4).Draw(rt, "lines"), "")
		file, err := parseConstraints("c.txt", []byte(text))
		if err != nil {
			rt.Skip(err)
		}
		cells := []cell{{environments[0], "1"}}
		for _, env := range environments[1:] {
			cells = append(cells, cell{env, rapid.SampledFrom([]string{"", "1", "1", "2", "1.0", "1+cpu", nothing}).Draw(rt, "version")})
		}
		got, err := rewritePins(file, map[constraints.Name][]cell{"foo": cells}, nil)
		if err != nil {
			rt.Fatalf("%v\n%s", err, text)
		}
		lost := func(e pinfile.Entry) bool {
			return e.Requirement.Applies(cells[0].env, "") && !isSourced(file, cells[0]) && !slices.ContainsFunc(versionPins(got)["foo"], func(now pinfile.Entry) bool {
				return strings.Contains(now.Comment, e.Comment)
			})
		}
		if slices.ContainsFunc(versionPins(file)["foo"], lost) {
			rt.Fatalf("a comment is lost of\n%s\n%s", text, got.Bytes())
		}
		for _, c := range cells {
			var active []string
			for _, e := range versionPins(got)["foo"] {
				if _, version, _ := e.Pin(); e.Requirement.Applies(c.env, "") {
					active = append(active, version)
				}
			}
			want := []string{c.version}
			if c.version == nothing || isSourced(file, c) {
				want = nil
			}
			if (c.version != "" || want == nil) && !slices.Equal(active, want) {
				rt.Fatalf("%s gets %v, want %s, of\n%s\n%s", c.env.Name(), active, c.version, text, got.Bytes())
			}
		}
	})
}

func isSourced(file *pinfile.File, c cell) bool {
	return slices.ContainsFunc(sourcePins(file, "foo"), func(e pinfile.Entry) bool { return e.Requirement.Applies(c.env, "") })
}
