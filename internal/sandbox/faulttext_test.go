package sandbox_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/sandbox"
)

func TestParseFault(t *testing.T) {
	tests := []struct {
		text string
		want sandbox.Fault
	}{
		{"submit_sync:status=503:retry_after=1:times=2", sandbox.Fault{Call: "submit_sync", Kind: "status", Status: 503, RetryAfter: "1", Times: 2}},
		{"get_sync:reset:after=1:times=1", sandbox.Fault{Call: "get_sync", Kind: "reset", After: 1, Times: 1}},
		{"*:delay=1.5s", sandbox.Fault{Call: "*", Kind: "slow", Delay: 1500 * time.Millisecond}},
		{"list_plans:retry_after=60", sandbox.Fault{Call: "list_plans", Kind: "retry_after", RetryAfter: "60"}},
		{"submit_sync:group=sales:status=502:lost_answer", sandbox.Fault{Call: "submit_sync", Group: "sales", Kind: "lost_answer", Status: 502}},
		{"submit_sync:kind=never_completes", sandbox.Fault{Call: "submit_sync", Kind: "never_completes"}},
		{"list_groups:redirect:location=/elsewhere", sandbox.Fault{Call: "list_groups", Kind: "redirect", Location: "/elsewhere"}},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			got, err := sandbox.ParseFault(tt.text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	for name, text := range map[string]string{
		"nothing":                     "",
		"no kind":                     "submit_sync",
		"an unknown call":             "submit:reset",
		"an unknown kind":             "submit_sync:explode",
		"two kinds":                   "submit_sync:reset:hang",
		"an unknown key":              "submit_sync:reset:colour=red",
		"a status that is no number":  "submit_sync:status=many",
		"a status out of range":       "submit_sync:status=42",
		"a status that is missing":    "submit_sync:status",
		"a delay without a unit":      "submit_sync:delay=2",
		"a negative delay":            "submit_sync:hang:delay=-2s",
		"a slow one without a delay":  "submit_sync:slow",
		"negative times":              "submit_sync:reset:times=-1",
		"a kind for another call":     "list_plans:never_completes",
		"a kind for lists on a sync":  "submit_sync:short_page",
		"an after that is no number":  "submit_sync:reset:after=x",
		"a times that is no number":   "submit_sync:reset:times=x",
		"results of what has nothing": "submit_sync:no_results",
	} {
		t.Run("refuses "+name, func(t *testing.T) {
			if f, err := sandbox.ParseFault(text); err == nil {
				t.Errorf("read as %+v", f)
			}
		})
	}
}

func TestFaultJSON(t *testing.T) {
	full := sandbox.Fault{
		Call: "get_sync", Group: "sales", Kind: "slow", Status: 500, RetryAfter: "3", Location: "/x",
		Delay: 90 * time.Second, After: 1, Times: 2,
	}
	encoded, err := json.Marshal([]sandbox.Fault{full, {Call: "*", Kind: "reset"}})
	if err != nil {
		t.Fatal(err)
	}
	want := `[{"call":"get_sync","group":"sales","kind":"slow","status":500,"retry_after":"3","location":"/x","after":1,"times":2,"delay":"1m30s"},` +
		`{"call":"*","kind":"reset"}]`
	if diff := cmp.Diff(want, string(encoded)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	back := decode[[]sandbox.Fault](t, string(encoded))
	if diff := cmp.Diff(full, back[0]); diff != "" {
		t.Errorf("back again (-want +got):\n%s", diff)
	}
	for name, text := range map[string]string{
		"an unknown key":    `{"call": "*", "kind": "reset", "colour": "red"}`,
		"a delay as number": `{"call": "*", "kind": "slow", "delay": 2}`,
		"a delay as prose":  `{"call": "*", "kind": "slow", "delay": "soon"}`,
	} {
		t.Run("refuses "+name, func(t *testing.T) {
			var f sandbox.Fault
			if err := json.Unmarshal([]byte(text), &f); err == nil {
				t.Errorf("read as %+v", f)
			}
		})
	}
}

func TestMistakesOfProgrammersPanic(t *testing.T) {
	s := sandbox.New(sandbox.Default())
	bad := sandbox.Fault{Call: "*", Kind: "explode"}
	twice := []sandbox.Group{{Name: "A", ExternalReferenceID: "a"}, {Name: "B", ExternalReferenceID: "a"}}
	for name, do := range map[string]func(){
		"a bad fault in the options": func() { sandbox.New(sandbox.Options{Faults: []sandbox.Fault{bad}}) },
		"a bad fault added":          func() { s.AddFault(bad) },
		"a bad fault set":            func() { s.SetFaults(bad) },
		"two groups of one id":       func() { sandbox.New(sandbox.Options{Groups: twice}) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			do()
		})
	}
}
