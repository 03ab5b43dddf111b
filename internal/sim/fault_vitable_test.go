package sim_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/rosterd/rosterd/internal/sandbox"
)

// vitableFaults are those of Vitable's API.
func vitableFaults() []fault {
	// During the fault somebody is hired, and afterwards it is run again.
	during := func(f sandbox.Fault) func(s *scene) string {
		return func(s *scene) string {
			s.vitable(f)
			s.hire()
			return s.run(day{})
		}
	}
	post := func(kind sandbox.Kind, status int) sandbox.Fault {
		return sandbox.Fault{Call: sandbox.SubmitSync, Kind: kind, Status: status, Times: 1}
	}
	return []fault{
		{number: "F22", fault: "the answer to a roster is lost after Vitable took it", right: "unknown; settle, then the current roster; never two at once", injected: "a roster is taken and the connection is reset", play: stage(afterwards(during(post(sandbox.FaultLostAnswer, 0))))},
		{number: "F23", fault: "502, 503 or 504 for a roster, or a broken answer", right: "as if it had been taken, unless it certainly was not", injected: "a reset, 502, 503, 504 and half an answer, one after the other", play: stage(ambiguous)},
		{number: "F24", fault: "429 again and again", right: "slower for all, and the rest later", injected: "nine times 429 with Retry-After", play: stage(afterwards(during(sandbox.Fault{Call: sandbox.AnyCall, Kind: sandbox.FaultRetryAfter, RetryAfter: "2", Times: 9})))},
		{number: "F25", fault: "one person is refused", right: "the others go through; one failure; no retry without end", injected: "a refusal of one new person", play: stage(refused)},
		{number: "F26", fault: "401 in the middle of a run", right: "nothing more is sent; the plan is made again later", injected: "401 from the first roster on", play: stage(afterwards(during(sandbox.Fault{Call: sandbox.SubmitSync, Kind: sandbox.FaultStatus, Status: 401})))},
		{number: "F27", fault: "409 for a roster", right: "a failure; the next run plans again", injected: "409 once", play: stage(afterwards(during(post(sandbox.FaultStatus, 409))))},
		{number: "F28", fault: "200 with an error or a login page", right: "no success", injected: "a login page for every request", play: stage(afterwards(during(sandbox.Fault{Call: sandbox.AnyCall, Kind: sandbox.FaultHTML})))},
		{number: "F29", fault: "what was just made cannot be read yet", right: "waited for within bounds, never made twice", injected: "a group's list without the group that was made, for a while", play: stage(notYetListed)},
		{number: "F30", fault: "a list that is cut short", right: "blocked, or groups are made twice and nobody's plan is known", injected: "a page with a row too few; no pagination; the first page again and again", play: stage(shortLists)},
		{number: "F31", fault: "a group at Vitable that has no baseline here", right: "held until a person has compared", injected: "groups with people, and an empty database", play: staged(setup{Sizes: []int{24, 10, 5}, Enrolled: true, FirstSync: "hold", OnExcess: "carry", PlanChange: "report", Concurrency: 1}, func(s *scene) string { return s.run(day{}) })},
		{number: "F32", fault: "an answer that names another request, or another's member", right: "not believed", injected: "a receipt and an outcome of another request", play: stage(wrongIDs)},
		{number: "F33", fault: "an answer of a byte a second", right: "the whole request has a deadline", injected: "outcomes that drip", play: stage(afterwards(during(sandbox.Fault{Call: sandbox.GetSync, Kind: sandbox.FaultDrip, Delay: time.Second, Times: 3})))},
		{number: "F34", fault: "an answer without a field that the reference has", right: "not read as empty", injected: "an outcome without results", play: stage(afterwards(during(sandbox.Fault{Call: sandbox.GetSync, Kind: sandbox.FaultNoResults, Times: 3})))},
		{number: "F35", fault: "seven of ten go through", right: "each outcome is kept; those that failed are tried again on their schedule", injected: "three of ten new people are refused, for a day", play: stage(partly)},
	}
}

// afterwards adds the run after the fault.
func afterwards(during func(s *scene) string) func(s *scene) string {
	return func(s *scene) string {
		first := during(s)
		s.box.SetFaults()
		s.must(s.pass(time.Hour))
		return first + "; an hour later " + s.run(day{})
	}
}

func ambiguous(s *scene) string {
	happened := ""
	for _, f := range []struct {
		name string
		sandbox.Fault
	}{
		{"reset", sandbox.Fault{Kind: sandbox.FaultReset}},
		{"502", sandbox.Fault{Kind: sandbox.FaultStatus, Status: 502}},
		{"503", sandbox.Fault{Kind: sandbox.FaultStatus, Status: 503}},
		{"504", sandbox.Fault{Kind: sandbox.FaultStatus, Status: 504}},
		{"half an answer", sandbox.Fault{Kind: sandbox.FaultTruncate}},
	} {
		f.Call, f.Times = sandbox.SubmitSync, 1
		happened += f.name + ": " + afterwards(func(s *scene) string {
			s.vitable(f.Fault)
			s.hire()
			return s.run(day{})
		})(s) + ". "
	}
	return happened
}

func refused(s *scene) string {
	s.hire()
	newest := s.employer.workers[len(s.employer.workers)-1].ref
	s.box.Refuse(newest, "add", "subscribed elsewhere")
	first := s.run(day{})
	s.must(s.pass(10 * time.Minute))
	soon := s.run(day{})
	s.box.SetRules()
	s.must(errors.Join(s.pass(48*time.Hour), s.publish(day{})))
	return first + "; ten minutes later " + soon + "; when Vitable takes them " + s.run(day{})
}

func partly(s *scene) string {
	for range 10 {
		s.hire()
	}
	hired := s.employer.workers[len(s.employer.workers)-10:]
	for _, one := range hired[:3] {
		s.box.Refuse(one.ref, "add", "not today")
	}
	first := s.run(day{})
	n := 0
	for _, one := range hired {
		if s.isCovered(north, one.ref) {
			n++
		}
	}
	s.box.SetRules()
	s.must(errors.Join(s.pass(48*time.Hour), s.publish(day{})))
	return fmt.Sprintf("%s, %d of 10 covered; two days later %s", first, n, s.run(day{}))
}

func notYetListed(s *scene) string {
	s.employer.hire(branch, west, "") // west is made when somebody is in it
	s.must(s.publish(day{}))
	s.vitable(sandbox.Fault{Call: sandbox.CreateGroup, Kind: sandbox.FaultLostAnswer, Times: 1})
	first := s.run(day{})
	s.must(s.pass(time.Hour))
	second := s.run(day{})
	made := 0
	for _, entry := range s.box.Ledger() {
		if entry.Call == sandbox.CreateGroup {
			made++
		}
	}
	if made != 1 {
		s.t.Errorf("the group is made %d times", made)
	}
	return "the answer to its making is lost: " + first + "; an hour later " + second
}

func shortLists(s *scene) string {
	happened := ""
	for _, kind := range []sandbox.Kind{sandbox.FaultShortPage, sandbox.FaultNoPagination, sandbox.FaultRepeatPage} {
		s.box.SetFaults(sandbox.Fault{Call: sandbox.ListGroups, Kind: kind})
		s.hire()
		happened += string(kind) + ": " + s.run(day{}) + "; "
	}
	s.box.SetFaults(sandbox.Fault{Call: sandbox.ListPlans, Kind: sandbox.FaultShortPage})
	return happened + "the plans: " + s.run(day{})
}

func wrongIDs(s *scene) string {
	s.vitable(sandbox.Fault{Call: sandbox.SubmitSync, Kind: sandbox.FaultWrongID, Times: 1})
	s.hire()
	receipt := afterwards(func(s *scene) string { return s.run(day{}) })(s)
	s.must(s.giveUp(s.ctx)) // nobody can ask for what has no name
	s.vitable(sandbox.Fault{Call: sandbox.GetSync, Kind: sandbox.FaultWrongID, Times: 2})
	s.hire()
	return "a receipt: " + receipt + ", until it is abandoned. An outcome: " + afterwards(func(s *scene) string { return s.run(day{}) })(s)
}
