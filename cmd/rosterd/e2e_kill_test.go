package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/rosterd/rosterd/internal/canary"
)

// siege is a story in which rosterd is killed many times, at moments that no
// request marks: a script that begins, goes through one part again and again,
// and ends.
type siege struct {
	name  string
	begin string
	again func(n int) string // the n-th time, from 1
	times int
	end   string
}

// lenient is for stories that are about anything but the guard.
const lenient = `
-- extra.yaml --
groups: {create_missing: true}
safety:
  max_removals: {count: 100, percent: 100}
  max_run_percent: 100
  rolling: {days: 7, percent: 100}
  first_sync: allow
vitable: {requests_per_second: 0, poll: {initial: 20ms, max: 200ms, deadline: 1m}, settle: 100ms}
`

func sieges() []siege {
	return []siege{
		days("days of a job", 24, "shot 120 run"),
		days("days of a daemon", 12, "shot 300 serve"),
		{
			// Whatever a first start leaves behind, the next one begins anew or
			// goes on, and never takes it for a state that was lost.
			name: "first starts", times: 8,
			begin: `sandbox --empty
census census.csv sales:S1-S30
ros 0 run
`,
			again: func(int) string {
				return "rm data\nshot 70 run\nros 0 status\nros 0 run --output json\njson out holds_open 0\nmembers sales S1-S30\n"
			},
			end: "removed none\n",
		},
		{
			// The schema of the first release is brought up to date once, whole
			// or not at all, and nothing is in doubt for it.
			name: "migrations", times: 8,
			begin: `sandbox --empty
census census.csv sales:S1-S30
ros 0 run
`,
			again: func(n int) string {
				return fmt.Sprintf(`sql data/rosterd.db 'ALTER TABLE groups DROP COLUMN restored_after'
sql data/rosterd.db 'ALTER TABLE groups DROP COLUMN baseline_digest'
sql data/rosterd.db 'ALTER TABLE groups DROP COLUMN contested'
sql data/rosterd.db 'ALTER TABLE runs DROP COLUMN partial'
sql data/rosterd.db 'ALTER TABLE runs DROP COLUMN members'
sql data/rosterd.db 'DROP INDEX syncs_by_run'
sql data/rosterd.db 'DROP INDEX pulls_by_run'
sql data/rosterd.db 'DROP INDEX failures_by_kind'
sql data/rosterd.db 'DROP INDEX failures_by_person'
sql data/rosterd.db 'DROP TABLE notifications'
sql data/rosterd.db 'DELETE FROM meta WHERE name = ''lineage'''
sql data/rosterd.db 'PRAGMA user_version = 1'
rm data/sent
census census.csv sales:S1-S%d
shot 40 run
ros 0 run --output json
json out holds_open 0
json out failures_open 0
members sales S1-S%[1]d
`, 30+n)
			},
			end: "removed none\n",
		},
		{
			// A backup that has its name is whole, and one that was cut short is
			// in nobody's way.
			name: "backups", times: 8,
			begin: `sandbox --empty
census census.csv sales:S1-S30 ops:O1-O30
ros 0 run
`,
			again: func(int) string { return "shot 40 backup saved.db\nwhole saved.db\nrm saved.db\n" },
			end:   "ros 0 backup saved.db\nwhole saved.db\nexists saved.db\n! exists saved.db.partial\n",
		},
	}
}

// days are stories in which every day somebody is hired, somebody leaves,
// somebody moves there and back, and a row breaks or is mended.
func days(name string, times int, shot string) siege {
	return siege{
		name: name, times: times,
		begin: `sandbox --empty
census census.csv sales:S1-S30 ops:O1-O30 sales:M1
env ROSTERD_RUN_ON_START=true
ros 0 run
`,
		again: func(n int) string {
			day := "census census.csv sales:S1-S30 ops:O1-O30 " + []string{"sales:M1", "ops:M1 S5!nophone"}[n%2]
			for hired := 1; hired <= n; hired++ {
				day += fmt.Sprintf(" sales:H%d", hired)
				if hired < n {
					day += fmt.Sprintf(" H%d!terminated", hired)
				}
			}
			return day + "\n" + shot + "\n"
		},
		end: fmt.Sprintf(`ros 0 run
members sales S1-S30 M1 H%[1]d
members ops O1-O30
removed H1-H%[1]d M1
ros 0 run --output json
json out groups.submitted 0
rows data/rosterd.db 0 'SELECT count(*) FROM syncs WHERE settled = 0'
`, times),
	}
}

// TestKilledAtAnyMoment tells the sieges.
func TestKilledAtAnyMoment(t *testing.T) { runSieges(t, sieges()) }

func runSieges(t *testing.T, stories []siege) {
	t.Helper()
	if raced {
		t.Skip("one process at a time: the race detector would see nothing, and take minutes to")
	}
	var scripts []string
	dir := canary.Input(t) // the scripts name people
	for _, story := range stories {
		text := story.begin
		for n := 1; n <= story.times; n++ {
			text += story.again(n)
		}
		name := strings.ReplaceAll(story.name, " ", "_") + ".txtar"
		script := filepath.Join(dir, name)
		if err := os.WriteFile(script, []byte(text+story.end+lenient), 0o600); err != nil {
			t.Fatal(err)
		}
		scripts = append(scripts, script)
	}
	runScripts(t, scripts...)
}

// moments draws the moments of a script's kills: the same ones each time.
func moments() *rand.Rand { return rand.New(rand.NewPCG(20260302, 6)) }

// cmdShot starts rosterd and kills it within a part of the time that the last
// run took which a script waited for. It may have ended by then.
func cmdShot(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "shot PERCENT ARG...")
	s := stageOf(ts)
	percent, err := strconv.Atoi(args[0])
	ts.Check(err)
	after := time.Duration(s.moments.Int64N(int64(s.took) * int64(percent) / 100))
	ts.Logf("killed after %s", after)
	p := start(ts, nil, nil, args[1:]...)
	s.background[fmt.Sprintf("shot %d", len(s.background))] = p
	select {
	case <-p.done:
	case <-time.After(after):
	}
	p.kill()
	if found := canary.Find("its output", p.output.Bytes()); len(found) > 0 {
		ts.Fatalf("somebody's data: %v", found)
	}
	if bytes.Contains(p.output.Bytes(), []byte("panic")) {
		ts.Fatalf("it panicked\n%s", p.output.Bytes())
	}
}

// cmdRemoved asserts that nobody but these was ever removed.
func cmdRemoved(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "removed SPEC...")
	may := map[string]bool{}
	for _, spec := range args {
		for _, ref := range expand(spec) {
			may[ref] = true
		}
	}
	for _, e := range stageOf(ts).entries(ts) {
		if e.Sync == nil {
			continue
		}
		for _, ref := range e.Sync.Removed {
			if !may[ref] {
				ts.Fatalf("%s was removed", ref)
			}
		}
	}
}

// cmdWhole asserts that a backup, where there is one, is whole and known as one.
func cmdWhole(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "whole FILE")
	path := ts.MkAbs(args[0])
	if _, err := os.Stat(path); os.IsNotExist(err) {
		return
	}
	for query, want := range map[string]string{
		"PRAGMA integrity_check":                             "ok",
		"SELECT count(*) FROM meta WHERE name = 'copied_at'": "1",
	} {
		if got, err := firstValue(path, query); err != nil || got != want {
			ts.Fatalf("%s: %s (%v), expected %s", query, got, err, want)
		}
	}
}
