// Package configparser reads the files that Python's configparser reads: sections,
// options, positions, and what is wrong with them all at once.
//
// The grammar is that of RawConfigParser with its defaults, strict, in Python 3.10
// and later; before, a header ended at its first "]". [Parser] has what programs set
// differently. Values are raw: what a reader makes of %(KEY)s is its own business.
//
// Lines end where Python's universal newlines end them, after "\n", "\r" or "\r\n".
// Columns count bytes, a byte order mark left out; the indent that makes a line go on
// with a value counts characters, as Python does.
package configparser
