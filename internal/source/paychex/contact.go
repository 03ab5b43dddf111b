package paychex

import (
	"context"
	"net/url"
	"strings"
	"sync"

	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/remote"
)

// contacts is below what a worker has the ways to be reached.
const contacts = "communications"

func isContact(column string) bool { return strings.HasPrefix(strings.ToLower(column), contacts+".") }

// sideBySide is how many workers are asked about at once.
const sideBySide = 4

// contact asks how workers are reached, and puts it below each of them. One who
// cannot be asked about fails all: without an address a row cannot be sent, and
// nobody could tell why.
func (c *company) contact(ctx context.Context, workers []remote.Record) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var group sync.WaitGroup
	slots := make(chan struct{}, sideBySide)
	for i, worker := range workers {
		if !reachable(worker) {
			continue
		}
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			found, err := c.ways(ctx, worker)
			if err != nil {
				cancel(err)
				return
			}
			workers[i] = worker.With(contacts, found)
		})
	}
	group.Wait()
	return context.Cause(ctx)
}

// reachable reports whether Paychex knows how to reach somebody.
func reachable(worker remote.Record) bool {
	status, _ := worker.Lookup("currentStatus.statusType")
	return strings.EqualFold(status, "ACTIVE") || strings.EqualFold(status, "IN_PROGRESS")
}

// ways are one worker's communications, by type and usage; of several with the
// same the first.
func (c *company) ways(ctx context.Context, worker remote.Record) (remote.Record, error) {
	id, _ := worker.Lookup("workerId")
	if id == "" {
		return remote.Record{}, source.Faultf(source.WordFormat, "a worker has no workerId")
	}
	found, err := c.list(ctx, "/workers/"+url.PathEscape(id)+"/"+contacts, nil)
	if err != nil {
		return remote.Record{}, err
	}
	if found.more || found.total > len(found.content) {
		return remote.Record{}, source.Faultf(source.WordPages, "a worker has more communications than one answer")
	}
	var ways remote.Record
	for _, way := range found.content {
		kind, _ := way.Lookup("type")
		usage, _ := way.Lookup("usageType")
		if kind == "" || usage == "" {
			continue
		}
		of, _ := ways.Object(kind) // none yet
		if _, before := of.Lookup(usage); before {
			continue
		}
		area, _ := way.Lookup("dialArea")
		number, _ := way.Lookup("dialNumber")
		way = way.With("number", remote.NewRecord(map[string]any{"value": area + number}))
		ways = ways.With(kind, of.With(usage, way))
	}
	return ways, nil
}
