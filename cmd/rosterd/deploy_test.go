package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/roster"
)

// deployed reads a file below deploy/.
func deployed(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "deploy", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// rules are the alerts that are shipped.
type rules struct {
	Groups []struct {
		Rules []rule `yaml:"rules"`
	} `yaml:"groups"`
}

type rule struct {
	Alert       string            `yaml:"alert"`
	Expr        string            `yaml:"expr"`
	Labels      map[string]string `yaml:"labels"`
	Annotations map[string]string `yaml:"annotations"`
}

func shipped(t *testing.T) []rule {
	t.Helper()
	var all rules
	if err := yaml.Unmarshal([]byte(deployed(t, "prometheus/rules.yaml")), &all); err != nil {
		t.Fatal(err)
	}
	return all.Groups[0].Rules
}

// isServed reports whether a metric is served, or one of groups, of which a daemon
// that has never run has none.
func isServed(served, name string) bool {
	return strings.HasPrefix(name, "rosterd_group_") || strings.Contains(served, "\n"+name+" ") || strings.Contains(served, "\n"+name+"{")
}

// An alert on a metric that nobody serves never fires, and one without a runbook
// helps nobody at night.
func TestAlerts(t *testing.T) {
	served, runbook := metricsOf(t), deployed(t, "RUNBOOK.md")
	for _, r := range shipped(t) {
		for _, name := range regexp.MustCompile(`\brosterd_[a-z_]*[a-z]\b`).FindAllString(r.Expr, -1) {
			if !isServed(served, name) {
				t.Errorf("%s asks for %s, which is not served", r.Alert, name)
			}
		}
		if !strings.Contains(runbook, "\n## "+r.Alert+"\n") || r.Annotations["runbook"] != "RUNBOOK.md#"+strings.ToLower(r.Alert) {
			t.Errorf("%s has no section in the runbook, or does not name it", r.Alert)
		}
		if r.Labels["severity"] == "" || r.Annotations["summary"] == "" {
			t.Errorf("%s has no severity or no summary", r.Alert)
		}
	}
}

// Every kind of failure has an alert, and a page where it is critical. Holds and
// sources that are late have alerts of their own.
func TestAlertsAreAboutEveryKind(t *testing.T) {
	found := map[roster.Severity][]roster.Kind{}
	for _, r := range shipped(t) {
		severity := map[string]roster.Severity{"page": roster.Critical, "ticket": roster.Warning}[r.Labels["severity"]]
		for _, list := range regexp.MustCompile(`rosterd_failures_open\{kind=~?"([^"]*)"`).FindAllStringSubmatch(r.Expr, -1) {
			for kind := range strings.SplitSeq(list[1], "|") {
				found[severity] = append(found[severity], roster.Kind(kind))
			}
		}
	}
	want := map[roster.Severity][]roster.Kind{}
	for _, kind := range roster.Kinds() {
		if kind != roster.RemovalsHeld && kind != roster.NoBaseline {
			want[kind.Severity()] = append(want[kind.Severity()], kind)
		}
	}
	for _, kinds := range []map[roster.Severity][]roster.Kind{found, want} {
		for severity := range kinds {
			slices.Sort(kinds[severity])
		}
	}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("kinds (-there are +with an alert):\n%s", diff)
	}
}

// Each alert fires where it has to and is quiet where it must be, by Prometheus's
// own word. Without promtool it is skipped, unless CI_SERVERS is set, as in CI.
func TestAlertsFire(t *testing.T) {
	cases := deployed(t, "prometheus/rules_test.yaml")
	for _, r := range shipped(t) {
		if !strings.Contains(cases, "name: "+r.Alert+" fires") && !strings.Contains(cases, "name: "+r.Alert+" always fires") {
			t.Errorf("nobody tries whether %s fires", r.Alert)
		}
	}
	promtool(t, "check", "config", "prometheus.yaml")
	promtool(t, "test", "rules", "rules_test.yaml")
}

// promtool asks Prometheus about what is in deploy/prometheus.
func promtool(t *testing.T, args ...string) {
	t.Helper()
	path, err := exec.LookPath("promtool")
	switch {
	case err != nil && os.Getenv("CI_SERVERS") != "":
		t.Fatal("there is no promtool: install Debian's package prometheus")
	case err != nil:
		t.Skip("NOT TESTED: there is no promtool; install Debian's package prometheus")
	}
	command := exec.CommandContext(t.Context(), path, args...)
	command.Dir = filepath.Join("..", "..", "deploy", "prometheus")
	if said, err := command.CombinedOutput(); err != nil {
		t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, said)
	}
}

// A panel of a metric that nobody serves is empty for ever.
func TestDashboard(t *testing.T) {
	var dashboard struct {
		UID    string `json:"uid"`
		Panels []struct {
			ID          int    `json:"id"`
			Title       string `json:"title"`
			Description string `json:"description"`
			Targets     []struct {
				Expr string `json:"expr"`
			} `json:"targets"`
		} `json:"panels"`
	}
	text := deployed(t, "grafana/rosterd.json")
	if err := json.Unmarshal([]byte(text), &dashboard); err != nil {
		t.Fatal(err)
	}
	served, ids := metricsOf(t), map[int]bool{}
	asked := "groups:\n- name: panels\n  rules:\n"
	for _, p := range dashboard.Panels {
		if ids[p.ID] || p.Title == "" || p.Description == "" || len(p.Targets) == 0 {
			t.Errorf("panel %d, %q, is there twice or lacks something", p.ID, p.Title)
		}
		ids[p.ID] = true
		for i, target := range p.Targets {
			expr := strings.ReplaceAll(target.Expr, "$__rate_interval", "5m")
			asked += fmt.Sprintf("  - {record: \"panel:%d:%d\", expr: %q}\n", p.ID, i, expr)
			for _, name := range regexp.MustCompile(`\b(?:rosterd|process)_[a-z_]*[a-z]\b`).FindAllString(target.Expr, -1) {
				if !isServed(served, name) {
					t.Errorf("the panel %q asks for %s, which is not served", p.Title, name)
				}
			}
		}
	}
	if dashboard.UID == "" || len(ids) == 0 {
		t.Error("it has no uid or no panels")
	}
	file := filepath.Join(canary.Dir(t), "panels.yaml")
	if err := os.WriteFile(file, []byte(asked), 0o600); err != nil {
		t.Fatal(err)
	}
	promtool(t, "check", "rules", file)
}
