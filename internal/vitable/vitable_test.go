package vitable_test

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/vitable"
)

// canaryKey is the key of every client.
const canaryKey = "vit_apk_" + canary.Secret

// bird is a member whose data no error may show.
func bird(t testing.TB) roster.Member {
	t.Helper()
	born, err := roster.ParseDate(canary.BirthDate)
	if err != nil {
		t.Fatal(err)
	}
	return roster.Member{
		ReferenceID: "E-1", FirstName: canary.GivenName, LastName: canary.FamilyName + " Öst", DateOfBirth: born,
		Phone: canary.Phone, Email: canary.Mail, PlanID: "pln_1",
		Address: roster.Address{Line1: canary.Street, Line2: "Flat 2", City: canary.City, State: "NY", ZIP: canary.ZIP},
	}
}

// sent is a request as the server saw it.
type sent struct {
	Method string
	Path   string // escaped, with query
	Header http.Header
	Body   string
}

// server is a transport that keeps what it gets and answers with reply, which
// is told which request this is, from 1.
type server struct {
	reply func(n int) (*http.Response, error)

	mu   sync.Mutex
	seen []sent
}

func (s *server) RoundTrip(r *http.Request) (*http.Response, error) {
	got := sent{Method: r.Method, Path: r.URL.RequestURI(), Header: r.Header}
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		got.Body = string(body)
	}
	s.mu.Lock()
	s.seen = append(s.seen, got)
	n := len(s.seen)
	s.mu.Unlock()
	return s.reply(n)
}

func (s *server) requests() []sent {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen
}

// always answers every request alike.
func always(status int, body string) *server {
	return &server{reply: func(int) (*http.Response, error) { return answer(status, body), nil }}
}

// inTurn answers each request with the next body and status 200.
func inTurn(bodies ...string) *server {
	return &server{reply: func(n int) (*http.Response, error) { return answer(200, bodies[min(n, len(bodies))-1]), nil }}
}

func answer(status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status,
		Header:     http.Header{"Content-Type": {"application/json; charset=utf-8"}},
		Body:       io.NopCloser(strings.NewReader(body)),
	}
}

func newClient(t *testing.T, transport http.RoundTripper) *vitable.Client {
	t.Helper()
	return open(t, vitable.Options{BaseURL: "https://api.example.test", Key: canaryKey, Version: "1.2.3", Transport: transport})
}

func open(t *testing.T, o vitable.Options) *vitable.Client {
	t.Helper()
	c, err := vitable.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// The calls of a client by name, for tests that hold for all of them.
type operation struct {
	name  string
	write bool
	call  func(t *testing.T, c *vitable.Client) error
}

func operations() []operation {
	return []operation{
		{"list_plans", false, func(t *testing.T, c *vitable.Client) error {
			_, err := c.Plans(t.Context())
			return err
		}},
		{"list_groups", false, func(t *testing.T, c *vitable.Client) error {
			_, err := c.Groups(t.Context())
			return err
		}},
		{"create_group", true, func(t *testing.T, c *vitable.Client) error {
			_, err := c.CreateGroup(t.Context(), "Tier 1", "seg_1")
			return err
		}},
		{"get_group", false, func(t *testing.T, c *vitable.Client) error {
			_, err := c.Group(t.Context(), "grp_1")
			return err
		}},
		{"update_group", true, func(t *testing.T, c *vitable.Client) error {
			_, err := c.RenameGroup(t.Context(), "grp_1", "Tier 1")
			return err
		}},
		{"submit_sync", true, func(t *testing.T, c *vitable.Client) error {
			_, err := c.Submit(t.Context(), "grp_1", []roster.Member{bird(t)})
			return err
		}},
		{"get_sync", false, func(t *testing.T, c *vitable.Client) error {
			_, err := c.Outcome(t.Context(), "grp_1", "grpmsr_1")
			return err
		}},
	}
}
