package configparser

import "slices"

// Default is the section whose options every other section has too
// (configparser.DEFAULTSECT). It is not among the Sections.
const Default = "DEFAULT"

// File is what a file says.
type File struct {
	Sections []string // in the order of their first headers
	Faults   []Fault  // in the order of the file; configparser refuses a file with any

	contents map[string]*section // of Sections and Default
}

// section is what stands under the headers of one name.
type section struct {
	name    string
	options []*Option // in the order of their first lines
	byKey   map[string]*Option
}

func newSection(name string) *section {
	return &section{name: name, byKey: make(map[string]*Option)}
}

// Get returns the option of a section, or of Default if the section, which must
// exist, has none; nil if there is none.
func (f *File) Get(name, key string) *Option {
	s, ok := f.contents[name]
	if !ok {
		return nil
	}
	if own := s.byKey[key]; own != nil {
		return own
	}
	return f.contents[Default].byKey[key]
}

// Options returns the options of a section, those of Default that it does not have
// itself after its own: in the order of RawConfigParser.options.
func (f *File) Options(name string) []*Option {
	s, ok := f.contents[name]
	if !ok {
		return nil
	}
	options := slices.Clone(s.options)
	for _, o := range f.contents[Default].options {
		if s.byKey[o.Key] == nil {
			options = append(options, o)
		}
	}
	return options
}

// Items returns the same as Options, but what Default has too comes first: in the
// order of RawConfigParser.items.
func (f *File) Items(name string) []*Option {
	s, ok := f.contents[name]
	if !ok {
		return nil
	}
	var items []*Option
	defaults := f.contents[Default]
	for _, o := range defaults.options {
		items = append(items, f.Get(name, o.Key))
	}
	for _, o := range s.options {
		if defaults.byKey[o.Key] == nil {
			items = append(items, o)
		}
	}
	return items
}
