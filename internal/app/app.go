package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"go.uber.org/zap"

	"github.com/rosterd/rosterd/internal/config"
	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/store"
	"github.com/rosterd/rosterd/internal/vitable"
)

var errLogLevel = errors.New("ROSTERD_LOG_LEVEL: use debug, info, warn or error")

// Options are what the program is started with. The environment is a parameter,
// so a test can start the whole program beside another.
type Options struct {
	Environ   []string
	Config    string // path of the YAML file; "" for ROSTERD_CONFIG
	Version   string
	Log       io.Writer
	Quiet     bool              // only warnings and errors, for people at a terminal
	Now       func() time.Time  // nil: time.Now
	Transport http.RoundTripper // nil: the client's own
	Progress  func(stage string, done, total int)
}

// App is a configured program. Its parts are opened when they are asked for and
// closed by Close, last first.
type App struct {
	Env  config.Env
	File config.File // zero when only the environment was read

	options Options
	log     *zap.Logger
	clock   clock
	closers []closer
}

type closer struct {
	name  string
	close func() error
}

// New reads the environment. ReadFile reads the YAML file.
func New(o Options) (*App, error) {
	env, err := config.LoadEnv(o.Environ)
	if err != nil {
		return nil, err
	}
	if o.Config != "" {
		env.Config = o.Config
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	level := env.LogLevel
	if o.Quiet && level == "info" {
		level = "warn"
	}
	log, err := newLog(o.Log, level, env.LogFormat)
	if err != nil {
		return nil, err
	}
	redirect(log.Named("library"))
	return &App{Env: env, options: o, log: log}, nil
}

// ReadFile reads the YAML file, all faults at once.
func (a *App) ReadFile() (err error) {
	a.File, err = config.Load(a.Env.Config, SourceTypes())
	return err
}

// getenv looks a variable up in the environment that the program was started
// with. As in a shell, the last one of a name counts.
func (a *App) getenv(name string) string {
	for _, entry := range slices.Backward(a.options.Environ) {
		if value, ok := strings.CutPrefix(entry, name+"="); ok {
			return value
		}
	}
	return ""
}

// Now is the program's clock.
func (a *App) Now() time.Time { return a.options.Now() }

// Close closes what was opened, in reverse, and returns every error.
func (a *App) Close() error {
	var all error
	for len(a.closers) > 0 {
		last := a.closers[len(a.closers)-1]
		a.closers = a.closers[:len(a.closers)-1]
		if err := last.close(); err != nil {
			all = errors.Join(all, fmt.Errorf("close %s: %w", last.name, err))
		}
	}
	return all
}

func (a *App) onClose(name string, close func() error) {
	a.closers = append(a.closers, closer{name, close})
}

// OpenStore opens the state for writing.
func (a *App) OpenStore(ctx context.Context) (*store.Store, error) {
	return a.openStore(ctx, store.Options{Dir: a.Env.DataDir, Key: a.stateKey(), Now: a.options.Now})
}

// StoredState opens the state for looking. Where nothing has been stored yet, or the
// data directory is not where it should be, that is a mistake of the caller.
func (a *App) StoredState(ctx context.Context) (*store.Store, error) {
	return a.openStore(ctx, a.looking())
}

func (a *App) looking() store.Options {
	return store.Options{Dir: a.Env.DataDir, Key: a.stateKey(), Now: a.options.Now, ReadOnly: true}
}

// dataDir is the data directory as whoever reads of it in the mail of a cron job would
// look for it.
func (a *App) dataDir() string {
	if path, err := filepath.Abs(a.Env.DataDir); err == nil {
		return path
	}
	return a.Env.DataDir
}

// ReadStore opens the state for looking. Where nothing has been stored yet it
// returns an empty one, which is gone after Close.
func (a *App) ReadStore(ctx context.Context) (*store.Store, error) {
	s, err := a.StoredState(ctx)
	if !errors.Is(err, store.ErrEmpty) {
		return s, err
	}
	dir, err := os.MkdirTemp("", "rosterd-empty-")
	if err != nil {
		return nil, fmt.Errorf("make empty state: %w", err)
	}
	a.onClose("empty state", func() error { return os.RemoveAll(dir) })
	return a.openStore(ctx, store.Options{Dir: dir, Now: a.options.Now})
}

func (a *App) openStore(ctx context.Context, o store.Options) (*store.Store, error) {
	s, err := store.Open(ctx, o)
	if err != nil {
		return nil, a.notOpened(err)
	}
	a.onClose("state", s.Close)
	return s, nil
}

func (a *App) notOpened(err error) error {
	if errors.Is(err, store.ErrEmpty) {
		return &UsageError{fmt.Errorf("%w: there is no database in %s; ROSTERD_DATA_DIR says where to look", err, a.dataDir())}
	}
	return fmt.Errorf("open state: %w", err)
}

// TakeLease makes this process the one that may send. The returned context ends
// with the lease: its cause is then store.ErrFenced, or why it could not be kept.
func (a *App) TakeLease(ctx context.Context, s *store.Store, wait bool) (context.Context, error) {
	host, _ := os.Hostname() // only for people who look at the row
	lease, err := s.Lease(ctx, fmt.Sprintf("%s:%d", host, os.Getpid()), wait)
	if err != nil {
		return nil, fmt.Errorf("take lease: %w", err)
	}
	held, lose := context.WithCancelCause(ctx)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		lose(keepBeating(held, lease))
	}()
	a.onClose("lease", func() error {
		lose(nil)
		<-stopped
		return lease.Release()
	})
	return held, nil
}

// heartbeat is how often the lease says that it is still held.
const heartbeat = 10 * time.Second

func keepBeating(ctx context.Context, lease *store.Lease) error {
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if err := lease.Beat(ctx); err != nil && ctx.Err() == nil {
				return err
			}
		}
	}
}

// Client returns the client of Vitable. registry may be nil.
func (a *App) Client(registry prometheus.Registerer) (*vitable.Client, error) {
	if err := a.Env.RequireAPIKey(); err != nil {
		return nil, err
	}
	client, err := vitable.New(vitable.Options{
		BaseURL: a.Env.BaseURL, Key: a.Env.APIKey.Reveal(), Version: a.options.Version,
		RequestsPerSecond: a.File.Vitable.RequestsPerSecond, PhoneFormat: vitable.PhoneFormat(a.File.Vitable.PhoneFormat),
		Transport: a.options.Transport, Now: a.Now, Observe: observer(registry),
	})
	if err != nil {
		return nil, &UsageError{fmt.Errorf("VITABLE_CONNECT_BASE_URL: %w", err)}
	}
	a.onClose("client", func() error { client.Close(); return nil })
	return client, nil
}

// Reconciler puts a run together.
func (a *App) Reconciler(s reconcile.Store, api reconcile.API, registry prometheus.Registerer) (*reconcile.Reconciler, error) {
	sources, err := feeds(a.File, a.getenv, a.options.Now)
	if err != nil {
		return nil, &UsageError{err}
	}
	set, err := settings(a.File)
	if err != nil {
		return nil, &UsageError{err}
	}
	deps := reconcile.Deps{
		Store: s, API: api, Feeds: sources, Settings: set, Log: a.log.Named("run"), Now: a.options.Now,
		Metrics: reconcile.NewMetrics(registry, a.sourceNames()), Progress: a.options.Progress,
	}
	if err := a.shards(&deps); err != nil {
		return nil, err
	}
	return reconcile.New(deps), nil
}

// sourceNames are those of the sources that say who exists.
func (a *App) sourceNames() []string {
	var names []string
	for _, s := range a.File.Sources {
		if s.Join.To == "" {
			names = append(names, s.Name)
		}
	}
	return names
}

// registry returns a registry with what every process tells about itself.
func (a *App) registry() *prometheus.Registry {
	r := prometheus.NewRegistry()
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "rosterd_build_info", Help: "1; the labels say which build this is.", ConstLabels: prometheus.Labels{"version": a.options.Version},
	})
	info.Set(1)
	r.MustRegister(info, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	r.MustRegister(certificates(a.File)...)
	return r
}

// observer counts the requests to Vitable.
func observer(registry prometheus.Registerer) func(endpoint, code string, took time.Duration) {
	requests := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "rosterd_api_requests_total", Help: "Requests to Vitable, by status or error."}, []string{"endpoint", "code"})
	took := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "rosterd_api_request_duration_seconds", Help: "How long Vitable took to answer.", Buckets: prometheus.ExponentialBuckets(0.01, 3, 9)}, []string{"endpoint"})
	for _, endpoint := range vitable.Endpoints() {
		took.WithLabelValues(endpoint)
		for _, code := range []string{"200", "201", "202", "400", "401", "403", "404", "409", "422", "429", "500", "502", "503", "504", "error"} {
			requests.WithLabelValues(endpoint, code)
		}
	}
	if registry != nil {
		registry.MustRegister(requests, took)
	}
	return func(endpoint, code string, d time.Duration) {
		requests.WithLabelValues(endpoint, code).Inc()
		took.WithLabelValues(endpoint).Observe(d.Seconds())
	}
}

// RequireState returns an error where nothing has been stored yet.
func (a *App) RequireState(ctx context.Context) error {
	s, err := store.Open(ctx, a.looking())
	if err != nil {
		return a.notOpened(err)
	}
	return s.Close()
}

// stateKey is the master key of the state; nil leaves it to the key file.
func (a *App) stateKey() []byte {
	if a.Env.StateKey.Empty() {
		return nil
	}
	return []byte(a.Env.StateKey.Reveal())
}
