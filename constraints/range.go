package constraints

// Range is a set of versions, written in an ecosystem's own syntax.
//
// Contains speaks of the set alone. Whether a pre-release should be chosen where
// a final release would do is a preference of the one who chooses, not part of
// the set; MentionsPrerelease tells them that the author of the range named a
// pre-release and so asked for them.
type Range interface {
	Contains(v Version) bool
	MentionsPrerelease() bool
	String() string // the ecosystem's canonical text; "" for every version
}

// Exactly returns the range that holds one version only.
func Exactly(v Version) Range { return exactly{v} }

type exactly struct{ version Version }

func (e exactly) Contains(v Version) bool  { return e.version.Equal(v) }
func (e exactly) MentionsPrerelease() bool { return e.version.IsPrerelease() }
func (e exactly) String() string           { return "==" + e.version.String() }

// Exact returns the spelling of the version that the range holds, and true.
func (e exactly) Exact() (string, bool) { return e.version.String(), true }

// AtLeast returns the range that holds a version and all that follow it.
func AtLeast(v Version) Range { return atLeast{v} }

type atLeast struct{ version Version }

func (a atLeast) Contains(v Version) bool  { return v.Compare(a.version) >= 0 }
func (a atLeast) MentionsPrerelease() bool { return a.version.IsPrerelease() }
func (a atLeast) String() string           { return ">=" + a.version.String() }

// Above returns the range that holds all that follow a version.
func Above(v Version) Range { return above{v} }

type above struct{ version Version }

func (a above) Contains(v Version) bool  { return v.Compare(a.version) > 0 }
func (a above) MentionsPrerelease() bool { return a.version.IsPrerelease() }
func (a above) String() string           { return ">" + a.version.String() }

// Outside returns the range that holds what another does not.
func Outside(r Range) Range { return outside{r} }

type outside struct{ within Range }

func (o outside) Contains(v Version) bool  { return !o.within.Contains(v) }
func (o outside) MentionsPrerelease() bool { return o.within.MentionsPrerelease() }
func (o outside) String() string           { return "outside " + o.within.String() }

// Except returns what a range holds but for one version.
func Except(r Range, v Version) Range { return except{r, v} }

type except struct {
	Range
	version Version
}

func (e except) Contains(v Version) bool { return e.Range.Contains(v) && !e.version.Equal(v) }
func (e except) String() string          { return e.Range.String() + " but for " + e.version.String() }

// Everything returns the range that holds every version.
func Everything() Range { return everything{} }

type everything struct{}

func (everything) Contains(Version) bool    { return true }
func (everything) MentionsPrerelease() bool { return false }
func (everything) String() string           { return "" }

// Unreadable returns the range of a requirement whose text is no valid range. It
// holds no version: nobody can say that one meets it.
func Unreadable(text string) Range { return unreadable(text) }

type unreadable string

func (unreadable) Contains(Version) bool    { return false }
func (unreadable) MentionsPrerelease() bool { return false }
func (u unreadable) String() string         { return string(u) }

// IsUnreadable reports whether r was made by Unreadable: what it means is not known,
// and neither is whether a version meets it.
func IsUnreadable(r Range) bool {
	_, is := r.(unreadable)
	return is
}
