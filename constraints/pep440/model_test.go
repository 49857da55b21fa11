package pep440

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"pgregory.net/rapid"
)

// This file says slowly, and without keys or intervals, what the PEP says: how
// versions are ordered and which versions each operator admits. The laws in
// laws_test.go hold the package to it. A number is -1 where it is absent.

type model struct {
	epoch   int
	release []int
	phase   string // "", "a", "b", "rc"
	pre     int
	post    int
	dev     int
	local   []string
}

func (m model) isPrerelease() bool { return m.phase != "" || m.dev >= 0 }

func (m model) String() string {
	var b strings.Builder
	if m.epoch > 0 {
		b.WriteString(strconv.Itoa(m.epoch) + "!")
	}
	b.WriteString(m.releaseText())
	if m.phase != "" {
		b.WriteString(m.phase + strconv.Itoa(m.pre))
	}
	if m.post >= 0 {
		b.WriteString(".post" + strconv.Itoa(m.post))
	}
	if m.dev >= 0 {
		b.WriteString(".dev" + strconv.Itoa(m.dev))
	}
	if len(m.local) > 0 {
		b.WriteString("+" + strings.Join(m.local, "."))
	}
	return b.String()
}

func (m model) releaseText() string {
	var numbers []string
	for _, n := range m.release {
		numbers = append(numbers, strconv.Itoa(n))
	}
	return strings.Join(numbers, ".")
}

// public returns m without its local version.
func (m model) public() model {
	m.local = nil
	return m
}

// number returns number i of the release, padded with zeros.
func (m model) number(i int) int {
	if i < len(m.release) {
		return m.release[i]
	}
	return 0
}

// compare is the section "Summary of permitted suffixes and relative ordering".
func (m model) compare(o model) int {
	if c := cmp.Compare(m.epoch, o.epoch); c != 0 {
		return c
	}
	for i := range max(len(m.release), len(o.release)) {
		if c := cmp.Compare(m.number(i), o.number(i)); c != 0 {
			return c
		}
	}
	return cmp.Or(
		cmp.Compare(m.phaseRank(), o.phaseRank()),
		cmp.Compare(m.pre, o.pre),
		cmp.Compare(m.post, o.post),
		compareDev(m.dev, o.dev),
		slices.CompareFunc(m.local, o.local, compareSegments),
	)
}

// phaseRank orders .devN, aN, bN, rcN, and what is neither.
func (m model) phaseRank() int {
	if m.phase == "" && m.post < 0 && m.dev >= 0 {
		return 0
	}
	return map[string]int{"a": 1, "b": 2, "rc": 3, "": 4}[m.phase]
}

// compareDev puts development releases before what they lead to.
func compareDev(a, b int) int {
	if (a < 0) != (b < 0) {
		return cmp.Compare(b, a)
	}
	return cmp.Compare(a, b)
}

// compareSegments orders segments of local versions: words alphabetically, then
// numbers numerically.
func compareSegments(a, b string) int {
	x, errX := strconv.Atoi(a)
	y, errY := strconv.Atoi(b)
	switch {
	case errX == nil && errY == nil:
		return cmp.Compare(x, y)
	case errX == nil:
		return 1
	case errY == nil:
		return -1
	}
	return strings.Compare(a, b)
}

// rule is a specifier of the model.
type rule struct {
	op       string
	model    model
	wildcard bool
}

func (r rule) String() string {
	if r.wildcard {
		return r.op + r.model.String() + ".*"
	}
	return r.op + r.model.String()
}

// admits evaluates the section "Version specifiers", operator by operator.
func (r rule) admits(v model) bool {
	spec := r.model
	switch r.op {
	case "==":
		return r.matches(v)
	case "!=":
		return !r.matches(v)
	case "~=":
		n := len(spec.release) - 1
		return v.public().compare(spec) >= 0 && hasPrefix(v, spec.epoch, spec.release[:n])
	case "<=":
		return v.public().compare(spec) <= 0
	case ">=":
		return v.public().compare(spec) >= 0
	case "<":
		return v.compare(spec) < 0 && (spec.isPrerelease() || !leadsTo(v, spec))
	case ">":
		return v.public().compare(spec) > 0 && (spec.post >= 0 || !follows(v, spec))
	}
	return strings.EqualFold(v.String(), spec.String())
}

func (r rule) matches(v model) bool {
	if r.wildcard {
		return hasPrefix(v, r.model.epoch, r.model.release)
	}
	if len(r.model.local) == 0 {
		v = v.public()
	}
	return v.compare(r.model) == 0
}

func hasPrefix(v model, epoch int, prefix []int) bool {
	for i, n := range prefix {
		if v.number(i) != n {
			return false
		}
	}
	return v.epoch == epoch
}

// leadsTo reports whether v is a pre-release of spec, which is none: any
// pre-release of a final release, but of a post-release only what is in
// development, since a, b and rc come before the release that it follows.
func leadsTo(v, spec model) bool {
	isPrerelease := v.isPrerelease()
	if spec.post < 0 {
		v.phase, v.pre, v.post = "", -1, -1
	}
	v.dev, v.local = -1, nil
	return isPrerelease && v.compare(spec) == 0
}

// follows reports whether v is a post-release of spec, or leads to one.
func follows(v, spec model) bool {
	isPost := v.post >= 0
	v.post, v.dev, v.local = -1, -1, nil
	return isPost && v.compare(spec) == 0
}

var (
	genSmall    = rapid.IntRange(0, 2)
	genOptional = rapid.Map(rapid.IntRange(-2, 2), func(n int) int { return max(n, -1) })
	genLocal    = rapid.SliceOfN(rapid.SampledFrom([]string{"0", "1", "10", "a", "a1", "b", "ubuntu"}), 0, 3)
)

// genModel draws versions from so few numbers that many are close neighbours.
var genModel = rapid.Custom(func(t *rapid.T) model {
	m := model{
		epoch:   rapid.SampledFrom([]int{0, 0, 0, 0, 1, 3}).Draw(t, "epoch"),
		release: rapid.SliceOfN(rapid.SampledFrom([]int{0, 0, 1, 1, 2, 9, 10, 207, 208, 2024, 65536}), 1, 4).Draw(t, "release"),
		pre:     -1,
		post:    genOptional.Draw(t, "post"),
		dev:     genOptional.Draw(t, "dev"),
	}
	if m.phase = rapid.SampledFrom([]string{"", "", "a", "b", "rc"}).Draw(t, "phase"); m.phase != "" {
		m.pre = genSmall.Draw(t, "pre")
	}
	if rapid.IntRange(0, 3).Draw(t, "has local") == 0 {
		m.local = genLocal.Draw(t, "local")
	}
	return m
})

var genOp = rapid.SampledFrom([]string{"==", "!=", "<=", ">=", "<", ">", "~=", "==="})

var genRule = rapid.Custom(func(t *rapid.T) rule { return drawRule(t, genModel) })

// drawRule makes a specifier of a model version, without the parts that the
// operator does not allow.
func drawRule(t *rapid.T, models *rapid.Generator[model]) rule {
	r := rule{op: genOp.Draw(t, "op"), model: models.Draw(t, "version")}
	equality := r.op == "==" || r.op == "!="
	if r.op != "===" && !equality {
		r.model.local = nil
	}
	if r.op == "~=" && len(r.model.release) == 1 {
		r.model.release = append(r.model.release, 0)
	}
	if equality && rapid.IntRange(0, 2).Draw(t, "wildcard") == 0 {
		r.wildcard = true
		r.model = model{epoch: r.model.epoch, release: r.model.release, pre: -1, post: -1, dev: -1}
	}
	return r
}

// drawSpelling writes m in one of the spellings that mean the same.
func drawSpelling(t *rapid.T, m model) string {
	one := func(label string, of ...string) string { return rapid.SampledFrom(of).Draw(t, label) }
	number := func(n int) string {
		text := one("zeros", "", "", "0", "00") + strconv.Itoa(n)
		if n == 0 {
			return one("implicit", text, "")
		}
		return one("before number", "", "", ".", "-", "_") + text
	}
	sep := func() string { return one("separator", "", ".", "-", "_") }
	text := one("v", "", "", "v", "V")
	if m.epoch > 0 || one("epoch", "", "!") == "!" {
		text += "0" + strconv.Itoa(m.epoch) + "!"
	}
	text += one("zero", "", "0") + m.releaseText()
	switch m.phase {
	case "a":
		text += sep() + one("a", "a", "alpha", "A", "Alpha") + number(m.pre)
	case "b":
		text += sep() + one("b", "b", "beta", "BETA") + number(m.pre)
	case "rc":
		text += sep() + one("rc", "rc", "c", "pre", "preview", "RC") + number(m.pre)
	}
	if m.post >= 0 {
		long := sep() + one("word", "post", "r", "rev", "POST") + number(m.post)
		short := "-" + strconv.Itoa(m.post)
		if !isDigit(text[len(text)-1]) {
			short = long // it would be the number of the pre-release
		}
		text += one("post", short, long)
	}
	if m.dev >= 0 {
		text += sep() + one("dev", "dev", "DEV") + number(m.dev)
	}
	if len(m.local) > 0 {
		text += "+" + strings.Join(m.local, one("local", ".", "-", "_"))
	}
	return one("before", "", " ", "\n") + text + one("after", "", "\t", "\u2003")
}
