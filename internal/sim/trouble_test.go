package sim_test

import (
	"slices"
	"strings"
	"time"

	"github.com/rosterd/rosterd/internal/sandbox"
)

// trouble makes Vitable misbehave until the end of the day.
func (w *world) trouble(all []trouble) {
	for _, t := range all {
		if one, ok := strings.CutPrefix(t.What, "refuse "); ok {
			w.box.Refuse(w.employer.workers[t.Who%len(w.employer.workers)].ref, one, "blocked")
			continue
		}
		fault := faults()[t.What]
		fault.After, fault.Times = t.After, t.Times
		w.box.AddFault(fault)
	}
}

// faults are the misbehaviours of Vitable, by the name that a history has.
func faults() map[string]sandbox.Fault {
	return map[string]sandbox.Fault{
		"500":             {Call: sandbox.AnyCall, Kind: sandbox.FaultStatus, Status: 500},
		"503 later":       {Call: sandbox.AnyCall, Kind: sandbox.FaultStatus, Status: 503, RetryAfter: "3"},
		"429":             {Call: sandbox.AnyCall, Kind: sandbox.FaultRetryAfter, RetryAfter: "2"},
		"401":             {Call: sandbox.AnyCall, Kind: sandbox.FaultStatus, Status: 401},
		"refused roster":  {Call: sandbox.SubmitSync, Kind: sandbox.FaultStatus, Status: 422},
		"conflict":        {Call: sandbox.SubmitSync, Kind: sandbox.FaultStatus, Status: 409},
		"502 roster":      {Call: sandbox.SubmitSync, Kind: sandbox.FaultStatus, Status: 502},
		"reset":           {Call: sandbox.AnyCall, Kind: sandbox.FaultReset},
		"lost answer":     {Call: sandbox.SubmitSync, Kind: sandbox.FaultLostAnswer},
		"lost 504":        {Call: sandbox.SubmitSync, Kind: sandbox.FaultLostAnswer, Status: 504, Delay: 30 * time.Second},
		"truncated":       {Call: sandbox.AnyCall, Kind: sandbox.FaultTruncate},
		"login page":      {Call: sandbox.AnyCall, Kind: sandbox.FaultHTML},
		"redirect":        {Call: sandbox.AnyCall, Kind: sandbox.FaultRedirect},
		"slow":            {Call: sandbox.AnyCall, Kind: sandbox.FaultSlow, Delay: 20 * time.Second},
		"hang":            {Call: sandbox.AnyCall, Kind: sandbox.FaultHang},
		"never completes": {Call: sandbox.SubmitSync, Kind: sandbox.FaultNeverCompletes},
		"no results":      {Call: sandbox.GetSync, Kind: sandbox.FaultNoResults},
		"wrong id":        {Call: sandbox.GetSync, Kind: sandbox.FaultWrongID},
		"wrong receipt":   {Call: sandbox.SubmitSync, Kind: sandbox.FaultWrongID},
		"short page":      {Call: sandbox.ListGroups, Kind: sandbox.FaultShortPage},
		"short plans":     {Call: sandbox.ListPlans, Kind: sandbox.FaultShortPage},
		"repeated page":   {Call: sandbox.ListGroups, Kind: sandbox.FaultRepeatPage},
		"no pagination":   {Call: sandbox.ListGroups, Kind: sandbox.FaultNoPagination},
	}
}

func troubles() []string {
	all := []string{"refuse add", "refuse remove"}
	for name := range faults() {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}
