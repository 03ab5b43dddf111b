package main

import (
	"fmt"
	"runtime"
)

// versionCmd is `rosterd version`.
type versionCmd struct{}

// Help shows an example.
func (versionCmd) Help() string { return "Example:\n\n  rosterd version" }

// Run prints the version.
func (c *versionCmd) Run(s *session) error {
	_, err := fmt.Fprintf(s.stdout, "rosterd %s (%s %s/%s)\n", s.version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
