package exec_test

import (
	"os"
	"testing"

	"github.com/rosterd/rosterd/internal/canary"
)

// The test binary is the program that the source runs, too.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == helper {
		os.Exit(help(os.Args[2:]))
	}
	canary.Main(m)
}
