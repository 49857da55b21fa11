package main

import (
	"fmt"
	"slices"

	"sluice/resolver/gate"
)

// Bounds on what is listed of consumers that could not be judged, or not wholly.
const (
	maxUnreadConsumers = 4
	maxUnreadProblems  = 3
)

// unreadConsumer is a consumer with all that could not be judged of it.
type unreadConsumer struct {
	name     string
	problems []gate.Unread
}

// unreadConsumers gathers what could not be judged by consumer, in order.
func unreadConsumers(all []gate.Unread) []unreadConsumer {
	var consumers []unreadConsumer
	for _, u := range all {
		if n := len(consumers); n == 0 || consumers[n-1].name != u.Consumer {
			consumers = append(consumers, unreadConsumer{name: u.Consumer})
		}
		last := &consumers[len(consumers)-1]
		last.problems = append(last.problems, u)
	}
	return consumers
}

// unread writes what could not be judged, a row for each consumer.
func (p *printer) unread(label string, all []gate.Unread) {
	consumers := unreadConsumers(all)
	for i, c := range consumers {
		if i == maxUnreadConsumers && !p.full {
			p.row(label, fmt.Sprintf("and %d more; --full or --format json lists them", len(consumers)-i))
			return
		}
		p.unreadConsumer(label, c)
	}
}

// unreadConsumer writes what could not be judged of one consumer.
func (p *printer) unreadConsumer(label string, c unreadConsumer) {
	if len(c.problems) == 1 {
		u := c.problems[0]
		p.row(label, c.name+": "+u.Reason)
		if u.Place != nil {
			p.sub("at", u.Place.String())
		}
		p.hint(u)
		return
	}
	p.row(label, c.name+": "+count(len(c.problems), "problem"))
	for i, u := range c.problems {
		if i == maxUnreadProblems && !p.full {
			p.sub("", fmt.Sprintf("and %d more", len(c.problems)-i))
			return
		}
		if u.Place == nil {
			p.sub("", u.Reason)
		} else {
			p.sub("at", u.Place.String()+"  "+u.Reason)
		}
		p.hint(u)
	}
}

func (p *printer) hint(u gate.Unread) {
	if u.Hint != "" {
		p.sub("hint", u.Hint)
	}
}

// limitsOf returns what is to be said beside a suggestion where not all consumers could
// be read.
func limitsOf(notJudged, readInPart []gate.Unread) string {
	open := func(u gate.Unread) bool { return u.Open }
	if slices.ContainsFunc(notJudged, open) || slices.ContainsFunc(readInPart, open) {
		return "   as far as consumers could be read"
	}
	return ""
}
