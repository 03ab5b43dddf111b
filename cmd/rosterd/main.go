// Command rosterd keeps the member rosters of Vitable groups equal to what the
// employer's HR systems say. `rosterd --help` lists its commands; each lives in
// a file of its own beside this one.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // a container from scratch has no time zones
)

// version is set by the linker: -ldflags "-X main.version=1.2.3".
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, &session{args: os.Args[1:], environ: os.Environ(), stdout: os.Stdout, stderr: os.Stderr, version: version})
	stop()
	os.Exit(code)
}
