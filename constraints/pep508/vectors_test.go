package pep508

import (
	"cmp"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sluice/constraints"
	"sluice/constraints/pep440"
	"sluice/fixtures/vectors"
)

type requirementVector struct {
	In         string
	Name       string
	Normalized string `json:"normalized_name"`
	Extras     []string
	Specifier  string
	URL        *string
	Marker     *string
	Str        string
}

func TestRequirementVectors(t *testing.T) {
	var file struct {
		Valid, Invalid   []requirementVector
		RealworldValid   []requirementVector `json:"realworld_valid"`
		RealworldInvalid []requirementVector `json:"realworld_invalid"`
	}
	vectors.Read(t, "pep508_requirements.json.gz", &file)
	valid := slices.Concat(file.Valid, file.RealworldValid)
	for _, v := range valid {
		checkRequirementVector(t, v)
	}
	invalid := slices.Concat(file.Invalid, file.RealworldInvalid)
	for _, v := range invalid {
		r, err := ParseRequirement(v.In)
		checkSyntaxError(t, v.In, err)
		if err == nil {
			t.Errorf("%q is accepted as %q", v.In, FormatRequirement(r))
		}
	}
	t.Logf("%d valid and %d invalid requirements", len(valid), len(invalid))
}

func checkRequirementVector(t *testing.T, v requirementVector) {
	t.Helper()
	r, err := ParseRequirement(v.In)
	if err != nil {
		t.Errorf("%q: %v", v.In, err)
		return
	}
	var extras []constraints.Name
	spelled := "" // the extras as the vectors spell them
	for _, extra := range v.Extras {
		extras = append(extras, NormalizeName(extra))
	}
	if len(v.Extras) > 0 {
		spelled = "[" + strings.Join(v.Extras, ",") + "]"
	}
	slices.Sort(extras)
	extras = slices.Compact(extras)
	var normal strings.Builder
	writeExtras(&normal, extras)
	same := r.Spelling == v.Name && string(r.Name) == v.Normalized && slices.Equal(r.Extras, extras) &&
		r.Range.String() == v.Specifier && r.URL == valueOf(v.URL)
	if !same {
		t.Errorf("%q is read as %+v, want %+v", v.In, r, v)
	}
	if (r.Marker == nil) != (v.Marker == nil) || r.Marker != nil && r.Marker.String() != *v.Marker {
		t.Errorf("%q: marker %v, want %s", v.In, r.Marker, valueOf(v.Marker))
	}
	if got, want := FormatRequirement(r), strings.Replace(v.Str, v.Name+spelled, v.Name+normal.String(), 1); got != want {
		t.Errorf("%q is written %q, want %q", v.In, got, want)
	}
}

func valueOf(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

// checkSyntaxError checks that an error, if any, points into the input.
func checkSyntaxError(t *testing.T, input string, err error) {
	t.Helper()
	var syntax *constraints.SyntaxError
	switch {
	case err == nil:
	case !errors.As(err, &syntax):
		t.Errorf("%q: the error is a %T", constraints.Shorten(input, 80), err)
	case syntax.Input != input || syntax.Offset < 0 || syntax.Offset > len(input) || syntax.Msg == "" || syntax.What == "":
		t.Errorf("%q: the error does not point into it: %#v", constraints.Shorten(input, 80), syntax)
	}
}

type markerVector struct{ In, Str, Eval string }

func TestMarkerVectors(t *testing.T) {
	var file struct {
		Order   []string `json:"env_order"`
		Envs    map[string]map[string]string
		Valid   []markerVector
		Real    []markerVector `json:"realworld"`
		Invalid []markerVector
	}
	vectors.Read(t, "pep508_markers.json.gz", &file)
	envs := make([]*constraints.Environment, len(file.Order))
	extras := make([]constraints.Name, len(file.Order))
	for i, name := range file.Order {
		envs[i], extras[i] = vectorEnvironment(name, file.Envs[name])
	}
	valid, counts := slices.Concat(file.Valid, file.Real), map[rune]int{}
	for _, v := range valid {
		m, err := ParseMarker(v.In)
		if err != nil {
			t.Errorf("%q: %v", v.In, err)
			continue
		}
		if m.String() != v.Str {
			t.Errorf("%q is written %q, want %q", v.In, m.String(), v.Str)
		}
		for i, want := range v.Eval {
			checkEvaluation(t, m, envs[i], extras[i], want)
			counts[want]++
		}
	}
	for _, v := range file.Invalid {
		_, err := ParseMarker(v.In)
		checkSyntaxError(t, v.In, err)
		if err == nil {
			t.Errorf("%q is accepted", v.In)
		}
	}
	t.Logf("%d valid and %d invalid markers; answers: %d true, %d false, %d undefined comparisons, %d undefined names",
		len(valid), len(file.Invalid), counts['T'], counts['F'], counts['U'], counts['N'])
}

func TestMarkerVectorsOfUpstreamEnvironments(t *testing.T) {
	var file struct {
		Cases []struct {
			M        string
			Env      map[string]json.RawMessage
			Expected string
		} `json:"upstream_eval"`
	}
	vectors.Read(t, "pep508_markers.json.gz", &file)
	for _, v := range file.Cases {
		vars := map[string]string{"extras": "", "dependency_groups": ""}
		for name, raw := range v.Env {
			var text string
			var set []string
			if json.Unmarshal(raw, &text) != nil && json.Unmarshal(raw, &set) != nil {
				t.Fatalf("%s is %s", name, raw)
			}
			vars[name] = cmp.Or(text, strings.Join(set, ","))
		}
		env, extra := vectorEnvironment("upstream", vars)
		m, err := ParseMarker(v.M)
		if err != nil {
			t.Errorf("%q: %v", v.M, err)
			continue
		}
		checkEvaluation(t, m, env, extra, rune(v.Expected[0]))
	}
	t.Logf("%d markers in their own environments", len(file.Cases))
}

// vectorEnvironment makes an environment of nothing but variables, since some of
// the vectors have a Python version that is none.
func vectorEnvironment(name string, vars map[string]string) (*constraints.Environment, constraints.Name) {
	values := map[string]constraints.Value{}
	for name, value := range vars {
		if name != "extra" {
			setVariable(values, name, value)
		}
	}
	return constraints.NewEnvironment(name, constraints.Version{}, values, nil), NormalizeName(vars["extra"])
}

func checkEvaluation(t *testing.T, m Marker, env *constraints.Environment, extra constraints.Name, want rune) {
	t.Helper()
	holds, evalErr := m.Evaluate(env, extra)
	var undefined *UndefinedError
	got := 'F'
	switch {
	case errors.As(evalErr, &undefined) && strings.HasPrefix(undefined.Reason, "the environment has no"):
		got = 'N'
	case undefined != nil:
		got = 'U'
	case holds:
		got = 'T'
	}
	if got != want {
		t.Errorf("%s in %s: %c (%v), want %c", m, env.Name(), got, evalErr, want)
	}
	if evalErr == nil && m.Holds(env, extra) != holds {
		t.Errorf("%s in %s: Holds and Evaluate differ", m, env.Name())
	}
}

func TestNameVectors(t *testing.T) {
	var file struct {
		Names []struct {
			In, Canonical string
			Valid         bool
			IsNormalized  bool `json:"is_normalized"`
		}
	}
	vectors.Read(t, "names_files_tags.json.gz", &file)
	for _, v := range file.Names {
		if got := NormalizeName(v.In); string(got) != v.Canonical {
			t.Errorf("NormalizeName(%q) = %q, want %q", v.In, got, v.Canonical)
		}
		if ValidName(v.In) != v.Valid {
			t.Errorf("ValidName(%q) = %t", v.In, !v.Valid)
		}
		if got := ValidName(v.In) && string(NormalizeName(v.In)) == v.In; got != v.IsNormalized {
			t.Errorf("%q is normal: %t", v.In, got)
		}
	}
	t.Logf("%d names", len(file.Names))
}

func TestFilenameVectors(t *testing.T) {
	var file struct {
		Filenames []struct {
			Filename, Kind, Name, Version string
			Valid                         bool
			Build                         []any
			Tags                          []string
		}
	}
	vectors.Read(t, "names_files_tags.json.gz", &file)
	for _, v := range file.Filenames {
		var got WheelFile
		var err error
		if v.Kind == "wheel" {
			got, err = ParseWheelFilename(v.Filename)
		} else {
			var sdist SdistFile
			sdist, err = ParseSdistFilename(v.Filename)
			got.Name, got.Version = sdist.Name, sdist.Version
		}
		checkSyntaxError(t, v.Filename, err)
		if (err == nil) != v.Valid {
			t.Errorf("%s: error %v, valid %t", v.Filename, err, v.Valid)
		}
		if err != nil || !v.Valid {
			continue
		}
		build := ""
		for _, part := range v.Build {
			if number, ok := part.(float64); ok {
				build += strconv.Itoa(int(number))
			} else {
				build += part.(string)
			}
		}
		slices.Sort(got.Tags)
		want, _ := pep440.Parse(v.Version)
		if string(got.Name) != v.Name || !got.Version.Equal(want) || got.Build != build || !slices.Equal(got.Tags, v.Tags) {
			t.Errorf("%s is read as %+v", v.Filename, got)
		}
	}
	t.Logf("%d file names", len(file.Filenames))
}

func TestTagVectors(t *testing.T) {
	var file struct {
		Tags map[string][]string `json:"compatible_tags"`
	}
	vectors.Read(t, "names_files_tags.json.gz", &file)
	count := 0
	for name, want := range file.Tags {
		python, platform, _ := strings.Cut(name, "-")
		env, err := NewEnvironment(EnvironmentSpec{Python: "3." + python[3:], Platform: vectorPlatform(platform)})
		if err != nil {
			t.Error(err)
			continue
		}
		if got := env.Tags(); !slices.Equal(got, want) {
			t.Errorf("%s: %d tags, want %d", name, len(got), len(want))
			for i := range min(len(got), len(want)) {
				if got[i] != want[i] {
					t.Errorf("%s: tag %d is %s, want %s", name, i, got[i], want[i])
					break
				}
			}
		}
		count += len(want)
	}
	t.Logf("%d tags in %d environments", count, len(file.Tags))
}

// vectorPlatform turns "linux_x86_64_glibc239" into "manylinux_2_39_x86_64".
func vectorPlatform(name string) string {
	system, libc, ok := strings.Cut(name, "_glibc2")
	if !ok {
		return name
	}
	return "manylinux_2_" + libc + strings.TrimPrefix(system, "linux")
}
