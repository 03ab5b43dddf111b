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
	Area   string `json:"area"` // file, source NAME, api, clock
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
	Advice string `json:"advice"` // what to do; "" when it is all right
}

// Check tests the sources, then Vitable, with the configuration that was read.
// It reads only. The code is the exit code that fits: 0, 1 (the clock is wrong), 3
// (rows that cannot be sent), 5 or 8. With the name of a source it tests only that, and looks closer.
func (a *App) Check(ctx context.Context, only string) (findings []Finding, code int, err error) {
	if names := a.sourceNames(); only != "" && !slices.Contains(names, only) {
		return nil, ExitUsage, &UsageError{fmt.Errorf("no source has that name; there are: %s", strings.Join(names, ", "))}
	}
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
	pulled := r.ProbeSources(ctx, only)
	for _, p := range pulled {
		found, bad := checkSource(p, only != "")
		findings = append(findings, found...)
		code = graver(code, bad)
	}
	if only != "" {
		return findings, code, nil
	}
	if apiErr != nil {
		return append(findings, Finding{Area: "api", Detail: apiErr.Error(), Advice: "set VITABLE_CONNECT_API_KEY or VITABLE_CONNECT_API_KEY_FILE"}), graver(code, ExitUsage), nil
	}
	offer, err := r.ProbeAPI(ctx)
	if err != nil {
		return append(findings, Finding{Area: "api", Detail: err.Error(), Advice: "check the key, VITABLE_CONNECT_BASE_URL and the network"}), graver(code, ExitAPI), nil
	}
	found, bad := a.checkOffer(offer, pulled)
	findings, code = append(findings, found...), graver(code, bad)
	if offer.Clock != nil {
		findings = append(findings, Finding{Area: "clock", Detail: offer.Clock.Error(), Advice: "a run would plan nothing; let this machine take its time from the network (NTP)"})
		code = graver(code, ExitInternal)
	}
	return findings, code, nil
}

// checkSource says what one source delivered and how its rows map; closely, also
// which columns it has and what becomes of a few people.
func checkSource(p reconcile.Probed, closely bool) ([]Finding, int) {
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
	for _, line := range samples(p, closely) {
		findings = append(findings, Finding{Area: area, OK: true, Detail: line})
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

// samples show a few people who can be sent, by what is safe to print.
func samples(p reconcile.Probed, closely bool) []string {
	var few []*roster.Person
	for i := range p.People {
		if one := &p.People[i]; one.Sendable() && len(few) < 3 {
			few = append(few, one)
		}
	}
	if closely {
		lines := []string{"columns: " + strings.Join(p.Columns, ", ")}
		for _, one := range few {
			lines = append(lines, fmt.Sprintf("sample of row %d: %s", one.Row, masked(one)))
		}
		return lines
	}
	shown := make([]string, 0, len(few))
	for _, one := range few {
		shown = append(shown, fmt.Sprintf("%s -> group %s, plan %s", one.ReferenceID, one.Group, one.Member.PlanID))
	}
	if len(shown) == 0 {
		return nil
	}
	return []string{"sample: " + strings.Join(shown, "; ")}
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
