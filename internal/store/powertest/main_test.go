package powertest_test

import (
	"testing"

	"github.com/rosterd/rosterd/internal/canary"
)

func TestMain(m *testing.M) { canary.Main(m) }
