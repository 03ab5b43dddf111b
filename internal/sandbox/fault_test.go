package sandbox_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/sandbox"
)

// Each kind of fault, thrown at a sync over a real connection.
func TestFaultsOfASync(t *testing.T) {
	const ms = time.Millisecond
	tests := []struct {
		name      string
		fault     sandbox.Fault
		status    int    // of the answer; 0: none comes
		contains  string // in its body
		header    [2]string
		err       error // what the transport says
		processed bool
		ledger    int // the status that the ledger has
	}{
		{name: "a status", fault: sandbox.Fault{Kind: "status", Status: 503}, status: 503, contains: `"trace_id"`, ledger: 503},
		{name: "a status with Retry-After", fault: sandbox.Fault{Kind: "status", Status: 503, RetryAfter: "7"}, status: 503, header: [2]string{"Retry-After", "7"}, ledger: 503},
		{name: "200 with the body of an error", fault: sandbox.Fault{Kind: "status", Status: 200}, status: 200, contains: `"error"`, ledger: 200},
		{name: "Retry-After by default", fault: sandbox.Fault{Kind: "retry_after"}, status: 429, header: [2]string{"Retry-After", "1"}, ledger: 429},
		{name: "Retry-After as a date", fault: sandbox.Fault{Kind: "retry_after", Status: 503, RetryAfter: "Mon, 02 Nov 2026 09:00:00 GMT"}, status: 503, header: [2]string{"Retry-After", "Mon, 02 Nov 2026 09:00:00 GMT"}, ledger: 503},
		{name: "a reset", fault: sandbox.Fault{Kind: "reset"}, err: syscall.ECONNRESET},
		{name: "a hang that ends", fault: sandbox.Fault{Kind: "hang", Delay: ms}, err: syscall.ECONNRESET},
		{name: "an HTML page", fault: sandbox.Fault{Kind: "html"}, status: 200, contains: "<h1>", header: [2]string{"Content-Type", "text/html; charset=utf-8"}, ledger: 200},
		{name: "an HTML page of a gateway", fault: sandbox.Fault{Kind: "html", Status: 502}, status: 502, contains: "<h1>", ledger: 502},
		{name: "a redirect", fault: sandbox.Fault{Kind: "redirect"}, status: 307, header: [2]string{"Location", "https://login.invalid/"}, ledger: 307},
		{name: "a redirect to a place of choice", fault: sandbox.Fault{Kind: "redirect", Status: 302, Location: "http://127.0.0.1:9/"}, status: 302, header: [2]string{"Location", "http://127.0.0.1:9/"}, ledger: 302},
		{name: "an error of the older shape", fault: sandbox.Fault{Kind: "old_error", Status: 500}, status: 500, contains: `{"error":{"code":`, ledger: 500},
		{name: "a slow answer", fault: sandbox.Fault{Kind: "slow", Delay: ms}, status: 202, processed: true, ledger: 202},
		{name: "an answer in drips", fault: sandbox.Fault{Kind: "drip", Delay: 1}, status: 202, contains: "accepted_at", processed: true, ledger: 202},
		{name: "a truncated answer", fault: sandbox.Fault{Kind: "truncate"}, status: 202, err: io.ErrUnexpectedEOF, processed: true, ledger: 202},
		{name: "a lost answer", fault: sandbox.Fault{Kind: "lost_answer"}, err: syscall.ECONNRESET, processed: true},
		{name: "a lost answer behind a gateway", fault: sandbox.Fault{Kind: "lost_answer", Status: 502}, status: 502, processed: true, ledger: 502},
		{name: "a clock that is late", fault: sandbox.Fault{Kind: "late_clock", Delay: 48 * time.Hour}, status: 202, header: [2]string{"Date", newClock().now().Add(-48 * time.Hour).UTC().Format(http.TimeFormat)}, processed: true, ledger: 202},
		{name: "another request_id", fault: sandbox.Fault{Kind: "wrong_id"}, status: 202, contains: "grpmsr_another", processed: true, ledger: 202},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newClock()
			opts := sandbox.Default()
			opts.Now, opts.Processing = c.now, second
			s := sandbox.New(opts)
			a := overTCP(t, s)
			tt.fault.Call = sandbox.SubmitSync
			id := a.groupID("sales")
			s.SetFaults(tt.fault)

			r, err := a.try("POST", "/v1/groups/"+id+"/members/sync", payload(t, people(1, 2)...))
			if !errors.Is(err, tt.err) || r.status != tt.status {
				t.Fatalf("got %d, %v; want %d, %v", r.status, err, tt.status, tt.err)
			}
			if !strings.Contains(r.text, tt.contains) {
				t.Errorf("no %q in %s", tt.contains, r.text)
			}
			if tt.header[0] != "" && r.header.Get(tt.header[0]) != tt.header[1] {
				t.Errorf("%s is %q", tt.header[0], r.header.Get(tt.header[0]))
			}
			c.pass(time.Hour)
			if got := len(s.Members("sales")) > 0; got != tt.processed {
				t.Errorf("processed: %v", got)
			}
			last := lastEntry(s)
			if last.Status != tt.ledger || last.Fault != tt.fault.Kind || (last.Sync != nil) != tt.processed {
				t.Errorf("ledger %+v", last)
			}
		})
	}
}

func lastEntry(s *sandbox.Server) sandbox.Entry {
	entries := s.Ledger()
	return entries[len(entries)-1]
}

func TestHangEndsWhenTheClientLeaves(t *testing.T) {
	s := sandbox.New(sandbox.Default())
	a := overTCP(t, s)
	id := a.groupID("sales")
	s.AddFault(sandbox.Fault{Call: sandbox.SubmitSync, Kind: sandbox.FaultHang})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "POST", a.base+"/v1/groups/"+id+"/members/sync", strings.NewReader(payload(t)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	done := make(chan error)
	go func() {
		_, err := a.roundTrip(req)
		done <- err
	}()
	for lastEntry(s).Fault != sandbox.FaultHang {
		select {
		case err := <-done:
			t.Fatalf("answered: %v", err)
		case <-time.After(time.Millisecond):
		}
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	// The listener's Close, at the end of the test, waits for the handler.
}

func TestDelays(t *testing.T) {
	tests := []struct {
		name  string
		fault sandbox.Fault
		took  time.Duration
	}{
		{"a slow answer comes late", sandbox.Fault{Call: "*", Kind: "slow", Delay: time.Minute}, time.Minute},
		{"a status may come late", sandbox.Fault{Call: "*", Kind: "status", Status: 504, Delay: time.Hour}, time.Hour},
		{"drips come one by one", sandbox.Fault{Call: "*", Kind: "drip", Delay: time.Second}, time.Second * time.Duration(len(`{"data":[],"pagination":{"page":1,"limit":20,"total":0,"total_pages":0}}`))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := inProcess(t, sandbox.New(sandbox.Options{Faults: []sandbox.Fault{tt.fault}}))
				began := time.Now()
				a.do("GET", "/v1/plans", "")
				if got := time.Since(began); got != tt.took {
					t.Errorf("took %v, want %v", got, tt.took)
				}
			})
		})
	}
}

func TestWithoutAConnectionToCut(t *testing.T) {
	s := sandbox.New(sandbox.Options{Faults: []sandbox.Fault{{Call: "*", Kind: "reset"}}})
	defer func() {
		if err, _ := recover().(error); !errors.Is(err, http.ErrAbortHandler) {
			t.Errorf("panicked with %v", err)
		}
	}()
	s.ServeHTTP(canary.Recorder(t), httptest.NewRequest("GET", "/v1/plans", nil))
}

func TestNeverCompletes(t *testing.T) {
	t.Run("the sync is never processed", func(t *testing.T) {
		s, c, a := world(t)
		s.AddFault(sandbox.Fault{Call: sandbox.SubmitSync, Kind: sandbox.FaultNeverCompletes, Times: 1})
		id := a.groupID("sales")
		request := a.submit(id, person("E009"))
		c.pass(1000 * time.Hour)
		if got := a.poll(id, request); got.Completed != nil || got.Results != nil {
			t.Errorf("completed: %+v", got)
		}
		if diff := cmp.Diff([]string{"E001", "E002", "E003"}, s.Members("sales")); diff != "" {
			t.Errorf("members (-want +got):\n%s", diff)
		}
		a.submit(id, person("E001"))
		c.pass(time.Second)
		if got := len(s.Members("sales")); got != 1 {
			t.Errorf("%d members after a later sync", got)
		}
	})
	t.Run("the answer hides that it was", func(t *testing.T) {
		s, c, a := world(t)
		s.AddFault(sandbox.Fault{Call: sandbox.GetSync, Kind: sandbox.FaultNeverCompletes, Times: 1})
		id := a.groupID("sales")
		request := a.submit(id, person("E009"))
		c.pass(time.Second)
		if a.poll(id, request).Completed != nil {
			t.Error("shown as completed")
		}
		if a.poll(id, request).Completed == nil {
			t.Error("the fault came twice")
		}
	})
}

func TestBentAnswers(t *testing.T) {
	t.Run("completed without results", func(t *testing.T) {
		s, c, a := world(t)
		s.AddFault(sandbox.Fault{Call: sandbox.GetSync, Kind: sandbox.FaultNoResults})
		id := a.groupID("sales")
		request := a.submit(id)
		c.pass(time.Second)
		if got := a.poll(id, request); got.Completed == nil || got.Results != nil {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("the echo of another request", func(t *testing.T) {
		s, _, a := world(t)
		s.AddFault(sandbox.Fault{Call: sandbox.GetSync, Kind: sandbox.FaultWrongID})
		id := a.groupID("sales")
		request := a.submit(id)
		if got := a.poll(id, request); got.ID == request {
			t.Error("the right request")
		}
	})
	t.Run("an error of the older shape that is the API's own", func(t *testing.T) {
		s, _, a := world(t)
		s.AddFault(sandbox.Fault{Call: "*", Kind: sandbox.FaultOldError})
		if r := a.do("GET", "/v1/groups/grp_x", ""); r.status != 404 || !strings.HasPrefix(r.text, `{"error":{`) {
			t.Errorf("got %d %s", r.status, r.text)
		}
		if r := a.do("GET", "/v1/groups", ""); r.status != 200 {
			t.Errorf("a good answer became %d", r.status)
		}
	})

	type list struct {
		Data       []sandbox.Plan
		Pagination *struct{ Total int }
	}
	plans := sandbox.Default().Plans
	for _, tt := range []struct {
		name, query string
		kind        sandbox.Kind
		want        list
	}{
		{"a page that lost its last row", "?limit=2", "short_page", list{plans[:1], &struct{ Total int }{3}}},
		{"a page that comes again", "?limit=2&page=2", "repeat_page", list{plans[:2], &struct{ Total int }{3}}},
		{"no pagination", "?limit=2", "no_pagination", list{plans[:2], nil}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, _, a := world(t)
			s.AddFault(sandbox.Fault{Call: sandbox.ListPlans, Kind: tt.kind})
			if diff := cmp.Diff(tt.want, decode[list](t, a.do("GET", "/v1/plans"+tt.query, "").text)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhichRequestsAFaultBefalls(t *testing.T) {
	const sales, plans = "/v1/groups/{sales}", "/v1/plans"
	tests := []struct {
		name   string
		faults []sandbox.Fault
		paths  []string
		want   []int
	}{
		{"every one", []sandbox.Fault{{Call: "*", Kind: "status", Status: 503}}, []string{sales, plans}, []int{503, 503}},
		{"one call only", []sandbox.Fault{{Call: "list_plans", Kind: "status", Status: 503}}, []string{sales, plans}, []int{200, 503}},
		{"one group only", []sandbox.Fault{{Call: "*", Group: "sales", Kind: "status", Status: 503}}, []string{plans, sales, "/v1/groups/{engineering}"}, []int{200, 503, 200}},
		{"after some", []sandbox.Fault{{Call: "list_plans", Kind: "status", Status: 503, After: 2}}, []string{plans, plans, plans, plans}, []int{200, 200, 503, 503}},
		{"some times", []sandbox.Fault{{Call: "list_plans", Kind: "status", Status: 503, Times: 2}}, []string{plans, sales, plans, plans}, []int{503, 200, 503, 200}},
		{"after some, some times", []sandbox.Fault{{Call: "list_plans", Kind: "status", Status: 503, After: 1, Times: 1}}, []string{plans, plans, plans}, []int{200, 503, 200}},
		{
			"the first of several",
			[]sandbox.Fault{{Call: "*", Kind: "status", Status: 500, Times: 1}, {Call: "*", Kind: "status", Status: 502, After: 1, Times: 1}},
			[]string{plans, plans, plans},
			[]int{500, 502, 200},
		},
		{"a kind for lists leaves other calls alone", []sandbox.Fault{{Call: "*", Kind: "short_page", Times: 1}, {Call: "*", Kind: "status", Status: 503}}, []string{sales, plans}, []int{503, 200}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := sandbox.New(sandbox.Default())
			a := inProcess(t, s)
			ids := strings.NewReplacer("{sales}", a.groupID("sales"), "{engineering}", a.groupID("engineering"))
			s.SetFaults(tt.faults...)
			var got []int
			for _, path := range tt.paths {
				got = append(got, a.do("GET", ids.Replace(path), "").status)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("statuses (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAFaultComesBeforeTheKeyIsLookedAt(t *testing.T) {
	s := sandbox.New(sandbox.Options{Key: "another", Faults: []sandbox.Fault{{Call: "*", Kind: "status", Status: 502}}})
	if r := inProcess(t, s).do("GET", "/v1/plans", ""); r.status != 502 {
		t.Errorf("got %d", r.status)
	}
}
