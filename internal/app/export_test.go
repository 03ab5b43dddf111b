package app

import (
	"time"

	"github.com/rosterd/rosterd/internal/config"
	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/roster"
)

// Retry is retry for tests.
type Retry struct{ retry retry }

// NewRetry returns a retry that waits so long at first.
func NewRetry(first time.Duration) *Retry { return &Retry{retry{first: first}} }

// After is retry.after.
func (r *Retry) After(undelivered bool, again func()) { r.retry.after(undelivered, again) }

// Stop is retry.stop.
func (r *Retry) Stop() { r.retry.stop() }

// Undelivered is undelivered.
func Undelivered(run roster.Run) bool { return undelivered(run) }

// Feeds is feeds.
func Feeds(file config.File) ([]reconcile.Feed, error) { return feeds(file, nil, time.Now) }

// Settings is settings.
func Settings(file config.File) (reconcile.Settings, error) { return settings(file) }
