// Package pep440 reads Python's versions and version specifiers (PEP 440, now
// the "version specifiers" specification of PyPA) and answers which versions a
// set of specifiers holds.
//
// Two ideas carry it. A version is encoded once, while it is parsed, as a key
// whose bytes compare as the PEP orders versions (see key.go). And every
// specifier is a union of intervals between such keys, because each rule of the
// PEP that looks like an exception (local versions under ==, post-releases under
// >, pre-releases under <) only moves an end of an interval to another place
// between two versions (see span.go). What is left of matching is comparing
// bytes; what is left of set algebra is merging sorted lists.
//
// Where the PEP leaves room the package answers as pip's own library does.
package pep440
