package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/rosterd/rosterd/internal/canary"
)

// receiver takes notifications.
type receiver struct {
	server *httptest.Server

	mu     sync.Mutex
	status int
	taken  []string
}

func cmdReceiver(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "receiver FILE")
	r := &receiver{status: http.StatusOK}
	r.server = httptest.NewServer(r)
	stageOf(ts).receiver = r
	ts.Setenv("RECEIVER", r.server.URL)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(r.server.URL), 0o600))
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	text, _ := io.ReadAll(request.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.status == http.StatusOK {
		r.taken = append(r.taken, string(text))
	}
	w.Header().Set("Retry-After", "3600") // nobody shall wait for it
	w.WriteHeader(r.status)
	_, _ = io.WriteString(w, "ok")
}

func (r *receiver) count(text string) (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, body := range r.taken {
		if strings.Contains(body, text) {
			n++
		}
	}
	return n
}

// close ends the receiver, where there is one, and returns whose data it was told.
func (r *receiver) close() []canary.Finding {
	if r == nil {
		return nil
	}
	r.server.Close()
	return canary.Find("a notification", []byte(strings.Join(r.taken, "\n")))
}

func cmdReceived(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "received N TEXT")
	r, text := stageOf(ts).receiver, strings.Join(args[1:], " ")
	got := func() string { return strconv.Itoa(r.count(text)) }
	if !eventually(func() bool { return got() == args[0] }) {
		ts.Fatalf("received %s messages with %q, expected %s: %q", got(), text, args[0], r.taken)
	}
}

func cmdAnswers(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "answers STATUS")
	status, err := strconv.Atoi(args[0])
	ts.Check(err)
	r := stageOf(ts).receiver
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status = status
}
