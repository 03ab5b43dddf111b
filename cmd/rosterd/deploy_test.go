package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

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

// An alert on a metric that nobody serves never fires, and one without a runbook
// helps nobody at night.
func TestAlerts(t *testing.T) {
	served, runbook := metricsOf(t), deployed(t, "RUNBOOK.md")
	for _, r := range shipped(t) {
		for _, name := range regexp.MustCompile(`\brosterd_[a-z_]*[a-z]\b`).FindAllString(r.Expr, -1) {
			if !strings.Contains(served, "\n"+name+" ") && !strings.Contains(served, "\n"+name+"{") {
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
	promtool, err := exec.LookPath("promtool")
	switch {
	case err != nil && os.Getenv("CI_SERVERS") != "":
		t.Fatal("there is no promtool: install Debian's package prometheus")
	case err != nil:
		t.Skip("NOT TESTED: there is no promtool; install Debian's package prometheus")
	}
	for _, args := range [][]string{{"check", "rules", "rules.yaml"}, {"test", "rules", "rules_test.yaml"}} {
		command := exec.CommandContext(t.Context(), promtool, args...)
		command.Dir = filepath.Join("..", "..", "deploy", "prometheus")
		if said, err := command.CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, said)
		}
	}
}
