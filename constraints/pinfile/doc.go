// Package pinfile reads and writes pip's requirements and constraints files,
// upper-constraints.txt as OpenStack keeps it among them, without loss.
//
// [Parse] reads a file the way pip does: its encodings, its idea of a line, its
// continuations, comments, options and quoting. Each [Entry] knows the place it
// stands at. All that is wrong is reported at once, and what could be read is in
// the [File] all the same. [File.Bytes] is the input, byte for byte, whatever the
// input was.
//
// A File does not change. [File.Set], [File.Remove], [File.Replace] and
// [File.Add] return another File that differs in the lines concerned and nowhere
// else: spelling, operator, marker, comment, spacing and line ending stay, as do
// a byte order mark and a missing last newline.
//
// Lines are counted as pip counts them, which is as Python's str.splitlines does:
// a form feed or a next-line character (U+0085) ends a line too. Columns count the
// bytes of the line in the file, from 1, a byte order mark left out.
//
// Nothing here reads the environment. Files are read only by [Load], and only
// through the fs.FS that it is given; ${NAME} is expanded only with the values of
// [Options].Lookup.
//
// The grammar is that of pip 23.2 to 26.3, described under "Requirements File
// Format" in pip's documentation; where the two differ, the newer one holds.
package pinfile
