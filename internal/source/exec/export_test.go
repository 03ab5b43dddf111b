package exec

import (
	"context"
	"iter"

	"github.com/rosterd/rosterd/internal/source"
)

// Read reads an output without a program.
func Read(config *Config, columns []string, sink source.Sink, pieces iter.Seq[[]byte]) (source.Report, error) {
	ctx, stop := context.WithCancelCause(context.Background())
	defer stop(nil)
	printed := newOutput(ctx, stop, config, columns, sink)
	for piece := range pieces {
		if _, err := printed.Write(piece); err != nil {
			return source.Report{}, err
		}
	}
	printed.end()
	if cause := context.Cause(ctx); cause != nil {
		return source.Report{}, cause
	}
	return printed.report(), nil
}
