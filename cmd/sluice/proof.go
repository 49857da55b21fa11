package main

import (
	"fmt"

	"sluice/resolver/gate"
)

// proofStyle is how the lines of a proof are set.
type proofStyle struct {
	indent string
	label  int  // columns of the words before facts
	apart  bool // an empty line stands before each step
}

var (
	ownProof  = proofStyle{indent: "  ", label: 8, apart: true} // where the proof is the answer
	withinRow = proofStyle{indent: "    ", label: 16}           // where it belongs to a finding
)

// proof writes why nothing fits: each step with the facts that it follows from. A step that
// others use has a number.
func (p *printer) proof(steps []gate.Deduction, style proofStyle) {
	used := make(map[int]bool)
	for _, s := range steps {
		for _, n := range s.Uses {
			used[n] = true
		}
	}
	for i, s := range steps {
		if style.apart {
			p.printf("\n")
		}
		facts := s.Facts
		for _, n := range s.Uses {
			facts = append(facts[:len(facts):len(facts)], gate.Fact{Text: steps[n].Conclusion, Source: fmt.Sprintf("(%d)", n+1)})
		}
		p.facts(facts, style)
		p.printf("%s%-*s ", style.indent, style.label, "so")
		p.styled(bold, s.Conclusion)
		if used[i] {
			p.printf("   (%d)", i+1)
		}
		p.printf("\n")
	}
}

// facts writes facts, one below the other, each with its source.
func (p *printer) facts(facts []gate.Fact, style proofStyle) {
	const most = 60
	width := 0
	for _, f := range facts {
		width = max(width, min(len(f.Text), most))
	}
	word := "because"
	for _, f := range facts {
		p.printf("%s%-*s %s   ", style.indent, style.label, word, padded(f.Text, width))
		p.styled(dim, f.Source)
		p.printf("\n")
		word = "and"
	}
}

// conflict writes the least that does not fit.
func (p *printer) conflict(c *gate.Conflict) {
	if c == nil || len(c.Members) == 0 {
		return
	}
	title := "enough to fail"
	if c.Minimal {
		title = "the least that does not fit: without any one of these lines, the others do"
	}
	p.printf("\n  %s\n", title)
	for _, m := range c.Members {
		p.printf("           %s   ", padded(m.Text, 40))
		p.styled(dim, m.Source)
		p.printf("\n")
	}
}
