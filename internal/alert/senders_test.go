package alert_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/alert"
	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/source"
)

// key is what every secret of these tests is.
const key = "hush-hush"

func opening(secrets map[string]string) alert.Opening {
	return alert.Opening{Instance: "rosterd", Getenv: func(name string) string { return secrets[name] }, Now: monday}
}

func incidentIn(group string) roster.Notice {
	return roster.Notice{
		Incident: roster.Incident{Kind: roster.SyncStuck, Group: group}, What: roster.Opened, Severity: roster.Critical,
		Failures: 1, Guidance: "Ask <support> & wait.", RunID: "run1", Since: monday(), At: monday().Add(time.Hour),
	}
}

func messageOf(notices ...roster.Notice) roster.Message {
	return roster.Message{ID: "ntf_1", Sender: "ops", Notices: notices}
}

func mustOpen(t *testing.T, s alert.Settings, o alert.Opening) alert.Sender {
	t.Helper()
	sender, err := s.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return sender
}

// service is what a sender talks to, as a test sets it up.
type service struct {
	sender alert.Sender
	works  func() // from here on it takes messages
	breaks func() // from here on it answers that it is broken
	hangs  func() // from here on it does not answer
	taken  func() int
}

// overHTTP is a service over HTTP.
func overHTTP(t *testing.T, open func(url string) alert.Sender, answer string) service {
	status, taken := make(chan int, 1), 0
	status <- 200
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(w, strings.NewReader("")) // the body is read by the server
		now := <-status
		status <- now
		if now == 0 {
			_, _ = io.ReadAll(r.Body)
			<-r.Context().Done()
			return
		}
		if now == 200 {
			taken++
		}
		w.WriteHeader(now)
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	set := func(to int) func() { return func() { <-status; status <- to } }
	return service{sender: open(server.URL), works: set(200), breaks: set(503), hangs: set(0), taken: func() int { return taken }}
}

// services are every sender, and the one in memory, with something to talk to.
func services() map[string]func(t *testing.T) service {
	secrets := map[string]string{"KEY": key}
	return map[string]func(t *testing.T) service{
		"webhook": func(t *testing.T) service {
			return overHTTP(t, func(url string) alert.Sender {
				return mustOpen(t, &alert.Webhook{URL: url, Secret: source.Secret{Env: "KEY"}}, opening(secrets))
			}, "")
		},
		"slack": func(t *testing.T) service {
			return overHTTP(t, func(url string) alert.Sender {
				return mustOpen(t, &alert.Slack{URL: source.Secret{Env: "URL"}}, opening(map[string]string{"URL": url + "/" + key}))
			}, "ok")
		},
		"alertmanager": func(t *testing.T) service {
			return overHTTP(t, func(url string) alert.Sender { return mustOpen(t, &alert.Alertmanager{URL: url}, opening(nil)) }, "")
		},
		"smtp": func(t *testing.T) service {
			server := newMailServer(t, mailOptions{startTLS: true, user: "rosterd", password: key})
			return service{
				sender: mustOpen(t, server.settings(t), opening(secrets)),
				works:  func() { server.set(working) }, breaks: func() { server.set(broken) }, hangs: func() { server.set(silent) },
				taken: func() int { return len(server.mails()) },
			}
		},
		"in memory": func(*testing.T) service {
			b := &inbox{}
			return service{
				sender: b, works: func() { b.fail = nil }, breaks: func() { b.fail = isDown }, hangs: func() { b.fail = hangs },
				taken: func() int { return len(b.received()) },
			}
		},
	}
}

// What every sender owes, the one of tests included.
func TestSenders(t *testing.T) {
	for name, set := range services() {
		t.Run(name, func(t *testing.T) {
			s := set(t)
			m := messageOf(incidentIn("sales"), incidentIn("ware"))
			if err := s.sender.Send(t.Context(), m); err != nil || s.taken() != 1 {
				t.Fatalf("taken %d times, %v", s.taken(), err)
			}
			if err := s.sender.Send(t.Context(), m); err != nil || s.taken() != 2 {
				t.Errorf("again: taken %d times, %v", s.taken(), err)
			}
			s.breaks()
			err := s.sender.Send(t.Context(), m)
			if err == nil || s.taken() != 2 || strings.Contains(err.Error(), key) {
				t.Errorf("broken: taken %d times, %v", s.taken(), err)
			}
			s.hangs()
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			if err := s.sender.Send(ctx, m); err == nil || s.taken() != 2 {
				t.Errorf("hanging: taken %d times, %v", s.taken(), err)
			}
			s.works()
			if err := s.sender.Send(t.Context(), messageOf(incidentIn("sales"))); err != nil || s.taken() != 3 {
				t.Errorf("repaired: taken %d times, %v", s.taken(), err)
			}
		})
	}
}

// caught is one request as it came.
type caught struct {
	path   string
	header http.Header
	body   []byte
}

func catching(t *testing.T, status int, header http.Header, answer string) (url string, got *caught) {
	t.Helper()
	got = &caught{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got.path, got.header = r.Method+" "+r.URL.Path, r.Header
		got.body, _ = io.ReadAll(r.Body)
		for name, values := range header {
			w.Header()[name] = values
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	return server.URL, got
}

func TestWebhookIsSigned(t *testing.T) {
	url, got := catching(t, 204, nil, "")
	w := mustOpen(t, &alert.Webhook{URL: url, Secret: source.Secret{Env: "KEY"}}, opening(map[string]string{"KEY": key}))
	if err := w.Send(t.Context(), messageOf(incidentIn("sales"))); err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte("1772431200."))
	mac.Write(got.body)
	want := "t=1772431200,v1=" + hex.EncodeToString(mac.Sum(nil))
	if sign := got.header.Get("Rosterd-Signature"); sign != want {
		t.Errorf("signature %q, want %q", sign, want)
	}
	var body map[string]any
	if err := json.Unmarshal(got.body, &body); err != nil {
		t.Fatal(err)
	}
	expected := map[string]any{
		"id": "ntf_1", "instance": "rosterd", "what": "opened", "counts": map[string]any{"sync_stuck": 1.0},
		"notices": []any{map[string]any{
			"kind": "sync_stuck", "severity": "critical", "group": "sales", "source": "", "failures": 1.0,
			"guidance": "Ask <support> & wait.", "run_id": "run1", "since": "2026-03-02T06:00:00Z", "at": "2026-03-02T07:00:00Z",
		}},
	}
	if diff := cmp.Diff(expected, body); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
}

func TestPostRefusals(t *testing.T) {
	for _, tt := range []struct {
		name   string
		status int
		header http.Header
		want   string
		wait   time.Duration
	}{
		{"elsewhere", 307, http.Header{"Location": {"http://127.0.0.1:1/"}}, "sends elsewhere", 0},
		{"later", 429, http.Header{"Retry-After": {"120"}}, "answers 429", 2 * time.Minute},
		{"not allowed", 403, nil, "answers 403", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			url, _ := catching(t, tt.status, tt.header, "")
			w := mustOpen(t, &alert.Webhook{URL: url, Secret: source.Secret{Env: "KEY"}}, opening(map[string]string{"KEY": key}))
			err := w.Send(t.Context(), messageOf(incidentIn("sales")))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("error %v, want %q", err, tt.want)
			}
			var wait time.Duration
			if asked, ok := errors.AsType[*alert.Later](err); ok {
				wait = asked.Wait
			}
			if wait != tt.wait {
				t.Errorf("it is to wait %s, want %s", wait, tt.wait)
			}
		})
	}
}

// What a broken service sends is not repeated: it may be anything.
func TestABrokenServiceIsNotQuoted(t *testing.T) {
	const row = "E-17," + canary.FamilyName + "," + canary.BirthDate + "," + canary.Phone
	for _, tt := range []struct{ name, text, want string }{
		{"an answer", row + "\r\n\r\n", "post: no connection, or an answer that is not HTTP"},
		{"a header", "HTTP/1.1 200 OK\r\n" + row + "\r\n\r\n", "post: no connection, or an answer that is not HTTP"},
		{"what comes after", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + row + "\r\n\r\n", "post: read answer: no connection, or an answer that is not HTTP"},
		{"nothing", "", "post: the connection ended before the answer did"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			at := saying(t, true, tt.text)
			err := mustOpen(t, &alert.Alertmanager{URL: "http://" + at.String()}, opening(nil)).Send(t.Context(), messageOf(incidentIn("sales")))
			if fmt.Sprint(err) != tt.want {
				t.Errorf("another error than %q", tt.want)
			}
			canary.Text(t, "the error", fmt.Sprint(err))
		})
	}
	t.Run("a greeting", func(t *testing.T) {
		at := saying(t, false, row+"\r\n")
		err := mustOpen(t, &alert.Mail{Host: "127.0.0.1", Port: at.Port, From: "a@x.example", To: []string{"b@x.example"}}, opening(nil)).Send(t.Context(), messageOf(incidentIn("sales")))
		if err == nil || !strings.HasSuffix(err.Error(), "the server does not speak SMTP") {
			t.Error("another error than that it does not speak SMTP")
		}
		canary.Text(t, "the error", fmt.Sprint(err))
	})
}

// saying is a server that says one text to whoever comes, or asks, and hangs up.
func saying(t *testing.T, asked bool, text string) *net.TCPAddr {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			if asked {
				_, _ = conn.Read(make([]byte, 4<<10))
			}
			_, _ = io.WriteString(conn, text)
			_ = conn.Close()
		}
	})
	t.Cleanup(func() { _ = listener.Close(); running.Wait() })
	return listener.Addr().(*net.TCPAddr)
}

func TestSlackText(t *testing.T) {
	url, got := catching(t, 200, nil, "ok")
	s := mustOpen(t, &alert.Slack{URL: source.Secret{Env: "URL"}}, opening(map[string]string{"URL": url}))
	if err := s.Send(t.Context(), messageOf(incidentIn("<!channel>"))); err != nil {
		t.Fatal(err)
	}
	var body map[string]string
	if err := json.Unmarshal(got.body, &body); err != nil {
		t.Fatal(err)
	}
	want := "*[rosterd] critical opened: sync_stuck in group &lt;!channel&gt;*\nfailures: 1\nsince: 2026-03-02T06:00:00Z\nAsk &lt;support&gt; &amp; wait.\nrun: run1\n"
	if diff := cmp.Diff(map[string]string{"text": want}, body); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
}

// A page of a proxy is no Slack, and a URL that cannot be used is not told.
func TestSlackTroubles(t *testing.T) {
	page, _ := catching(t, 200, nil, "<html>")
	for name, url := range map[string]string{"a page": page, "plain http": "http://slack.example/" + key, "no URL": key, "nobody there": "http://127.0.0.1:1/" + key} {
		t.Run(name, func(t *testing.T) {
			s := mustOpen(t, &alert.Slack{URL: source.Secret{Env: "URL"}}, opening(map[string]string{"URL": url}))
			err := s.Send(t.Context(), messageOf(incidentIn("sales")))
			if err == nil || strings.Contains(err.Error(), key) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestAlertmanagerAlerts(t *testing.T) {
	url, got := catching(t, 200, nil, "")
	a := mustOpen(t, &alert.Alertmanager{URL: url + "/", Token: source.Secret{Env: "KEY"}}, opening(map[string]string{"KEY": key}))
	open, over, atOnce := incidentIn("sales"), incidentIn("ware"), incidentIn("")
	over.What, atOnce.What, atOnce.At, atOnce.Source = roster.Resolved, roster.Resolved, atOnce.Since, "hq"
	if err := a.Send(t.Context(), messageOf(open, over, atOnce)); err != nil {
		t.Fatal(err)
	}
	if got.path != "POST /api/v2/alerts" || got.header.Get("Authorization") != "Bearer "+key {
		t.Errorf("it was %s", got.path)
	}
	var body []map[string]any
	if err := json.Unmarshal(got.body, &body); err != nil {
		t.Fatal(err)
	}
	labels := func(more ...string) map[string]any {
		all := map[string]any{"alertname": "rosterd_sync_stuck", "severity": "critical", "instance": "rosterd"}
		all[more[0]] = more[1]
		return all
	}
	want := []map[string]any{
		{"labels": labels("group", "sales"), "startsAt": "2026-03-02T06:00:00Z"},
		{"labels": labels("group", "ware"), "startsAt": "2026-03-02T06:00:00Z", "endsAt": "2026-03-02T07:00:00Z"},
		{"labels": labels("source", "hq"), "startsAt": "2026-03-02T06:00:00Z", "endsAt": "2026-03-02T06:00:00.001Z"},
	}
	for i := range body {
		delete(body[i], "annotations")
	}
	if diff := cmp.Diff(want, body); diff != "" {
		t.Errorf("alerts (-want +got):\n%s", diff)
	}
}

func TestFaultsOfSettings(t *testing.T) {
	secret := source.Secret{Env: "KEY"}
	for _, tt := range []struct {
		name     string
		settings alert.Settings
		want     []string
	}{
		{"a webhook", &alert.Webhook{URL: "https://x.example/a?b=c", Secret: secret}, nil},
		{"a webhook here", &alert.Webhook{URL: "http://[::1]:80", Secret: secret}, nil},
		{"a webhook in the clear", &alert.Webhook{URL: "http://x.example", Secret: secret}, []string{"url"}},
		{"a webhook with a user", &alert.Webhook{URL: "https://a:b@x.example", Secret: secret}, []string{"url"}},
		{"a webhook without a secret", &alert.Webhook{URL: "https://x.example"}, []string{"secret"}},
		{"slack", &alert.Slack{URL: secret}, nil},
		{"slack without a URL", &alert.Slack{}, []string{"url"}},
		{"alertmanager", &alert.Alertmanager{URL: "https://am.example/x/"}, nil},
		{"two tokens", &alert.Alertmanager{URL: "ftp://x", Token: source.Secret{Env: "a", File: "b"}}, []string{"url", "token"}},
		{"mail", &alert.Mail{Host: "mx.example", From: "a@x.example", To: []string{"Ops <b@x.example>"}}, nil},
		{"no addresses", &alert.Mail{Host: "mx:25", From: "a", To: []string{"b@x.example\r\nBcc: c@x.example"}}, []string{"from", "to[0]", "host"}},
		{"a user without a password", &alert.Mail{Host: "mx.example", From: "a@x.example", Username: "u"}, []string{"password"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, fault := range tt.settings.Faults() {
				got = append(got, fault.Key)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}
