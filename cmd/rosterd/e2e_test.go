package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/rosterd/rosterd/internal/canary"
)

// TestMain lets the scripts run this very program as the command rosterd.
func TestMain(m *testing.M) {
	testscript.Main(canary.Watched(m), map[string]func(){"rosterd": main, "limited": limited})
}

// TestScripts drives the real program against the real sandbox process, one
// story for each file in testdata/script. Whatever the story, at its end the
// sandbox must have seen nothing dangerous, and nobody's data may stand in any
// output or file.
//
//	| command                     | what it does                                                      |
//	| --------------------------- | ----------------------------------------------------------------- |
//	| sandbox [flag...]           | starts the sandbox process                                        |
//	| put PATH BODY               | PUT to the sandbox's control surface, such as put faults '[…]'    |
//	| census FILE SPEC...         | writes an export, see writeCensus                                 |
//	| ros CODE ARG...             | runs rosterd, which must exit with CODE; prints go to out and err |
//	| bg NAME ARG...              | starts rosterd in the background                                  |
//	| signal NAME kill|term       | signals it                                                        |
//	| ended NAME CODE [WITHIN]    | waits for its end; CODE killed for a signal                       |
//	| prints NAME TEXT            | waits until it has printed this                                   |
//	| until CALL N                | waits until the sandbox has seen N requests of CALL               |
//	| json FILE PATH [VALUE]      | compares a value of a JSON file; ! json: must differ              |
//	| let NAME FILE PATH          | puts a value of a JSON file into an environment variable          |
//	| members GROUP SPEC...       | compares who is subscribed, such as S1-S9 -S4; none: nobody       |
//	| ledger CALL N               | compares how many requests of CALL were seen                      |
//	| accepted GROUP N            | compares how many rosters of a group were accepted; *: of all     |
//	| order A B                   | A's last roster was completed before B's last one arrived         |
//	| absent FILE TEXT            | FILE must not hold TEXT                                           |
//	| keys FILE PATH KEY...       | the object at PATH of a JSON file has these keys; . for the whole |
//	| cut FILE BYTES              | FILE loses that many bytes at its end                             |
//	| age FILE DURATION           | FILE was last modified that long ago                              |
//	| http STATUS METHOD URL BODY | asks a server, with TOKEN where it is set; the answer goes to out |
//	| await STATUS URL [PATH VAL] | asks until the status, and the value at PATH, are these           |
//	| freeport NAME               | puts a free port into an environment variable                     |
//	| receiver FILE               | starts a receiver of notifications; URL to a file and to RECEIVER |
//	| received N TEXT             | waits until it has taken N messages with this text                |
//	| answers STATUS              | what the receiver answers from here on; 200 takes a message       |
//	| monitor ADDRESS...          | starts Prometheus and Alertmanager with what is shipped           |
//	| litestream NAME ARG...      | starts Litestream in the background with what is shipped          |
//	| alerts NAME[:KIND]...       | waits until exactly these alerts fire at Alertmanager             |
//	| configure FILE LINE         | a copy of rosterd.yaml with this line in place of its section     |
//	| sql DB STATEMENT            | changes a database behind rosterd's back                          |
//	| rows DB VALUE QUERY         | waits until a query has this value                                |
//	| scramble FILE               | overwrites half of the file                                       |
//	| shot PERCENT ARG...         | runs rosterd and kills it at a random moment, see cmdShot         |
//	| removed SPEC...             | nobody but these was ever removed; none: nobody                   |
//	| whole FILE                  | the backup, where there is one, is whole                          |
//	| cramped file|disk BYTES ARG... | runs rosterd with little room, see cmdCramped                  |
//	| enough                      | the last cramped one had room enough                              |
//	| mounted DIR SIZE            | mounts a file system in memory                                    |
//	| readonly DIR on|off         | makes it read-only, or writable                                   |
//
// A script's extra.yaml is appended to base.yaml; its vitable section takes the
// place of the quick one here.
func TestScripts(t *testing.T) { runScripts(t, stories(t)...) }

// stories are the scripts to play: all of them, or with the race detector those
// that start a process in the background.
func stories(t *testing.T) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join("testdata", "script", "*.txtar"))
	if err != nil || len(all) == 0 {
		t.Fatal("no scripts", err)
	}
	if !raced {
		return all
	}
	return slices.DeleteFunc(all, func(script string) bool {
		text, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}
		return !strings.Contains(string(text), "\nbg ")
	})
}

func runScripts(t *testing.T, scripts ...string) {
	t.Helper()
	base, err := os.ReadFile(filepath.Join("testdata", "base.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Files:               scripts,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               func(env *testscript.Env) error { return setup(env, string(base)) },
		Cmds:                commandTable(),
		Condition:           condition,
	})
}

// quick makes the program fast enough for tests.
const quick = "vitable: {requests_per_second: 0, poll: {initial: 20ms, max: 200ms, deadline: 1m}, settle: 1s}\n"

func setup(env *testscript.Env, base string) error {
	extra, err := os.ReadFile(filepath.Join(env.WorkDir, "extra.yaml"))
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	text := base + string(extra)
	if !strings.Contains("\n"+string(extra), "\nvitable:") {
		text += quick
	}
	if err := os.WriteFile(filepath.Join(env.WorkDir, "rosterd.yaml"), []byte(text), 0o600); err != nil {
		return err
	}
	stage := &stage{dir: env.WorkDir, background: map[string]*process{}, moments: moments()}
	env.Values[stageKey{}] = stage
	env.Setenv("VITABLE_CONNECT_API_KEY", "vit_apk_"+canary.Secret)
	env.Setenv("ROSTERD_LISTEN", "127.0.0.1:0")
	env.Defer(func() { stage.close(env.T()) })
	return nil
}

// condition is what a script can ask for: [mount], the right to mount; [monitor],
// Prometheus and Alertmanager; [litestream], Litestream.
func condition(name string) (bool, error) {
	switch name {
	case "mount":
		return mayMount(), nil
	case "monitor":
		return has("prometheus", "prometheus-alertmanager")
	case "litestream":
		return has("litestream")
	}
	return false, fmt.Errorf("no condition %q", name)
}

type stageKey struct{}

// stage is what one script works with beside its files.
type stage struct {
	dir        string
	url        string
	sandbox    *process
	background map[string]*process
	moments    *rand.Rand    // of kills
	took       time.Duration // of the last run that was waited for
	roomy      bool          // the last cramped one got through
	receiver   *receiver

	alertmanager string // its URL
}

// close ends every process and checks what holds in every story.
func (s *stage) close(t testscript.T) {
	for _, p := range s.background {
		p.kill()
	}
	if s.sandbox != nil {
		var violations []string
		if err := s.get("violations", &violations); err != nil {
			t.Log("read violations:", err)
			t.FailNow()
		}
		s.sandbox.kill()
		for _, violation := range violations {
			t.Log("the sandbox saw:", violation)
		}
		if len(violations) > 0 {
			t.FailNow()
		}
	}
	found := append(canary.Tree(s.dir, isExport), s.receiver.close()...)
	for _, p := range s.background {
		found = append(found, canary.Find("the output of a background process", p.output.Bytes())...)
	}
	for _, f := range found {
		t.Log("somebody's data:", f)
	}
	if len(found) > 0 {
		t.FailNow()
	}
}

// isExport says which files hold people on purpose.
func isExport(path string) bool {
	name := filepath.Base(path)
	return strings.HasSuffix(name, ".csv") || strings.Contains(name, ".csv.")
}
