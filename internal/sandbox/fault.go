package sandbox

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Call names one operation of the API.
type Call string

// The calls. AnyCall stands for each of them in a Fault.
const (
	ListPlans   Call = "list_plans"
	ListGroups  Call = "list_groups"
	CreateGroup Call = "create_group"
	GetGroup    Call = "get_group"
	UpdateGroup Call = "update_group"
	SubmitSync  Call = "submit_sync"
	GetSync     Call = "get_sync"
	AnyCall     Call = "*"
)

// Kind says how a request goes wrong.
type Kind string

// These kinds stop a request before it reaches the API: nothing is processed.
const (
	FaultStatus     Kind = "status"      // an error of Status, with RetryAfter where it is set
	FaultRetryAfter Kind = "retry_after" // the same, by default 429 and one second
	FaultReset      Kind = "reset"       // the connection is reset without an answer
	FaultHang       Kind = "hang"        // no answer until the client leaves, or for Delay
	FaultHTML       Kind = "html"        // 200 and a login page
	FaultRedirect   Kind = "redirect"    // 307 to Location
)

// With these kinds the request is processed in full, and its answer suffers.
const (
	FaultSlow       Kind = "slow"        // it comes after Delay
	FaultDrip       Kind = "drip"        // its body comes one byte per Delay
	FaultTruncate   Kind = "truncate"    // the connection is closed in the middle of the body
	FaultLostAnswer Kind = "lost_answer" // it never comes: a reset, or an error of Status, after Delay
	FaultOldError   Kind = "old_error"   // an error has the older shape; with Status nothing is processed and it is an error
)

// These kinds bend what the API says.
const (
	FaultNeverCompletes Kind = "never_completes" // submit_sync: the sync stays in flight for ever; get_sync: it is shown so
	FaultNoResults      Kind = "no_results"      // get_sync: completed_at is set and results is missing
	FaultWrongID        Kind = "wrong_id"        // submit_sync, get_sync: the answer names another request
	FaultShortPage      Kind = "short_page"      // lists: the last row of a page is missing, the total still counts it
	FaultRepeatPage     Kind = "repeat_page"     // lists: every page has the rows of the first
	FaultNoPagination   Kind = "no_pagination"   // lists: the pagination is missing
	FaultLateClock      Kind = "late_clock"      // the Date of the answer is Delay ago, as if the client's clock were ahead
)

// Fault is one rule of misbehaviour. The first rule of a list that applies to
// a request befalls it. Its JSON has the same names in snake_case, and Delay
// as text such as "1.5s".
type Fault struct {
	Call Call `json:"call"` // AnyCall: all of them
	// Group is the external_reference_id of the group that the path names; "" is
	// any request, and the only match for a call that names no group there.
	Group      string        `json:"group,omitempty"`
	Kind       Kind          `json:"kind"`
	Status     int           `json:"status,omitempty"`      // 0: the kind's own
	RetryAfter string        `json:"retry_after,omitempty"` // the header, sent as it is
	Location   string        `json:"location,omitempty"`    // of a redirect; "": a host that does not exist
	Delay      time.Duration `json:"delay,omitempty"`
	After      int           `json:"after,omitempty"` // lets that many matching requests pass first
	Times      int           `json:"times,omitempty"` // befalls that many; 0: all
}

// calls returns the calls that the kind makes sense for, and whether there is
// such a kind.
func (k Kind) calls() ([]Call, bool) {
	switch k {
	case FaultStatus, FaultRetryAfter, FaultReset, FaultHang, FaultHTML, FaultRedirect,
		FaultSlow, FaultDrip, FaultTruncate, FaultLostAnswer, FaultOldError, FaultLateClock:
		return calls(), true
	case FaultNeverCompletes, FaultWrongID:
		return []Call{SubmitSync, GetSync}, true
	case FaultNoResults:
		return []Call{GetSync}, true
	case FaultShortPage, FaultRepeatPage, FaultNoPagination:
		return []Call{ListPlans, ListGroups}, true
	default:
		return nil, false
	}
}

func calls() []Call {
	return []Call{ListPlans, ListGroups, CreateGroup, GetGroup, UpdateGroup, SubmitSync, GetSync}
}

// Validate says everything that keeps the fault from ever working as written.
func (f Fault) Validate() error { return errors.Join(f.checkNames(), f.checkNumbers()) }

// checkNames checks the call, the kind, and that they go together.
func (f Fault) checkNames() error {
	fits, known := f.Kind.calls()
	switch {
	case !known:
		return fmt.Errorf("unknown kind %q", f.Kind)
	case f.Call == AnyCall || slices.Contains(fits, f.Call):
		return nil
	case slices.Contains(calls(), f.Call):
		return fmt.Errorf("kind %s does not apply to %s", f.Kind, f.Call)
	default:
		return fmt.Errorf("unknown call %q", f.Call)
	}
}

func (f Fault) checkNumbers() error {
	var faults []error
	if f.Status != 0 && (f.Status < 200 || f.Status > 599) {
		faults = append(faults, fmt.Errorf("status %d is not within 200 to 599", f.Status))
	}
	if f.Kind == FaultStatus && f.Status == 0 {
		faults = append(faults, errors.New("kind status needs a status"))
	}
	if (f.Kind == FaultSlow || f.Kind == FaultDrip || f.Kind == FaultLateClock) && f.Delay == 0 {
		faults = append(faults, fmt.Errorf("kind %s needs a delay", f.Kind))
	}
	if f.Delay < 0 || f.After < 0 || f.Times < 0 {
		faults = append(faults, errors.New("delay, after and times may not be negative"))
	}
	return errors.Join(faults...)
}

// matches reports whether the fault is about this request at all.
func (f Fault) matches(call Call, ext string) bool {
	if f.Call != AnyCall && f.Call != call || f.Group != "" && f.Group != ext {
		return false
	}
	fits, _ := f.Kind.calls()
	return slices.Contains(fits, call)
}

// intercepts reports whether the request never reaches the API.
func (f Fault) intercepts() bool {
	switch f.Kind {
	case FaultStatus, FaultRetryAfter, FaultReset, FaultHang, FaultHTML, FaultRedirect:
		return true
	case FaultOldError:
		return f.Status != 0
	default:
		return false
	}
}

// armed is a fault with its count.
type armed struct {
	Fault
	seen, fired int
}

// armAll validates and arms; what is not valid is a mistake in the program
// that set it, so it panics.
func armAll(faults []Fault) []*armed {
	all := make([]*armed, len(faults))
	for i, f := range faults {
		if err := f.Validate(); err != nil {
			panic(fmt.Sprintf("sandbox: fault %d: %v", i, err))
		}
		all[i] = &armed{Fault: f}
	}
	return all
}

// choose counts the request with every fault that matches it and returns the
// first that is due, or the zero Fault.
func choose(faults []*armed, call Call, ext string) Fault {
	var chosen Fault
	for _, f := range faults {
		if !f.matches(call, ext) {
			continue
		}
		f.seen++
		if chosen.Kind == "" && f.seen > f.After && (f.Times == 0 || f.fired < f.Times) {
			f.fired++
			chosen = f.Fault
		}
	}
	return chosen
}
