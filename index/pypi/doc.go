// Package pypi reads a package index that speaks Python's simple repository API.
//
// What the index sends becomes values in pure functions, without network, disk or
// clock:
//
//   - [ParsePage] reads the page of a project, JSON or HTML, and [Releases] makes
//     of it what package index asks for.
//   - [ParseMetadata] reads core metadata, the METADATA of a wheel or the PKG-INFO
//     of a source distribution.
//   - [WheelMetadata], [SdistMetadata] and [SdistZipMetadata] find that document
//     in an archive of which only a part has to be fetched.
//
// # What is wrong
//
// A document that cannot be used is a [DocumentError]. What is wrong with a part
// of it, a file of a page or a field of metadata, leaves out that part or is read
// as can only have been meant; a [Remark] says which and why. Failing to read the
// bytes is neither: such an error is passed on, wrapped.
//
// Everything here is bounded, so that a document made to harm can cost memory and
// time in proportion to its size only; that size is bounded by the caller.
//
// # Where this differs from pip
//
// The documents are read as pip reads them but for this. A file: URL counts on a
// page that is itself a local file, not on one from the network. A file whose
// hashes are all malformed is left out, where pip would fail when it has fetched
// it. The name of a file on a JSON page is its "filename", where pip takes the end
// of the URL. data-yanked without a value means yanked (PEP 592), where pip finds
// that it is not there. A source archive for one Python alone (name-1.0-py2.7.zip)
// is left out.
package pypi
