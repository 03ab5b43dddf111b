package sim_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/rosterd/rosterd/internal/canary"
)

// The groups and plans of every employer. West does not exist at first: where
// the configuration says so, rosterd creates it.
const (
	north, south, east, west = "north", "south", "east", "west"
	gold, silver             = "pln_gold", "pln_silver"
)

// The HR systems. Hq knows the people of north and some of south, branch the
// others.
const (
	hq = iota
	branch
	sources
)

// worker is somebody as the HR system has them. Dates are YYYY-MM-DD, "" for
// none; they compare as text.
type worker struct {
	serial int // who they are: name and birth date, whatever their reference_id
	ref    string
	source int
	group  string
	plan   string
	city   int
	status string // active, leave, unpaid (not eligible), terminated
	hired  string
	leaves string
	broken bool // the row cannot be sent
	former bool // an earlier employment has a row of its own, of the same reference_id
}

// covered reports whether somebody should be covered on a day: a termination
// whose date has not come is none yet.
func (w worker) covered(day string) bool {
	employed := w.status == "active" || w.status == "leave" || w.status == "terminated" && w.leaves != ""
	return employed && w.hired <= day && (w.leaves == "" || day < w.leaves)
}

// employer is the truth. Whoever is not in workers has no row.
type employer struct {
	workers []worker
	serial  int
}

func newEmployer(sizes []int) *employer {
	e := &employer{}
	for i, group := range []string{north, south, east} {
		for n := range sizes[i] {
			source := hq
			if group == east || group == south && n%2 == 1 {
				source = branch
			}
			e.hire(source, group, "")
		}
	}
	return e
}

func (e *employer) hire(source int, group, day string) {
	e.serial++
	e.workers = append(e.workers, worker{
		serial: e.serial, ref: fmt.Sprintf("E%03d", e.serial), source: source, group: group, plan: gold, status: "active", hired: day,
	})
}

// change is something that happens to somebody, or to the HR system's idea of them.
type change string

const (
	hires      change = "hires"       // Arg: into which group
	hiresLater change = "hires later" // in three days
	terminates change = "terminates"
	leavesSoon change = "leaves soon" // a date in two days
	retracts   change = "retracts"    // the date goes
	unpaid     change = "unpaid"      // not eligible
	returns    change = "returns"     // active again, whatever they were
	moves      change = "moves"       // Arg: to which group
	rekeys     change = "rekeys"      // another reference_id
	relocates  change = "relocates"
	upgrades   change = "upgrades" // the other plan
	breaks     change = "breaks"   // the row cannot be sent
	mends      change = "mends"
	deletes    change = "deletes" // the row goes, for good
	rehired    change = "rehired" // the row of an earlier employment stays beside theirs
	clears     change = "clears"  // that one goes
)

func changes() []change {
	return []change{
		hires, hiresLater, terminates, leavesSoon, retracts, unpaid, returns, moves, rekeys, relocates, upgrades, breaks, mends, deletes, rehired, clears,
	}
}

// apply makes a change to the who-th worker. A move stays within the HR
// system: a row that leaves one system before it is in the other looks, to
// everybody, like an absence.
func (e *employer) apply(c change, who, arg int, day func(in int) string) {
	groups := []string{north, south, east, west}
	if c == hires || c == hiresLater {
		in := 0
		if c == hiresLater {
			in = 3
		}
		e.hire(arg%sources, groups[arg%len(groups)], day(in))
		return
	}
	if len(e.workers) < 8 { // an employer that runs out of people tests nothing
		return
	}
	i := who % len(e.workers)
	w := &e.workers[i]
	switch c {
	case terminates:
		w.status, w.leaves = "terminated", day(0)
	case leavesSoon:
		if w.hired <= day(0) { // nobody leaves before they come
			w.leaves = day(2)
		}
	case retracts:
		if day(0) < w.leaves {
			w.leaves = ""
		}
	case unpaid:
		w.status = "unpaid"
	case returns:
		w.status, w.leaves = "active", ""
	case moves:
		w.group = groups[arg%len(groups)]
	case rekeys:
		w.ref = fmt.Sprintf("K%03d%d", w.serial, len(w.ref))
	case relocates:
		w.city++
	case upgrades:
		w.plan = map[string]string{gold: silver, silver: gold}[w.plan]
	case breaks:
		w.broken = true
	case mends:
		w.broken = false
	case rehired:
		w.former = true
	case clears:
		w.former = false
	case deletes:
		e.workers = slices.Delete(e.workers, i, i+1)
	}
}

// of are the workers of one HR system.
func (e *employer) of(source int) []worker {
	var own []worker
	for _, w := range e.workers {
		if w.source == source {
			own = append(own, w)
		}
	}
	return own
}

// columns of every export.
func columns() []string {
	return []string{
		"employee_id", "first_name", "last_name", "dob", "mobile", "email", "street", "city", "state", "zip", "plan_code", "department", "status", "hired", "leaves",
	}
}

// row is what an export says of a worker.
func (w worker) row() []string {
	phone := canary.Phone
	if w.broken {
		phone = "none"
	}
	return []string{
		w.ref, canary.GivenName, canary.FamilyName + letters(w.serial), w.born(), phone, letters(w.serial) + canary.Mail,
		canary.Street, canary.City + letters(w.city), "IL", canary.ZIP, w.plan, w.group, w.status, w.hired, w.leaves,
	}
}

// formerRow is what an export says of an earlier employment of the same worker.
func (w worker) formerRow() []string {
	w.status, w.hired, w.leaves = "terminated", "2019-01-07", "2020-03-31"
	return w.row()
}

func (w worker) born() string {
	return fmt.Sprintf("19%02d-%02d-%02d", 40+w.serial%50, w.serial%12+1, w.serial%28+1)
}

// letters spells a number without digits, for a name.
func letters(n int) string {
	return strings.Map(func(c rune) rune { return 'a' + c - '0' }, fmt.Sprint(n))
}
