package muster_test

import (
	"testing"

	"github.com/rosterd/rosterd/internal/canary"
)

// TestMain searches whatever the tests print.
func TestMain(m *testing.M) { canary.Main(m) }
