package gate

import (
	"slices"

	"sluice/constraints"
)

// Consumers counts the consumers by what became of them. Each is in one of three
// groups, so Total is the sum of Reached, Untouched and the consumers that NotJudged
// names.
type Consumers struct {
	Total      int      `json:"total"`
	Reached    int      `json:"reached"`   // a changed pin takes part in what they install
	Untouched  int      `json:"untouched"` // none does
	NotJudged  []Unread `json:"not_judged,omitempty"`
	ReadInPart []Unread `json:"read_in_part,omitempty"` // of those reached or untouched, as far as they were read
}

// Unread is something of a consumer that could not be judged. A consumer may have
// several.
type Unread struct {
	Consumer string             `json:"consumer"`
	Reason   string             `json:"reason"`
	Hint     string             `json:"hint,omitempty"`
	Place    *constraints.Place `json:"place,omitempty"`

	// Open says that this leaves the verdict open; otherwise the consumer does not
	// want to be judged here (it does not support the environments).
	Open bool `json:"open"`
}

// countConsumers says what became of the consumers.
func countConsumers(q *Question, reached map[int]bool) Consumers {
	count := Consumers{Total: len(q.Consumers)}
	for i := range q.Consumers {
		c := &q.Consumers[i]
		supported := slices.ContainsFunc(q.Environments, c.supports)
		unread := c.unread()
		switch {
		case !supported && len(unread) == 0:
			count.NotJudged = append(count.NotJudged, Unread{Consumer: c.Name, Reason: "it supports none of the environments: it requires Python " + c.Runtime.String()})
		case !supported || len(c.Jobs) == 0 && len(unread) > 0:
			count.NotJudged = append(count.NotJudged, unread...)
		case reached[i]:
			count.Reached++
			count.ReadInPart = append(count.ReadInPart, unread...)
		default:
			count.Untouched++
			count.ReadInPart = append(count.ReadInPart, unread...)
		}
	}
	return count
}

// unread returns what could not be read of a consumer.
func (c *Consumer) unread() []Unread {
	var all []Unread
	for _, p := range c.Problems {
		all = append(all, Unread{Consumer: c.Name, Reason: p.Msg, Hint: p.Hint, Place: placeOf(p.Place), Open: true})
	}
	return all
}

// open reports whether something that could not be judged leaves the verdict open.
func (c *Consumers) open() bool {
	isOpen := func(u Unread) bool { return u.Open }
	return slices.ContainsFunc(c.NotJudged, isOpen) || slices.ContainsFunc(c.ReadInPart, isOpen)
}
