package sim_test

import (
	"encoding/json"

	"pgregory.net/rapid"
)

// history is everything that happens, as data.
type history struct {
	Setup setup `json:"setup"`
	Days  []day `json:"days"`
}

// setup is what does not change in a history.
type setup struct {
	Sizes       []int  `json:"sizes"`       // of the groups north, south and east at first
	Enrolled    bool   `json:"enrolled"`    // whether Vitable has them already
	FirstSync   string `json:"first_sync"`  // safety.first_sync
	OnExcess    string `json:"on_excess"`   // safety.on_excess
	PlanChange  string `json:"plan_change"` // safety.plan_change
	Processing  int    `json:"processing"`  // how long Vitable takes: an index of processingTimes
	Concurrency int    `json:"concurrency"`
	Lax         bool   `json:"lax,omitempty"`    // limits that let most removals pass
	Shards      int    `json:"shards,omitempty"` // 0: one rosterd, which is alone
}

// day is what happens between two runs, and the run.
type day struct {
	Changes []happening `json:"changes,omitempty"`
	Flaws   [2]flaw     `json:"flaws"` // of the export of each source
	Pick    int         `json:"pick"`  // whom flaws befall
	API     []trouble   `json:"api,omitempty"`
	Run     running     `json:"run"`
	At      int         `json:"at,omitempty"`   // the step at which the run is disturbed
	Only    int         `json:"only,omitempty"` // the shard that runs, counted from 1, the others do not; 0: all
	Clerk   clerking    `json:"clerk,omitempty"`
	Hours   int         `json:"hours"` // until the next day
}

// happening is one change of one worker.
type happening struct {
	What change `json:"what"`
	Who  int    `json:"who"`
	Arg  int    `json:"arg,omitempty"`
}

// trouble is a fault of Vitable, gone by the next day.
type trouble struct {
	What  string `json:"what"` // a key of troubles
	Who   int    `json:"who,omitempty"`
	After int    `json:"after,omitempty"` // requests that pass first
	Times int    `json:"times,omitempty"`
}

// running is how a run goes.
type running string

const (
	plainly   running = ""
	notAtAll  running = "not at all"
	repeated  running = "repeated" // twice within minutes, as the daemon does
	killed    running = "killed"   // at a step, before it takes effect
	killedHot running = "killed hot"
	diskFull  running = "disk full" // one write fails
	stopped   running = "stopped"
	crowded   running = "crowded"   // another process tries at the same time
	backwards running = "backwards" // on a clock that is days off, both ways
	scheduled running = "scheduled" // the daemon, by its own schedule, for a while
	restarted running = "restarted"
	rewired   running = "reconfigured" // the mapping changes
	restored  running = "restored"     // the backup that was made some days before comes back
	powerLost running = "power lost"   // and with it what the disk was not told to keep
)

func runnings() []running {
	return []running{
		plainly, plainly, plainly, notAtAll, repeated, killed, killed, killedHot, killedHot, diskFull, stopped, crowded, backwards, scheduled, restarted, rewired, restored, powerLost,
	}
}

// clerking is what the administrator does after a run.
type clerking string

const (
	absentClerk    clerking = ""
	diligentClerk  clerking = "decides"     // approves what is true and rejects what is not
	forgetfulClerk clerking = "out of date" // approves with the digest of yesterday
	pinningClerk   clerking = "pins"
	unpinningClerk clerking = "unpins"
)

func anyHistory() *rapid.Generator[history] {
	return rapid.Custom(func(t *rapid.T) history {
		h := history{Setup: anySetup(t), Days: rapid.SliceOfN(anyDay(), 2, 9).Draw(t, "days")}
		h.divide(t)
		return h
	})
}

// divide makes every fourth history one of shards, in which people move more often and
// some days only one shard runs. It is drawn last, so that a seed has the same days
// with shards and without.
func (h *history) divide(t *rapid.T) {
	h.Setup.Shards = rapid.SampledFrom([]int{0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 3}).Draw(t, "shards")
	if *forced > 0 {
		h.Setup.Shards = *forced
	}
	if h.Setup.Shards == 0 {
		return
	}
	for i := range h.Days {
		d := &h.Days[i]
		d.Changes = append(d.Changes, rapid.SliceOfN(anyMove(), 0, 3).Draw(t, "moves")...)
		if rapid.IntRange(0, 4).Draw(t, "apart") < 2 {
			d.Only = rapid.IntRange(1, h.Setup.Shards).Draw(t, "only")
		}
	}
}

func anyMove() *rapid.Generator[happening] {
	return rapid.Custom(func(t *rapid.T) happening {
		return happening{What: moves, Who: rapid.IntRange(0, 99).Draw(t, "who"), Arg: rapid.IntRange(0, 3).Draw(t, "arg")}
	})
}

func anySetup(t *rapid.T) setup {
	return setup{
		Sizes:       rapid.SampledFrom([][]int{{24, 10, 5}, {30, 4, 1}, {12, 12, 12}}).Draw(t, "sizes"),
		Enrolled:    rapid.Bool().Draw(t, "enrolled"),
		FirstSync:   rapid.SampledFrom([]string{"hold", "allow"}).Draw(t, "first sync"),
		OnExcess:    rapid.SampledFrom([]string{"carry", "carry", "hold"}).Draw(t, "on excess"),
		PlanChange:  rapid.SampledFrom([]string{"report", "readd"}).Draw(t, "plan change"),
		Processing:  rapid.IntRange(0, len(processingTimes())-1).Draw(t, "processing"),
		Concurrency: rapid.SampledFrom([]int{1, 1, 8}).Draw(t, "concurrency"),
		Lax:         rapid.Bool().Draw(t, "lax"),
	}
}

func anyDay() *rapid.Generator[day] {
	return rapid.Custom(func(t *rapid.T) day {
		d := day{
			Changes: rapid.SliceOfN(anyHappening(), 0, 4).Draw(t, "changes"),
			Flaws:   [2]flaw{anyFlaw(t), anyFlaw(t)},
			Pick:    rapid.IntRange(0, 999).Draw(t, "pick"),
			Run:     rapid.SampledFrom(runnings()).Draw(t, "run"),
			Clerk:   rapid.SampledFrom([]clerking{absentClerk, diligentClerk, diligentClerk, forgetfulClerk, pinningClerk, unpinningClerk}).Draw(t, "clerk"),
			Hours:   rapid.SampledFrom([]int{24, 24, 6, 1, 30}).Draw(t, "hours"),
		}
		if rapid.IntRange(0, 2).Draw(t, "troubled") == 0 {
			d.API = rapid.SliceOfN(anyTrouble(), 1, 3).Draw(t, "api")
		}
		switch d.Run {
		case killed, killedHot, diskFull, stopped, crowded, powerLost:
			d.At = rapid.IntRange(1, 24).Draw(t, "at")
		}
		return d
	})
}

// anyFlaw is clean half of the time.
func anyFlaw(t *rapid.T) flaw {
	if rapid.Bool().Draw(t, "clean") {
		return clean
	}
	return rapid.SampledFrom(flaws()).Draw(t, "flaw")
}

func anyHappening() *rapid.Generator[happening] {
	return rapid.Custom(func(t *rapid.T) happening {
		return happening{
			What: rapid.SampledFrom(changes()).Draw(t, "what"),
			Who:  rapid.IntRange(0, 99).Draw(t, "who"), Arg: rapid.IntRange(0, 7).Draw(t, "arg"),
		}
	})
}

func anyTrouble() *rapid.Generator[trouble] {
	return rapid.Custom(func(t *rapid.T) trouble {
		return trouble{
			What: rapid.SampledFrom(troubles()).Draw(t, "what"), Who: rapid.IntRange(0, 99).Draw(t, "who"),
			After: rapid.IntRange(0, 4).Draw(t, "after"), Times: rapid.IntRange(1, 5).Draw(t, "times"),
		}
	})
}

// String is the history as it is kept in testdata.
func (h history) String() string {
	text, err := json.Marshal(h)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// shorter are histories with something less, the shortest first.
func (h history) shorter() []history {
	var all []history
	for i := range h.Days {
		all = append(all, h.with(append(append([]day{}, h.Days[:i]...), h.Days[i+1:]...)))
	}
	for i, d := range h.Days {
		simpler := func(change func(*day)) {
			days := append([]day{}, h.Days...)
			days[i] = d
			change(&days[i])
			all = append(all, h.with(days))
		}
		for c := range d.Changes {
			simpler(func(s *day) { s.Changes = append(append([]happening{}, d.Changes[:c]...), d.Changes[c+1:]...) })
		}
		for a := range d.API {
			simpler(func(s *day) { s.API = append(append([]trouble{}, d.API[:a]...), d.API[a+1:]...) })
		}
		for f := range d.Flaws {
			if d.Flaws[f] != clean {
				simpler(func(s *day) { s.Flaws[f] = clean })
			}
		}
		if d.Clerk != absentClerk {
			simpler(func(s *day) { s.Clerk = absentClerk })
		}
		if d.Only != 0 {
			simpler(func(s *day) { s.Only = 0 })
		}
		if d.Run != plainly {
			simpler(func(s *day) { s.Run, s.At = plainly, 0 })
		}
	}
	return all
}

func (h history) with(days []day) history { return history{h.Setup, days} }
