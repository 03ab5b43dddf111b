package sandbox_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/sandbox"
)

// clock is the Now of a sandbox under test.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// api calls a sandbox through a transport that checks every request and every
// answer against the OpenAPI document.
type api struct {
	t      *testing.T
	client *http.Client
	base   string
	spec   *spec
	// wild says that requests are meant to break the document.
	wild bool
}

// inProcess calls the handler without a network.
func inProcess(t *testing.T, s *sandbox.Server) *api {
	t.Helper()
	return &api{t: t, client: client(direct{t, s}), base: "http://sandbox", spec: loadSpec(t)}
}

// overTCP serves the sandbox on a loopback listener.
func overTCP(t *testing.T, s *sandbox.Server) *api {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return &api{t: t, client: client(&http.Transport{DisableKeepAlives: true}), base: server.URL, spec: loadSpec(t)}
}

// client follows no redirects.
func client(transport http.RoundTripper) *http.Client {
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// direct is a transport that calls a handler.
type direct struct {
	t       *testing.T
	handler http.Handler
}

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	inbound := httptest.NewRequestWithContext(r.Context(), r.Method, r.URL.String(), r.Body)
	inbound.Header = r.Header
	inbound.RemoteAddr = "127.0.0.1:40000"
	rec := canary.Recorder(d.t)
	d.handler.ServeHTTP(rec, inbound)
	return rec.Result(), nil
}

// reply is an answer that has been read.
type reply struct {
	status int
	header http.Header
	text   string
}

// try sends one request and returns what the transport says.
func (a *api) try(method, path, body string) (reply, error) {
	a.t.Helper()
	req, err := http.NewRequestWithContext(a.t.Context(), method, a.base+path, strings.NewReader(body))
	if err != nil {
		a.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer vit_apk_"+canary.Secret)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	return a.roundTrip(req)
}

func (a *api) roundTrip(req *http.Request) (reply, error) {
	a.t.Helper()
	if !a.wild && strings.HasPrefix(req.URL.Path, "/v1/") {
		if err := a.spec.checkRequest(req); err != nil {
			a.t.Errorf("%s %s breaks the document: %v", req.Method, req.URL.Path, err)
		}
	}
	res, err := a.client.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return reply{status: res.StatusCode}, err
	}
	return reply{status: res.StatusCode, header: res.Header, text: string(text)}, nil
}

// do sends one request and checks its answer.
func (a *api) do(method, path, body string) reply {
	a.t.Helper()
	r, err := a.try(method, path, body)
	if err != nil {
		a.t.Fatalf("%s %s: %v", method, path, err)
	}
	if strings.HasPrefix(path, "/v1/") {
		a.conforms(method, path, r)
	}
	return r
}

// conforms checks an answer against the document.
func (a *api) conforms(method, path string, r reply) {
	a.t.Helper()
	if err := a.spec.checkResponse(method, a.base+path, r); err != nil {
		a.t.Errorf("the answer to %s %s breaks the document: %v", method, path, err)
	}
}

// groupID looks a group up by its external_reference_id.
func (a *api) groupID(ext string) string {
	a.t.Helper()
	r := a.do("GET", "/v1/groups?limit=100", "")
	for _, g := range decode[struct{ Data []groupJSON }](a.t, r.text).Data {
		if g.Ext == ext {
			return g.ID
		}
	}
	a.t.Fatalf("no group %q", ext)
	return ""
}

// submit sends a roster and returns the request_id.
func (a *api) submit(groupID string, rows ...sandbox.Member) string {
	a.t.Helper()
	r := a.do("POST", "/v1/groups/"+groupID+"/members/sync", payload(a.t, rows...))
	if r.status != http.StatusAccepted {
		a.t.Fatalf("submit: %d %s", r.status, r.text)
	}
	return decode[struct {
		Data struct {
			ID string `json:"request_id"`
		}
	}](a.t, r.text).Data.ID
}

// poll asks for a request.
func (a *api) poll(groupID, requestID string) syncJSON {
	a.t.Helper()
	r := a.do("GET", "/v1/groups/"+groupID+"/members/sync/"+requestID, "")
	if r.status != http.StatusOK {
		a.t.Fatalf("poll: %d %s", r.status, r.text)
	}
	return decode[struct{ Data syncJSON }](a.t, r.text).Data
}

type groupJSON struct {
	ID      string     `json:"id"`
	Name    string     `json:"name"`
	Ext     string     `json:"external_reference_id"`
	Created *time.Time `json:"created_at"`
	Updated *time.Time `json:"updated_at"`
}

type syncJSON struct {
	ID        string     `json:"request_id"`
	Group     string     `json:"group_id"`
	Accepted  time.Time  `json:"accepted_at"`
	Completed *time.Time `json:"completed_at"`
	Results   *struct {
		Added    []string          `json:"added_group_member_ids"`
		Removed  []string          `json:"removed_group_member_ids"`
		Failures []sandbox.Failure `json:"failures"`
	} `json:"results"`
}

func decode[T any](t *testing.T, text string) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("read %s: %v", text, err)
	}
	return v
}

// person is a synthetic row.
func person(ref string) sandbox.Member {
	return sandbox.Member{
		ReferenceID: ref, FirstName: canary.GivenName, LastName: canary.FamilyName + "-" + ref, DateOfBirth: canary.BirthDate,
		Phone: canary.Phone, Email: ref + "@" + canary.MailHost, PlanID: "pln_gold",
		Address: sandbox.Address{Line1: canary.Street, City: canary.City, State: "NY", Zipcode: canary.ZIP},
	}
}

func people(from, to int) []sandbox.Member {
	var rows []sandbox.Member
	for i := from; i <= to; i++ {
		rows = append(rows, person(fmt.Sprintf("E%03d", i)))
	}
	return rows
}

func payload(t *testing.T, rows ...sandbox.Member) string {
	t.Helper()
	if rows == nil {
		rows = []sandbox.Member{}
	}
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(map[string]any{"members": rows}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
