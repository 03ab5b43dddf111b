package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"github.com/rosterd/rosterd/internal/alert"
	"github.com/rosterd/rosterd/internal/app"
	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/config"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/source/sourcetest"
)

// The README names every variable, command, exit code, kind of failure, reason
// of a hold, section of the YAML file, type of source and type of sender that there is.
func TestReadmeIsComplete(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, v := range config.Variables() {
		want = append(want, "`"+v.Name+"`")
		if v.Default != "" {
			want = append(want, "`"+v.Default+"`")
		}
	}
	parser, err := kong.New(&commands{})
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range parser.Model.Leaves(true) {
		want = append(want, "`"+command.Name+"`")
	}
	for _, kind := range roster.Kinds() {
		want = append(want, "`"+string(kind)+"`")
	}
	for code := app.ExitDone; code <= app.ExitAPI; code++ {
		want = append(want, "\n| "+strconv.Itoa(code)+" |")
	}
	for _, source := range app.SourceTypes() {
		want = append(want, "`"+source.Name+"`")
	}
	for _, sender := range alert.Types() {
		want = append(want, "\n| `"+sender.Name+"` |")
	}
	for _, reason := range roster.HoldReasons() {
		want = append(want, "\n| `"+string(reason)+"` |")
	}
	for _, key := range yamlKeys(t) {
		want = append(want, "\n| `"+key+"` |")
	}
	for _, name := range want {
		if !strings.Contains(string(text), name) {
			t.Errorf("README.md does not name %s", strings.TrimSpace(name))
		}
	}
}

// yamlKeys are the sections of the YAML file.
func yamlKeys(t *testing.T) []string {
	t.Helper()
	text, err := config.Schema(app.SourceTypes())
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Properties map[string]any `json:"properties"`
	}
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	if len(schema.Properties) == 0 {
		t.Fatal("the schema has no properties")
	}
	return slices.Collect(maps.Keys(schema.Properties))
}

// An alert on a metric that nobody serves never fires, so every metric that the
// README names is one that the daemon serves before its first run, save those
// that groups have.
func TestReadmeNamesMetricsThatThereAre(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`\brosterd_[a-z_]*[a-z]\b`).FindAllString(string(text), -1)
	if len(named) == 0 {
		t.Fatal("the README names no metric")
	}
	served := metricsOf(t)
	for _, name := range named {
		if !isServed(served, name) {
			t.Errorf("README.md names %s, which is not served", name)
		}
	}
}

// metricsOf starts a daemon that has a sender and a certificate, and has never run,
// and scrapes it.
func metricsOf(t *testing.T) (metrics string) {
	t.Helper()
	dir := canary.Dir(t)
	text, err := os.ReadFile(filepath.Join("..", "..", "config", "minimal.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	example := filepath.Join(dir, "rosterd.yaml")
	shown, key := sourcetest.Certificate(t, time.Now().Add(time.Hour))
	text = fmt.Appendf(text, `
  - name: payroll
    type: adp
    preset: adp
    client_id: any
    client_secret: {env: PAYROLL_SECRET}
    client_cert_file: %s
    client_key_file: %s
    fields: {plan: {value: pln_any}, group: assignment.units.department.nameCode.codeValue}
notify: [{name: ops, type: slack, url: {env: OPS_URL}}]
`, shown, key)
	if err := os.WriteFile(example, text, 0o600); err != nil {
		t.Fatal(err)
	}
	a, err := app.New(app.Options{Log: canary.Output(t), Environ: []string{
		"VITABLE_CONNECT_API_KEY=any", "VITABLE_CONNECT_BASE_URL=http://127.0.0.1:1", "ROSTERD_CONFIG=" + example,
		"ROSTERD_DATA_DIR=" + filepath.Join(dir, "data"), "ROSTERD_LISTEN=127.0.0.1:0", "ROSTERD_RUN_ON_START=false",
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.ReadFile(); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := a.Serve(ctx, func(at net.Addr) {
		metrics = scrape(t, "http://"+at.String()+"/metrics")
		stop()
	})
	if err := errors.Join(served, a.Close()); err != nil {
		t.Fatal(err)
	}
	return metrics
}

func scrape(t *testing.T, url string) string {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Every command's help shows an example.
func TestHelpShowsAnExample(t *testing.T) {
	parser, err := kong.New(&commands{})
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range parser.Model.Leaves(true) {
		if !strings.Contains(command.Detail, "Example:\n\n  rosterd "+command.Path()) && !strings.Contains(command.Detail, "rosterd "+command.Path()) {
			t.Errorf("rosterd %s --help shows no example", command.Path())
		}
	}
}
