package sim_test

import (
	"errors"
	"fmt"
	"log"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/sandbox"
)

// services is where every source that calls a service is held against what
// services do.
const services = "internal/source/rest TestLaws"

// sourceFaults are those of an HR system and what it exports.
func sourceFaults() []fault {
	flawed := func(f flaw) func(s *scene) string {
		return func(s *scene) string { return s.breaks(day{Flaws: [2]flaw{f, clean}, Pick: 3}) }
	}
	return []fault{
		{number: "F01", fault: "a source answers 401 or 403", right: "the run fails before it plans; nothing is written", injected: "each of them, for every request", elsewhere: services},
		{number: "F02", fault: "a source answers 429", right: "honoured up to a cap, else the run is put off", injected: "seconds, a date, ten years, a word and nothing", elsewhere: services},
		{number: "F03", fault: "page k of n does not come", right: "tried again, then no complete pull: nobody is removed", injected: "the last page fails once, and for good", elsewhere: services},
		{number: "F04", fault: "nobody in an export", right: "a failed pull, never an empty group", injected: "an export of a header only", play: stage(flawed(noRows))},
		{number: "F05", fault: "far fewer people than last time", right: "who is missing waits for a person", injected: "a third of the rows is missing, twice", play: stage(shrinks)},
		{number: "F06", fault: "a body or file that was cut", right: "no pull", injected: "an export that ends within a row", play: stage(flawed(cut))},
		{number: "F07", fault: "pages that repeat, overlap or loop", right: "noticed, no pull", injected: "every page is the first one again", elsewhere: services},
		{number: "F08", fault: "rows move between pages while they are read", right: "whoever is missing keeps coverage until the second complete pull without them", injected: "a row is missing once", play: stage(flawed(missing))},
		{number: "F09", fault: "a reference_id twice", right: "equal rows are one; of rows that differ nobody is believed, and the rest goes on", injected: "rows twice, then one with another phone; somebody listed for an earlier employment as well, and then for that one only, once", play: stage(doubles)},
		{number: "F10", fault: "a reference_id is given to another person", right: "looked at by a person before anything is overwritten", injected: "one row with another name and birth date under the old reference_id", play: stage(anotherPerson)},
		{number: "F11", fault: "columns renamed, reordered; a word that nobody knows", right: "a required column is missed; order means nothing; who is unknown is carried", injected: "a renamed column, another order, the status LOA", play: stage(drifts)},
		{number: "F12", fault: "garbage in cells", right: "that person is carried with the field named, never the value; the rest goes on", injected: "birth dates, ZIP codes, phones and states that are none, one to a row", play: stage(garbageCells)},
		{number: "F13", fault: "one field of everybody changes", right: "nobody is lost by it", injected: "every birth date blank, then every address the same", play: stage(everybody)},
		{number: "F14", fault: "an old file comes back", right: "never a step back; it is told", injected: "last week's file with its date, then the newest once more", play: stage(oldFile)},
		{number: "F15", fault: "a file that is still being written", right: "waited for until it rests", injected: "stable_for of a minute, and a file that grows meanwhile", play: stage(growing)},
		{number: "F16", fault: "input without end", right: "a limit, in bounded memory", injected: "a row of three megabytes", play: stage(endless)},
		{number: "F17", fault: "a redirect to another host", right: "not followed, no credential sent", injected: "307 to another host, from Vitable", play: stage(func(s *scene) string {
			s.vitable(sandbox.Fault{Call: sandbox.AnyCall, Kind: sandbox.FaultRedirect})
			s.hire()
			return s.run(day{})
		})},
		{number: "F18", fault: "a certificate that is expired, foreign or self-signed", right: "no connection", injected: "a server with a certificate of its own making", play: ownCertificate},
		{number: "F19", fault: "dates that have not come; midnight elsewhere", right: "the day of the employer's zone decides", injected: "a termination and a hire on a day that has begun in UTC and not in New York", play: stage(midnight)},
		{number: "F20", fault: "a termination is taken back", right: "nobody loses anything", injected: "a termination in two days, gone on the next", play: stage(takenBack)},
		{number: "F21", fault: "a rule fails for one person", right: "that person is carried, the rest goes on", injected: "a rule that divides by the length of a cell, which is blank in one row", play: stage(ruleFails)},
	}
}

// hire hires somebody in north, so that there is something to send.
func (s *scene) hire() {
	s.employer.apply(hires, 0, 0, s.today)
	s.must(s.publish(day{}))
}

func shrinks(s *scene) string {
	first := s.breaks(day{Flaws: [2]flaw{shrunken, clean}, Pick: 3})
	s.must(s.pass(24 * time.Hour))
	return "first " + first + "; a day later " + s.run(day{})
}

func doubles(s *scene) string {
	equal := s.breaks(day{Flaws: [2]flaw{twice, clean}, Pick: 3})
	differ := s.breaks(day{Flaws: [2]flaw{conflict, clean}, Pick: 3})
	s.employer.apply(rehired, 3, 0, s.today)
	both := s.breaks(day{})
	former := s.breaks(day{Flaws: [2]flaw{missing, clean}, Pick: 3})
	return "equal rows: " + equal + "; rows that differ: " + differ + "; two employments: " + both + ", of which one is missing: " + former
}

func anotherPerson(s *scene) string {
	s.export(hq, func(rows [][]string, index map[string]int) [][]string {
		rows[3][index["first_name"]], rows[3][index["last_name"]], rows[3][index["dob"]] = canary.FamilyName, canary.GivenName, "1961-02-03"
		return rows
	})
	held := s.run(day{})
	if one, _ := s.box.Member(north, "E004"); one.Row.FirstName != canary.GivenName {
		s.t.Error("somebody else is covered in the place of E004")
	}
	s.must(s.publish(day{}))
	return held + "; the HR system is right again: " + s.run(day{})
}

func drifts(s *scene) string {
	renamed := s.breaks(day{Flaws: [2]flaw{headless, clean}, Pick: 3})
	order := s.breaks(day{Flaws: [2]flaw{reordered, clean}})
	s.export(hq, func(rows [][]string, index map[string]int) [][]string {
		rows[3][index["status"]] = "LOA"
		return rows
	})
	unknown := s.run(day{})
	if !s.isCovered(north, "E004") {
		unknown += ", who lost coverage"
	}
	return "renamed: " + renamed + "; reordered: " + order + "; an unknown status: " + unknown
}

func garbageCells(s *scene) string {
	s.export(hq, func(rows [][]string, index map[string]int) [][]string {
		for i, cell := range [][2]string{
			{"dob", "31/31/1999"}, {"dob", "3/4/75"}, {"dob", "1875-01-01"}, {"zip", "1234567"}, {"mobile", "call me"}, {"state", "XX"}, {"email", "=HYPERLINK(1)"}, {"plan_code", "none of them"},
		} {
			rows[i][index[cell[0]]] = cell[1]
		}
		return rows
	})
	happened := s.run(day{})
	if n := len(s.box.Members(north)); n != 24 {
		s.t.Errorf("north has %d people, want 24", n)
	}
	s.export(hq, func(rows [][]string, index map[string]int) [][]string {
		rows[3][index["city"]] = "a\x00b"
		return rows
	})
	return happened + "; a NUL, which no text has: " + s.run(day{})
}

func everybody(s *scene) string {
	s.export(hq, func(rows [][]string, index map[string]int) [][]string {
		for _, row := range rows {
			row[index["dob"]] = ""
		}
		return rows
	})
	blank := s.run(day{})
	s.export(hq, func(rows [][]string, index map[string]int) [][]string {
		for _, row := range rows {
			row[index["street"]] = "1 Same Street"
		}
		return rows
	})
	same := s.run(day{})
	return "no birth dates: " + blank + "; one address: " + same + ", as changes that nobody loses coverage by"
}

func oldFile(s *scene) string {
	s.must(s.pass(24 * time.Hour))
	s.hire()
	s.must(s.once(s.ctx, day{}))
	s.must(s.pass(24 * time.Hour))
	s.hire()
	newest := s.run(day{})
	stepBack := s.breaks(day{Flaws: [2]flaw{old, clean}})
	s.must(s.publish(day{}))
	return "the newest: " + newest + "; the old one: " + stepBack + "; the newest once more: " + s.breaks(day{Flaws: [2]flaw{again, clean}})
}

func growing(s *scene) string {
	s.must(s.configured("stable_for: 0s", "stable_for: 1m"))
	s.hire()
	text := encode(columns(), s.rows(hq)[1:])
	s.overwrite(hq, text[:len(text)/2])
	go func() {
		time.Sleep(30 * time.Second)
		s.overwrite(hq, text)
	}()
	half := s.run(day{})
	return "while it grows: " + half + "; when it rests: " + s.run(day{})
}

func endless(s *scene) string {
	s.export(hq, func(rows [][]string, index map[string]int) [][]string {
		rows[3][index["city"]] = strings.Repeat("a", 3<<20)
		return rows
	})
	happened := s.run(day{})
	return happened
}

func midnight(s *scene) string {
	zone := func() string { return fmt.Sprint(time.Now().UTC().Format(time.DateOnly) != s.today(0)) }
	s.must(s.pass(untilUTCMidnight() + time.Hour))
	ahead := zone()
	s.employer.workers[2].leaves = s.today(1)
	s.employer.hire(hq, north, s.today(1))
	hired := s.employer.workers[len(s.employer.workers)-1].ref
	s.must(s.publish(day{}))
	early := s.run(day{})
	if !s.isCovered(north, "E003") || s.isCovered(north, hired) {
		s.t.Error("a date acts before the employer's midnight")
	}
	s.must(s.pass(5 * time.Hour))
	late := s.run(day{})
	if s.isCovered(north, "E003") || !s.isCovered(north, hired) {
		s.t.Error("a date does not act after the employer's midnight")
	}
	return "days differ: " + ahead + "; before midnight in New York: " + early + "; after it: " + late
}

func untilUTCMidnight() time.Duration {
	now := time.Now().UTC()
	return now.Truncate(24 * time.Hour).Add(24 * time.Hour).Sub(now)
}

func takenBack(s *scene) string {
	s.employer.apply(leavesSoon, 2, 0, s.today)
	s.must(s.publish(day{}))
	dated := s.run(day{})
	s.must(s.pass(24 * time.Hour))
	s.employer.apply(retracts, 2, 0, s.today)
	s.must(s.publish(day{}))
	s.must(s.once(s.ctx, day{}))
	s.must(s.pass(48 * time.Hour))
	s.must(s.publish(day{}))
	after := s.run(day{})
	if !s.isCovered(north, "E003") {
		s.t.Error("E003 is not covered")
	}
	return "with the date: " + dated + "; without it, after that day: " + after
}

func ruleFails(s *scene) string {
	s.must(s.configured("include: {status: [active, leave, seasonal"+letters(0)+"]}", `include: {cel: 'int(row.zip) > 0 && row.status in ["active", "leave"]'}`))
	s.must(s.once(s.ctx, day{}))
	s.export(hq, func(rows [][]string, index map[string]int) [][]string {
		rows[3][index["zip"]] = ""
		return rows
	})
	happened := s.run(day{})
	if !slices.Contains(s.box.Members(north), "E004") {
		s.t.Error("E004 is not covered")
	}
	return happened
}

// ownCertificate has no bubble: what is tried is a real connection.
func ownCertificate(t *testing.T) string {
	w, err := newWorld(t, canary.Dir(t), canary.Input(t), history{Setup: setup{Sizes: []int{3, 3, 3}, FirstSync: "allow", OnExcess: "carry", PlanChange: "report", Concurrency: 1}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(w.box)
	server.Config.ErrorLog = log.New(canary.Output(t), "", 0)
	server.StartTLS()
	defer server.Close()
	for i, s := range w.systems {
		if err := s.write(w.employer.of(i), clean, 0, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	in := w.instances[0]
	in.url, in.transport = server.URL, nil
	p, err := in.start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	made, err := p.run(t.Context(), reconcile.Options{}, nil)
	if err := errors.Join(err, p.end()); err != nil {
		t.Fatal(err)
	}
	if len(w.box.Ledger()) > 0 {
		t.Error("Vitable was sent something")
	}
	return fmt.Sprintf("exit %d, nothing sent", made.ExitCode)
}
