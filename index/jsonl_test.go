package index

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"sluice/constraints"
)

func problemsOf(tb testing.TB, text string) constraints.Problems {
	tb.Helper()
	_, err := Read("f", strings.NewReader(text))
	var problems constraints.Problems
	if err != nil && !errors.As(err, &problems) {
		tb.Fatalf("%q: %v", text, err)
	}
	return problems
}

func TestAllProblemsOfAFileAreReportedWithTheirPlaces(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "broken.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`1:62: version 1.0.0 is there twice (first at column 32, perhaps in another spelling)`,
		`2:34: invalid version`,
		`2:51: unknown key "yankd" (known are requires_dist, provides_extra, requires_python, license, yanked, upload_time, files, metadata, incomplete; one that begins with "_" is a comment)`,
		`2:90: want an array, not a string`,
		`2:120: an empty reason for yanking (say true or false)`,
		`3:62: "yesterday" is not a time (write it as "2023-09-04T12:30:00Z")`,
		`3:75: invalid JSON: want a comma or }`,
		`4:1: the package has no name (add "name")`,
		`7:1: package parchment is there twice (first on line 6, perhaps in another spelling)`,
		`8:22: the key "name" is there twice`,
		`8:80: want a whole number of 0 or more`,
	}
	got := problemsOf(t, string(data))
	for i := range max(len(got), len(want)) {
		switch {
		case i >= len(got):
			t.Errorf("missing %s", want[i])
		case i >= len(want):
			t.Errorf("unexpected %v", got[i])
		case !strings.HasPrefix(strings.TrimPrefix(got[i].Error(), "f:"), want[i]):
			t.Errorf("got  %v\nwant %s", got[i], want[i])
		}
	}
}

func TestWhatIsNoFactIsAProblem(t *testing.T) {
	release := func(s string) string { return `{"name":"q","versions":{"1":{` + s + `}}}` }
	for text, want := range map[string]string{
		`{"name":"q_"}`:                                 "not the name of a package",
		`{"name":""}`:                                   "not the name of a package",
		`{"name":7}`:                                    "want a string, not a number",
		`{"name":"q","versions":[]}`:                    "want an object, not an array",
		`{"name":"q"} x`:                                "something after the end",
		`{"name":"q",}`:                                 "want a key and a colon",
		`{"name":"q" "versions":{}}`:                    "want a comma or }",
		`{"name":"\ud800"}`:                             "an invalid escape",
		`{"name":"\ud800\u0041"}`:                       "half of a surrogate pair",
		"{\"name\":\"\x00\"}":                           "a control character",
		"{\"name\":\"\xff\"}":                           "not UTF-8",
		`{"name":"q`:                                    "a string without an end",
		`{"extra":1,"name":"q"}`:                        `unknown key "extra"`,
		release(`"yanked":1`):                           "want true or false, not a number",
		release(`"incomplete":null`):                    "want true or false, not null",
		release(`"requires_dist":[1]`):                  "want a string, not a number",
		release(`"metadata":false,"metadata":true`):     `the key "metadata" is there twice`,
		release(`"upload_time":"0000-01-01T00:00:00Z"`): "the year 0",
		release(`"files":[{"filename":"a"},{"filename":"a"}]`):                 `two files are named "a"`,
		release(`"files":[{"filename":"../a"}]`):                               "not the name of a file",
		release(`"files":[{"filename":"a","hashes":{"md5":"xy"}}]`):            "not hexadecimal",
		release(`"files":[{"filename":"a","hashes":{"md5":"00","md5":"00"}}]`): "two md5 hashes",
		release(`"files":[{"filename":"a","size":1.5}]`):                       "a whole number",
	} {
		if got := problemsOf(t, text); len(got) != 1 || !strings.Contains(got[0].Msg, want) {
			t.Errorf("%s:\ngot  %v\nwant %s", text, got, want)
		}
	}
}

func TestAFileThatIsNoFactsIsOneProblem(t *testing.T) {
	for text, want := range map[string]string{
		"\na===1\nb===2\n":               "f:2:1: these are no index facts (a line",
		"[]\n[]\n":                       "f:1:1: these are no index facts (a line",
		"":                               "f: the file is empty",
		"\x1f\x8b\x08":                   "f: the file is cut: its gzip data has no end",
		"\x1f\x8b\x08\x00" + "123456789": "f: the gzip data is damaged",
	} {
		if got := problemsOf(t, text); len(got) != 1 || !strings.HasPrefix(got[0].Error(), want) {
			t.Errorf("%q:\ngot  %v\nwant %s", text, got, want)
		}
	}
	if got := problemsOf(t, "a===1\n{\"name\":\"a\"}\n"); len(got) != 1 || strings.Contains(got[0].Msg, "no index facts") {
		t.Errorf("one wrong line: %v", got)
	}
}

func TestTheNumberOfProblemsIsBounded(t *testing.T) {
	got := problemsOf(t, strings.Repeat("{\n", 5000))
	if len(got) != maxProblems+1 || !strings.Contains(got[maxProblems].Msg, "4900 more") {
		t.Errorf("%d problems, the last %v", len(got), got[len(got)-1])
	}
	for i, p := range got[:maxProblems] {
		if p.Place.Line != i+1 {
			t.Fatalf("problem %d is at line %d", i, p.Place.Line)
		}
	}
}

func TestHostileLinesAreAnswered(t *testing.T) {
	deep := strings.Repeat("[", 1<<20)
	for claim, text := range map[string]string{
		"nesting in a comment": `{"name":"q","_":` + deep,
		"nesting of objects":   strings.Repeat(`{"_":`, 1<<18),
		"nesting in a version": `{"name":"q","versions":{"1":` + deep,
		"a long name":          `{"name":"` + strings.Repeat("q", 1<<20) + `"}`,
		"a long number":        `{"name":"q","versions":{"1":{"files":[{"filename":"a","size":` + strings.Repeat("9", 1<<20) + `}]}}}`,
		"many requirements":    `{"name":"q","versions":{"1":{"requires_dist":[` + strings.Repeat(`"",`, maxItems) + `""]}}}`,
		"a long requirement":   `{"name":"q","versions":{"1":{"requires_dist":["` + strings.Repeat("q", maxText+1) + `"]}}}`,
		"backslashes":          `{"name":"q","versions":{"1":{"_":"` + strings.Repeat(`\`, 1<<20),
	} {
		if len(problemsOf(t, text)) == 0 {
			t.Errorf("%s: no problem", claim)
		}
	}
}

func TestALineMayBeLongerThanAChunk(t *testing.T) {
	var text strings.Builder
	text.WriteString(`{"name":"a"}` + "\n" + `{"name":"many","versions":{`)
	const n = 30_000
	for i := range n {
		fmt.Fprintf(&text, `"%d":{"requires_dist":["a>=%d","b","a-long-name-that-fills-the-line"]},`, i, i)
	}
	text.WriteString(`"x.1":{}}}` + "\n" + `{"name":"b",}`)
	got := problemsOf(t, text.String())
	if len(got) != 2 || got[0].Place.Line != 2 || got[1].Place.Line != 3 {
		t.Errorf("problems %v, want one on line 2 and one on line 3", got)
	}
	s := readText(t, strings.Replace(strings.Replace(text.String(), `"x.1"`, `"0.1"`, 1), ",}", "}", 1))
	if p := pkg(t, s, "many"); p.Len() != n+1 || p.Release(2).Requirements[0] != "a>=1" {
		t.Errorf("%d versions, want %d", p.Len(), n+1)
	}
}

// decode returns a JSON value as encoding/json would, read by a jsonCursor.
func decode(c *jsonCursor) any {
	switch b := c.peek(); {
	case b == '{':
		object := map[string]any{}
		c.object(func(key []byte, _ int) {
			key = bytes.Clone(key)
			object[string(key)] = decode(c)
		})
		return object
	case b == '[':
		array := []any{}
		c.array(func() { array = append(array, decode(c)) })
		return array
	case b == '"':
		s, _ := c.text()
		return string(s)
	case c.null():
		return nil
	case b == 't', b == 'f':
		return c.boolean()
	}
	start := c.pos
	c.skip()
	return json.Number(c.data[start:c.pos])
}

// checkJSON compares the cursor with encoding/json on any text.
func checkJSON(t interface{ Fatalf(string, ...any) }, text []byte) {
	c := jsonCursor{data: text}
	got := decode(&c)
	if c.peek() != 0 || c.pos < len(c.data) {
		c.fail("something after the end of the value")
	}
	var want any
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	if !json.Valid(text) {
		if len(c.notes) == 0 {
			t.Fatalf("%q is not valid", text)
		}
		return
	}
	if err := dec.Decode(&want); err != nil {
		t.Fatalf("%v", err)
	}
	// Stricter than encoding/json, which mends both.
	strict := bytes.Contains(text, []byte(`\u`)) || !bytes.Equal(text, bytes.ToValidUTF8(text, nil))
	if len(c.notes) > 0 {
		if !strict && !strings.Contains(c.notes[0].msg, "nested") {
			t.Fatalf("%q is valid: %v", text, c.notes)
		}
		return
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%q: got %v, want %v", text, got, want)
	}
}

func TestTheCursorReadsJSONAsEncodingJSONDoes(t *testing.T) {
	pieces := []string{
		"{", "}", "[", "]", ",", ":", `"a"`, `"\u00e9\n\\\""`, `"\ud83d\ude00"`, `"é"`, "1", "-0.5e+3", "01", "1.", "-", "true", "false", "null", "nul", " ", "\n", "\\", `"`,
	}
	value := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 12).Draw(t, "pieces"), "")
	})
	rapid.Check(t, func(t *rapid.T) {
		checkJSON(t, []byte(value.Draw(t, "text")))
	})
}

func FuzzJSON(f *testing.F) {
	for _, seed := range []string{`{"a":[1,-2.5e3,"x\u00e9\ud83d\ude00\\",true,false,null]}`, `[[[]]]`, `"\ud800"`, "{", `"`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) { checkJSON(t, text) })
}

func FuzzLines(f *testing.F) {
	for _, file := range []string{"sample.jsonl", "broken.jsonl"} {
		data, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			f.Fatal(err)
		}
		for line := range bytes.Lines(data) {
			f.Add(line)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := Read("f", bytes.NewReader(text))
		if err != nil {
			return
		}
		if err := useAll(s); err != nil {
			t.Fatal(err)
		}
		var lines bytes.Buffer
		if err := s.WriteLines(&lines); err != nil {
			t.Fatal(err)
		}
		again, err := Read("again", &lines)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		if again.Digest() != s.Digest() {
			t.Fatalf("writing and reading changed the facts of %q", text)
		}
	})
}
