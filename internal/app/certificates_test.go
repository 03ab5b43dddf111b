package app_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/source/sourcetest"
)

// A certificate's end is told as long as the daemon runs, whatever becomes of its file.
func TestCertificatesEnd(t *testing.T) {
	o := newOffice(t)
	end := time.Now().Add(72 * time.Hour).Truncate(time.Second)
	shown, key := sourcetest.Certificate(t, end)
	o.write(o.dir, "rosterd.yaml", strings.Replace(configuration, "sources:\n", `sources:
  - name: payroll
    type: adp
    preset: adp
    base_url: http://127.0.0.1:1
    client_id: any
    client_secret: {env: ANY}
    client_cert_file: `+shown+`
    client_key_file: `+key+`
    fields: {plan: {value: pln_any}, group: assignment.units.department.nameCode.codeValue}
`, 1))
	at := o.serve("ROSTERD_RUN_ON_START=false", "ANY=any", "ROSTERD_METRICS_LISTEN=127.0.0.1:0")
	defer at.end(t)
	metrics := o.listener("metrics listener")
	for _, step := range []struct {
		name string
		do   func() error
		want string
	}{
		{"as it is", func() error { return nil }, strconv.FormatInt(end.Unix(), 10)},
		{"exchanged for the key", func() error { return os.Rename(key, shown) }, "0"},
		{"spoiled", func() error {
			return os.WriteFile(shown, []byte("-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n"), 0o600)
		}, "0"},
		{"gone", func() error { return os.RemoveAll(filepath.Dir(shown)) }, "0"},
	} {
		if err := step.do(); err != nil {
			t.Fatal(err)
		}
		_, text := get(t, metrics, "/metrics")
		if line := `rosterd_certificate_expiry_timestamp_seconds{source="payroll"} `; !near(text, line, step.want) {
			t.Errorf("%s: expected %s%s", step.name, line, step.want)
		}
	}
}

// near reports whether a metric has this value, as Prometheus writes it.
func near(text, line, want string) bool {
	_, rest, _ := strings.Cut(text, "\n"+line)
	value, _, _ := strings.Cut(rest, "\n")
	got, err := strconv.ParseFloat(value, 64)
	return err == nil && strconv.FormatFloat(got, 'f', 0, 64) == want
}
