// Command rosterd keeps the member rosters of Vitable groups equal to what the
// employer's HR systems say. `rosterd --help` lists its commands; each lives in
// a file of its own beside this one.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	_ "time/tzdata" // a container from scratch has no time zones
)

// version is set by the linker: -ldflags "-X main.version=1.2.3".
var version = "dev"

// heapGrowth is by how much of itself, in percent, the heap grows before it is collected;
// GOGC says otherwise. Of a million people it saves a tenth of the memory that Go's own
// setting takes, for a fiftieth of the time.
const heapGrowth = 80

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(heapGrowth)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, &session{args: os.Args[1:], environ: os.Environ(), stdout: os.Stdout, stderr: os.Stderr, version: version})
	stop()
	os.Exit(code)
}
