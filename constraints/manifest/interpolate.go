package manifest

import (
	"errors"
	"fmt"
	"strings"

	"sluice/constraints"
	"sluice/constraints/configparser"
)

// The bounds on %(KEY)s. Python allows the same depth and has no other bound.
const (
	maxInterpolationDepth = 10
	maxInterpolation      = 1 << 20 // bytes that a file's values may grow to, about
)

// lines returns the lines of an option's value with %(KEY)s replaced and %% undone
// (configparser.BasicInterpolation), which setuptools and pbr both do. A line that
// Python would refuse is reported and left out.
func (f *cfgFile) lines(section string, option *configparser.Option) []configparser.Line {
	if !interpolated(option) {
		return option.Lines
	}
	var lines []configparser.Line
	for _, line := range option.Lines {
		var out strings.Builder
		if err := f.expand(section, line.Text, 1, &out); err != nil {
			report(&f.problems, constraints.Problem{Place: line.Place, Msg: err.Error(), Hint: "write %% for a percent sign"})
			continue
		}
		for part := range strings.SplitSeq(out.String(), "\n") {
			lines = append(lines, configparser.Line{Text: strings.TrimFunc(part, configparser.IsSpace), Place: line.Place})
		}
	}
	return lines
}

// interpolated reports whether the value holds a percent sign.
func interpolated(o *configparser.Option) bool {
	for _, line := range o.Lines {
		if strings.IndexByte(line.Text, '%') >= 0 {
			return true
		}
	}
	return false
}

// expand writes text with its references replaced. The budget bounds values that
// refer to one another many times over.
func (f *cfgFile) expand(section, text string, depth int, out *strings.Builder) error {
	if depth > maxInterpolationDepth {
		return fmt.Errorf("references nested deeper than %d", maxInterpolationDepth)
	}
	for {
		before, rest, found := strings.Cut(text, "%")
		if f.budget -= 1 + len(before); f.budget < 0 {
			return errors.New("references make the values of the file too long")
		}
		out.WriteString(before)
		if !found {
			return nil
		}
		if after, escaped := strings.CutPrefix(rest, "%"); escaped {
			out.WriteByte('%')
			text = after
			continue
		}
		key, after, ok := cutReference(rest)
		if !ok {
			return errors.New(`a "%" that begins no %(KEY)s`)
		}
		option := f.Get(section, key)
		if option == nil {
			return fmt.Errorf("%%(%s)s refers to a key that is not there", constraints.Shorten(key, 40))
		}
		if err := f.expand(section, option.Value(), depth+1, out); err != nil {
			return err
		}
		text = after
	}
}

// cutReference splits "(KEY)sREST", what follows the "%" of a reference.
func cutReference(text string) (key, rest string, ok bool) {
	text, open := strings.CutPrefix(text, "(")
	key, rest, closed := strings.Cut(text, ")")
	rest, s := strings.CutPrefix(rest, "s")
	return key, rest, open && closed && s && key != ""
}
