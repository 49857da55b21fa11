package pinfile

import (
	"fmt"
	"slices"
	"strings"

	"sluice/constraints"
)

// Option is one option of a line, by its long name ("--index-url" for -i) and
// with its value, unquoted; options that take none have "".
type Option struct {
	Name  string
	Value string
}

// An optionRule describes an option that pip takes in a file. Several spellings
// of one option have one name.
type optionRule struct {
	spelling string
	name     string
	bare     bool // takes no value
}

// optionRules is the union of what pip 23.2 and pip 26.3 take.
var optionRules = []optionRule{
	{"--all-releases", "--all-releases", false},
	{"--config-setting", "--config-settings", false},
	{"--config-settings", "--config-settings", false},
	{"--constraint", "--constraint", false},
	{"--editable", "--editable", false},
	{"--extra-index-url", "--extra-index-url", false},
	{"--find-links", "--find-links", false},
	{"--global-option", "--global-option", false},
	{"--hash", "--hash", false},
	{"--index-url", "--index-url", false},
	{"--no-binary", "--no-binary", false},
	{"--no-index", "--no-index", true},
	{"--no-require-hashes", "--no-require-hashes", true},
	{"--only-binary", "--only-binary", false},
	{"--only-final", "--only-final", false},
	{"--pre", "--pre", true},
	{"--prefer-binary", "--prefer-binary", true},
	{"--pypi-url", "--index-url", false},
	{"--require-hashes", "--require-hashes", true},
	{"--requirement", "--requirement", false},
	{"--trusted-host", "--trusted-host", false},
	{"--use-feature", "--use-feature", false},
	{"-C", "--config-settings", false},
	{"-c", "--constraint", false},
	{"-e", "--editable", false},
	{"-f", "--find-links", false},
	{"-i", "--index-url", false},
	{"-r", "--requirement", false},
}

// A complaint is a fault whose place the caller knows.
type complaint struct{ msg, hint string }

func (c *complaint) Error() string { return c.msg }

func (c *complaint) at(place constraints.Place) constraints.Problem {
	return constraints.Problem{Place: place, Msg: c.msg, Hint: c.hint}
}

// parseOptions reads words as pip does with optparse: long options may be
// shortened, short ones have their value attached or after them, and what is no
// option is ignored.
func parseOptions(words []string) (options []Option, ignored []string, err *complaint) {
	for len(words) > 0 {
		word := words[0]
		words = words[1:]
		var more []Option
		switch {
		case word == "--":
			return options, append(ignored, words...), nil
		case strings.HasPrefix(word, "--"):
			more, words, err = longOption(word, words)
		case strings.HasPrefix(word, "-") && len(word) > 1:
			more, words, err = shortOption(word, words)
		default:
			ignored = append(ignored, word)
		}
		if err != nil {
			return options, ignored, err
		}
		options = append(options, more...)
	}
	return options, ignored, nil
}

func longOption(word string, words []string) ([]Option, []string, *complaint) {
	spelling, value, attached := strings.Cut(word, "=")
	rule, err := matchLong(spelling)
	switch {
	case err != nil:
		return nil, words, err
	case rule.bare && attached:
		return nil, words, &complaint{fmt.Sprintf("option %s takes no value", rule.spelling), "write " + rule.spelling}
	case rule.bare:
		return []Option{{Name: rule.name}}, words, nil
	case !attached && len(words) == 0:
		return nil, words, missingValue(rule)
	case !attached:
		value, words = words[0], words[1:]
	}
	return checkValue(Option{rule.name, value}, words)
}

// shortOption reads a word such as -r or -rFILE. Every short option takes a value,
// so one is all that a word can hold.
func shortOption(word string, words []string) ([]Option, []string, *complaint) {
	at := slices.IndexFunc(optionRules, func(r optionRule) bool { return r.spelling == word[:2] })
	if at < 0 {
		return nil, words, unknownOption(word)
	}
	value := word[2:]
	if value == "" && len(words) == 0 {
		return nil, words, missingValue(optionRules[at])
	}
	if value == "" {
		value, words = words[0], words[1:]
	}
	return checkValue(Option{optionRules[at].name, value}, words)
}

// matchLong finds the rule for a long option, which may be shortened as long as
// only one option begins so.
func matchLong(spelling string) (optionRule, *complaint) {
	var found []optionRule
	for _, r := range optionRules {
		if r.spelling == spelling {
			return r, nil
		}
		if strings.HasPrefix(r.spelling, spelling) {
			found = append(found, r)
		}
	}
	switch {
	case len(found) == 0:
		return optionRule{}, unknownOption(spelling)
	case slices.ContainsFunc(found, func(r optionRule) bool { return r.name != found[0].name }):
		names := make([]string, len(found))
		for i, r := range found {
			names[i] = r.spelling
		}
		return optionRule{}, &complaint{"option " + short(spelling) + " is ambiguous", "one of " + strings.Join(names, ", ")}
	}
	return found[0], nil
}

func unknownOption(spelling string) *complaint {
	return &complaint{"unknown option " + short(spelling), "a file takes only some of pip's options, among them -r, -c, -e, --hash and --index-url"}
}

func missingValue(r optionRule) *complaint {
	return &complaint{"option " + r.spelling + " needs a value", ""}
}

// checkValue refuses the values that pip refuses while it reads the line.
func checkValue(o Option, words []string) ([]Option, []string, *complaint) {
	switch o.Name {
	case "--hash":
		algorithm, _, ok := strings.Cut(o.Value, ":")
		if !ok || !slices.Contains([]string{"sha256", "sha384", "sha512"}, algorithm) {
			return nil, words, &complaint{"not a hash that pip takes: " + short(o.Value), "write --hash=sha256:DIGEST, or sha384 or sha512"}
		}
	case "--config-settings":
		if !strings.Contains(o.Value, "=") {
			return nil, words, &complaint{"not a setting: " + short(o.Value), "write --config-settings KEY=VALUE"}
		}
	case "--no-binary", "--only-binary":
		if strings.HasPrefix(o.Value, "-") {
			return nil, words, &complaint{"option " + o.Name + " needs names of packages, not " + short(o.Value), "write :all:, :none: or names with commas between them"}
		}
	}
	return []Option{o}, words, nil
}
