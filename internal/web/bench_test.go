package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/store"
	"github.com/rosterd/rosterd/internal/web"
)

// BenchmarkPages asks for every page where there are 1,000 groups, 1,000 runs and
// 100,000 open failures. None should take 50 ms.
func BenchmarkPages(b *testing.B) {
	s, err := store.Open(b.Context(), store.Options{Dir: canary.Dir(b), Now: noon})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Lease(b.Context(), "bench", false); err != nil {
		b.Fatal(err)
	}
	crowded(b, s)
	log, _ := canary.Log(b)
	handler, err := web.Handler(web.Options{
		Store: s, Loopback: true, Zone: time.UTC, Now: noon, Log: log, NextRun: noon, Metrics: canary.Registry(b),
	})
	if err != nil {
		b.Fatal(err)
	}
	for _, path := range []string{
		"/", "/groups?page=7", "/group?name=g0500", "/runs", "/runs/run0999", "/failures", "/failures?kind=rule_error&page=300", "/failures?group=g0500",
		"/failures?reference_id=E42", "/holds", "/holds/h1", "/people?reference_id=E42",
	} {
		b.Run(path, func(b *testing.B) {
			for b.Loop() {
				r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, path, nil)
				r.Host = local
				answer := canary.Recorder(b)
				if handler.ServeHTTP(answer, r); answer.Code != http.StatusOK {
					b.Fatal(answer.Code)
				}
			}
		})
	}
}

func crowded(b *testing.B, s *store.Store) {
	b.Helper()
	var record roster.PlanRecord
	for n := range 1000 {
		name := fmt.Sprintf("g%04d", n)
		record.Groups = append(record.Groups, roster.GroupState{ExternalReferenceID: name, GroupID: "grp_" + name, Name: name})
		for range 100 {
			kind := []roster.Kind{roster.InvalidRow, roster.RuleError}[len(record.Sweep.Found)%2]
			ref := fmt.Sprintf("E%d", len(record.Sweep.Found))
			record.Sweep.Found = append(record.Sweep.Found, roster.Failure{Group: name, ReferenceID: ref, Kind: kind, Reason: "phone: has too few digits"})
		}
		if n < 999 {
			run := roster.Run{ID: fmt.Sprintf("run%04d", n), StartedAt: noon().Add(time.Duration(n-1000) * time.Hour), Outcome: roster.RunDone}
			run.EndedAt = run.StartedAt.Add(time.Minute)
			if err := s.StartRun(b.Context(), run); err != nil {
				b.Fatal(err)
			}
		}
	}
	waits := hold("d1")
	waits.Group = "g0500"
	for n := range 500 {
		waits.Removals = append(waits.Removals, roster.Removal{ReferenceID: fmt.Sprintf("F%d", n), Class: roster.Terminated})
	}
	record.Run = roster.Run{ID: "run0999", StartedAt: noon(), EndedAt: noon().Add(time.Minute), Outcome: roster.RunHeld}
	record.Holds = []roster.Hold{waits}
	if err := s.SavePlan(b.Context(), record); err != nil {
		b.Fatal(err)
	}
}
