package pinfile

import (
	"sync"

	"sluice/constraints"
)

// Memo remembers what lines mean. Files that are read with the same one, as those
// of projects that share most of their requirements, have each distinct line
// parsed once. The zero value is ready; it is safe for concurrent use.
type Memo struct {
	mu    sync.Mutex
	lines map[string]meaning
}

// meaning is what classify returns of a line.
type meaning struct {
	kind        Kind
	requirement constraints.Requirement
	err         error
}

// maxRemembered is the longest line, in bytes, that is kept: a longer one is hardly
// met twice.
const maxRemembered = 512

// classify is the function of that name, with a memory. A nil Memo has none.
func (m *Memo) classify(arg string) (Kind, constraints.Requirement, error) {
	if m == nil || len(arg) > maxRemembered {
		return classify(arg)
	}
	m.mu.Lock()
	known, ok := m.lines[arg]
	m.mu.Unlock()
	if !ok {
		known.kind, known.requirement, known.err = classify(arg)
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.lines == nil {
			m.lines = make(map[string]meaning)
		}
		m.lines[arg] = known
	}
	return known.kind, known.requirement, known.err
}
