package osv

// Bounds on what a database may hold. Each is far above what is published for Python
// (some tens of thousands of records, of some kilobytes) and low enough that a forged
// database cannot exhaust the machine.
const (
	maxRecord  = 8 << 20   // bytes of one record
	maxTotal   = 4 << 30   // bytes of all records, unpacked
	maxRecords = 1_000_000 // files
	maxDepth   = 16        // of folders in each other
	maxArchive = 128 << 20 // bytes of a zip archive: its directory is read whole
	maxUnread  = 1_000     // records that are named because they cannot be read
	maxName    = 200       // bytes of an identifier
	maxSummary = 160       // bytes of a summary that are kept
)
