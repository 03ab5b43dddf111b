package vitable_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/vitable"
)

// Whatever a server answers, each call ends, believes only what is whole, takes
// no write for refused that may have been accepted, and has an error in words of
// ours, but for the marks that it shows as such.
func FuzzAnswer(f *testing.F) {
	f.Add(uint8(0), uint16(200), "application/json", "", []byte(`{"data":[],"pagination":{"page":1,"limit":100,"total":0,"total_pages":0}}`))
	f.Fuzz(func(t *testing.T, which uint8, status uint16, media, comeBack string, body []byte) {
		code := 100 + int(status)%500
		bubble(t, func(t *testing.T) {
			calls := fuzzCalls(t)
			call := calls[int(which)%len(calls)]
			began := time.Now()
			got, err := call.make(newClient(t, &server{reply: func(int) (*http.Response, error) {
				r := answer(code, string(body))
				r.Header = http.Header{"Content-Type": {media}, "Retry-After": {comeBack}}
				return r, nil
			}}))
			if took := time.Since(began); took > 10*time.Minute {
				t.Errorf("it took %s", took)
			}
			if err == nil {
				wantWhole(t, got)
				return
			}
			failed, ok := errors.AsType[*vitable.Error](err)
			if !ok || len(err.Error()) > 400 {
				t.Fatalf("the error is a %T of %d bytes", err, len(err.Error()))
			}
			canary.Text(t, "an error", strings.NewReplacer(failed.Code, "", failed.TraceID, "").Replace(err.Error()))
			if !call.writes && failed.Fate() == roster.FateUnknown || call.writes && code/100 == 2 && failed.Fate() != roster.FateUnknown {
				t.Errorf("status %d has the fate %s", code, failed.Fate())
			}
		})
	})
}

// fuzzCall is a call with what it returns.
type fuzzCall struct {
	writes bool
	make   func(*vitable.Client) (any, error)
}

func fuzzCalls(t *testing.T) []fuzzCall {
	ctx := t.Context()
	return []fuzzCall{
		{false, func(c *vitable.Client) (any, error) { return c.Plans(ctx) }},
		{false, func(c *vitable.Client) (any, error) { return c.Groups(ctx) }},
		{false, func(c *vitable.Client) (any, error) { return c.Group(ctx, "grp_1") }},
		{true, func(c *vitable.Client) (any, error) { return c.CreateGroup(ctx, "Tier 1", "seg_1") }},
		{true, func(c *vitable.Client) (any, error) { return c.RenameGroup(ctx, "grp_1", "Tier 1") }},
		{true, func(c *vitable.Client) (any, error) { return c.Submit(ctx, "grp_1", []roster.Member{bird(t)}) }},
		{false, func(c *vitable.Client) (any, error) { return c.Outcome(ctx, "grp_1", "grpmsr_1") }},
	}
}

// wantWhole asserts that a result has all that rosterd relies on.
func wantWhole(t *testing.T, got any) {
	t.Helper()
	whole := true
	switch got := got.(type) {
	case []roster.Plan:
		ids := map[string]bool{"": true}
		for _, plan := range got {
			whole = whole && !ids[plan.ID] && plan.Name != ""
			ids[plan.ID] = true
		}
	case []roster.Group:
		ids, keys := map[string]bool{"": true}, map[string]bool{"": true}
		for _, group := range got {
			whole = whole && !ids[group.ID] && !keys[group.ExternalReferenceID] && group.Name != ""
			ids[group.ID], keys[group.ExternalReferenceID] = true, true
		}
	case roster.Group:
		whole = got.ID != "" && got.ExternalReferenceID != "" && got.Name != ""
	case roster.Receipt:
		whole = got.RequestID != "" && !got.AcceptedAt.IsZero()
	case roster.Outcome:
		whole = got.Done == !got.CompletedAt.IsZero() && (got.Done || got.Added == 0 && got.Removed == 0 && len(got.Failures) == 0)
		for _, failure := range got.Failures {
			whole = whole && failure.ReferenceID != "" && failure.Operation != ""
		}
	}
	if !whole {
		t.Errorf("%+v is believed", got)
	}
}
