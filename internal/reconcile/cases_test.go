package reconcile_test

import (
	"time"

	"github.com/rosterd/rosterd/internal/sandbox"
)

// fault is a named misbehaviour of Vitable.
type fault struct {
	name  string
	fault sandbox.Fault
}

// looks are the ways in which a look at a request goes wrong and heals.
func looks() []fault {
	return []fault{
		{"server error", sandbox.Fault{Call: sandbox.GetSync, Kind: sandbox.FaultStatus, Status: 500, Times: 9}},
		{"too many requests", sandbox.Fault{Call: sandbox.GetSync, Kind: sandbox.FaultRetryAfter, RetryAfter: "20", Times: 3}},
		{"reset", sandbox.Fault{Call: sandbox.GetSync, Kind: sandbox.FaultReset, Times: 9}},
		{"hang", sandbox.Fault{Call: sandbox.GetSync, Kind: sandbox.FaultHang, Times: 2}},
		{"truncated", sandbox.Fault{Call: sandbox.GetSync, Kind: sandbox.FaultTruncate, Times: 5}},
		{"a login page", sandbox.Fault{Call: sandbox.GetSync, Kind: sandbox.FaultHTML, Times: 2}},
		{"no results", sandbox.Fault{Call: sandbox.GetSync, Kind: sandbox.FaultNoResults, Times: 2}},
		{"another request", sandbox.Fault{Call: sandbox.GetSync, Kind: sandbox.FaultWrongID, Times: 2}},
		{"not found at first", sandbox.Fault{Call: sandbox.GetSync, Kind: sandbox.FaultStatus, Status: 404, Times: 2}},
		{"shown in flight too long", sandbox.Fault{Call: sandbox.GetSync, Kind: sandbox.FaultNeverCompletes, Times: 4}},
	}
}

// silences are the ways in which nobody can tell whether a roster was accepted.
// In those that got through, it was.
func silences() []struct {
	fault
	accepted bool
} {
	submit := func(kind sandbox.Kind) sandbox.Fault {
		return sandbox.Fault{Call: sandbox.SubmitSync, Group: north, Kind: kind, Times: 1}
	}
	bad := submit(sandbox.FaultStatus)
	bad.Status = 502
	hidden := submit(sandbox.FaultLostAnswer)
	hidden.Status, hidden.Delay = 504, 30*time.Second
	return []struct {
		fault
		accepted bool
	}{
		{fault{"reset before it arrived", submit(sandbox.FaultReset)}, false},
		{fault{"no answer at all", submit(sandbox.FaultHang)}, false},
		{fault{"bad gateway", bad}, false},
		{fault{"answer lost", submit(sandbox.FaultLostAnswer)}, true},
		{fault{"gateway timeout after acceptance", hidden}, true},
		{fault{"answer cut off", submit(sandbox.FaultTruncate)}, true},
	}
}
