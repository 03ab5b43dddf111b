package sim_test

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/sandbox"
)

// world is an employer, a Vitable, and between them a rosterd, or several that
// share the groups.
type world struct {
	t         *testing.T // for what has to be searched when the history ends
	story     history
	exports   string // where the HR systems write to, and the configuration is
	box       *sandbox.Server
	instances []*instance // one, or one for each shard
	employer  *employer
	systems   [sources]*system
	zone      *time.Location
	offset    time.Duration // by which rosterd's clock is wrong
	theirs    time.Duration // by which Vitable's is
	version   int           // of the configuration
	runs      int
	laws      *laws
	serials   map[string]int    // reference_id -> who that is
	plans     map[string]string // reference_id -> plan of the subscription
	logs      *canary.Buffer
	log       io.Writer // logs, or what stands in its place
	told      []string  // what happened, for people

	mu     sync.Mutex // guards what a run tells while it is under way
	broken error      // what a wire saw that breaks a law
}

func newWorld(t *testing.T, data, exports string, h history) (*world, error) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		return nil, err
	}
	w := &world{
		t: t, story: h, exports: exports, logs: canary.Output(t), employer: newEmployer(h.Setup.Sizes), zone: zone,
		serials: map[string]int{}, plans: map[string]string{},
	}
	w.box = sandbox.New(sandbox.Options{
		Groups:     groups(),
		Plans:      []sandbox.Plan{{ID: gold, Name: "Gold"}, {ID: silver, Name: "Silver"}},
		Processing: processingTimes()[h.Setup.Processing],
		Now:        func() time.Time { return time.Now().Add(w.theirs) },
	})
	w.log = w.logs
	w.instances = w.divided(data)
	w.laws = newLaws(w)
	for i := range w.systems {
		w.systems[i] = &system{path: filepath.Join(exports, fmt.Sprintf("export%d", i), "census.csv"), taken: make([]taken, len(w.instances))}
	}
	if h.Setup.Enrolled {
		for _, one := range w.employer.workers {
			w.box.Seed(one.group, one.seed())
		}
		if h.Setup.FirstSync == "hold" { // "allow" is for those who know that there is nobody
			w.box.Seed(north, worker{serial: 999, ref: stray, plan: gold}.seed())
		}
	}
	return w, w.configure()
}

// stray is covered in north, and no HR system knows them.
const stray = "STRAY"

// allGroups are those of the employer.
func allGroups() []string { return []string{north, south, east, west} }

// groups are more than fit on one page of Vitable's list, those of the employer
// last.
func groups() []sandbox.Group {
	var all []sandbox.Group
	for n := range 100 {
		all = append(all, sandbox.Group{Name: "Other", ExternalReferenceID: "other" + letters(n)})
	}
	return append(all,
		sandbox.Group{Name: "North", ExternalReferenceID: north}, sandbox.Group{Name: "South", ExternalReferenceID: south},
		sandbox.Group{Name: "East", ExternalReferenceID: east})
}

// processingTimes are how long Vitable takes for a roster.
func processingTimes() []func(int) time.Duration {
	always := func(d time.Duration) func(int) time.Duration { return func(int) time.Duration { return d } }
	return []func(int) time.Duration{always(50 * time.Millisecond), always(5 * time.Second), always(42 * time.Second), always(12 * time.Minute)}
}

// seed is a worker as Vitable has them.
func (w worker) seed() sandbox.Member {
	row := w.row()
	return sandbox.Member{
		ReferenceID: w.ref, FirstName: row[1], LastName: row[2], DateOfBirth: row[3], Phone: row[4], Email: row[5], PlanID: w.plan,
		Address: sandbox.Address{Line1: row[6], City: row[7], State: row[8], Zipcode: row[9]},
	}
}

func (w *world) now() time.Time { return time.Now().Add(w.offset) }

// pass lets time go by. Over a night with a long way to the next run processes
// end, as those of jobs do.
func (w *world) pass(d time.Duration) error {
	var err error
	if d > 24*time.Hour {
		err = w.endAll()
	}
	time.Sleep(d)
	return err
}

// today is the employer's civil date, some days on.
func (w *world) today(in int) string {
	return time.Now().In(w.zone).AddDate(0, 0, in).Format(time.DateOnly)
}

// untilMorning is the time until the next morning at the employer's.
func (w *world) untilMorning() time.Duration {
	now := time.Now().In(w.zone)
	return time.Date(now.Year(), now.Month(), now.Day()+1, 10, 0, 0, 0, w.zone).Sub(now)
}

func (w *world) tell(format string, args ...any) {
	w.told = append(w.told, time.Now().Format("Jan 02 15:04 ")+fmt.Sprintf(format, args...))
}

// members are the people of every group at Vitable.
func (w *world) members() map[string][]string {
	all := map[string][]string{}
	for _, group := range allGroups() {
		all[group] = w.box.Members(group)
	}
	return all
}

// owner is the instance that has a group.
func (w *world) owner(group string) *instance {
	return w.instances[slices.IndexFunc(w.instances, func(in *instance) bool { return in.owns(group) })]
}

// accuse notes a broken law that a run shows while it is under way.
func (w *world) accuse(law error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.broken = law
}

// seen is what was noted so.
func (w *world) seen() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.broken
}
