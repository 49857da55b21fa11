// Package ledger knows ledger.toml, the memory of a gate: versions that are held or
// were rejected, findings that may pass, failures that are expected, times at which
// nothing is admitted, and who approved what. Each entry has a reason and an owner, and
// may expire.
//
// What counts at a time is for Ledger.At to say.
package ledger
