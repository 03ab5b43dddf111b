// Command bench measures rosterd against the budgets of its design: what a run
// costs beside a bare program that reads the same export and sends the same
// rosters, how soon a finished request is seen and after how many looks, and
// what a daemon takes to start, idle and stop.
//
//	go run ./internal/bench -people 10000,100000,1000000
//
// Each program is a child process, so its CPU time and its peak memory are the
// kernel's own figures; the server that they talk to is another one, so that
// its work is nobody's. Programs take turns, the order changes from round to
// round, and ratios are medians over the rounds: what else the machine does
// meanwhile hits both.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"

	"github.com/rosterd/rosterd/internal/bench/bare"
	"github.com/rosterd/rosterd/internal/bench/sink"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run is one of the three programs that share this binary.
func run(ctx context.Context, args []string, out io.Writer) error {
	switch {
	case len(args) == 4 && args[0] == "bare": // file, base URL, prefix of group ids
		return bare.Run(ctx, args[1], args[2], args[3])
	case len(args) == 2 && args[0] == "sink": // number of groups
		groups, err := strconv.Atoi(args[1])
		if err != nil {
			return fmt.Errorf("read number of groups: %w", err)
		}
		return serveSink(out, groups)
	}
	return measure(ctx, args, out)
}

// serveSink prints where it listens and serves until it is killed.
func serveSink(out io.Writer, groups int) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	fmt.Fprintf(out, "http://%s\n", listener.Addr())
	return http.Serve(listener, sink.New(groups))
}

// measure measures what the flags ask for and prints it.
func measure(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	people := flags.String("people", "10000,100000,1000000", "how many people, several with commas between them")
	perGroup := flags.Int("group", 1000, "how many of them are in one group")
	rounds := flags.Int("rounds", 3, "how often everything is measured")
	if err := flags.Parse(args); err != nil {
		return err
	}
	sizes, err := numbers(*people)
	if err != nil {
		return err
	}
	b, err := newBench(ctx)
	if err != nil {
		return err
	}
	defer b.close()
	for _, size := range sizes {
		if err := b.compare(ctx, out, size, max(1, size / *perGroup), *rounds); err != nil {
			return fmt.Errorf("compare at %d people: %w", size, err)
		}
	}
	fmt.Fprintln(out)
	if err := b.daemon(ctx, out); err != nil {
		return fmt.Errorf("measure daemon: %w", err)
	}
	fmt.Fprintln(out)
	return tellPace(out)
}

func numbers(text string) ([]int, error) {
	var all []int
	for part := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(part)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("read -people: %q is no number of people", part)
		}
		all = append(all, n)
	}
	return all, nil
}
