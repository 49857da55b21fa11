package constraints

// Environment is one row of the matrix that constraints are judged for: the
// values of the marker variables, the version of the runtime (the Python
// interpreter, Node, ...) and the binary formats that it can install. It is
// immutable.
type Environment struct {
	name    string
	runtime Version
	vars    map[string]Value
	tags    []string
	rank    map[string]int
}

// Value is the value of a marker variable. Version is that text as a version,
// or zero where the text is none.
type Value struct {
	Text    string
	Version Version
}

// NewEnvironment returns the environment with the given marker variables and
// compatible tags, the preferred first. It takes ownership of vars and tags.
func NewEnvironment(name string, runtime Version, vars map[string]Value, tags []string) *Environment {
	rank := make(map[string]int, len(tags))
	for i, tag := range tags {
		if _, ok := rank[tag]; !ok {
			rank[tag] = i
		}
	}
	return &Environment{name: name, runtime: runtime, vars: vars, tags: tags, rank: rank}
}

// Name returns the name that the environment goes by in reports.
func (e *Environment) Name() string { return e.name }

// Runtime returns the version of the language runtime, which ranges such as
// Requires-Python are judged against.
func (e *Environment) Runtime() Version { return e.runtime }

// Var returns the value of a marker variable; false when there is none of that
// name.
func (e *Environment) Var(name string) (Value, bool) {
	v, ok := e.vars[name]
	return v, ok
}

// Tags returns the compatible tags, the preferred first. The caller must not
// change the slice.
func (e *Environment) Tags() []string { return e.tags }

// TagRank returns the place of tag in the order of preference, 0 first; false
// when the environment cannot install files with that tag.
func (e *Environment) TagRank(tag string) (int, bool) {
	i, ok := e.rank[tag]
	return i, ok
}
