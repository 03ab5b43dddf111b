package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
)

// has reports whether these programs are there. In CI they have to be.
func has(names ...string) (bool, error) {
	for _, name := range names {
		_, err := exec.LookPath(name)
		switch {
		case err != nil && os.Getenv("CI_SERVERS") != "":
			return false, fmt.Errorf("there is no %s", name)
		case err != nil:
			return false, nil
		}
	}
	return true, nil
}

// cmdMonitor starts Prometheus and Alertmanager as they are shipped, but for the
// addresses and for every wait, which is a second.
func cmdMonitor(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 3, "monitor ROSTERD-ADDRESS PROMETHEUS-ADDRESS ALERTMANAGER-ADDRESS")
	dir := ts.MkAbs("monitor")
	ts.Check(os.Mkdir(dir, 0o700))
	waits := regexp.MustCompile(`(\w+_interval|group_wait|for): \d+[smh]`)
	for _, name := range []string{"prometheus/prometheus.yaml", "prometheus/rules.yaml", "alertmanager/alertmanager.yaml"} {
		text, err := os.ReadFile(filepath.Join("..", "..", "deploy", name))
		ts.Check(err)
		quick := waits.ReplaceAllString(string(text), "$1: 1s")
		quick = strings.NewReplacer("rosterd:9090", args[0], "alertmanager:9093", args[2]).Replace(quick)
		ts.Check(os.WriteFile(filepath.Join(dir, filepath.Base(name)), []byte(quick), 0o600))
	}
	s := stageOf(ts)
	s.background["alertmanager"] = launch(ts, "prometheus-alertmanager", nil, nil, "--config.file="+dir+"/alertmanager.yaml",
		"--storage.path="+dir+"/alertmanager", "--web.listen-address="+args[2], "--cluster.listen-address=")
	s.background["prometheus"] = launch(ts, "prometheus", nil, nil, "--config.file="+dir+"/prometheus.yaml",
		"--storage.tsdb.path="+dir+"/prometheus", "--web.listen-address="+args[1], "--rules.alert.resend-delay=1s")
	s.alertmanager = "http://" + args[2]
}

// cmdAlerts waits until exactly these alerts have reached Alertmanager and fire.
func cmdAlerts(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 1, "alerts NAME[:KIND]...")
	s := stageOf(ts)
	var diff string
	fits := func() bool {
		firing, err := s.firing()
		if err != nil {
			diff = err.Error()
			return false
		}
		diff = cmp.Diff(slices.Sorted(slices.Values(args)), firing)
		return diff == ""
	}
	if !eventually(fits) {
		ts.Fatalf("alerts (-expected +fire):\n%s\n%s\n%s", diff, s.background["prometheus"].output.Bytes(), s.background["alertmanager"].output.Bytes())
	}
}

// firing are the names, sorted, of the alerts that Alertmanager has, with the kind of
// failure that they are about.
func (s *stage) firing() (names []string, err error) {
	answer, err := http.Get(s.alertmanager + "/api/v2/alerts?active=true")
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, errors.New(answer.Status)
	}
	var alerts []struct {
		Labels map[string]string `json:"labels"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&alerts); err != nil {
		return nil, err
	}
	for _, alert := range alerts {
		name := alert.Labels["alertname"]
		if kind := alert.Labels["kind"]; kind != "" {
			name += ":" + kind
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return names, nil
}

// cmdLitestream starts Litestream in the background, with what is shipped.
func cmdLitestream(ts *testscript.TestScript, _ bool, args []string) {
	need(ts, args, 2, "litestream NAME COMMAND ARG...")
	config, err := filepath.Abs("../../deploy/kubernetes/overlays/litestream/litestream.yaml")
	ts.Check(err)
	all := append([]string{args[1], "-config", config}, args[2:]...)
	stageOf(ts).background[args[0]] = launch(ts, "litestream", nil, nil, all...)
}
