package pep508

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"pgregory.net/rapid"

	"sluice/constraints"
)

// condition is a marker as the tests make it: a tree that is judged by going
// through it naively, and that can be written in many ways.
type condition struct {
	word  string // "and", "or", or "" for a comparison
	parts []condition

	variable, op, value string
	reversed            bool
}

// world is what a condition is judged in.
type world struct {
	minor, patch int // of Python 3
	platform     string
	extra        string
	groups       []string
}

func drawWorld(t *rapid.T) world {
	return world{
		minor:    rapid.IntRange(6, 14).Draw(t, "minor"),
		patch:    rapid.IntRange(0, 12).Draw(t, "patch"),
		platform: rapid.SampledFrom([]string{"linux", "darwin", "win32"}).Draw(t, "platform"),
		extra:    rapid.SampledFrom([]string{"", "test", "my-extra"}).Draw(t, "extra"),
		groups:   rapid.SliceOfN(rapid.SampledFrom([]string{"docs", "lint", "a-b"}), 0, 2).Draw(t, "groups"),
	}
}

func (w world) environment(t *rapid.T) *constraints.Environment {
	env, err := NewEnvironment(EnvironmentSpec{
		Python: fmt.Sprintf("3.%d.%d", w.minor, w.patch),
		Overrides: map[string]string{
			"sys_platform":      w.platform,
			"dependency_groups": strings.Join(w.groups, ","),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return env
}

// holds judges a condition. It knows Python versions as pairs of small numbers
// and nothing of PEP 440.
func (w world) holds(c condition) bool {
	switch c.word {
	case "and":
		return !slices.ContainsFunc(c.parts, func(p condition) bool { return !w.holds(p) })
	case "or":
		return slices.ContainsFunc(c.parts, w.holds)
	}
	switch c.variable {
	case "python_version":
		return w.ordered(w.minor*1000, c)
	case "python_full_version":
		return w.ordered(w.minor*1000+w.patch, c)
	case "dependency_groups":
		return slices.Contains(w.groups, normalSpelling(c.value)) == (c.op == "in")
	case "extra":
		return textual(w.extra, c.op, normalSpelling(c.value), c.reversed)
	}
	return textual(w.platform, c.op, c.value, c.reversed)
}

func (w world) ordered(have int, c condition) bool {
	parts := strings.Split(c.value, ".")
	minor, _ := strconv.Atoi(parts[1])
	want := minor * 1000
	if len(parts) > 2 {
		patch, _ := strconv.Atoi(parts[2])
		want += patch
	}
	if c.reversed {
		have, want = want, have
	}
	return map[string]bool{
		"==": have == want, "!=": have != want, "<": have < want,
		"<=": have <= want, ">": have > want, ">=": have >= want,
	}[c.op]
}

func textual(have, op, want string, reversed bool) bool {
	if reversed {
		have, want = want, have
	}
	return map[string]bool{
		"==": have == want, "!=": have != want, "<=": have == want, ">=": have == want,
		"in": strings.Contains(want, have), "not in": !strings.Contains(want, have),
	}[op]
}

func normalSpelling(name string) string {
	return map[string]string{"My_Extra": "my-extra", "TEST": "test", "A.B": "a-b"}[name] +
		map[bool]string{true: name}[name == strings.ToLower(name) && !strings.ContainsAny(name, "_.")]
}

func drawCondition(t *rapid.T, depth int) condition {
	if depth == 0 || rapid.IntRange(0, 2).Draw(t, "leaf") == 0 {
		return drawComparison(t)
	}
	c := condition{word: rapid.SampledFrom([]string{"and", "or"}).Draw(t, "word")}
	for range rapid.IntRange(2, 4).Draw(t, "parts") {
		c.parts = append(c.parts, drawCondition(t, depth-1))
	}
	return c
}

func drawComparison(t *rapid.T) condition {
	draw := func(from ...string) string { return rapid.SampledFrom(from).Draw(t, "choice") }
	order := []string{"==", "!=", "<", "<=", ">", ">="}
	c := condition{reversed: rapid.Bool().Draw(t, "reversed")}
	c.variable = draw("python_version", "python_full_version", "sys_platform", "extra", "dependency_groups")
	switch c.variable {
	case "python_version":
		c.op, c.value = draw(order...), fmt.Sprintf("3.%d", rapid.IntRange(6, 14).Draw(t, "value"))
	case "python_full_version":
		c.op = draw(order...)
		c.value = fmt.Sprintf("3.%d.%d", rapid.IntRange(6, 14).Draw(t, "value"), rapid.IntRange(0, 12).Draw(t, "patch"))
	case "sys_platform":
		c.op, c.value = draw(append(order, "in", "not in")...), draw("linux", "linux2", "darwin win32", "win", "")
	case "extra":
		c.op, c.value = draw("==", "!=", "in", "not in"), draw("test", "TEST", "My_Extra", "my-extra", "other")
	default:
		c.op, c.value, c.reversed = draw("in", "not in"), draw("docs", "A.B", "lint", "none"), true
	}
	return c
}

// writer writes conditions with the liberties that the grammar leaves.
type writer struct{ t *rapid.T }

func (w writer) blank() string {
	return rapid.SampledFrom([]string{"", " ", "\t", "  "}).Draw(w.t, "blank")
}

func (w writer) quoted(value string) string {
	mark := rapid.SampledFrom([]string{"'", `"`}).Draw(w.t, "quote")
	return mark + value + mark
}

func (w writer) comparison(c condition) string {
	left, right := w.variable(c.variable), w.quoted(c.value)
	if c.reversed {
		left, right = right, left
	}
	if c.op == "in" || c.op == "not in" {
		return left + " " + w.blank() + c.op + " " + w.blank() + right
	}
	return left + w.blank() + c.op + w.blank() + right
}

func (w writer) variable(name string) string {
	if name == "sys_platform" && rapid.Bool().Draw(w.t, "old") {
		return "sys.platform"
	}
	return name
}

func (w writer) condition(c condition) string {
	if c.word == "" {
		return w.comparison(c)
	}
	var parts []string
	for _, part := range c.parts {
		text := w.condition(part)
		if c.word == "and" && part.word == "or" || rapid.IntRange(0, 3).Draw(w.t, "group") == 0 {
			text = "(" + w.blank() + text + w.blank() + ")"
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, " "+c.word+" "+w.blank())
}

// drawRequirement makes a requirement line.
func drawRequirement(t *rapid.T) string {
	w := writer{t}
	draw := func(from ...string) string { return rapid.SampledFrom(from).Draw(t, "choice") }
	var b strings.Builder
	b.WriteString(w.blank() + rapid.StringMatching(`[A-Za-z0-9]([A-Za-z0-9._-]{0,8}[A-Za-z0-9])?`).Draw(t, "name") + w.blank())
	if rapid.Bool().Draw(t, "extras") {
		extras := rapid.SliceOfN(rapid.StringMatching(`[a-zA-Z0-9]([._-]?[a-z0-9]){0,3}`), 0, 4).Draw(t, "names")
		b.WriteString("[" + w.blank() + strings.Join(extras, w.blank()+","+w.blank()) + w.blank() + "]")
	}
	end := w.blank()
	if rapid.IntRange(0, 4).Draw(t, "url") == 0 {
		b.WriteString(w.blank() + "@" + w.blank() + draw("https://example.com/a.zip", "git+ssh://git@example.com/b;c@v1#egg=d", "file:///x%20y"))
		end = " "
	} else {
		b.WriteString(w.blank() + drawSpecifiers(t))
	}
	if rapid.Bool().Draw(t, "marker") {
		b.WriteString(end + ";" + w.blank() + w.condition(drawCondition(t, 2)))
	}
	b.WriteString(w.blank())
	return b.String()
}

func drawSpecifiers(t *rapid.T) string {
	w := writer{t}
	one := rapid.Custom(func(t *rapid.T) string {
		op := rapid.SampledFrom([]string{"==", "!=", "<", "<=", ">", ">=", "~=", "==="}).Draw(t, "op")
		version := rapid.StringMatching(`[1-9]{1,2}(\.[0-9]){1,3}`).Draw(t, "version")
		if op == "==" || op == "!=" {
			version += rapid.SampledFrom([]string{"", ".*", "rc1", ".post2", "+local.1"}).Draw(t, "suffix")
		}
		return op + w.blank() + version
	})
	list := strings.Join(rapid.SliceOfN(one, 0, 3).Draw(t, "specifiers"), w.blank()+","+w.blank())
	if rapid.Bool().Draw(t, "parentheses") {
		list = "(" + w.blank() + list + w.blank() + ")"
	}
	return list
}
