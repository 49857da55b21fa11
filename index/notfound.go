package index

import (
	"errors"
	"fmt"

	"sluice/constraints"
)

// ErrNotFound is what every NotFoundError is: there is no package of that name.
var ErrNotFound = errors.New("no such package")

// NotFoundError says that a source has no package of that name. It is the answer
// "none", not the lack of one.
type NotFoundError struct {
	Name  constraints.Name
	known func() []constraints.Name
}

// NotFound returns the error for a name that a source does not have.
func NotFound(name constraints.Name) *NotFoundError { return &NotFoundError{Name: name} }

// Error names the package.
func (e *NotFoundError) Error() string { return fmt.Sprintf("no package named %s", e.Name) }

// Is reports whether target is ErrNotFound.
func (e *NotFoundError) Is(target error) bool { return target == ErrNotFound }

// Suggestions returns up to three names that are there and nearly the same, the
// nearest first. It looks at all names, so it is for messages to people.
func (e *NotFoundError) Suggestions() []constraints.Name {
	if e.known == nil {
		return nil
	}
	return constraints.NearestFew(e.Name, e.known(), 3)
}
