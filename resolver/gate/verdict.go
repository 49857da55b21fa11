package gate

import "fmt"

// Verdict is the answer to a question. Its zero value is Undecided, so an answer
// that nobody gave is never taken for a yes.
type Verdict uint8

const (
	Undecided Verdict = iota // the facts do not suffice to tell
	Admit                    // nothing gets worse
	Reject                   // something gets worse, and the report says what
)

// String returns "undecided", "admit" or "reject".
func (v Verdict) String() string {
	switch v {
	case Admit:
		return "admit"
	case Reject:
		return "reject"
	}
	return "undecided"
}

// MarshalText returns the verdict as its String.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (v *Verdict) UnmarshalText(text []byte) error {
	for _, w := range []Verdict{Undecided, Admit, Reject} {
		if w.String() == string(text) {
			*v = w
			return nil
		}
	}
	return fmt.Errorf("unknown verdict %q", text)
}

// ExitStatus returns the status a process that gives this verdict ends with: 0
// for Admit, 1 for Reject, 2 for Undecided.
func (v Verdict) ExitStatus() int {
	switch v {
	case Admit:
		return 0
	case Reject:
		return 1
	}
	return 2
}
