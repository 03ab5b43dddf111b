package web_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/roster"
)

const readToken = "canary-read-77aa"

// form is a request as a browser sends a form of a page.
func form(r *http.Request) {
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
}

// find lists the elements of a page that fit.
func find(t *testing.T, answer *httptest.ResponseRecorder, fits func(*html.Node) bool) []*html.Node {
	t.Helper()
	root, err := html.Parse(strings.NewReader(answer.Body.String()))
	check(t, err)
	var found []*html.Node
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && fits(n) {
			found = append(found, n)
		}
	}
	return found
}

func element(name string) func(*html.Node) bool {
	return func(n *html.Node) bool { return n.Data == name }
}

// text is what an element says, with single blanks.
func text(n *html.Node) string {
	var all strings.Builder
	for inner := range n.Descendants() {
		if inner.Type == html.TextNode {
			all.WriteString(inner.Data + " ")
		}
	}
	return strings.Join(strings.Fields(all.String()), " ")
}

// headline is the one h1 of a page.
func headline(t *testing.T, answer *httptest.ResponseRecorder) string {
	t.Helper()
	all := find(t, answer, element("h1"))
	if len(all) != 1 {
		t.Fatalf("the page has %d headlines, want 1: %s", len(all), answer.Body)
	}
	return text(all[0])
}

func wantText(t *testing.T, answer *httptest.ResponseRecorder, wanted ...string) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(answer.Body.String()))
	check(t, err)
	for _, one := range wanted {
		if !strings.Contains(text(root), one) {
			t.Errorf("the page does not say %q:\n%s", one, text(root))
		}
	}
}

func TestPages(t *testing.T) {
	w := newWorld(t)
	w.fill(t)
	w.deliver(t, "g1")
	for _, tt := range []struct {
		path, headline string
		says           []string
	}{
		{"/", "Somebody has to look.", []string{
			"1 decision waits for a person", "The source branch is not readable", "1 open failure: invalid row", "People covered 1 in 2 groups", "Tier 1",
		}},
		{"/groups", "Groups", []string{"g1", "g2", "Tier 2", "waits for a decision"}},
		{"/groups?find=tier+2", "Groups", []string{"g2"}},
		{"/group?name=g2", "g2 Tier 2", []string{"Decide on h1", "Nothing has been sent for this group."}},
		{"/group?name=g1", "g1 Tier 1", []string{"completed", "phone: has too few digits"}},
		{"/runs", "Runs", []string{"Something is held", "1 minute"}},
		{"/runs/run1", "Run of Mar 2, 12:00 UTC", []string{"Source branch: failed", "unreachable", "Vitable accepted the roster of g1", "The run ended"}},
		{"/failures", "Open failures", []string{"EMP7", "phone: has too few digits", "1 failure."}},
		{"/failures?kind=rekeyed", "Open failures", []string{"0 failures.", "None."}},
		{"/failures?all=true&reference_id=EMP7", "All failures", []string{"EMP7"}},
		{"/holds", "Holds", []string{"h1", "1 person", "Waits for you"}},
		{"/holds/h1", "1 person would lose coverage in g2", []string{"EMP1", "Missing from the source", "safety.max_removals", "It is good until Mar 3, 12:00 UTC"}},
		{"/people?reference_id=EMP9", "EMP9", []string{"Covered in g1."}},
		{"/people?reference_id=EMP1", "EMP1", []string{"removal (absent) is in hold h1"}},
		{"/people?reference_id=NOBODY", "NOBODY", []string{"rosterd knows nobody of this reference_id"}},
		{"/signin", "Sign in", nil},
	} {
		t.Run(tt.path, func(t *testing.T) {
			answer := w.request(t, http.MethodGet, tt.path, "")
			wantStatus(t, answer, http.StatusOK)
			if got := headline(t, answer); got != tt.headline {
				t.Errorf("the headline is %q, want %q", got, tt.headline)
			}
			wantText(t, answer, tt.says...)
			wantPolicy(t, answer)
		})
	}
	for path, status := range map[string]int{
		"/nowhere": 404, "/group?name=nobody": 404, "/runs/none": 404, "/holds/h99": 404, "/holds/none": 404, "/people": 400, "/holds/h99/people.csv": 404,
	} {
		t.Run(path, func(t *testing.T) {
			answer := w.request(t, http.MethodGet, path, "")
			wantStatus(t, answer, status)
			headline(t, answer)
			wantPolicy(t, answer)
		})
	}
}

// wantPolicy asserts that a page may have a style sheet and nothing else, and does
// not ask for more.
func wantPolicy(t *testing.T, answer *httptest.ResponseRecorder) {
	t.Helper()
	want := "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	if got := answer.Header().Get("Content-Security-Policy"); got != want {
		t.Errorf("the policy is %q", got)
	}
	forbidden := find(t, answer, func(n *html.Node) bool {
		for _, a := range n.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
				return true
			}
		}
		return n.Data == "script" || n.Data == "style" || n.Data == "img" || n.Data == "iframe"
	})
	if len(forbidden) > 0 {
		t.Errorf("the page has a <%s> that its policy forbids", forbidden[0].Data)
	}
}

// What an HR system calls its groups is no markup, and no address of another page.
func TestForeignTextIsText(t *testing.T) {
	w := newWorld(t)
	odd := `<script>alert(1)</script>/../"x"`
	check(t, w.store.SavePlan(t.Context(), roster.PlanRecord{
		Run:    roster.Run{ID: "run1", StartedAt: noon(), EndedAt: noon(), Outcome: roster.RunDone},
		Groups: []roster.GroupState{{ExternalReferenceID: odd, GroupID: "grp_1", Name: `<img src=x onerror=alert(1)>`}},
	}))
	answer := w.request(t, http.MethodGet, "/groups", "")
	wantText(t, answer, odd)
	wantPolicy(t, answer)
	link := ""
	for _, a := range find(t, answer, func(n *html.Node) bool { return n.Data == "a" && text(n) == odd })[0].Attr {
		if a.Key == "href" {
			link = a.Val
		}
	}
	answer = w.request(t, http.MethodGet, link, "")
	wantStatus(t, answer, http.StatusOK)
	wantText(t, answer, odd)
}

func TestVerdict(t *testing.T) {
	run := func(outcome roster.RunOutcome) roster.Run {
		return roster.Run{ID: "run1", StartedAt: noon(), EndedAt: noon(), Outcome: outcome}
	}
	pull := func(state roster.SourceState) []roster.Pull {
		return []roster.Pull{{RunID: "run1", Source: "hq", At: noon(), State: state}}
	}
	fails := func(kind roster.Kind) roster.Sweep {
		return roster.Sweep{Found: []roster.Failure{{Group: "g1", Kind: kind}}}
	}
	for _, tt := range []struct {
		name   string
		record roster.PlanRecord
		want   string
	}{
		{"all is well", roster.PlanRecord{Run: run(roster.RunDone), Pulls: pull(roster.SourceOK)}, "Everything is all right."},
		{"a source failed", roster.PlanRecord{Run: run(roster.RunSourceFailed), Pulls: pull(roster.SourceBroken)}, "Somebody has to look."},
		{"a source shrank", roster.PlanRecord{Run: run(roster.RunHeld), Pulls: pull(roster.SourceShrunk)}, "Running, with things to settle."},
		{"a row is wrong", roster.PlanRecord{Run: run(roster.RunFailures), Sweep: fails(roster.InvalidRow)}, "Running, with things to settle."},
		{"a request is stuck", roster.PlanRecord{Run: run(roster.RunFailures), Sweep: fails(roster.SyncStuck)}, "Somebody has to look."},
		{"Vitable is away", roster.PlanRecord{Run: run(roster.RunAPI)}, "Somebody has to look."},
		{"a run was stopped", roster.PlanRecord{Run: run(roster.RunInterrupted)}, "Somebody has to look."},
		{"a hold waits", roster.PlanRecord{Run: run(roster.RunHeld), Holds: []roster.Hold{hold("d1")}}, "Somebody has to look."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			tt.record.Groups = []roster.GroupState{{ExternalReferenceID: "g1"}, {ExternalReferenceID: "g2"}}
			check(t, w.store.SavePlan(t.Context(), tt.record))
			if got := headline(t, w.request(t, http.MethodGet, "/", "")); got != tt.want {
				t.Errorf("the page says %q, want %q", got, tt.want)
			}
		})
	}
	t.Run("nothing ran", func(t *testing.T) {
		if got := headline(t, newWorld(t).request(t, http.MethodGet, "/", "")); !strings.HasPrefix(got, "No run yet") {
			t.Errorf("the page says %q", got)
		}
	})
}

// fieldsOf are what the forms of a page send along unseen.
func fieldsOf(t *testing.T, answer *httptest.ResponseRecorder) url.Values {
	t.Helper()
	fields := url.Values{}
	for _, input := range find(t, answer, element("input")) {
		named := map[string]string{}
		for _, a := range input.Attr {
			named[a.Key] = a.Val
		}
		if named["type"] == "hidden" {
			fields.Set(named["name"], named["value"])
		}
	}
	return fields
}

// Bob's page was left open: whatever was decided since, he approves nothing that he
// has not seen.
func TestAPageThatWasLeftOpen(t *testing.T) {
	decided := func(t *testing.T, w *world, fields url.Values, decision, by string) *httptest.ResponseRecorder {
		t.Helper()
		said := url.Values{"decision": {decision}, "by": {by}, "reason": {"checked with HR"}}
		for name, value := range fields {
			said[name] = value
		}
		return w.request(t, http.MethodPost, "/holds/h1", said.Encode(), form)
	}
	w := newWorld(t)
	w.fill(t)
	look := func() url.Values { return fieldsOf(t, w.request(t, http.MethodGet, "/holds/h1", "")) }
	left := look()
	wantStatus(t, decided(t, w, look(), "reject", "Ada"), http.StatusSeeOther)
	answer := decided(t, w, left, "approve", "Bob")
	wantStatus(t, answer, http.StatusConflict)
	wantText(t, answer, "Nothing was decided", "somebody else decided meanwhile", "Rejected: everybody stays covered", "Ada decided")
	if got, err := w.store.Hold(t.Context(), "h1"); err != nil || got.State != roster.HoldRejected || got.DecidedBy != "Ada" {
		t.Errorf("the hold is %s by %s (%v), want rejected by Ada", got.State, got.DecidedBy, err)
	}
	wantStatus(t, decided(t, w, fieldsOf(t, answer), "approve", "Bob"), http.StatusSeeOther)
	if got, err := w.store.Hold(t.Context(), "h1"); err != nil || got.State != roster.HoldApproved || got.DecidedBy != "Bob" {
		t.Errorf("having looked again, the hold is %s by %s (%v)", got.State, got.DecidedBy, err)
	}
	wantStatus(t, decided(t, w, left, "reject", "Cy"), http.StatusSeeOther)
	if got, err := w.store.Hold(t.Context(), "h1"); err != nil || got.State != roster.HoldRejected {
		t.Errorf("a rejection leaves the hold %s (%v)", got.State, err)
	}
}

func TestDecidingOnAPage(t *testing.T) {
	said := func(decision, digest, by, why string) string {
		return url.Values{"decision": {decision}, "digest": {digest}, "seen": {"open-0"}, "by": {by}, "reason": {why}}.Encode()
	}
	for _, tt := range []struct {
		name, body string
		status     int
		state      roster.HoldState
	}{
		{"approve", said("approve", "d1", "Ada", "layoff"), 303, roster.HoldApproved},
		{"reject", said("reject", "d1", "Ada", "a mistake of the export"), 303, roster.HoldRejected},
		{"another set than was seen", said("approve", "d0", "Ada", "layoff"), 409, roster.HoldOpen},
		{"no name", said("approve", "d1", " ", "layoff"), 422, roster.HoldOpen},
		{"no reason", said("approve", "d1", "Ada", ""), 422, roster.HoldOpen},
		{"a novel for a reason", said("approve", "d1", "Ada", strings.Repeat("x", 1001)), 422, roster.HoldOpen},
		{"neither", said("", "d1", "Ada", "layoff"), 400, roster.HoldOpen},
		{"nothing seen", said("approve", "", "Ada", "layoff"), 400, roster.HoldOpen},
		{"no decision seen", strings.Replace(said("approve", "d1", "Ada", "layoff"), "seen=", "unseen=", 1), 400, roster.HoldOpen},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			w.fill(t)
			answer := w.request(t, http.MethodPost, "/holds/h1", tt.body, form)
			wantStatus(t, answer, tt.status)
			got, err := w.store.Hold(t.Context(), "h1")
			check(t, err)
			if got.State != tt.state {
				t.Errorf("the hold is %s, want %s", got.State, tt.state)
			}
			if tt.state == roster.HoldApproved && (got.DecidedBy != "Ada" || got.Comment != "layoff" || !got.ExpiresAt.Equal(noon().Add(24*time.Hour))) {
				t.Errorf("the decision is kept as %+v", got)
			}
			if tt.status == 422 {
				wantText(t, answer, "Say who you are and why")
			}
		})
	}
	t.Run("who may look may not decide", func(t *testing.T) {
		w := newWorld(t)
		w.fill(t)
		w.options.ReadToken, w.options.Loopback = readToken, false
		shows := header("Authorization", "Bearer "+readToken)
		answer := w.request(t, http.MethodGet, "/holds/h1", "", shows)
		wantStatus(t, answer, http.StatusOK)
		if forms := find(t, answer, func(n *html.Node) bool { return n.Data == "button" && strings.HasPrefix(text(n), "Approve") }); len(forms) > 0 {
			t.Error("the page offers to approve")
		}
		for path, body := range map[string]string{"/holds/h1": said("approve", "d1", "Ada", "layoff"), "/failures/f1/ack": "", "/run": ""} {
			wantStatus(t, w.request(t, http.MethodPost, path, body, form, shows), http.StatusForbidden)
		}
		wantStatus(t, w.request(t, http.MethodGet, "/api/v1/holds", "", shows), http.StatusOK)
		wantStatus(t, w.request(t, http.MethodPost, "/api/v1/runs", "", shows), http.StatusForbidden)
		if got, err := w.store.Hold(t.Context(), "h1"); err != nil || got.State != roster.HoldOpen || w.asked > 0 {
			t.Errorf("the hold is %s (%v), and %d runs were asked for", got.State, err, w.asked)
		}
	})
	t.Run("another site may not decide", func(t *testing.T) {
		w := newWorld(t)
		w.fill(t)
		answer := w.request(t, http.MethodPost, "/holds/h1", said("approve", "d1", "Ada", "layoff"), form, header("Sec-Fetch-Site", "cross-site"))
		wantStatus(t, answer, http.StatusForbidden)
	})
}

func TestActingOnAPage(t *testing.T) {
	w := newWorld(t)
	w.fill(t)
	answer := w.request(t, http.MethodPost, "/run", "", form)
	wantStatus(t, answer, http.StatusSeeOther)
	if w.asked != 1 {
		t.Errorf("%d runs were asked for, want 1", w.asked)
	}
	wantText(t, w.request(t, http.MethodGet, answer.Header().Get("Location"), ""), "A run has been asked for.")
	wantStatus(t, w.request(t, http.MethodPost, "/failures/f1/ack", "", form), http.StatusSeeOther)
	wantText(t, w.request(t, http.MethodGet, "/failures", ""), "acknowledged")
	wantStatus(t, w.request(t, http.MethodPost, "/failures/f9/ack", "", form), http.StatusNotFound)
}

func TestLongListsHavePages(t *testing.T) {
	w := newWorld(t)
	var all []roster.Failure
	for n := range 230 {
		all = append(all, roster.Failure{Group: "g1", ReferenceID: fmt.Sprintf("E%03d", n), Kind: roster.InvalidRow})
	}
	check(t, w.store.SavePlan(t.Context(), roster.PlanRecord{
		Run:    roster.Run{ID: "run1", StartedAt: noon(), EndedAt: noon(), Outcome: roster.RunFailures},
		Groups: []roster.GroupState{{ExternalReferenceID: "g1"}}, Sweep: roster.Sweep{Found: all},
	}))
	seen, path := map[string]bool{}, "/failures?kind=invalid_row"
	for pages := 1; path != ""; pages++ {
		answer := w.request(t, http.MethodGet, path, "")
		wantStatus(t, answer, http.StatusOK)
		wantText(t, answer, fmt.Sprintf("Page %d of 3, 230 in all", pages))
		path = ""
		for _, link := range find(t, answer, element("a")) {
			for _, a := range link.Attr {
				if who, ok := strings.CutPrefix(a.Val, "/people?reference_id="); ok && a.Key == "href" {
					seen[who] = true
				}
				if text(link) == "Next" && a.Key == "href" {
					path = "/failures" + a.Val
				}
			}
		}
	}
	if len(seen) != len(all) {
		t.Errorf("%d failures are shown, want %d", len(seen), len(all))
	}
}

func TestDownloads(t *testing.T) {
	w := newWorld(t)
	evil := hold("d1")
	evil.Removals = []roster.Removal{{ReferenceID: `=cmd|'/c calc'!A1`, Class: roster.Absent}, {ReferenceID: "+1", Class: roster.Terminated}}
	check(t, w.store.SavePlan(t.Context(), roster.PlanRecord{
		Run:    roster.Run{ID: "run1", StartedAt: noon(), EndedAt: noon(), Outcome: roster.RunFailures},
		Groups: []roster.GroupState{{ExternalReferenceID: "g2"}}, Holds: []roster.Hold{evil},
		Sweep: roster.Sweep{Found: []roster.Failure{{Group: "g2", ReferenceID: "@SUM(A1)", Kind: roster.InvalidRow, Reason: "-2"}}},
	}))
	rows := func(path string) [][]string {
		t.Helper()
		answer := w.request(t, http.MethodGet, path, "")
		wantStatus(t, answer, http.StatusOK)
		if got := answer.Header().Get("Content-Disposition"); !strings.HasPrefix(got, "attachment") {
			t.Errorf("it is sent as %q", got)
		}
		all, err := csv.NewReader(answer.Body).ReadAll()
		check(t, err)
		return all
	}
	people := rows("/holds/h1/people.csv")
	if diff := cmp.Diff([]string{`'=cmd|'/c calc'!A1`, "'+1"}, []string{people[1][2], people[2][2]}); diff != "" {
		t.Errorf("people (-want +got):\n%s", diff)
	}
	failures := rows("/failures.csv?kind=invalid_row")
	if len(failures) != 2 || failures[1][4] != "'@SUM(A1)" || failures[1][7] != "'-2" {
		t.Errorf("failures %v", failures)
	}
}

func TestSigningIn(t *testing.T) {
	signIn := func(t *testing.T, w *world, shown string) *httptest.ResponseRecorder {
		t.Helper()
		return w.request(t, http.MethodPost, "/signin", url.Values{"token": {shown}}.Encode(), form, host(remote))
	}
	newRemote := func(t *testing.T) *world {
		t.Helper()
		w := newWorld(t)
		w.options.Token, w.options.ReadToken, w.options.Loopback = token, readToken, false
		return w
	}
	with := func(c *http.Cookie) func(*http.Request) { return func(r *http.Request) { r.AddCookie(c) } }
	session := func(t *testing.T, w *world, shown string) *http.Cookie {
		t.Helper()
		answer := signIn(t, w, shown)
		wantStatus(t, answer, http.StatusSeeOther)
		return answer.Result().Cookies()[0]
	}
	t.Run("a stranger is shown the form", func(t *testing.T) {
		answer := newRemote(t).request(t, http.MethodGet, "/holds", "", host(remote))
		if answer.Code != http.StatusSeeOther || answer.Header().Get("Location") != "/signin" {
			t.Errorf("status %d to %q", answer.Code, answer.Header().Get("Location"))
		}
	})
	t.Run("the token opens a session that only this site's pages use", func(t *testing.T) {
		w := newRemote(t)
		cookie := session(t, w, token)
		if !cookie.HttpOnly || !cookie.Secure || cookie.SameSite != http.SameSiteStrictMode || cookie.Path != "/" || cookie.Domain != "" {
			t.Errorf("the cookie is %s", cookie)
		}
		if strings.Contains(cookie.Value, token) {
			t.Error("the cookie has the token in it")
		}
		wantStatus(t, w.request(t, http.MethodGet, "/", "", host(remote), with(cookie)), http.StatusOK)
		wantStatus(t, w.request(t, http.MethodPost, "/run", "", form, host(remote), with(cookie)), http.StatusSeeOther)
		if w.asked != 1 {
			t.Error("no run was asked for")
		}
	})
	t.Run("the token for reading opens a session for reading", func(t *testing.T) {
		w := newRemote(t)
		cookie := session(t, w, readToken)
		wantStatus(t, w.request(t, http.MethodGet, "/", "", host(remote), with(cookie)), http.StatusOK)
		wantStatus(t, w.request(t, http.MethodPost, "/run", "", form, host(remote), with(cookie)), http.StatusForbidden)
	})
	t.Run("a wrong token opens none", func(t *testing.T) {
		for _, shown := range []string{"", token + "x", "x"} {
			answer := signIn(t, newRemote(t), shown)
			wantStatus(t, answer, http.StatusUnauthorized)
			if len(answer.Result().Cookies()) > 0 {
				t.Errorf("a session is opened")
			}
		}
	})
	t.Run("a session ends", func(t *testing.T) {
		w := newRemote(t)
		cookie := session(t, w, token)
		for name, change := range map[string]func(*world, *http.Cookie){
			"in time":                  func(w *world, _ *http.Cookie) { w.options.Now = func() time.Time { return noon().Add(13 * time.Hour) } },
			"when the token changes":   func(w *world, _ *http.Cookie) { w.options.Token = token + "2" },
			"when its end is altered":  func(_ *world, c *http.Cookie) { c.Value = "9" + c.Value },
			"when its seal is altered": func(_ *world, c *http.Cookie) { c.Value += "A" },
			"without a seal":           func(_ *world, c *http.Cookie) { c.Value, _, _ = strings.Cut(c.Value, ".") },
		} {
			changed, copied := newRemote(t), *cookie
			change(changed, &copied)
			answer := changed.request(t, http.MethodGet, "/", "", host(remote), with(&copied))
			if answer.Code != http.StatusSeeOther {
				t.Errorf("%s: status %d", name, answer.Code)
			}
			answer = changed.request(t, http.MethodPost, "/run", "", form, host(remote), with(&copied))
			if answer.Code != http.StatusUnauthorized || changed.asked > 0 {
				t.Errorf("%s: status %d of a request that acts", name, answer.Code)
			}
		}
	})
	t.Run("signing out takes the cookie back", func(t *testing.T) {
		w := newRemote(t)
		answer := w.request(t, http.MethodPost, "/signout", "", form, host(remote), with(session(t, w, token)))
		if cookie := answer.Result().Cookies()[0]; cookie.MaxAge >= 0 || cookie.Value != "" {
			t.Errorf("the cookie is %s", cookie)
		}
	})
	t.Run("guessing is slow", func(t *testing.T) {
		w := newRemote(t)
		at := noon()
		w.options.Now = func() time.Time { return at }
		handler, refused := w.handler(t), 0
		try := func(shown string) int {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/signin", strings.NewReader(url.Values{"token": {shown}}.Encode()))
			form(r)
			answer := canary.Recorder(t)
			handler.ServeHTTP(answer, r)
			return answer.Code
		}
		for range 50 {
			if try("wrong") == http.StatusTooManyRequests {
				refused++
			}
		}
		if refused != 40 {
			t.Errorf("%d of 50 attempts were turned away, want 40", refused)
		}
		at = at.Add(time.Minute)
		if got := try(token); got != http.StatusSeeOther {
			t.Errorf("a minute later the right token gets %d", got)
		}
	})
	t.Run("without a token the pages are closed beyond this machine", func(t *testing.T) {
		w := newWorld(t)
		w.options.Loopback = false
		for _, path := range []string{"/", "/holds", "/failures.csv", "/nowhere"} {
			answer := w.request(t, http.MethodGet, path, "", host(remote))
			wantStatus(t, answer, http.StatusForbidden)
			wantText(t, answer, "ROSTERD_WEB_TOKEN")
		}
		wantStatus(t, signIn(t, w, ""), http.StatusForbidden)
	})
}
