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
	collectSeldom()
	os.Exit(newApp().run(os.Args[1:]))
}

// collectSeldom sets the garbage collector for a short run, unless the user did.
func collectSeldom() {
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetGCPercent(800)
		debug.SetMemoryLimit(1 << 30) // a large one is collected as usual
	}
}
