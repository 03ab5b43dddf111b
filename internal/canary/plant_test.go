package canary_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/rosterd/rosterd/internal/canary"
)

// failing is a test that may fail: it keeps what it is told.
type failing struct {
	testing.TB
	dir      string
	cleanups []func()
	errors   []string
}

func (f *failing) Helper()                    {}
func (f *failing) TempDir() string            { return f.dir }
func (f *failing) Cleanup(clean func())       { f.cleanups = append(f.cleanups, clean) }
func (f *failing) Errorf(s string, of ...any) { f.errors = append(f.errors, fmt.Sprintf(s, of...)) }

// end does what the end of a test does.
func (f *failing) end() {
	for i := len(f.cleanups) - 1; i >= 0; i-- {
		f.cleanups[i]()
	}
}

// Wherever a program may tell of somebody, a test that lets it fails.
func TestWhatIsPlantedIsFound(t *testing.T) {
	write := func(dir, name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		name  string
		plant func(t testing.TB)
		says  string // "" for nothing
	}{
		{"a file", func(t testing.TB) { write(canary.Dir(t), "out.txt", "name: "+canary.GivenName) }, "file out.txt tells a given name"},
		{"a compressed file", func(t testing.TB) { write(canary.Dir(t), "out.zst", zstandard(canary.Phone)) }, "file out.zst (zstd) tells a phone number"},
		{"a file below", func(t testing.TB) {
			dir := filepath.Join(canary.Dir(t), "a", "b")
			if err := os.MkdirAll(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			write(dir, "out.txt", canary.Mail)
		}, "file a/b/out.txt tells an e-mail address"},
		{"a file that may not be read", func(t testing.TB) {
			dir := canary.Dir(t)
			write(dir, "out.txt", canary.City)
			if err := os.Chmod(filepath.Join(dir, "out.txt"), 0); err != nil {
				t.Fatal(err)
			}
		}, "file out.txt tells a city"},
		{"a file name", func(t testing.TB) { write(canary.Dir(t), canary.BirthDate+".txt", "") }, "tells a birth date"},
		{"the name of a directory", func(t testing.TB) {
			if err := os.Mkdir(filepath.Join(canary.Dir(t), canary.FamilyName), 0o700); err != nil {
				t.Fatal(err)
			}
		}, "tells a family name"},
		{"the name of a link", func(t testing.TB) {
			if err := os.Symlink("nowhere", filepath.Join(canary.Dir(t), canary.FamilyName)); err != nil {
				t.Fatal(err)
			}
		}, "tells a family name"},
		{"an input", func(t testing.TB) { write(canary.Input(t), "census.csv", canary.GivenName) }, ""},
		{"the name of an input", func(t testing.TB) { write(canary.Input(t), canary.GivenName+".csv", "") }, "tells a given name"},
		{"output", func(t testing.TB) { fmt.Fprintln(canary.Output(t), "hello", canary.GivenName) }, "output tells a given name"},
		{"a log message", func(t testing.TB) { log, _ := canary.Log(t); log.Info("hello " + canary.GivenName) }, "the log tells a given name"},
		{"a log field", func(t testing.TB) {
			log, _ := canary.Log(t)
			log.Named("x").With(zap.String("group", "g")).Debug("x", zap.Error(errors.New("born "+canary.BirthDate)))
		}, "the log tells a birth date"},
		{"a label of a metric", func(t testing.TB) {
			metric := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "people"}, []string{"who"})
			canary.Registry(t).MustRegister(metric)
			metric.WithLabelValues(canary.GivenName).Set(1)
		}, "metric people tells a given name"},
		{"an answer", func(t testing.TB) { fmt.Fprint(canary.Recorder(t), canary.Street) }, "an answer tells a street"},
		{"a header of an answer", func(t testing.TB) {
			canary.Recorder(t).Header().Set("Location", "/people/"+canary.FamilyName)
		}, "header tells a family name"},
		{"an error", func(t testing.TB) { canary.Text(t, "an error", "parse "+canary.Secret) }, "an error tells a secret"},
		{"nothing", func(t testing.TB) {
			write(canary.Dir(t), "out.txt", "E-1")
			write(canary.Input(t), "census.csv", "E-1")
			fmt.Fprint(canary.Output(t), "E-1")
			log, _ := canary.Log(t)
			log.Info("E-1")
			canary.Registry(t).MustRegister(prometheus.NewGauge(prometheus.GaugeOpts{Name: "people"}))
			fmt.Fprint(canary.Recorder(t), "E-1")
			canary.Text(t, "an error", "E-1")
		}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := &failing{TB: t, dir: filepath.Join(canary.Dir(t), "of the test that fails")}
			if err := os.Mkdir(f.dir, 0o700); err != nil {
				t.Fatal(err)
			}
			test.plant(f)
			f.end()
			if told := strings.Join(f.errors, "\n"); (told == "") != (test.says == "") || !strings.Contains(told, test.says) {
				t.Errorf("%d findings, which do not say %q", len(f.errors), test.says)
			}
			if err := os.RemoveAll(f.dir); err != nil {
				t.Fatal(err)
			}
		})
	}
}
