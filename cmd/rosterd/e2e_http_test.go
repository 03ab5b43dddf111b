package main

import (
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/rosterd/rosterd/internal/canary"
)

// cmdHTTP asks a server once; the answer goes to out. TOKEN, where the script
// has set it, is shown as the bearer token.
func cmdHTTP(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 3, "http STATUS METHOD URL [BODY]")
	status, text, err := ask(ts, args[1], args[2], strings.Join(args[3:], " "))
	ts.Check(err)
	if strconv.Itoa(status) != args[0] {
		ts.Fatalf("%s %s: status %d, expected %s\n%s", args[1], args[2], status, args[0], text)
	}
	if found := canary.Find("the answer of "+args[2], text); len(found) > 0 {
		ts.Fatalf("somebody's data: %v", found)
	}
	ts.Check(os.WriteFile(ts.MkAbs("out"), text, 0o600))
}

// cmdAwait asks until the status, and the value in the answer, are as expected.
func cmdAwait(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "await STATUS URL [PATH VALUE]")
	want := strings.Join(args[min(3, len(args)):], " ")
	var last string
	fits := func() bool {
		status, text, err := ask(ts, http.MethodGet, args[1], "")
		if err != nil {
			last = err.Error()
			return false
		}
		last = strconv.Itoa(status) + " " + string(text)
		if strconv.Itoa(status) != args[0] || len(args) == 2 {
			return strconv.Itoa(status) == args[0]
		}
		got, err := lookUp(text, args[2])
		return err == nil && got == want
	}
	if !eventually(fits) {
		ts.Fatalf("%s: expected %s: %s", args[1], want, last)
	}
}

// eventually looks again and again, and gives up when patience ends.
func eventually(holds func() bool) bool {
	end := time.After(patience)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-end:
			return false
		}
	}
	return true
}

func ask(ts *testscript.TestScript, method, url, body string) (status int, text []byte, err error) {
	request, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	if token := ts.Getenv("TOKEN"); token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	client := &http.Client{Timeout: patience}
	answer, err := client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer answer.Body.Close()
	text, err = io.ReadAll(answer.Body)
	return answer.StatusCode, text, err
}

// cmdFreeport finds a port on loopback that nobody listens on.
func cmdFreeport(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "freeport NAME")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv(args[0], strconv.Itoa(listener.Addr().(*net.TCPAddr).Port))
	ts.Check(listener.Close())
}
