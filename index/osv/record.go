package osv

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"sluice/constraints"
	"sluice/constraints/pep440"
	"sluice/constraints/pep508"
)

// Record is what one record says of Python packages. It is immutable.
type Record struct {
	ID        string
	Aliases   []string // identifiers of the same vulnerability in other databases, sorted
	Summary   string   // one line, shortened; "" for none
	Modified  time.Time
	Withdrawn bool
	Affected  []Affected // each package once
}

// Affected is which versions of a package a record is about.
type Affected struct {
	Name constraints.Name

	// Unread are the parts that cannot be judged, each with the reason: of a version that
	// no other part contains nobody can tell.
	Unread []string

	versions  []constraints.Version
	timelines []timeline
}

// ParseRecord reads a record (OSV schema 1.x). Packages of other ecosystems are left out,
// and those that wanted does not report. The error says why the record as a whole cannot
// be read.
func ParseRecord(data []byte, wanted func(constraints.Name) bool) (*Record, error) {
	var doc recordJSON
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, errors.New("it is no record of OSV: " + jsonFault(err))
	}
	switch {
	case doc.ID == "":
		return nil, errors.New("it has no id")
	case len(doc.ID) > maxName:
		return nil, fmt.Errorf("its id has more than %d bytes", maxName)
	case slices.ContainsFunc(doc.Aliases, func(id string) bool { return len(id) > maxName }):
		return nil, fmt.Errorf("an alias has more than %d bytes", maxName)
	}
	r := &Record{ID: doc.ID, Withdrawn: doc.Withdrawn != ""}
	r.Summary = constraints.Shorten(strings.Join(strings.Fields(doc.Summary), " "), maxSummary)
	r.Aliases = slices.Compact(slices.Sorted(slices.Values(doc.Aliases)))
	var err error
	if r.Modified, err = time.Parse(time.RFC3339, doc.Modified); err != nil {
		return nil, fmt.Errorf("modified: %q is no time", constraints.Shorten(doc.Modified, 40))
	}
	if r.Withdrawn {
		if _, err := time.Parse(time.RFC3339, doc.Withdrawn); err != nil {
			return nil, fmt.Errorf("withdrawn: %q is no time", constraints.Shorten(doc.Withdrawn, 40))
		}
	}
	for _, a := range doc.Affected {
		if ecosystem, _, _ := strings.Cut(a.Package.Ecosystem, ":"); ecosystem != "PyPI" {
			continue
		}
		if !pep508.ValidName(a.Package.Name) {
			return nil, fmt.Errorf("%q is not the name of a package", constraints.Shorten(a.Package.Name, 80))
		}
		if name := pep508.NormalizeName(a.Package.Name); wanted(name) {
			r.affected(name).add(&a)
		}
	}
	return r, nil
}

// affected returns what the record says of a package so far: several items may be of one,
// such as one for each range.
func (r *Record) affected(name constraints.Name) *Affected {
	if a := r.Of(name); a != nil {
		return a
	}
	r.Affected = append(r.Affected, Affected{Name: name})
	return &r.Affected[len(r.Affected)-1]
}

// Of returns what the record says of a package, nil for nothing.
func (r *Record) Of(name constraints.Name) *Affected {
	i := slices.IndexFunc(r.Affected, func(a Affected) bool { return a.Name == name })
	if i < 0 {
		return nil
	}
	return &r.Affected[i]
}

// recordJSON is what is read of a record, as it is written.
type recordJSON struct {
	ID        string         `json:"id"`
	Modified  string         `json:"modified"`
	Withdrawn string         `json:"withdrawn"`
	Aliases   []string       `json:"aliases"`
	Summary   string         `json:"summary"`
	Affected  []affectedJSON `json:"affected"`
}

type affectedJSON struct {
	Package struct {
		Ecosystem string `json:"ecosystem"`
		Name      string `json:"name"`
	} `json:"package"`
	Versions []string    `json:"versions"`
	Ranges   []rangeJSON `json:"ranges"`
}

type rangeJSON struct {
	Type   string      `json:"type"`
	Events []eventJSON `json:"events"`
}

// jsonFault says in the words of JSON why a document cannot be decoded.
func jsonFault(err error) string {
	var kind *json.UnmarshalTypeError
	switch {
	case !errors.As(err, &kind):
		return err.Error()
	case kind.Field == "":
		return "it is a JSON " + kind.Value
	}
	return fmt.Sprintf("%q cannot be a JSON %s", kind.Field, kind.Value)
}

// add adds what an item says.
func (a *Affected) add(doc *affectedJSON) {
	for _, text := range doc.Versions {
		// What is no version (PEP 440) is affected under that very text.
		a.versions = append(a.versions, pep440.Literal(strings.TrimSpace(text)))
	}
	for _, r := range doc.Ranges {
		switch r.Type {
		case "GIT": // of commits, which no index knows
			continue
		case "ECOSYSTEM", "SEMVER":
		default:
			a.Unread = append(a.Unread, fmt.Sprintf("a range of the unknown type %q", constraints.Shorten(r.Type, 40)))
			continue
		}
		t, err := readTimeline(r.Events)
		if err != nil {
			a.Unread = append(a.Unread, "a range: "+err.Error())
			continue
		}
		a.timelines = append(a.timelines, t)
	}
}

// Contains reports whether the record affects a version (OSV schema, "Evaluation"). A
// local version (PEP 440) is also affected where the version that it was made from is.
func (a *Affected) Contains(v constraints.Version) bool {
	if a.holds(v) {
		return true
	}
	if !strings.Contains(v.String(), "+") {
		return false
	}
	public, err := pep440.Parse(pep440.FieldsOf(v).Public().String())
	return err == nil && a.holds(public)
}

func (a *Affected) holds(v constraints.Version) bool {
	return slices.ContainsFunc(a.versions, v.Equal) ||
		slices.ContainsFunc(a.timelines, func(t timeline) bool { return t.contains(v) })
}

// FixedAbove returns the lowest version above v that the record calls fixed and that it
// does not affect, zero for none.
func (a *Affected) FixedAbove(v constraints.Version) (fixed constraints.Version) {
	for _, t := range a.timelines {
		for _, e := range t.events {
			if e.kind == isFixed && e.at.Compare(v) > 0 && (fixed.IsZero() || e.at.Compare(fixed) < 0) && !a.Contains(e.at) {
				fixed = e.at
			}
		}
	}
	return fixed
}
