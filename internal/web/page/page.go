package page

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"html/template"
	"net/http"
	"time"

	"go.uber.org/zap"

	"github.com/rosterd/rosterd/internal/store"
)

//go:embed templates style.css
var files embed.FS

// Options are what the pages work with.
type Options struct {
	Store       *store.Store
	Zone        *time.Location // that times are shown in
	ApprovalTTL time.Duration  // how long an approval is good for
	NextRun     func() time.Time
	Trigger     func() // asks for a run now
	Now         func() time.Time
	Log         *zap.Logger
}

// Viewer is who looks.
type Viewer struct {
	MayAct   bool // approve, reject, acknowledge and run
	SignedIn bool // by the form, so that they can sign out
}

type viewerKey struct{}

// As is a context in which somebody looks. Without it nobody may act.
func As(ctx context.Context, v Viewer) context.Context {
	return context.WithValue(ctx, viewerKey{}, v)
}

// Pages serves every page. It asks nobody who they are.
type Pages struct {
	Options
	templates map[string]*template.Template
	mux       *http.ServeMux
}

// New reads the templates.
func New(o Options) (*Pages, error) {
	p := &Pages{Options: o, templates: map[string]*template.Template{}, mux: http.NewServeMux()}
	for _, name := range []string{"overview", "groups", "group", "runs", "run", "failures", "holds", "hold", "person", "signin", "problem"} {
		read, err := template.New("layout.html").Funcs(words()).ParseFS(files, "templates/layout.html", "templates/parts.html", "templates/"+name+".html")
		if err != nil {
			return nil, err
		}
		p.templates[name] = read
	}
	p.mux.HandleFunc("GET /{$}", p.overview)
	p.mux.HandleFunc("GET /groups", p.groups)
	p.mux.HandleFunc("GET /group", p.group)
	p.mux.HandleFunc("GET /runs", p.runs)
	p.mux.HandleFunc("GET /runs/{id}", p.run)
	p.mux.HandleFunc("POST /run", p.startRun)
	p.mux.HandleFunc("GET /failures", p.failures)
	p.mux.HandleFunc("GET /failures.csv", p.failuresCSV)
	p.mux.HandleFunc("POST /failures/{id}/ack", p.acknowledge)
	p.mux.HandleFunc("GET /holds", p.holds)
	p.mux.HandleFunc("GET /holds/{id}", p.hold)
	p.mux.HandleFunc("GET /holds/{id}/people.csv", p.holdCSV)
	p.mux.HandleFunc("POST /holds/{id}", p.decide)
	p.mux.HandleFunc("GET /people", p.person)
	p.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		p.problem(w, r, http.StatusNotFound, "There is no such page", "Look at the address, or go back to the overview.")
	})
	return p, nil
}

// ServeHTTP implements http.Handler.
func (p *Pages) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.mux.ServeHTTP(w, r) }

// Style serves the style sheet, which tells nobody anything.
func Style(w http.ResponseWriter, r *http.Request) {
	http.ServeFileFS(w, r, files, "style.css")
}

// frame is what every page has around it.
type frame struct {
	clock

	Title   string
	Here    string // the entry of the navigation that it belongs to
	Viewer  Viewer
	Notice  string // what has just been done
	Refresh int    // seconds after which the page is asked for again; 0: never
	Page    any
}

// policy lets a page have its style sheet and its forms, and nothing else.
const policy = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// show renders a page whole before it sends anything of it.
func (p *Pages) show(w http.ResponseWriter, r *http.Request, status int, name string, f frame) {
	f.clock = clock{p.Now(), p.Zone}
	f.Viewer, _ = r.Context().Value(viewerKey{}).(Viewer)
	var text bytes.Buffer
	if err := p.templates[name].Execute(&text, f); err != nil {
		p.Log.Error("page not rendered", zap.String("page", name), zap.Error(err))
		http.Error(w, "internal error; the log says which", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", policy)
	w.WriteHeader(status)
	_, _ = text.WriteTo(w) // the browser went away when this fails
}

// trouble is what a page that says that something is wrong says.
type trouble struct{ What, Advice string }

func (p *Pages) problem(w http.ResponseWriter, r *http.Request, status int, what, advice string) {
	p.show(w, r, status, "problem", frame{Title: what, Page: trouble{what, advice}})
}

// failed shows that a page could not be made. The text of an error is for the log.
func (p *Pages) failed(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, store.ErrNotFound) {
		p.problem(w, r, http.StatusNotFound, "There is no such thing", "It may have been tidied away: rosterd keeps its history for a while only.")
		return
	}
	p.Log.Error("page not made", zap.Error(err))
	p.problem(w, r, http.StatusInternalServerError, "The page could not be made", "The log of rosterd says why. Nobody's coverage depends on this page.")
}

// acts reports whether the viewer may do what they ask for, and tells them where not.
func (p *Pages) acts(w http.ResponseWriter, r *http.Request) bool {
	if v, _ := r.Context().Value(viewerKey{}).(Viewer); v.MayAct {
		return true
	}
	p.problem(w, r, http.StatusForbidden, "You may look, and not act", "Sign in with the token that may act, not with the one for reading.")
	return false
}

// SignIn shows the form for the token; wrong says what was wrong with the last one.
func (p *Pages) SignIn(w http.ResponseWriter, r *http.Request, status int, wrong string) {
	p.show(w, r, status, "signin", frame{Title: "Sign in", Here: "signin", Page: wrong})
}

// Closed shows that nobody may look here, and what to do about it.
func (p *Pages) Closed(w http.ResponseWriter, r *http.Request, advice string) {
	p.problem(w, r, http.StatusForbidden, "These pages are closed", advice)
}

func (p *Pages) startRun(w http.ResponseWriter, r *http.Request) {
	if !p.acts(w, r) {
		return
	}
	p.Trigger()
	http.Redirect(w, r, "/?started=1", http.StatusSeeOther)
}
