package pep508

import (
	"errors"
	"strings"
	"testing"

	"sluice/constraints"
)

// A wrong text is rejected at the byte where a person would put the finger, with
// a hint where a common mistake is behind it. The '^' in each case stands before
// that byte.
func TestSyntaxErrorsPointAndHint(t *testing.T) {
	parsers := map[string]func(string) error{
		"requirement": func(text string) error { _, err := ParseRequirement(text); return err },
		"marker":      func(text string) error { _, err := ParseMarker(text); return err },
	}
	for _, c := range []struct{ what, text, msg, hint string }{
		{"requirement", "^", "expected a package name", ""},
		{"requirement", "^-r other.txt", "must begin with a letter", "options such as -r"},
		{"requirement", "^# note", "expected a package name", "comments"},
		{"requirement", "^./local", "must begin", "file:///PATH"},
		{"requirement", "^\"name\"", "expected a package name", "without quotes"},
		{"requirement", "name^-", "must end with", ""},
		{"requirement", "name ^1.0", "version specifier", "operator such as =="},
		{"requirement", "name ^^1.0", "version specifier", ">=1.2,<2"},
		{"requirement", "name ^# note", "version specifier", "comments"},
		{"requirement", "name^://x", "version specifier", "NAME @ URL"},
		{"requirement", "name ^python_version<'3'", "version specifier", "; before the marker"},
		{"requirement", "name^[a, b", "not closed", `"]"`},
		{"requirement", "name[a ^b]", "expected ',' or ']'", "comma between extras"},
		{"requirement", "name^[a>=1", "the bracket is not closed", `write "]"`},
		{"requirement", "name^[a; os_name == 'nt'", "the bracket is not closed", `write "]"`},
		{"requirement", "name[a^>=1]", "expected ',' or ']'", `versions stand behind the "]"`},
		{"requirement", "name[a,^]", "expected the name of an extra", "last comma"},
		{"requirement", "name[^,a]", "expected the name of an extra", ""},
		{"requirement", "name[a]^]", "version specifier", ""},
		{"requirement", "name ^(>=1", "not closed", `")"`},
		{"requirement", "name ^(>=1; extra=='a'", "not closed", `")"`},
		{"requirement", "name (>=1)^ , <2", "", ""},
		{"requirement", "name >=1,^,<2", "expected ',', ';' or the end", "one comma"},
		{"requirement", "name >=1^\n", "a line break", ""},
		{"requirement", "name @^", "expected a URL", ""},
		{"requirement", "name @ http://a b", "", ""},
		{"requirement", "name @ http://a^; os_name=='a'", "does not begin a marker", "a blank before"},
		{"requirement", "name;^", "marker variable", ""},
		{"requirement", "name; extra == 'a'^ ;", "", ""},
		{"marker", "^", "marker variable", ""},
		{"marker", "^pyton_version < '3'", "marker variable", "did you mean python_version?"},
		{"marker", "^platform == 'linux'", "marker variable", ""},
		{"marker", "^python-version < '3'", "", ""},
		{"marker", "^nonsense_of_all_kinds == 'a'", "marker variable", "the variables are"},
		{"marker", "python_version < ^3.8", "marker variable", "quotes around the version"},
		{"marker", "python_version ^= '3.8'", "expected a comparison", "== instead of ="},
		{"marker", "python_version^", "expected a comparison", ""},
		{"marker", "python_version < ^'3.8", "not closed", "at the end"},
		{"marker", "python_version < ^“3.8”", "marker variable", "straight quotes"},
		{"marker", "os_name == 'a' ^&& os_name == 'b'", "expected and, or", "and instead of &&"},
		{"marker", "os_name == 'a' ^|| os_name == 'b'", "expected and, or", "or instead of ||"},
		{"marker", "os_name == 'a'^, os_name == 'b'", "expected and, or", "and between"},
		{"marker", "os_name == 'a' ^AND os_name == 'b'", "expected and, or", "lower case"},
		{"marker", "os_name == 'a'^)", "expected and, or", "parenthesis"},
		{"marker", "^(os_name == 'a'", "not closed", `")"`},
		{"marker", "os_name not ^'a'", "expected in", "not in"},
		{"marker", "^not os_name == 'a'", "marker variable", "no not"},
		{"marker", "'3.6'^inpython_version", "expected a comparison", ""},
		{"marker", `os_name == "a^\"`, "escapes the closing quote", `\\`},
		{"marker", `os_name == "^\x"`, "cut short", `\\`},
		{"marker", "os_name == 'a^\nb'", "line break", ""},
		{"marker", "os_name == 'a'^\n", "expected and, or", ""},
	} {
		if c.msg == "" && strings.Count(c.text, "^") != 1 {
			c.text = "^" + c.text // only that it is rejected, and points inside
		}
		at, text := splitAt(c.text)
		err := parsers[c.what](text)
		checkSyntaxError(t, text, err)
		var syntax *constraints.SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("%q is accepted", text)
			continue
		}
		if c.msg == "" {
			continue
		}
		if syntax.What != c.what || syntax.Offset != at || !strings.Contains(syntax.Msg, c.msg) || !strings.Contains(syntax.Hint, c.hint) {
			t.Errorf("%q: byte %d: %s (%s), want byte %d: %s (%s)", text, syntax.Offset, syntax.Msg, syntax.Hint, at, c.msg, c.hint)
		}
	}
}

// splitAt takes the first '^' out of a text and returns where it was.
func splitAt(text string) (int, string) {
	before, after, _ := strings.Cut(text, "^")
	return len(before), before + after
}

func TestMistakesInSpecifiersGetAHint(t *testing.T) {
	for list, hint := range map[string]string{
		"=1.0":                    "==",
		">=1.0 <2":                "comma",
		"==\"1.0\"":               "quotes",
		"==1.0 sys_platform=='a'": "; before the marker",
		"==1.0 # note":            "comments",
		"(>=1.0 <2)":              "comma",
		">=1.0.*":                 "==",
		"~=1":                     "~=1.0",
	} {
		text := "name" + list
		_, err := ParseRequirement(text)
		checkSyntaxError(t, text, err)
		var syntax *constraints.SyntaxError
		if !errors.As(err, &syntax) || !strings.Contains(syntax.Hint, hint) {
			t.Errorf("%q: %#v, want the hint %q", text, err, hint)
		}
	}
}

func TestRequirementsAreReadAsPipReadsThem(t *testing.T) {
	for _, c := range []struct{ in, out string }{
		{"foo_", "foo_"},
		{"\tfoo \t", "foo"},
		{"foo[]", "foo"},
		{"foo()", "foo"},
		{"foo[B,a,b]>=1,", "foo[a,b]>=1"},
		{"foo>=\n1", "foo>=1"},
		{"foo@b", "foo @ b"},
		{"foo@http://a;b ;os.name=='x'", `foo @ http://a;b ; os_name == "x"`},
		{"foo (>=1);python_implementation=='x'", `foo>=1; platform_python_implementation == "x"`},
		{"foo;((os_name=='a'))", `foo; os_name == "a"`},
		{"foo;((os_name=='a' or os_name=='b'))", `foo; os_name == "a" or os_name == "b"`},
		{"foo;(os_name=='a') and ((os_name=='b' or os_name=='c'))", `foo; os_name == "a" and (os_name == "b" or os_name == "c")`},
		{"foo;(os_name=='a' and os_name=='b') or os_name=='c'", `foo; (os_name == "a" and os_name == "b") or os_name == "c"`},
		{"foo; extra=='A_b' or 'C.d'==extra", `foo; extra == "a-b" or "c-d" == extra`},
		{`foo; os_name=='a"b'`, `foo; os_name == 'a"b'`},
		{`foo; os_name=='\d'`, `foo; os_name == "\d"`},
		{`foo; os_name=='\x41\u00e9\101'`, `foo; os_name == "AéA"`},
		{"foo; 'x'not  in\tos_name", `foo; "x" not in os_name`},
		{"foo; os_name == sys_platform", `foo; os_name == sys_platform`},
	} {
		r, err := ParseRequirement(c.in)
		if err != nil {
			t.Errorf("%q: %v", c.in, err)
			continue
		}
		if got := FormatRequirement(r); got != c.out {
			t.Errorf("%q is written %q, want %q", c.in, got, c.out)
		}
		checkStable(t, r)
	}
}

func TestURLsWithControlCharactersAreRejected(t *testing.T) {
	for _, text := range []string{"foo @ http://a\n", "foo @ http://a\nevil", "foo @ http://\x7f", "foo @ http://a\r;extra=='b'"} {
		if r, err := ParseRequirement(text); err == nil {
			t.Errorf("%q is accepted with the URL %q", text, r.URL)
		}
	}
}

// Lines as long and as deep as anybody may send them: an answer or an error, and
// the test run itself shows that neither the stack nor the time runs away.
func TestHostileInputIsAnswered(t *testing.T) {
	const n = 1 << 20
	for name, text := range map[string]string{
		"blanks":        strings.Repeat(" ", n),
		"name":          strings.Repeat("a", n),
		"separators":    "a" + strings.Repeat("-_.", n/3) + "b",
		"extras":        "a[" + strings.Repeat("x,", 100_000) + "y]",
		"open brackets": "a" + strings.Repeat("[", n),
		"commas":        "a>=1" + strings.Repeat(",", n),
		"specifiers":    "a>=1" + strings.Repeat(",!=2", 100_000),
		"digits":        "a==" + strings.Repeat("9", n),
		"release":       "a==1" + strings.Repeat(".1", n/2),
		"parentheses":   "a;" + strings.Repeat("(", 100_000) + "os_name=='a'" + strings.Repeat(")", 100_000),
		"open only":     "a;" + strings.Repeat("(", 100_000),
		"conditions":    "a;os_name=='a'" + strings.Repeat(" or os_name=='a'", 50_000),
		"nots":          "a;" + strings.Repeat("not ", n/4),
		"backslashes":   `a;os_name=='` + strings.Repeat(`\\`, n/2) + "'",
		"quotes":        "a;os_name==" + strings.Repeat("'", n),
		"long word":     "a;" + strings.Repeat("p", n) + "=='a'",
		"url":           "a@" + strings.Repeat("x;", n/2),
		"not UTF-8":     "a;os_name=='" + strings.Repeat("\xff", n) + "'",
	} {
		t.Run(name, func(t *testing.T) {
			r, err := ParseRequirement(text)
			checkSyntaxError(t, text, err)
			if err == nil {
				checkStable(t, r)
			}
			_, err = ParseMarker(strings.TrimPrefix(text, "a;"))
			checkSyntaxError(t, strings.TrimPrefix(text, "a;"), err)
			for _, parse := range []func(string) error{wheelError, sdistError, environmentError} {
				checkSyntaxError(t, text, parse(text))
			}
			NormalizeName(text)
		})
	}
}

func TestNestingIsBoundedAndGenerous(t *testing.T) {
	nested := func(depth int) string {
		return strings.Repeat("(", depth) + "os_name == 'a'" + strings.Repeat(")", depth)
	}
	if m, err := ParseMarker(nested(maxDepth)); err != nil || m.String() != `os_name == "a"` {
		t.Error(m, err)
	}
	var syntax *constraints.SyntaxError
	if _, err := ParseMarker(nested(maxDepth + 1)); !errors.As(err, &syntax) || syntax.Offset != maxDepth {
		t.Error(err)
	}
}

func wheelError(text string) error       { _, err := ParseWheelFilename(text); return err }
func sdistError(text string) error       { _, err := ParseSdistFilename(text); return err }
func environmentError(text string) error { _, err := ParseEnvironment(text); return err }
