package index

// Bounds on what a snapshot may hold. Each is far above anything published (the
// largest package of the public Python index has about 10,000 releases) and low
// enough that a forged file cannot exhaust the machine.
const (
	maxName     = 255       // bytes of a name
	maxText     = 1 << 20   // bytes of one requirement, range, reason or file name
	maxItems    = 100_000   // requirements, extras or files of one release
	maxVersions = 1_000_000 // releases of one package
	maxLine     = 1 << 28   // bytes of one line of JSON
	maxInput    = 1 << 34   // bytes of JSON, unpacked
	maxNesting  = 64        // of a value that is skipped
	maxProblems = 100       // reported of one file
	maxBlock    = 1 << 30   // bytes of one section
	maxPackages = 10_000_000
)
