// Command sluice gates candidates for a constraints file against every project
// that installs under it. Run `sluice help`.
package main

import (
	"os"
	"runtime/debug"
)

// version is set by the Makefile; without it the module's own build information
// tells.
var version = ""

func main() {
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetGCPercent(800)       // a run is short: collect seldom ...
		debug.SetMemoryLimit(1 << 30) // ... unless it is large
	}
	os.Exit(newApp().run(os.Args[1:]))
}
