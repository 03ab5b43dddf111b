package app_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/roster"
)

// A sender that is not ready is no reason to leave anybody uncovered.
func TestASenderThatIsNotReadyDelaysNoRun(t *testing.T) {
	o := newOffice(t)
	o.write(o.dir, "rosterd.yaml", strings.Replace(configuration, "census.csv", filepath.Join(o.in, "census.csv"), 1)+
		"notify: [{name: ops, type: webhook, url: 'https://ops.example', secret: {env: OPS_SECRET}, ca_file: "+filepath.Join(o.dir, "none.pem")+"}]\n")
	a := o.app("OPS_SECRET=" + canary.Secret)
	run, err := a.RunOnce(t.Context(), reconcile.Options{}, false)
	if err != nil || run.Outcome != roster.RunDone || len(o.box.Members("sales")) != 1 {
		t.Errorf("the run ends with %s, %v", run.Outcome, err)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	if !strings.Contains(o.log.String(), "sender not ready") {
		t.Error("nobody is told of the sender")
	}
}
