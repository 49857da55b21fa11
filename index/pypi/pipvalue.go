package pypi

import (
	"strings"

	"sluice/constraints/configparser"
)

// pipValue is a setting of pip, as it is written in one place.
type pipValue struct {
	configparser.Option
	label string // the section and key, "" in the environment
	rank  rank
}

// words returns the parts of a value that are apart by blanks.
func (v pipValue) words() []configparser.Line {
	var words []configparser.Line
	for _, line := range v.Lines {
		at := 0
		for word := range strings.FieldsFuncSeq(line.Text, configparser.IsSpace) {
			at += strings.Index(line.Text[at:], word)
			words = append(words, configparser.Line{Text: word, Place: line.At(at)})
			at += len(word)
		}
	}
	return words
}
