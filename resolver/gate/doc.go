// Package gate judges a change of constraints: may these candidates be pinned, and
// if not, why not?
//
// Judge asks the question twice, under today's pins and under the edited ones,
// for every environment and every consumer that a candidate can reach, and
// compares. Only what gets worse rejects: what fails, or is not known, under both is
// reported as standing, what fails only today as lifted. Check asks whether the
// constraints as they stand are sound.
//
// A Report holds one of three answers, which are never mixed: Admit, Reject and
// Undecided. The zero Verdict is Undecided.
package gate
