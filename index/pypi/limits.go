package pypi

// Bounds on what a document may hold. Each is far above anything published and
// low enough that a forged document cannot exhaust the machine. What a release
// may hold is bounded by package index; maxText and maxItems are its bounds.
const (
	maxPageFiles     = 300_000 // files that a page lists
	maxPageVersions  = 200_000 // versions that a page lists, and releases made of it
	maxPageLocations = 1_000   // other locations that a page names, of each kind
	maxRemarks       = 1_000   // kept of one document
	maxFileName      = 1 << 10 // bytes of the name of a file
	maxURL           = 1 << 14 // bytes of a URL, signatures included
	maxRange         = 1 << 16 // bytes of the Requires-Python of a file
	maxReason        = 1 << 16 // bytes of the reason for yanking a file
	maxFileHashes    = 64      // of one file

	maxText  = 1 << 20 // bytes of one requirement, range or extra
	maxItems = 100_000 // requirements, extras or files of one release

	maxMetadata   = 1 << 24 // bytes of a METADATA or PKG-INFO, README included
	maxDirectory  = 1 << 24 // bytes of the directory of a zip archive
	maxZipEntries = 100_000
	maxTarEntries = 500_000
	maxInflated   = 1 << 31 // bytes that a tar archive unpacks to, up to its PKG-INFO
)
