package main

import (
	"fmt"

	"sluice/constraints"
)

// note is something that a person may have overlooked. It goes to stderr, and into
// an answer as JSON.
type note struct {
	Place   *constraints.Place `json:"place,omitempty"`
	Message string             `json:"message"`
	Hint    string             `json:"hint,omitempty"`
}

// notesOf returns remarks on a file as notes.
func notesOf(remarks constraints.Problems) []note {
	notes := make([]note, len(remarks))
	for i := range remarks {
		notes[i] = note{&remarks[i].Place, remarks[i].Msg, remarks[i].Hint}
	}
	return notes
}

// tell writes notes to stderr.
func (a *app) tell(notes []note) {
	for _, n := range notes {
		if n.Place == nil {
			a.hint("%s", n.Message)
		} else {
			fmt.Fprintf(a.stderr, "%s: note: %s\n", printable(n.Place.String()), printable(n.Message))
		}
		a.failHint(n.Hint)
	}
}
