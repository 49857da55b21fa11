// Package pep508 reads what Python packages say about one another: names
// (PEP 503), requirement lines and markers (PEP 508, now the "dependency
// specifiers" specification), environments, and the file names and tags of
// wheels and source distributions (PEP 425, 427, 600, 625, 656).
//
// Where the texts leave room, the package answers as pip does: what pip's own
// library accepts, rejects or finds true is accepted, rejected or found true
// here. The few departures are documented where they are made.
//
// All values are immutable and all functions pure; parse once and evaluate
// often. A parse error is a *constraints.SyntaxError.
package pep508
