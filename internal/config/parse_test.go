package config_test

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/config"
	"github.com/rosterd/rosterd/internal/mapping"
	"github.com/rosterd/rosterd/internal/plan"
)

func TestWhatIsNotWrittenKeepsItsDefault(t *testing.T) {
	got, err := parse(t, valid)
	if err != nil {
		t.Fatal(err)
	}
	want := config.Defaults()
	want.Sources = got.Sources
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(payroll{})); diff != "" {
		t.Errorf("file (-want +got):\n%s", diff)
	}
	settings := &payroll{Host: "pay.example", Pages: 3, Timeout: time.Minute, Region: "east"}
	if diff := cmp.Diff(settings, got.Sources[0].Settings.(*payroll), cmp.AllowUnexported(payroll{})); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
	if got.Sources[0].MaxAge != 48*time.Hour {
		t.Errorf("max_age is %s, want 48h", got.Sources[0].MaxAge)
	}
}

func TestEveryKindOfSetting(t *testing.T) {
	got, err := parse(t, valid+`    pages: 9
    rate: 0.5
    strict: true
    timeout: 1m30s
    region: west
    proxy: {port: 8080}
    offices: [one, 0042, "yes"]
    labels: {a: 1.50, b: x}
`)
	if err != nil {
		t.Fatal(err)
	}
	want := &payroll{
		Host: "pay.example", Pages: 9, Rate: 0.5, Strict: true, Timeout: 90 * time.Second, Region: "west",
		Proxy: proxy{8080}, Offices: []string{"one", "0042", "yes"}, Labels: map[string]string{"a": "1.50", "b": "x"},
	}
	if diff := cmp.Diff(want, got.Sources[0].Settings.(*payroll), cmp.AllowUnexported(payroll{})); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
}

func TestSourcesOfOneTypeShareNothing(t *testing.T) {
	got, err := parse(t, valid+`    labels: {a: x}
  - {name: west, type: payroll, host: other.example, max_age: none, fields: `+fields+`}
`)
	if err != nil {
		t.Fatal(err)
	}
	first, second := got.Sources[0].Settings.(*payroll), got.Sources[1].Settings.(*payroll)
	if first.Host != "pay.example" || second.Host != "other.example" || second.Labels != nil {
		t.Errorf("settings are %+v and %+v", *first, *second)
	}
	if got.Sources[0].MaxAge != 48*time.Hour || got.Sources[1].MaxAge != 0 {
		t.Errorf("max_age is %s and %s, want 48h and none", got.Sources[0].MaxAge, got.Sources[1].MaxAge)
	}
}

func TestFilesAsWindowsWritesThem(t *testing.T) {
	if _, err := parse(t, "\ufeff"+strings.ReplaceAll(valid, "\n", "\r\n")); err != nil {
		t.Error(err)
	}
}

func TestWaysToWriteAField(t *testing.T) {
	text := strings.Replace(valid, "phone: tel", `phone: tel, email: {cel: 'row.a'}, hire_date: {column: hired, format: MM/DD/YYYY}, address_line_2: {value: 0042}`, 1)
	got, err := parse(t, text)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]mapping.Field{
		"phone":          {Column: "tel"},
		"email":          {CEL: "row.a"},
		"hire_date":      {Column: "hired", Format: "MM/DD/YYYY"},
		"address_line_2": {Value: "0042"},
	}
	for target, field := range want {
		if diff := cmp.Diff(field, got.Sources[0].Mapping.Fields[target]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", target, diff)
		}
	}
}

func TestWaysToWriteARule(t *testing.T) {
	got, err := parse(t, valid+`    include: {cel: 'row.hours != ""'}
    terminated: {status: [left, ""], dept: [closed]}
`)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(mapping.Rule{CEL: `row.hours != ""`}, got.Sources[0].Mapping.Include); diff != "" {
		t.Errorf("include (-want +got):\n%s", diff)
	}
	want := mapping.Rule{Values: map[string][]string{"status": {"left", ""}, "dept": {"closed"}}}
	if diff := cmp.Diff(want, got.Sources[0].Mapping.Terminated); diff != "" {
		t.Errorf("terminated (-want +got):\n%s", diff)
	}
}

func TestWaysToWriteAWaitingPeriod(t *testing.T) {
	hired := strings.Replace(valid, "phone: tel", "phone: tel, hire_date: hired", 1)
	for written, want := range map[string]mapping.Waiting{
		"none":                             {},
		"{days: 30}":                       {Days: 30},
		"{months: 1}":                      {Months: 1},
		"{days: 30, then: first_of_month}": {Days: 30, FirstOfMonth: true},
		"{days: 0, then: first_of_month}":  {FirstOfMonth: true},
	} {
		t.Run(written, func(t *testing.T) {
			got, err := parse(t, hired+"eligibility: {waiting_period: "+written+"}\n")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got.Eligibility.Waiting); diff != "" {
				t.Errorf("waiting period (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLimitsAreLiftedOnlyInWriting(t *testing.T) {
	got, err := parse(t, valid+`safety:
  max_removals: {count: none, percent: none}
  max_run_percent: 100
  small_group: {count: none}
  max_absent: {count: 0}
  rolling: {percent: 99.5}
  absence_grace: {pulls: 1}
  max_shrink_percent: none
  on_excess: hold
  first_sync: allow
  plan_change: readd
`)
	if err != nil {
		t.Fatal(err)
	}
	want := plan.Limits{
		MaxRemovals:   plan.Bound{Count: math.MaxInt, Percent: 100},
		MaxRunPercent: 100,
		SmallGroup:    plan.SmallGroup{Below: 20, Count: math.MaxInt},
		MaxAbsent:     plan.Bound{Count: 0, Percent: 5},
		Rolling:       plan.Rolling{Days: 7, Percent: 99.5},
		AbsencePulls:  1,
		OnExcess:      plan.ExcessHold,
		FirstSync:     plan.FirstAllow,
		PlanChange:    plan.PlanReadd,
	}
	if diff := cmp.Diff(want, got.Safety.Limits()); diff != "" {
		t.Errorf("limits (-want +got):\n%s", diff)
	}
	if got.Safety.MaxShrinkPercent != 100 {
		t.Errorf("max_shrink_percent is %v, want 100", got.Safety.MaxShrinkPercent)
	}
}

func TestVocabulary(t *testing.T) {
	got, err := parse(t, valid+`plans: {GOLD: pln_1, 0042: pln_2}
groups: {map: [{key: Store, external_reference_id: mol_1}, {key: Shop, external_reference_id: mol_1}]}
`)
	if err != nil {
		t.Fatal(err)
	}
	want := mapping.Vocabulary{
		Plans:  map[string]string{"GOLD": "pln_1", "0042": "pln_2"},
		Groups: map[string]string{"Store": "mol_1", "Shop": "mol_1"},
	}
	if diff := cmp.Diff(want, got.Vocabulary()); diff != "" {
		t.Errorf("vocabulary (-want +got):\n%s", diff)
	}
}

func TestZeroDurationsThatMeanSomething(t *testing.T) {
	got, err := parse(t, valid+"vitable: {settle: 0, resubmit_unchanged: 0s, retry_failures: 0s}\n")
	if err != nil {
		t.Fatal(err)
	}
	if v := got.Vitable; v.Settle != 0 || v.ResubmitUnchanged != 0 || v.RetryFailures != 0 {
		t.Errorf("durations are %s, %s and %s, want 0", v.Settle, v.ResubmitUnchanged, v.RetryFailures)
	}
}

func TestLoad(t *testing.T) {
	dir := canary.Input(t)
	path := filepath.Join(dir, "rosterd.yaml")
	if err := os.WriteFile(path, []byte(valid), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := config.Load(path, types()); err != nil {
		t.Errorf("load: %v", err)
	}
	huge := filepath.Join(dir, "huge.yaml")
	if err := os.WriteFile(huge, slices.Repeat([]byte("#\n"), 3<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{
		"no such file": filepath.Join(dir, "missing.yaml"),
		"a directory":  dir,
		"too large":    huge,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := config.Load(path, types())
			faults := faultsOf(t, err)
			if len(faults) != 1 || faults[0].File != path || faults[0].Detail == "" {
				t.Errorf("faults are %v, want one about the file", faults)
			}
		})
	}
}

func TestFaultsCanBeFoundInsideOtherErrors(t *testing.T) {
	_, err := parse(t, "version: 1\n")
	wrapped := errors.Join(errors.New("start"), err)
	if _, ok := errors.AsType[config.Faults](wrapped); !ok {
		t.Error("no Faults found")
	}
	if fault, ok := errors.AsType[config.Fault](wrapped); !ok || fault.Key != "sources" {
		t.Errorf("fault is %v, want that of sources", fault)
	}
}
