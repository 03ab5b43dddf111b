package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// cost is what one program took.
type cost struct {
	cpu    time.Duration // user and system
	wall   time.Duration
	memory int64 // the most that was resident, in bytes
}

// spend runs a program to its end. The kernel counts a child's memory from
// before it became another program, so this one has to stay small.
func spend(ctx context.Context, environ []string, program string, args ...string) (cost, error) {
	var said bytes.Buffer
	child := exec.CommandContext(ctx, program, args...)
	child.Env, child.Stderr = append(os.Environ(), environ...), &said
	begun := time.Now()
	err := child.Run()
	took := time.Since(begun)
	if err != nil {
		return cost{}, fmt.Errorf("run %s: %w\n%s", child.Args[1], err, said.Bytes())
	}
	usage, ok := child.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return cost{}, fmt.Errorf("run %s: the system does not tell what it used", child.Args[1])
	}
	return cost{cpu: child.ProcessState.UserTime() + child.ProcessState.SystemTime(), wall: took, memory: usage.Maxrss << 10}, nil
}
