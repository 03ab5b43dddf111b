package reconcile_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/sandbox"
	"github.com/rosterd/rosterd/internal/source"
)

// N2 is gone from the export for good. What counts against them are complete
// pulls that another run did not count already; with a grace of two, the second
// of those removes them.
func TestAbsences(t *testing.T) {
	plain := reconcile.Options{}
	tests := []struct {
		name    string
		run     func(w *world) // the runs after the one that first missed N2
		removed bool
	}{
		{"no other run", func(*world) {}, false},
		{"another run", func(w *world) { w.runWith(plain) }, true},
		{"a run that repeats it", func(w *world) { w.runWith(reconcile.Options{Repeat: true}); w.runWith(reconcile.Options{Repeat: true}) }, false},
		{"a repeat, then another run", func(w *world) { w.runWith(reconcile.Options{Repeat: true}); w.runWith(plain) }, true},
		{"a source that fails", func(w *world) { w.failing(func() { w.run(); w.run() }) }, false},
		{"a source that fails, then another run", func(w *world) { w.failing(func() { w.run() }); w.run() }, true},
		{"rows without a reference_id", func(w *world) { w.withNameless(func() { w.run(); w.run(); w.run() }) }, false},
		{"back, and gone again", func(w *world) {
			w.hr.hire(north, "N2")
			w.run()
			w.hr.drop("N2")
			w.run()
		}, false},
		{"a run about other groups", func(w *world) { w.runWith(reconcile.Options{Groups: []string{south}}) }, false},
		{"vitable is away", func(w *world) {
			w.wire.Before = down
			w.run()
			w.run()
			w.wire.Before = nil
		}, false},
		{"many rounds of one run", func(w *world) {
			w.hr.edit(moved(south), "N1")
			w.hr.edit(moved(north), "S1")
			w.runWith(reconcile.Options{Repeat: true})
		}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				w.hr.hire(north, refs("N", 8)...)
				w.hr.hire(south, "S1", "S2")
				w.settled()
				w.hr.drop("N2")
				if run := w.run(); run.Carried != 1 {
					t.Fatalf("carried %d, want N2 only", run.Carried)
				}
				test.run(w)
				if _, covered := w.box.Member(north, "N2"); covered == test.removed {
					t.Errorf("N2 is covered: %v, want %v", covered, !test.removed)
				}
				same(t, "violations", []string{}, w.box.Violations())
			})
		})
	}
}

// failing does something while the source is broken.
func (w *world) failing(do func()) {
	w.hr.source.Err = errors.New("share is away")
	do()
	w.hr.source.Err = nil
}

// withNameless does something while a row has lost its reference_id: it may be
// anybody's.
func (w *world) withNameless(do func()) {
	w.hr.hire(north, "LOST")
	w.hr.edit(nameless, "LOST")
	do()
}

// A source in doubt stops the groups that it feeds, and no others.
func TestSourcesInDoubt(t *testing.T) {
	tests := []struct {
		name    string
		spoil   func(h *hr)
		failure string
	}{
		{"broken on the way", func(h *hr) { h.source.Err, h.source.ErrAfter = errors.New("line is down"), 1 }, "source_failed"},
		{"fewer records than it declares", func(h *hr) { h.source.Report.Expected = 9 }, "source_failed"},
		{"empty", func(h *hr) { h.source.Records, h.source.Report.Expected = nil, 0 }, "source_failed"},
		{"a column withheld", func(h *hr) { h.source.Report.Withheld = []string{"phone"} }, "source_failed"},
		{"a column missing", func(h *hr) { h.source.Names[4] = "telephone" }, "source_failed"},
		{"a row too short", func(h *hr) { h.source.Records[1] = h.source.Records[1][:3] }, "source_failed"},
		{"days and months the other way round", func(h *hr) { h.source.Records[0][3], h.source.Records[1][3] = "1980-17-05", "1980-18-05" }, "source_failed"},
		{"old", func(h *hr) { h.source.Report.AsOf = time.Now().Add(-100 * time.Hour) }, "source_stale"},
	}
	inWorld(t, func(t *testing.T, w *world) {
		branch := newHR("branch")
		w.others = append(w.others, branch)
		w.freshMetrics()
		w.hr.hire(north, "N0", "N00")
		branch.hire(south, "S0")
		w.settled()
		for i, test := range tests {
			before := w.box.Members(north)
			w.hr.hire(north, fmt.Sprintf("N%d", i+1))
			branch.hire(south, fmt.Sprintf("S%d", i+1))
			w.hr.source.Report.AsOf = time.Now()
			test.spoil(w.hr)
			run := w.run()
			if run.Outcome != roster.RunSourceFailed || run.ExitCode != 5 {
				t.Errorf("%s: the run is %s with exit code %d", test.name, run.Outcome, run.ExitCode)
			}
			same(t, test.name+": counts", roster.GroupCounts{Submitted: 1, Blocked: 1}, run.Groups)
			w.wantMembers(north, before...)
			w.wantOpen(test.failure)
			w.hr.export()
			w.settled()
			w.wantMembers(north, append(before, fmt.Sprintf("N%d", i+1))...)
			w.wantOpen()
		}
		w.wantLawful()
	})
}

// Two entities may count their people alike, or a number is given again. Whoever is
// covered does not leave by the row of somebody else, whatever that row says.
func TestTheRowOfSomebodyElse(t *testing.T) {
	for _, status := range []string{"active", "terminated", "on loan"} {
		t.Run(status, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				w.hr.hire(north, "N1", "N2", "N3")
				w.settled()
				w.hr.edit(func(r *row) { r.status = status }, "N2")
				copy(w.hr.source.Records[1][1:4], []string{"Other" + canary.GivenName, "Other" + canary.FamilyName, "1961-02-03"})
				w.run()
				w.wantMembers(north, "N1", "N2", "N3")
				w.wantOpen("rekeyed north N2", "removals_held north")
			})
		})
	}
}

// A source that cannot tell which of several readings of somebody is the right one keeps
// them where they are, whatever the rules say of the one that it chose.
func TestDoubtAboutWhoeverIsEnrolled(t *testing.T) {
	for status, want := range map[string]struct {
		members, open []string
	}{
		"active":     {[]string{"N1", "N2", "N3"}, []string{"invalid_row north N1"}},
		"on loan":    {[]string{"N1", "N2", "N3"}, []string{"invalid_row north N1"}},
		"terminated": {[]string{"N2", "N3"}, nil},
	} {
		t.Run(status, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				w.hr.hire(north, "N1", "N2", "N3")
				w.settled()
				w.hr.edit(func(r *row) { r.status = status }, "N1")
				r := w.reconciler()
				r.Feeds[0].Source = doubting{w.hr.source, "N1"}
				if _, err := r.Run(t.Context(), reconcile.Options{}); err != nil {
					t.Fatal(err)
				}
				w.wantMembers(north, want.members...)
				w.wantOpen(want.open...)
			})
		})
	}
}

// doubting is a source that does not know which reading of somebody is right.
type doubting struct {
	source.Source
	ref string
}

func (d doubting) Pull(ctx context.Context, sink source.Sink) (source.Report, error) {
	return d.Source.Pull(ctx, doubtingSink{sink, d.ref})
}

type doubtingSink struct {
	source.Sink
	ref string
}

func (d doubtingSink) Record(values []string, place int) error {
	if values[0] == d.ref {
		d.Sink.(source.Doubter).Doubt("status", "two assignments, and neither is the primary one")
	}
	return d.Sink.Record(values, place)
}

// Under another name a source still covers whom it covered: those whom it lacks all at
// once are held.
func TestASourceThatWasRenamedAndShrank(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.hr.hire(north, refs("N", 40)...)
		w.settled()
		w.hr.name = "renamed"
		w.freshMetrics()
		w.run()
		w.hr.drop(refs("N", 35)...)
		run := w.run()
		if state := run.Sources[0].State; state != roster.SourceShrunk {
			t.Errorf("the source is %s", state)
		}
		w.wantMembers(north, refs("N", 40)...)
	})
}

// A bug in a source stops what it feeds and nothing else, and tells nobody what
// the record was.
func TestSourcesWithBugs(t *testing.T) {
	for _, test := range []struct {
		name   string
		source source.Source
		reason string
	}{
		{"it panics", panicking{}, "internal: the source or its mapping stopped unexpectedly at record 1"},
		{"it says more than it delivered", boasting{}, "count_mismatch: the source says 2 records and delivered 0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				w.hr.hire(north, "N1")
				w.settled()
				r := w.reconciler()
				r.Feeds[0].Source = test.source
				run, err := r.Run(t.Context(), reconcile.Options{})
				if err != nil {
					t.Fatal(err)
				}
				wantOutcome(t, run, roster.RunSourceFailed, 5)
				if got := run.Sources[0].Reason; got != test.reason {
					t.Errorf("reason: %s", got)
				}
				w.wantMembers(north, "N1")
			})
		})
	}
}

// A pull that shows somebody ends their absence, even when Vitable could not be
// reached and nothing was planned.
func TestPresenceCountsWithoutVitable(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.hr.hire(north, refs("N", 20)...)
		w.settled()
		w.hr.drop("N7")
		w.settled()
		w.hr.hire(north, "N7")
		w.box.AddFault(sandbox.Fault{Call: sandbox.ListGroups, Kind: sandbox.FaultStatus, Status: 401})
		wantOutcome(t, w.run(), roster.RunAPI, 8)
		w.box.SetFaults()
		w.hr.drop("N7")
		w.settled()
		w.wantLawful()
	})
}
