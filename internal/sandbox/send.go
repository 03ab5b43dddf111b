package sandbox

import (
	"context"
	"net"
	"net/http"
	"strconv"
	"time"
)

// nowhereElse is where a redirect leads by default: the .invalid domain never
// resolves.
const nowhereElse = "https://login.invalid/"

const loginPage = "<!doctype html><title>Sign in</title><h1>Please sign in to continue</h1>\n"

// intercept plays out a fault that keeps the request from the API.
func (s *Server) intercept(w http.ResponseWriter, v *visit) {
	f := v.fault
	ctx := v.request.Context()
	if f.Kind == FaultHang {
		if f.Delay == 0 {
			<-ctx.Done()
		}
		wait(ctx, f.Delay)
		reset(takeOver(w))
		return
	}
	if !wait(ctx, f.Delay) {
		return
	}
	switch f.Kind {
	case FaultReset:
		reset(takeOver(w))
	case FaultHTML:
		s.write(w, v, orElse(f.Status, http.StatusOK), "text/html; charset=utf-8", []byte(loginPage))
	case FaultRedirect:
		location := f.Location
		if location == "" {
			location = nowhereElse
		}
		w.Header().Set("Location", location)
		s.write(w, v, orElse(f.Status, http.StatusTemporaryRedirect), "text/html; charset=utf-8", nil)
	default: // status, retry_after, old_error
		s.refuse(w, v)
	}
}

// refuse answers with the error that the fault asks for.
func (s *Server) refuse(w http.ResponseWriter, v *visit) {
	f := v.fault
	status, after := f.Status, f.RetryAfter
	if f.Kind == FaultRetryAfter {
		status = orElse(status, http.StatusTooManyRequests)
		if after == "" {
			after = "1"
		}
	}
	if after != "" {
		w.Header().Set("Retry-After", after)
	}
	a := fail(status, "injected fault")
	s.write(w, v, status, "application/json", s.encode(v, a))
}

// send delivers the answer of the API, or what the fault leaves of it.
func (s *Server) send(w http.ResponseWriter, v *visit, a answer) {
	const json = "application/json"
	ctx, body := v.request.Context(), s.encode(v, a)
	switch v.fault.Kind {
	case FaultSlow:
		if wait(ctx, v.fault.Delay) {
			s.write(w, v, a.status, json, body)
		}
	case FaultLostAnswer:
		switch {
		case !wait(ctx, v.fault.Delay):
		case v.fault.Status != 0:
			s.refuse(w, v)
		default:
			reset(takeOver(w))
		}
	case FaultTruncate:
		// The server closes a connection that it owes bytes; a reset might
		// overtake those that were sent.
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		s.write(w, v, a.status, json, body[:len(body)/2])
	case FaultDrip:
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		s.write(w, v, a.status, json, nil)
		drip(ctx, w, body, v.fault.Delay)
	default:
		s.write(w, v, a.status, json, body)
	}
}

// write records the status and then sends: whoever has the answer finds it in
// the ledger.
func (s *Server) write(w http.ResponseWriter, v *visit, status int, contentType string, body []byte) {
	s.mu.Lock()
	v.entry.Status = status
	s.mu.Unlock()
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Date", date(v))
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that left has nobody to tell
}

// date is when the request came, by the server's clock.
func date(v *visit) string {
	at := v.at
	if v.fault.Kind == FaultLateClock {
		at = at.Add(-v.fault.Delay)
	}
	return at.UTC().Format(http.TimeFormat)
}

// drip sends the body one byte at a time.
func drip(ctx context.Context, w http.ResponseWriter, body []byte, pause time.Duration) {
	for i := range body {
		if !wait(ctx, pause) {
			return
		}
		if _, err := w.Write(body[i : i+1]); err != nil {
			return
		}
		flush(w)
	}
}

// wait reports whether the client was still there at the end of d.
func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

func flush(w http.ResponseWriter) { _ = http.NewResponseController(w).Flush() }

// takeOver takes the connection out of the server's hands. Where there is none
// to take, as with HTTP/2, it panics in the server's own way to cut an answer.
func takeOver(w http.ResponseWriter) net.Conn {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	return conn
}

// reset ends the connection so that the client cannot take it for a proper end.
func reset(conn net.Conn) {
	if wrapped, ok := conn.(interface{ NetConn() net.Conn }); ok {
		conn = wrapped.NetConn() // under TLS, whose close would say goodbye
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close() // whoever is at the other end finds out
}

func orElse(n, otherwise int) int {
	if n == 0 {
		return otherwise
	}
	return n
}
