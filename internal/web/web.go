// Package web is the daemon's listener: pages, health, metrics and the JSON interface.
//
//	| path                                        | open to                             |
//	| ------------------------------------------- | ----------------------------------- |
//	| GET /healthz, /readyz, /metrics             | everybody who reaches it            |
//	| GET /api/v1/{status,groups,runs,failures,holds,people/REF} | a token, or loopback |
//	| POST /api/v1/runs                           | the token that acts, or loopback    |
//	| POST /api/v1/holds/ID/{approve,reject}      | the token that acts, or loopback    |
//	| POST /api/v1/failures/ID/ack                | the token that acts, or loopback    |
//	| the pages of package page                   | a session, a token, or loopback     |
//	| /signin, /style.css                         | everybody who reaches it            |
//
// A listener beyond loopback without a token serves health and metrics only. Loopback
// are requests of this machine to a listener that no other one reaches, unless they show
// that a proxy passes them on; see fromHere.
package web

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"
	"go.uber.org/zap"
	"golang.org/x/time/rate"

	"github.com/rosterd/rosterd/internal/store"
	"github.com/rosterd/rosterd/internal/web/page"
)

// Options are what the listener works with.
type Options struct {
	Store       *store.Store
	Metrics     prometheus.Gatherer
	Apart       bool             // metrics are served by NewMetricsServer, and not here
	Token       string           // for everything; "" where loopback is protection enough
	ReadToken   string           // for looking only; "" for none
	Zone        *time.Location   // that pages show times in
	NextRun     func() time.Time // zero: not known
	Loopback    bool             // the listener is reachable from this machine only
	ApprovalTTL time.Duration    // how long an approval is good for
	Trigger     func()           // asks for a run now
	Ready       func(ctx context.Context) error
	Now         func() time.Time
	Log         *zap.Logger
}

// Limits of one request; nothing here takes long.
const (
	readTimeout  = 10 * time.Second
	writeTimeout = 30 * time.Second
	idleTimeout  = 2 * time.Minute
	maxHeader    = 16 << 10
	maxBody      = 64 << 10
)

// NewServer returns the server with its handler and time-outs; the caller
// brings the listener.
func NewServer(o Options) (*http.Server, error) {
	handler, err := Handler(o)
	if err != nil {
		return nil, err
	}
	return serverOf(handler, o.Log), nil
}

// NewMetricsServer returns the server of metrics and health alone, for a listener
// that others reach than those who may see the pages.
func NewMetricsServer(o Options) *http.Server {
	s, open := &site{Options: o}, http.NewServeMux()
	s.handleHealth(open)
	s.handleMetrics(open)
	return serverOf(headers(s.calm(open)), o.Log)
}

func serverOf(handler http.Handler, log *zap.Logger) *http.Server {
	return &http.Server{
		Handler: handler, ReadHeaderTimeout: readTimeout, ReadTimeout: readTimeout,
		WriteTimeout: writeTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
		ErrorLog: zap.NewStdLog(log),
	}
}

// Handler serves everything in the package's table.
func Handler(o Options) (http.Handler, error) {
	pages, err := page.New(page.Options{
		Store: o.Store, Zone: o.Zone, ApprovalTTL: o.ApprovalTTL, NextRun: o.NextRun, Trigger: o.Trigger, Now: o.Now, Log: o.Log,
	})
	if err != nil {
		return nil, fmt.Errorf("read templates: %w", err)
	}
	s := &site{o, pages, rate.NewLimiter(rate.Every(signInEvery), signInBurst)}
	open := http.NewServeMux()
	s.handleHealth(open)
	if !o.Apart {
		s.handleMetrics(open)
	}

	api := http.NewServeMux()
	api.HandleFunc("GET /api/v1/status", s.status)
	api.HandleFunc("GET /api/v1/groups", s.groups)
	api.HandleFunc("GET /api/v1/runs", s.runs)
	api.HandleFunc("GET /api/v1/failures", s.failures)
	api.HandleFunc("GET /api/v1/holds", s.holds)
	api.HandleFunc("GET /api/v1/people/{ref}", s.person)
	api.HandleFunc("POST /api/v1/runs", s.startRun)
	api.HandleFunc("POST /api/v1/holds/{id}/approve", s.decide(o.Store.Approve))
	api.HandleFunc("POST /api/v1/holds/{id}/reject", s.decide(o.Store.Reject))
	api.HandleFunc("POST /api/v1/failures/{id}/ack", s.acknowledge)
	from := http.NewCrossOriginProtection()
	open.Handle("/api/", from.Handler(s.guardAPI(api)))

	open.HandleFunc("GET /style.css", page.Style)
	open.HandleFunc("GET /signin", func(w http.ResponseWriter, r *http.Request) { s.pages.SignIn(w, r, http.StatusOK, "") })
	open.Handle("POST /signin", from.Handler(http.HandlerFunc(s.signIn)))
	open.Handle("POST /signout", from.Handler(http.HandlerFunc(s.signOut)))
	open.Handle("/", from.Handler(s.guardPages(s.pages)))
	return headers(s.calm(open)), nil
}

// site is what the handlers share.
type site struct {
	Options

	pages    *page.Pages
	attempts *rate.Limiter // to sign in
}

func (s *site) handleHealth(open *http.ServeMux) {
	open.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		write(w, http.StatusOK, map[string]string{"status": "alive"})
	})
	open.HandleFunc("GET /readyz", s.ready)
}

func (s *site) handleMetrics(open *http.ServeMux) {
	open.Handle("GET /metrics", promhttp.HandlerFor(s.told(s.Metrics), promhttp.HandlerOpts{Timeout: readTimeout, MaxRequestsInFlight: 4}))
}

// told serves what could be gathered. What was wrong with the rest is for the
// log: promhttp would answer with the text of the error.
func (s *site) told(from prometheus.Gatherer) prometheus.Gatherer {
	return prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) {
		families, err := from.Gather()
		if err != nil {
			s.Log.Error("metrics not gathered", zap.Error(err))
		}
		return families, nil
	})
}

// calm answers for a handler that panicked. What it panicked with may be
// somebody's data; where it did is not.
func (s *site) calm(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if recover() != nil {
				s.Log.Error("request stopped unexpectedly", zap.ByteString("stack", debug.Stack()))
				fail(w, http.StatusInternalServerError, "internal error; the log says which")
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// headers forbids keeping, framing and guessing of whatever is served.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin") // without it browsers do not say to us either which site they are on
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		next.ServeHTTP(w, r)
	})
}

// IsLoopback reports whether a listener's address is reachable from this
// machine only.
func IsLoopback(addr net.Addr) bool {
	tcp, ok := addr.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}
