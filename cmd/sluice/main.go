// Command sluice gates candidates for a constraints file against every project
// that installs under it. Run `sluice help`.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

// version is set by the Makefile.
var version = "unknown"

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(800)       // a run is short: collect seldom ...
		debug.SetMemoryLimit(1 << 30) // ... unless it is large
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := newApp().run(ctx, os.Args[1:])
	stop()
	os.Exit(status)
}
