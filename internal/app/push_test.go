package app_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/roster"
)

// A run that is a job leaves its metrics behind, and is none the worse where it
// cannot.
func TestARunHandsItsMetricsOn(t *testing.T) {
	for _, tt := range []struct {
		name   string
		status int
		file   string // in a directory that is there, or in none
		logged string
	}{
		{"as it should", http.StatusOK, "rosterd.prom", ""},
		{"the gateway is out of order", http.StatusBadGateway, "rosterd.prom", "metrics not pushed"},
		{"the directory is not there", http.StatusOK, "none/rosterd.prom", "metrics not written"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			asked := ""
			gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked = r.Method + " " + r.URL.Path
				w.WriteHeader(tt.status)
			}))
			defer gateway.Close()
			o, dir := newOffice(t), canary.Dir(t)
			file := filepath.Join(dir, tt.file)
			a := o.app("ROSTERD_PUSHGATEWAY_URL="+gateway.URL, "ROSTERD_METRICS_FILE="+file)
			run, err := a.RunOnce(t.Context(), reconcile.Options{}, false)
			if err != nil || run.Outcome != roster.RunDone {
				t.Errorf("the run ends with %s, %v", run.Outcome, err)
			}
			if err := a.Close(); err != nil {
				t.Error(err)
			}
			if asked != "POST /metrics/job/rosterd" {
				t.Errorf("the gateway is asked for %q", asked)
			}
			text, _ := os.ReadFile(file)
			succeeded := regexp.MustCompile(`(?m)^rosterd_run_last_success_timestamp_seconds [1-9]`).Match(text)
			if succeeded != (tt.file == "rosterd.prom") {
				t.Errorf("the file tells of the success: %v", succeeded)
			}
			if tt.logged != "" && !strings.Contains(o.log.String(), tt.logged) {
				t.Errorf("the log does not say %q", tt.logged)
			}
		})
	}
}

// The shards of one employer push to one gateway, each to a place of its own.
func TestShardsPushSideBySide(t *testing.T) {
	for _, tt := range []struct {
		name   string
		shards []string
		want   []string
	}{
		{"one instance", []string{""}, []string{"POST /metrics/job/rosterd"}},
		{"four shards", []string{"0/4", "1/4", "2/4", "3/4"}, []string{
			"POST /metrics/job/rosterd/shard/0", "POST /metrics/job/rosterd/shard/1", "POST /metrics/job/rosterd/shard/2", "POST /metrics/job/rosterd/shard/3",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var asked []string
			gateway := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				asked = append(asked, r.Method+" "+r.URL.Path)
			}))
			defer gateway.Close()
			o := newOffice(t)
			for i, shard := range tt.shards {
				a := o.app("ROSTERD_PUSHGATEWAY_URL="+gateway.URL, "ROSTERD_SHARD="+shard)
				a.Env.DataDir = filepath.Join(o.dir, "data"+strconv.Itoa(i))
				if _, err := a.RunOnce(t.Context(), reconcile.Options{}, false); err != nil {
					t.Error(err)
				}
				if err := a.Close(); err != nil {
					t.Error(err)
				}
			}
			if diff := cmp.Diff(tt.want, asked); diff != "" {
				t.Errorf("the gateway is asked (-want +got):\n%s", diff)
			}
			if strings.Contains(o.log.String(), "metrics not pushed") {
				t.Error("something was not pushed")
			}
		})
	}
}
