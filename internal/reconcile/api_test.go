package reconcile_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/reconcile/reconciletest"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/sandbox"
)

// down is a Vitable that nothing reaches.
func down(*http.Request) error { return reconciletest.ErrLine }

// Part of a list is worse than none: each plan and group that it lacks would
// make people unsendable.
func TestNothingIsSentWithoutWholeLists(t *testing.T) {
	faults := []fault{
		{"reset", sandbox.Fault{Kind: sandbox.FaultReset}},
		{"server error", sandbox.Fault{Kind: sandbox.FaultStatus, Status: 500}},
		{"key refused", sandbox.Fault{Kind: sandbox.FaultStatus, Status: 401}},
		{"forbidden", sandbox.Fault{Kind: sandbox.FaultStatus, Status: 403}},
		{"not found", sandbox.Fault{Kind: sandbox.FaultStatus, Status: 404}},
		{"too many requests", sandbox.Fault{Kind: sandbox.FaultRetryAfter, RetryAfter: "600"}},
		{"truncated", sandbox.Fault{Kind: sandbox.FaultTruncate}},
		{"a row short", sandbox.Fault{Kind: sandbox.FaultShortPage}},
		{"a login page", sandbox.Fault{Kind: sandbox.FaultHTML}},
		{"redirect", sandbox.Fault{Kind: sandbox.FaultRedirect}},
	}
	for _, call := range []sandbox.Call{sandbox.ListPlans, sandbox.ListGroups} {
		t.Run(string(call), func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				w.hr.hire(north, "N1", "N2")
				w.settled()
				w.hr.hire(north, "N3")
				w.hr.edit(terminated, "N1")
				before := w.writes()
				for _, test := range faults {
					test.fault.Call = call
					w.box.SetFaults(test.fault)
					run := w.run()
					if run.Outcome != roster.RunAPI || run.ExitCode != 8 || w.writes() != before {
						t.Errorf("%s: the run is %s with exit code %d after %d writes, want api_unavailable with 8 and none",
							test.name, run.Outcome, run.ExitCode, w.writes()-before)
					}
					same(t, test.name+": sources", []roster.SourceResult{{Name: "hq", State: roster.SourceOK, Records: 3}}, run.Sources)
				}
				w.box.SetFaults()
				wantOutcome(t, w.run(), roster.RunDone, 0)
				w.wantMembers(north, "N2", "N3")
				w.wantLawful("N1")
			})
		})
	}
}

// A list that fails and heals within the client's patience is no failure.
func TestListsAreReadAgain(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.box.AddFault(sandbox.Fault{Call: sandbox.ListGroups, Kind: sandbox.FaultStatus, Status: 503, Times: 2})
		w.hr.hire(north, "N1")
		wantOutcome(t, w.run(), roster.RunDone, 0)
	})
}

// The key is revoked midway: what is not sent yet stays unsent.
func TestKeyRevokedMidway(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.settings.Concurrency = 1
		w.box.AddFault(sandbox.Fault{Call: sandbox.SubmitSync, Kind: sandbox.FaultStatus, Status: 401, After: 1})
		w.hr.hire(north, "N1")
		w.hr.hire(south, "S1")
		w.hr.hire(east, "E1")
		run := w.run()
		wantOutcome(t, run, roster.RunAPI, 8)
		same(t, "counts", roster.GroupCounts{Submitted: 1, Failed: 2}, run.Groups)
		if n := w.tries(north) + w.tries(south) + w.tries(east); n != 2 {
			t.Errorf("%d rosters were sent, want none after the first that was denied", n)
		}
		w.wantOpen()
		w.box.SetFaults()
		wantOutcome(t, w.run(), roster.RunDone, 0)
		w.wantMembers(east, "E1")
		w.wantLawful()
	})
}

// The key is revoked between a roster and its outcome: that is Vitable's doing
// and no interruption, and the next run takes the outcome.
func TestKeyRevokedBeforeTheOutcome(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.box.AddFault(sandbox.Fault{Call: sandbox.GetSync, Kind: sandbox.FaultStatus, Status: 401})
		w.hr.hire(north, "N1")
		wantOutcome(t, w.run(), roster.RunAPI, 8)
		w.box.SetFaults()
		wantOutcome(t, w.run(), roster.RunDone, 0)
		if n := w.tries(north); n != 1 {
			t.Errorf("the roster was sent %d times", n)
		}
	})
}

// A refused roster is that group's misfortune, told with the status and not
// with the server's words, and the next run sends the roster of its day.
func TestRefusedRoster(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.box.AddFault(sandbox.Fault{Call: sandbox.SubmitSync, Group: north, Kind: sandbox.FaultStatus, Status: 422, Times: 1})
		w.hr.hire(north, "N1")
		w.hr.hire(south, "S1")
		run := w.run()
		wantOutcome(t, run, roster.RunFailures, 3)
		same(t, "counts", roster.GroupCounts{Submitted: 1, Failed: 1}, run.Groups)
		w.wantOpen("sync_refused north")
		w.hr.hire(north, "N2")
		begun := time.Now()
		wantOutcome(t, w.run(), roster.RunDone, 0)
		if took := time.Since(begun); took > w.settings.Settle {
			t.Errorf("a refused roster was given %s to settle", took)
		}
		w.wantMembers(north, "N1", "N2")
		w.wantOpen()
	})
}

// Vitable is too busy for one roster: nothing was accepted, so nothing settles.
func TestTurnedAwayRoster(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.box.AddFault(sandbox.Fault{Call: sandbox.SubmitSync, Kind: sandbox.FaultRetryAfter, RetryAfter: "3600", Times: 1})
		w.hr.hire(north, "N1")
		wantOutcome(t, w.run(), roster.RunAPI, 8)
		w.wantOpen()
		wantOutcome(t, w.run(), roster.RunDone, 0)
		w.wantMembers(north, "N1")
	})
}

// Members that Vitable refuses are told of, kept out, and tried again later.
func TestRefusedMembers(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.hr.hire(north, "N1", "N2")
		w.settled()
		w.box.Refuse("N2", "remove", "coverage ends at the end of the month")
		w.box.Refuse("N3", "add", "no such person")
		w.hr.edit(terminated, "N2")
		w.hr.hire(north, "N3")
		run := w.run()
		wantOutcome(t, run, roster.RunFailures, 3)
		if run.Added != 0 || run.Removed != 0 {
			t.Errorf("added %d, removed %d, want none", run.Added, run.Removed)
		}
		w.wantOpen("remote_add north N3", "remote_remove north N2")
		w.wantQuiet() // not at once
		w.box.SetRules()
		w.pass(w.settings.Delivery.RetryFailures)
		run = w.run()
		wantOutcome(t, run, roster.RunDone, 0)
		if run.Added != 1 || run.Removed != 1 {
			t.Errorf("added %d, removed %d, want one of each", run.Added, run.Removed)
		}
		w.wantOpen()
		w.wantMembers(north, "N1", "N3")
		w.wantLawful("N2")
	})
}

func TestGroupsAreProvisioned(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.settings.CreateMissing, w.settings.Rename = true, true
		w.settings.Limits.FirstSync = "hold"
		w.settings.Names = map[string]string{"west": "The West", "north": "The North"}
		w.hr.hire("west", "W1")
		wantOutcome(t, w.run(), roster.RunDone, 0)
		w.wantMembers("west", "W1")
		groups, err := w.store.Groups(t.Context())
		if err != nil || len(groups) != 1 || groups[0].Name != "The West" {
			t.Errorf("groups: %v, %v", groups, err)
		}
		offer, err := w.reconciler().ProbeAPI(t.Context())
		if err != nil || offer.Groups[north].Name != "The North" {
			t.Errorf("north is %q (%v)", offer.Groups[north].Name, err)
		}
		w.wantQuiet()
	})
}

// The answer to a creation is lost: the group that then stands there is ours.
func TestCreationWithoutAnAnswer(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.settings.CreateMissing = true
		w.settings.Limits.FirstSync = "hold"
		w.box.AddFault(sandbox.Fault{Call: sandbox.CreateGroup, Kind: sandbox.FaultLostAnswer, Times: 1})
		w.hr.hire("west", "W1")
		wantOutcome(t, w.run(), roster.RunDone, 0)
		w.wantMembers("west", "W1")
	})
}

// Somebody else made the group while the sources were read, and put people into it: it is
// not ours, also for a run that begins after this one was cut short.
func TestCreationAfterSomebodyElses(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.settings.CreateMissing = true
		w.settings.Limits.FirstSync = "hold"
		w.hr.hire("west", "W1")
		w.wire.Before = func(r *http.Request) error {
			if r.Method != http.MethodPost || strings.HasSuffix(r.URL.Path, "/members/sync") {
				return nil
			}
			body, err := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(body))
			theirs := r.Clone(r.Context())
			theirs.Body = io.NopCloser(bytes.NewReader(body))
			w.box.ServeHTTP(canary.Recorder(t), theirs)
			w.box.Seed("west", stranger())
			return err
		}
		whole := w.around
		w.around = func(s reconcile.Store) reconcile.Store { return planless{s} }
		if _, err := w.try(t.Context(), reconcile.Options{}); !errors.Is(err, errPlanless) {
			t.Fatalf("the first run ended with %v", err)
		}
		w.wire.Before, w.around = nil, whole
		run := w.run()
		wantOutcome(t, run, roster.RunHeld, 4)
		if hold := w.onlyHold(); hold.Reason != roster.ReasonNoBaseline {
			t.Errorf("held as %s", hold.Reason)
		}
		w.wantMembers("west", "STRANGER")
	})
}

var errPlanless = errors.New("no plan is saved")

// planless ends each run before its plan is remembered.
type planless struct{ reconcile.Store }

func (planless) SavePlan(context.Context, roster.PlanRecord) error { return errPlanless }

// Plan touches nothing and says what the next run does.
func TestPlanTouchesNothing(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.settings.CreateMissing = true
		w.hr.hire(north, "N1")
		w.hr.hire("west", "W1")
		proposal, err := w.reconciler().Plan(t.Context(), reconcile.Options{})
		if err != nil {
			t.Fatal(err)
		}
		decided := map[string]roster.Decision{}
		for _, g := range proposal.Plan.Groups {
			decided[g.ExternalReferenceID] = g.Decision
		}
		same(t, "decisions", map[string]roster.Decision{north: roster.Submit, "west": roster.Submit}, decided)
		if w.writes() != 0 {
			t.Error("something was sent")
		}
		if _, any, err := w.store.LastRun(t.Context()); any || err != nil {
			t.Errorf("a run is remembered: %v, %v", any, err)
		}
		wantOutcome(t, w.run(), roster.RunDone, 0)
		w.wantMembers("west", "W1")
	})
}
