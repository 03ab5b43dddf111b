package vitable_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/vitable"
)

// arrivals is a loopback server that counts the rosters that reached it whole.
type arrivals struct {
	*httptest.Server
	rosters     atomic.Int32
	connections atomic.Int32
}

func listen(t *testing.T, start func(*httptest.Server), answer http.HandlerFunc) *arrivals {
	t.Helper()
	a := &arrivals{}
	a.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if body, err := io.ReadAll(r.Body); r.Method == http.MethodPost && err == nil && len(body) > 0 {
			a.rosters.Add(1)
		}
		answer(w, r)
	}))
	a.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			a.connections.Add(1)
		}
	}
	start(a.Server)
	t.Cleanup(a.Close)
	return a
}

func jsonAnswer(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

func TestALostAnswerIsUnknownAndNothingArrivesTwice(t *testing.T) {
	for _, tt := range []struct {
		name  string
		start func(*httptest.Server)
	}{
		{"HTTP/1.1", (*httptest.Server).Start},
		{"HTTP/2", func(s *httptest.Server) { s.EnableHTTP2 = true; s.StartTLS() }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			api := listen(t, tt.start, func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPost {
					panic(http.ErrAbortHandler)
				}
				jsonAnswer(w, 200, group1)
			})
			client := open(t, vitable.Options{BaseURL: api.URL, Key: canaryKey, Transport: api.Client().Transport})
			// On a connection that was used before, net/http itself replays what it may.
			if _, err := client.Group(t.Context(), "grp_1"); err != nil {
				t.Fatal(err)
			}
			_, err := client.Submit(t.Context(), "grp_1", []roster.Member{bird(t)})
			if got := fate(t, err); got != roster.FateUnknown {
				t.Errorf("fate %s of %v, want unknown", got, err)
			}
			if api.rosters.Load() != 1 || api.connections.Load() != 1 {
				t.Errorf("the roster arrived %d times over %d connections, want once over one", api.rosters.Load(), api.connections.Load())
			}
		})
	}
}

func TestADyingConnectionNeverMakesARosterArriveTwice(t *testing.T) {
	api := listen(t, (*httptest.Server).Start, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			jsonAnswer(w, 202, receipt1)
			return
		}
		jsonAnswer(w, 200, group1)
	})
	client := open(t, vitable.Options{BaseURL: api.URL, Key: canaryKey})
	for range 30 {
		if _, err := client.Group(t.Context(), "grp_1"); err != nil {
			t.Fatal(err)
		}
		before := api.rosters.Load()
		go api.CloseClientConnections()
		_, err := client.Submit(t.Context(), "grp_1", []roster.Member{bird(t)})
		arrived := api.rosters.Load() - before
		switch {
		case arrived > 1:
			t.Fatalf("the roster arrived %d times", arrived)
		case err == nil && arrived != 1:
			t.Fatal("accepted without arriving")
		case err != nil && fate(t, err) != roster.FateUnknown:
			t.Fatalf("fate %s of %v, want unknown", fate(t, err), err)
		}
	}
}

func TestWhatCertainlyDidNotArriveIsSentAgain(t *testing.T) {
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	untrusted := httptest.NewUnstartedServer(http.NotFoundHandler())
	untrusted.Config.ErrorLog = log.New(canary.Output(t), "", 0)
	untrusted.StartTLS()
	t.Cleanup(untrusted.Close)
	for _, tt := range []struct{ name, url string }{
		{"nothing listens", closed.URL},
		{"the certificate is not trusted", untrusted.URL},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var attempts int
			client := open(t, vitable.Options{
				BaseURL: tt.url, Key: canaryKey,
				Observe: func(string, string, time.Duration) { attempts++ },
			})
			_, err := client.Submit(t.Context(), "grp_1", nil)
			if got := fate(t, err); got != roster.FateUnreached || attempts != 3 {
				t.Errorf("sent %d times, %s: %v; want 3 times, unreached", attempts, got, err)
			}
		})
	}
}

// late is a transport that fails at once and reads the body afterwards, as
// net/http may when a request is cancelled.
type late struct{ read chan int }

func (l late) RoundTrip(r *http.Request) (*http.Response, error) {
	failed := make(chan struct{})
	go func() {
		<-failed
		n, _ := r.Body.Read(make([]byte, 10))
		l.read <- n
	}()
	defer time.AfterFunc(time.Millisecond, func() { close(failed) })
	return nil, errReset
}

func TestWhatIsCalledUnsentCannotBeSentLater(t *testing.T) {
	bubble(t, func(t *testing.T) {
		transport := late{read: make(chan int, 3)}
		_, err := newClient(t, transport).Submit(t.Context(), "grp_1", nil)
		if got := fate(t, err); got != roster.FateUnreached {
			t.Errorf("fate %s, want unreached", got)
		}
		for range 3 {
			if n := <-transport.read; n != 0 {
				t.Errorf("%d bytes could be read after the request was called unsent", n)
			}
		}
	})
}

// hasty is a transport that gets an answer without having sent the body, and
// then loses the rest of the answer.
type hasty struct{}

func (hasty) RoundTrip(*http.Request) (*http.Response, error) {
	response := answer(202, "")
	response.Body = io.NopCloser(brokenReader{})
	return response, nil
}

func TestAnAcceptanceThatIsCutOffIsUnknownWhateverWasSent(t *testing.T) {
	_, err := newClient(t, hasty{}).Submit(t.Context(), "grp_1", nil)
	if got := fate(t, err); got != roster.FateUnknown {
		t.Errorf("fate %s, want unknown", got)
	}
}

func TestCancellingBeforeAndAfterSending(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	dialing := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		cancel()
		<-ctx.Done()
		return nil, ctx.Err()
	}}
	_, err := open(t, vitable.Options{BaseURL: "http://localhost", Key: canaryKey, Transport: dialing}).Submit(ctx, "grp_1", nil)
	if !errors.Is(err, context.Canceled) || fate(t, err) != roster.FateUnreached {
		t.Errorf("while dialing: %s of %v, want unreached and canceled", fate(t, err), err)
	}

	ctx, cancel = context.WithCancel(t.Context())
	api := listen(t, (*httptest.Server).Start, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	_, err = open(t, vitable.Options{BaseURL: api.URL, Key: canaryKey}).Submit(ctx, "grp_1", nil)
	if !errors.Is(err, context.Canceled) || fate(t, err) != roster.FateUnknown {
		t.Errorf("while waiting for the answer: %s of %v, want unknown and canceled", fate(t, err), err)
	}
}
