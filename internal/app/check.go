package app

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/roster"
)

// Finding is one line of `rosterd check`.
type Finding struct {
	Area   string `json:"area"` // file, source NAME, api
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
	Advice string `json:"advice"` // what to do; "" when it is all right
}

// Check tests the sources, then Vitable, with the configuration that was read.
// It reads only. The code is the exit code that fits: 0, 3 (rows that cannot
// be sent), 5 or 8.
func (a *App) Check(ctx context.Context) (findings []Finding, code int, err error) {
	findings = append(findings, Finding{Area: "file", OK: true, Detail: fmt.Sprintf("%s: version 1, %d sources", a.Env.Config, len(a.File.Sources))})
	registry := prometheus.NewRegistry()
	api, apiErr := a.Client(registry)
	var vitable reconcile.API
	if apiErr == nil {
		vitable = api.ReadOnly()
	}
	r, err := a.Reconciler(nil, vitable, registry)
	if err != nil {
		return findings, ExitUsage, err
	}
	pulled := r.ProbeSources(ctx)
	for _, p := range pulled {
		found, bad := checkSource(p)
		findings = append(findings, found...)
		code = graver(code, bad)
	}
	if apiErr != nil {
		return append(findings, Finding{Area: "api", Detail: apiErr.Error(), Advice: "set VITABLE_CONNECT_API_KEY or VITABLE_CONNECT_API_KEY_FILE"}), graver(code, ExitUsage), nil
	}
	offer, err := r.ProbeAPI(ctx)
	if err != nil {
		return append(findings, Finding{Area: "api", Detail: err.Error(), Advice: "check the key, VITABLE_CONNECT_BASE_URL and the network"}), graver(code, ExitAPI), nil
	}
	found, bad := a.checkOffer(offer, pulled)
	return append(findings, found...), graver(code, bad), nil
}

// checkSource says what one source delivered and how its rows map.
func checkSource(p reconcile.Probed) ([]Finding, int) {
	area := "source " + p.Pull.Source
	if p.Pull.State == roster.SourceBroken || p.Pull.State == roster.SourceOld {
		return []Finding{{Area: area, Detail: p.Pull.Reason, Advice: roster.SourceFailed.Guidance()}}, ExitSource
	}
	standing := map[roster.Standing]int{}
	faults, notes := map[string]int{}, map[string]int{}
	first := map[string]string{}
	for i := range p.People {
		person := &p.People[i]
		if person.Standing != "" {
			standing[person.Standing]++
		}
		for _, problem := range person.Problems {
			what := problem.Field + ": " + problem.Detail
			if faults[what]++; first[what] == "" {
				first[what] = fmt.Sprintf("first in row %d", person.Row)
			}
		}
		for _, note := range person.Notes {
			notes[note.Field+": "+note.Detail]++
		}
	}
	findings := []Finding{{Area: area, OK: true, Detail: fmt.Sprintf("%d records: %d in, %d terminated, %d not eligible",
		p.Pull.Records, standing[roster.StandingIn], standing[roster.StandingTerminated], standing[roster.StandingNotEligible])}}
	if sample := sampleOf(p.People); sample != "" {
		findings = append(findings, Finding{Area: area, OK: true, Detail: sample})
	}
	for _, what := range slices.Sorted(maps.Keys(notes)) {
		findings = append(findings, Finding{Area: area, OK: true, Detail: fmt.Sprintf("%d rows, %s", notes[what], what)})
	}
	for _, what := range slices.Sorted(maps.Keys(faults)) {
		findings = append(findings, Finding{
			Area: area, Detail: fmt.Sprintf("%d rows cannot be sent, %s (%s)", faults[what], what, first[what]),
			Advice: "correct the rows in the HR system, or the field's mapping",
		})
	}
	if len(faults) > 0 {
		return findings, ExitFailures
	}
	return findings, ExitDone
}

// sampleOf names a few people who can be sent, by what is safe to print.
func sampleOf(people []roster.Person) string {
	var shown []string
	for i := range people {
		if p := &people[i]; p.Sendable() && len(shown) < 3 {
			shown = append(shown, fmt.Sprintf("%s -> group %s, plan %s", p.ReferenceID, p.Group, p.Member.PlanID))
		}
	}
	if len(shown) == 0 {
		return ""
	}
	return "sample: " + strings.Join(shown, "; ")
}

// checkOffer says whether Vitable has the plans and groups that people need.
func (a *App) checkOffer(offer reconcile.Offer, pulled []reconcile.Probed) ([]Finding, int) {
	findings := []Finding{{Area: "api", OK: true, Detail: fmt.Sprintf("the key is good; %d plans, %d groups", len(offer.Plans), len(offer.Groups))}}
	plans, groups := map[string]int{}, map[string]int{}
	for _, p := range pulled {
		for i := range p.People {
			person := &p.People[i]
			if !person.Sendable() {
				continue
			}
			if !offer.Plans[person.Member.PlanID] {
				plans[person.Member.PlanID]++
			}
			if _, ok := offer.Groups[person.Group]; !ok && !a.File.Groups.CreateMissing {
				groups[person.Group]++
			}
		}
	}
	for _, plan := range slices.Sorted(maps.Keys(plans)) {
		findings = append(findings, Finding{Area: "api", Detail: fmt.Sprintf("plan %q of %d people is not one of Vitable's", plan, plans[plan]), Advice: roster.UnmappedPlan.Guidance()})
	}
	for _, group := range slices.Sorted(maps.Keys(groups)) {
		findings = append(findings, Finding{Area: "api", Detail: fmt.Sprintf("group %q of %d people is not one of Vitable's", group, groups[group]), Advice: roster.UnmappedGroup.Guidance()})
	}
	if len(plans)+len(groups) > 0 {
		return findings, ExitFailures
	}
	return findings, ExitDone
}

// graver returns the exit code that wins.
func graver(a, b int) int {
	order := []int{ExitDone, ExitFailures, ExitHeld, ExitSource, ExitAPI, ExitBusy, ExitUsage, ExitState, ExitInternal}
	if slices.Index(order, b) > slices.Index(order, a) {
		return b
	}
	return a
}
