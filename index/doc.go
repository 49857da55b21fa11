// Package index holds facts about published packages: which versions there are
// and what each of them requires, supports and consists of.
//
// A [Package] is the immutable view of one package, a [Snapshot] that of many.
// Open reads a snapshot in any of its forms (JSON lines, the same under gzip,
// the compact binary form); FORMAT.md describes them byte by byte. Whatever its
// form, a snapshot of the same facts has the same digest, which a verdict names
// and can be replayed from.
//
// Everything here is decoded late: opening a snapshot reads a table of names,
// asking for a package reads that package, asking for a release decodes that
// release.
package index
