package vitable_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/vitable"
)

func TestReadsBackOff(t *testing.T) {
	bubble(t, func(t *testing.T) {
		var at []time.Time
		server := &server{reply: func(int) (*http.Response, error) {
			at = append(at, time.Now())
			return answer(500, ""), nil
		}}
		_, err := newClient(t, server).Group(t.Context(), "grp_1")
		if got := fate(t, err); got != roster.FateUnreached {
			t.Errorf("fate %s, want unreached", got)
		}
		if len(at) != 4 {
			t.Fatalf("sent %d times, want 4", len(at))
		}
		for i, longest := range []time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second} {
			if waited := at[i+1].Sub(at[i]); waited < longest/2 || waited > longest {
				t.Errorf("waited %s after attempt %d, want %s to %s", waited, i+1, longest/2, longest)
			}
		}
	})
}

func TestWaitsDifferFromCallToCall(t *testing.T) {
	bubble(t, func(t *testing.T) {
		waits := map[time.Duration]bool{}
		for range 20 {
			begun := time.Now()
			if _, err := newClient(t, always(500, "")).Group(t.Context(), "grp_1"); err == nil {
				t.Fatal("no error")
			}
			waits[time.Since(begun)] = true
		}
		if len(waits) < 2 {
			t.Error("all calls waited equally long")
		}
	})
}

func TestRetryAfter(t *testing.T) {
	for _, tt := range []struct {
		name     string
		header   func(now time.Time) string
		attempts int           // of a submission that always gets 503
		least    time.Duration // in all
		most     time.Duration
		fate     roster.Fate
	}{
		{"seconds", text("7"), 3, 14 * time.Second, 14 * time.Second, roster.FateUnreached},
		{"zero", text("0"), 3, 750 * time.Millisecond, 1500 * time.Millisecond, roster.FateUnreached},
		{"the longest", text("60"), 3, 2 * time.Minute, 2 * time.Minute, roster.FateUnreached},
		{"too long", text("61"), 1, 0, 0, roster.FateUnreached},
		{"ten years", text("315360000"), 1, 0, 0, roster.FateUnreached},
		{"more than a number holds", text("99999999999999999999999"), 1, 0, 0, roster.FateUnreached},
		{"a date", date(20 * time.Second), 3, 20 * time.Second, 22 * time.Second, roster.FateUnreached},
		{"a date that has passed", date(-time.Hour), 3, 750 * time.Millisecond, 1500 * time.Millisecond, roster.FateUnreached},
		{"a date far away", date(24 * time.Hour), 1, 0, 0, roster.FateUnreached},
		{"negative", text("-5"), 1, 0, 0, roster.FateUnknown},
		{"a fraction", text("1.5"), 1, 0, 0, roster.FateUnknown},
		{"garbage", text("soon"), 1, 0, 0, roster.FateUnknown},
		{"empty", text(""), 1, 0, 0, roster.FateUnknown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				begun := time.Now()
				value := tt.header(begun)
				server := &server{reply: func(int) (*http.Response, error) {
					response := answer(503, "")
					response.Header.Set("Retry-After", value)
					return response, nil
				}}
				_, err := newClient(t, server).Submit(t.Context(), "grp_1", nil)
				took := time.Since(begun)
				if got := fate(t, err); got != tt.fate || len(server.requests()) != tt.attempts {
					t.Errorf("sent %d times, %s; want %d times, %s", len(server.requests()), got, tt.attempts, tt.fate)
				}
				if took < tt.least || took > tt.most {
					t.Errorf("took %s, want %s to %s", took, tt.least, tt.most)
				}
			})
		})
	}
}

func text(value string) func(time.Time) string { return func(time.Time) string { return value } }

func date(from time.Duration) func(time.Time) string {
	return func(now time.Time) string { return now.Add(from).UTC().Format(http.TimeFormat) }
}

func TestSubmitGoesThroughAfterBeingPutOff(t *testing.T) {
	bubble(t, func(t *testing.T) {
		server := &server{reply: func(n int) (*http.Response, error) {
			if n < 3 {
				return answer(429, ""), nil
			}
			return answer(202, receipt1), nil
		}}
		receipt, err := newClient(t, server).Submit(t.Context(), "grp_1", []roster.Member{bird(t)})
		if err != nil || receipt.RequestID != "grpmsr_1" {
			t.Fatalf("receipt %q, %v", receipt.RequestID, err)
		}
		for _, request := range server.requests() {
			if request.Body != server.requests()[0].Body || request.Header.Get("Idempotency-Key") != "" {
				t.Error("an attempt differs from the first")
			}
		}
	})
}

func TestWaitsEndWithTheContext(t *testing.T) {
	for _, tt := range []struct {
		name     string
		pace     float64
		reply    func(int) (*http.Response, error)
		attempts int
	}{
		{"between attempts", 0, func(int) (*http.Response, error) {
			response := answer(429, "")
			response.Header.Set("Retry-After", "30")
			return response, nil
		}, 1},
		{"for the pace", 0.01, func(int) (*http.Response, error) { return answer(429, ""), nil }, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				server := &server{reply: tt.reply}
				client := open(t, vitable.Options{BaseURL: "https://api.example.test", Key: canaryKey, Transport: server, RequestsPerSecond: tt.pace})
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(10*time.Second, cancel)
				begun := time.Now()
				_, err := client.Submit(ctx, "grp_1", nil)
				if !errors.Is(err, context.Canceled) || fate(t, err) != roster.FateUnreached {
					t.Errorf("error %v, want canceled and unreached", err)
				}
				if took := time.Since(begun); took != 10*time.Second || len(server.requests()) != tt.attempts {
					t.Errorf("took %s and %d attempts", took, len(server.requests()))
				}
			})
		})
	}
}

func TestNothingIsSentAfterTheContextIsOver(t *testing.T) {
	server := always(202, receipt1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := newClient(t, server).Submit(ctx, "grp_1", nil)
	if !errors.Is(err, context.Canceled) || fate(t, err) != roster.FateUnreached || len(server.requests()) != 0 {
		t.Errorf("%d requests, error %v", len(server.requests()), err)
	}
}

func TestATurnThatComesTooLateIsNotWaitedFor(t *testing.T) {
	bubble(t, func(t *testing.T) {
		server := always(200, group1)
		client := open(t, vitable.Options{BaseURL: "https://api.example.test", Key: canaryKey, Transport: server, RequestsPerSecond: 0.01})
		if _, err := client.Group(t.Context(), "grp_1"); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := client.Submit(ctx, "grp_1", nil)
		if !errors.Is(err, context.DeadlineExceeded) || fate(t, err) != roster.FateUnreached {
			t.Errorf("error %v, want deadline exceeded and unreached", err)
		}
	})
}

func TestAllCallsShareOnePace(t *testing.T) {
	bubble(t, func(t *testing.T) {
		client := open(t, vitable.Options{
			BaseURL: "https://api.example.test", Key: canaryKey, Transport: always(200, group1), RequestsPerSecond: 10,
		})
		begun := time.Now()
		var all sync.WaitGroup
		for i := range 21 {
			all.Go(func() {
				reader := client.Group
				if i%2 == 0 {
					reader = client.ReadOnly().Group
				}
				if _, err := reader(t.Context(), "grp_1"); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if took := time.Since(begun).Round(time.Millisecond); took != 2*time.Second {
			t.Errorf("21 calls took %s, want 2s", took)
		}
	})
}

// silent is a transport that takes the request and never answers.
type silent struct{ slowBody bool }

func (s silent) RoundTrip(r *http.Request) (*http.Response, error) {
	if s.slowBody {
		response := answer(200, "")
		response.Body = drip{r.Context()}
		return response, nil
	}
	if r.Body != nil {
		_, _ = r.Body.Read(make([]byte, 1))
	}
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// drip is a body that gives a byte a second until its request is over.
type drip struct{ ctx context.Context }

func (d drip) Read(b []byte) (int, error) {
	select {
	case <-d.ctx.Done():
		return 0, d.ctx.Err()
	case <-time.After(time.Second):
		b[0] = ' '
		return 1, nil
	}
}

func (drip) Close() error { return nil }

func TestAnAttemptEndsAfterAMinute(t *testing.T) {
	for _, tt := range []struct {
		name string
		slow silent
	}{
		{"no answer", silent{}},
		{"a byte a second", silent{slowBody: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				begun := time.Now()
				_, err := newClient(t, tt.slow).Submit(t.Context(), "grp_1", nil)
				if !errors.Is(err, context.DeadlineExceeded) || fate(t, err) != roster.FateUnknown {
					t.Errorf("error %v, want deadline exceeded and unknown", err)
				}
				if took := time.Since(begun); took != time.Minute {
					t.Errorf("took %s, want a minute", took)
				}
				synctest.Wait()
			})
		})
	}
}
