package main_test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rosterd/rosterd/internal/app"
	"github.com/rosterd/rosterd/internal/bench/bare"
	"github.com/rosterd/rosterd/internal/bench/census"
	"github.com/rosterd/rosterd/internal/bench/sink"
	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/roster"
)

// TestTheWholeBenchmarkOnAFewPeople says nothing about time: it makes sure that
// both programs send everybody and that an unchanged run sends nobody.
func TestTheWholeBenchmarkOnAFewPeople(t *testing.T) {
	if testing.Short() {
		t.Skip("builds two programs")
	}
	program := filepath.Join(canary.Input(t), "bench")
	if said, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, said)
	}
	told, err := exec.CommandContext(t.Context(), program, "-people", "300", "-group", "100", "-rounds", "2").CombinedOutput()
	if err != nil {
		t.Fatalf("run: %v\n%s", err, told)
	}
	for _, want := range []string{
		`bare .* 3 +300 +\d+\n`, `first sync .* 3 +300 +\d+\n`, `unchanged .* 0 +0 +0\n`,
		`daemon that only waits: ready after`, `10m0s`,
	} {
		if !regexp.MustCompile(want).Match(told) {
			t.Errorf("nothing like %q in:\n%s", want, told)
		}
	}
}

// BenchmarkThousandPeople compares within one process; the program beside this
// file is the one that measures.
func BenchmarkThousandPeople(b *testing.B) {
	server := httptest.NewServer(sink.New(10))
	defer server.Close()
	dir := canary.Input(b)
	path := filepath.Join(dir, "census.csv")
	file, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	if err := (census.Census{People: 1000, Groups: 10}).Write(file); err != nil {
		b.Fatal(err)
	}
	if err := file.Close(); err != nil {
		b.Fatal(err)
	}
	b.Run("bare", func(b *testing.B) {
		for b.Loop() {
			if err := bare.Run(b.Context(), path, server.URL, "grp_"); err != nil {
				b.Fatal(err)
			}
		}
	})
	config := filepath.Join(dir, "rosterd.yaml")
	text := fmt.Sprintf("version: 1\nvitable: {requests_per_second: 0}\nsafety: {first_sync: allow}\nsources:\n  - name: hq\n    type: csv\n    path: %s\n    stable_for: 0s\n%s", path, fields)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	data := filepath.Join(dir, "data")
	sync(b, config, data, server.URL)
	b.Run("unchanged", func(b *testing.B) {
		for b.Loop() {
			if run := sync(b, config, data, server.URL); run.Groups.Skipped != 10 {
				b.Fatalf("%+v", run.Groups)
			}
		}
	})
}

const fields = `    fields: {reference_id: employee_id, first_name: first_name, last_name: last_name, date_of_birth: {column: dob, format: MM/DD/YYYY}, phone: mobile, email: email, address_line_1: street, address_line_2: street2, city: city, state: state, zipcode: zip, plan: plan_code, group: department}
`

func sync(b *testing.B, config, data, url string) roster.Run {
	b.Helper()
	a, err := app.New(app.Options{
		Environ: []string{"VITABLE_CONNECT_API_KEY=key", "VITABLE_CONNECT_BASE_URL=" + url, "ROSTERD_DATA_DIR=" + data},
		Config:  config, Log: &strings.Builder{}, Quiet: true,
	})
	if err == nil {
		err = a.ReadFile()
	}
	if err != nil {
		b.Fatal(err)
	}
	run, err := a.RunOnce(b.Context(), reconcile.Options{Trigger: "manual"}, false)
	if err != nil || run.ExitCode != 0 {
		b.Fatalf("run: %v, exit code %d", err, run.ExitCode)
	}
	if err := a.Close(); err != nil {
		b.Fatal(err)
	}
	return run
}
