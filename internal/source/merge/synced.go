package merge

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/remote"
)

// synced asks how Merge's copy stands, and returns how old its oldest part is.
func (a *account) synced(ctx context.Context) (time.Time, error) {
	var models []remote.Record
	var before *remote.Page
	for range maxStatusPages {
		page, err := a.page(ctx, "/sync-status", nil, before)
		if err != nil {
			return time.Time{}, err
		}
		models = append(models, page.Records...)
		if page.Last {
			return standing(models, a.models())
		}
		before = &page
	}
	return time.Time{}, source.Faultf(source.WordPages, "the sync status has more than %d pages", maxStatusPages)
}

// maxStatusPages is more than Merge has models.
const maxStatusPages = 10

// models are what the columns come from, each once.
func (a *account) models() []string {
	models := []string{"Employee"}
	for _, r := range a.relations {
		if !slices.Contains(models, r.model) {
			models = append(models, r.model)
		}
	}
	return models
}

// standing judges the status of the models that are needed, and returns when the
// oldest copy of them was begun.
func standing(all []remote.Record, needed []string) (oldest time.Time, err error) {
	for _, model := range needed {
		at := slices.IndexFunc(all, func(status remote.Record) bool {
			name, _ := status.Lookup("model_name")
			id, _ := status.Lookup("model_id")
			return strings.EqualFold(name, model) || strings.EqualFold(id, "hris."+model)
		})
		if at < 0 {
			return time.Time{}, source.Faultf(source.WordNotReady, "the sync status says nothing of %s", model)
		}
		if detail := doubt(all[at]); detail != "" {
			return time.Time{}, source.Faultf(source.WordNotReady, "Merge's copy of %s %s", model, detail)
		}
		text, _ := all[at].Lookup("last_sync_start")
		begun, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return time.Time{}, source.Faultf(source.WordFormat, "the sync status does not say when the copy of %s was begun (last_sync_start)", model)
		}
		if oldest.IsZero() || begun.Before(oldest) {
			oldest = begun
		}
	}
	return oldest, nil
}

// doubt says why a copy is not believed, "" for one that is.
func doubt(status remote.Record) string {
	now, _ := status.Lookup("status")
	initial, _ := status.Lookup("is_initial_sync")
	before, _ := status.Lookup("last_sync_result")
	switch {
	case now == "DONE":
		return ""
	case now == "SYNCING" && initial != "false":
		return "is being made for the first time"
	case now == "SYNCING" && before != "" && before != "DONE" && before != "SYNCING":
		return "is being made, and the one before was not complete"
	case now == "SYNCING":
		return ""
	}
	return "is not complete, or nobody keeps it (status " + known(now) + ")"
}

// known is a status as it may be told: only words that are expected.
func known(status string) string {
	if slices.Contains([]string{"FAILED", "DISABLED", "PAUSED", "PARTIALLY_SYNCED"}, status) {
		return status
	}
	return "unknown"
}
