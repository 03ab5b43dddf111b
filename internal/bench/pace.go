package main

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/rosterd/rosterd/internal/reconcile"
)

// tellPace prints when rosterd would see that a request is completed, and after
// how many looks: without any history, and with a history that is right, far
// too long or far too short. It is arithmetic; nobody waits.
func tellPace(out io.Writer) error {
	pace := reconcile.Pace{Initial: time.Second, Max: 30 * time.Second}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "processing time\tknown: nothing\t\tright\t\t20 % too long\t\t20 % too short\t\t5 times too short\t\t")
	for _, took := range []time.Duration{
		50 * time.Millisecond, 200 * time.Millisecond, time.Second, 5 * time.Second, 30 * time.Second,
		2 * time.Minute, 10 * time.Minute,
	} {
		fmt.Fprintf(table, "%s\t", took)
		for _, expected := range []time.Duration{0, took, took * 6 / 5, took * 4 / 5, took / 5} {
			lag, looks := detect(pace, expected, took)
			fmt.Fprintf(table, "+%s\t%d\t", millis(lag), looks)
		}
		fmt.Fprintln(table)
	}
	return table.Flush()
}

// detect follows a request that takes this long.
func detect(pace reconcile.Pace, expected, took time.Duration) (lag time.Duration, looks int) {
	at := pace.First(expected)
	for looks = 1; at < took; looks++ {
		at += pace.Next(at)
	}
	return at - took, looks
}
