package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/rosterd/rosterd/internal/bench/sink"
)

// scene is one measured program of a round, and the rosters that it sends.
type scene struct {
	name string
	run  func(ctx context.Context, dir string) (cost, error)
}

// sample is one scene of one round.
type sample struct {
	cost
	sent sink.Counts
}

// round has a sample for each scene, by name.
type round map[string]sample

const (
	bareName      = "bare"
	firstName     = "first sync"
	unchangedName = "unchanged"
	changedName   = "1 % changed"
)

// compare measures everything at one size and prints a table.
func (b *bench) compare(ctx context.Context, out io.Writer, people, groups, rounds int) error {
	s, err := b.stage(ctx, people, groups)
	if err != nil {
		return err
	}
	defer s.stop()
	var all []round
	for n := range rounds {
		one, err := s.round(ctx, n)
		if err != nil {
			return fmt.Errorf("round %d: %w", n+1, err)
		}
		all = append(all, one)
	}
	fmt.Fprintf(out, "%d people in %d groups, medians of %d rounds; x: times the bare program\n", people, groups, rounds)
	return tellCosts(out, all)
}

// round measures each program once. Who comes first alternates.
func (s *stage) round(ctx context.Context, n int) (round, error) {
	dir := filepath.Join(s.bench.dir, fmt.Sprintf("data-%d", n))
	defer os.RemoveAll(dir) //nolint:errcheck // all of it goes at the end
	sending := func(path string) func(context.Context, string) (cost, error) {
		return func(ctx context.Context, dir string) (cost, error) {
			if err := s.export(path); err != nil {
				return cost{}, err
			}
			return spend(ctx, s.environ(dir), s.bench.rosterd, "run")
		}
	}
	scenes := []scene{
		{firstName, sending(s.path)},
		{unchangedName, sending(s.path)},
		{changedName, sending(s.changed)},
	}
	plain := scene{bareName, func(ctx context.Context, _ string) (cost, error) {
		return spend(ctx, nil, s.bench.self, "bare", s.path, s.url, groupPrefix)
	}}
	if n%2 == 0 {
		scenes = append([]scene{plain}, scenes...)
	} else {
		scenes = append(scenes, plain)
	}
	one := round{}
	for _, scene := range scenes {
		took, err := scene.run(ctx, dir)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", scene.name, err)
		}
		sent, err := s.counts()
		if err != nil {
			return nil, fmt.Errorf("count what was sent: %w", err)
		}
		one[scene.name] = sample{took, sent}
	}
	return one, nil
}

// tellCosts prints one line for each scene.
func tellCosts(out io.Writer, rounds []round) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "\tCPU\tx\twall\tx\tpeak memory\tx\trosters\tmembers\tpolls\t")
	for _, name := range []string{bareName, firstName, unchangedName, changedName} {
		of := func(what func(sample) float64) (float64, float64) {
			var values, ratios []float64
			for _, r := range rounds {
				values = append(values, what(r[name]))
				ratios = append(ratios, what(r[name])/what(r[bareName]))
			}
			return median(values), median(ratios)
		}
		cpu, cpuRatio := of(func(s sample) float64 { return s.cpu.Seconds() })
		wall, wallRatio := of(func(s sample) float64 { return s.wall.Seconds() })
		memory, memoryRatio := of(func(s sample) float64 { return float64(s.memory) })
		sent := rounds[len(rounds)-1][name].sent
		fmt.Fprintf(table, "%s\t%.2f s\t%.2f\t%.2f s\t%.2f\t%.0f MiB\t%.2f\t%d\t%d\t%d\t\n",
			name, cpu, cpuRatio, wall, wallRatio, memory/(1<<20), memoryRatio, sent.Rosters, sent.Members, sent.Polls)
	}
	return table.Flush()
}

// median of values, of which there is at least one.
func median(values []float64) float64 {
	values = slices.Sorted(slices.Values(values))
	middle := len(values) / 2
	if len(values)%2 == 1 {
		return values[middle]
	}
	return (values[middle-1] + values[middle]) / 2
}

// millis is a duration as people read it.
func millis(d time.Duration) string { return d.Round(time.Millisecond).String() }
