package sim_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/canary"
)

// TestMain keeps the histories in memory where the machine has it: they write a
// lot, and no power ever fails here.
func TestMain(m *testing.M) {
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() && os.Getenv("TMPDIR") == "" {
		_ = os.Setenv("TMPDIR", "/dev/shm")
	}
	canary.Main(m)
}

// budget is how much the simulator tries.
type budget struct {
	histories int
	time      time.Duration
	seed      int
	workers   int
}

var (
	histories = flag.Int("sim.histories", 30, "how many histories to play")
	limit     = flag.Duration("sim.for", 5*time.Minute, "how long to play at most")
	firstSeed = flag.Int("sim.seed", 0, "the first seed; 0: of the clock")
	shortens  = flag.Bool("sim.shorten", true, "shorten a history that breaks a law")
	verbose   = flag.Bool("sim.log", false, "print every history as it went, with rosterd's log")
	forced    = flag.Int("sim.shards", 0, "play every history with so many shards; 0: as drawn")
	players   = flag.Int("sim.players", 2, "how many histories to play side by side")
)

func asked() budget {
	b := budget{*histories, *limit, *firstSeed, *players}
	if b.seed == 0 {
		b.seed = int(time.Now().UnixNano() % 1_000_000_000)
	}
	return b
}

// TestKept plays the histories that once broke a law.
func TestKept(t *testing.T) {
	files, err := filepath.Glob("testdata/histories/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no histories are kept (%v)", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var h history
			if err := json.Unmarshal(text, &h); err != nil {
				t.Fatal(err)
			}
			if err := play(t, h); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestLaws plays random histories. A history that breaks a law is shortened and
// printed; put it into testdata/histories to keep it.
func TestLaws(t *testing.T) {
	b := asked()
	began := time.Now()
	generator := anyHistory()
	var played atomic.Int64
	var once sync.Once
	next := make(chan int)
	done := make(chan struct{})
	for range b.workers {
		t.Run("player", func(t *testing.T) {
			t.Parallel()
			for seed := range next {
				h := generator.Example(seed)
				t.Run(strconv.Itoa(seed), func(t *testing.T) {
					if err := play(t, h); err != nil {
						once.Do(func() { close(done) })
						short, err := shorten(t, h, err)
						t.Errorf("seed %d: %v\n%s", seed, err, short)
					}
				})
				if t.Failed() {
					return
				}
				played.Add(1)
			}
		})
	}
	go func() {
		defer close(next)
		for i := range b.histories {
			if time.Since(began) > b.time {
				return
			}
			select {
			case next <- b.seed + i:
			case <-done:
				return
			}
		}
	}()
	t.Cleanup(func() {
		t.Logf("%d histories from seed %d in %s", played.Load(), b.seed, time.Since(began).Round(time.Millisecond))
	})
}

// shorten takes things away from a history for as long as it breaks a law.
func shorten(t *testing.T, h history, broken error) (history, error) {
	t.Helper()
	until := time.Now().Add(30 * time.Second)
	for again := *shortens; again && time.Now().Before(until); {
		again = false
		for _, shorter := range h.shorter() {
			if err := play(t, shorter); err != nil {
				h, broken, again = shorter, err, true
				break
			}
		}
	}
	return h, broken
}
