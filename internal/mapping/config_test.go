package mapping_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/mapping"
)

func TestCensusHasNoFaults(t *testing.T) {
	e := mapping.Eligibility{Waiting: mapping.Waiting{Days: 30, FirstOfMonth: true}, CoverageEnds: mapping.EndsWithMonth}
	if faults := append(census().Faults(e), e.Faults()...); len(faults) > 0 {
		t.Errorf("faults: %v", faults)
	}
}

func TestFaults(t *testing.T) {
	field := func(target string, f mapping.Field) func(*mapping.Config) {
		return func(c *mapping.Config) { c.Fields[target] = f }
	}
	include := func(r mapping.Rule) func(*mapping.Config) { return func(c *mapping.Config) { c.Include = r } }
	without := func(target string) func(*mapping.Config) { return func(c *mapping.Config) { delete(c.Fields, target) } }
	waiting := mapping.Eligibility{Waiting: mapping.Waiting{Days: 30}}
	tests := []struct {
		name, key, detail string
		change            func(*mapping.Config)
		e                 mapping.Eligibility
	}{
		{"a misspelled target", "fields.fist_name", `"first_name"`, field("fist_name", mapping.Field{Column: "x"}), mapping.Eligibility{}},
		{"a target of nothing known", "fields.shoe_size", "no field of a person", field("shoe_size", mapping.Field{Column: "x"}), mapping.Eligibility{}},
		{"a required target is missing", "fields.phone", "required", without("phone"), mapping.Eligibility{}},
		{"a waiting period without hire dates", "fields.hire_date", "waiting period", without("hire_date"), waiting},
		{"end of month without termination dates", "fields.termination_date", "month", without("termination_date"), mapping.Eligibility{CoverageEnds: mapping.EndsWithMonth}},
		{"a column and an expression", "fields.email", "exactly one", field("email", mapping.Field{Column: "a", CEL: "row.a"}), mapping.Eligibility{}},
		{"a column and a value", "fields.email", "exactly one", field("email", mapping.Field{Column: "a", Value: "b"}), mapping.Eligibility{}},
		{"neither", "fields.email", "exactly one", field("email", mapping.Field{}), mapping.Eligibility{}},
		{"a format that is none", "fields.date_of_birth.format", "not a date format", field("date_of_birth", mapping.Field{Column: "dob", Format: "MM/YYYY"}), mapping.Eligibility{}},
		{"a format of letters", "fields.date_of_birth.format", "not a date format", field("date_of_birth", mapping.Field{Column: "dob", Format: "2006-01-02"}), mapping.Eligibility{}},
		{"a format with two days", "fields.date_of_birth.format", "not a date format", field("date_of_birth", mapping.Field{Column: "dob", Format: "DD/DD/YYYY"}), mapping.Eligibility{}},
		{"a format that does not show where a day ends", "fields.date_of_birth.format", "not a date format", field("date_of_birth", mapping.Field{Column: "dob", Format: "YYYYMD"}), mapping.Eligibility{}},
		{"a format on a phone", "fields.phone.format", "dates only", field("phone", mapping.Field{Column: "p", Format: "MM/DD/YYYY"}), mapping.Eligibility{}},
		{"a format on a value", "fields.hire_date.format", "does not go with a value", field("hire_date", mapping.Field{Value: "2020-01-02", Format: "MM/DD/YYYY"}), mapping.Eligibility{}},
		{"a constant that is no date", "fields.hire_date.value", "not a date", field("hire_date", mapping.Field{Value: "soon"}), mapping.Eligibility{}},
		{"one reference_id for all", "fields.reference_id.value", "everybody", field("reference_id", mapping.Field{Value: "E-1"}), mapping.Eligibility{}},
		{"an expression that does not parse", "fields.email.cel", "1:", field("email", mapping.Field{CEL: "row.a +"}), mapping.Eligibility{}},
		{"an expression of the wrong type", "fields.email.cel", "string is needed", field("email", mapping.Field{CEL: "row.a == row.b"}), mapping.Eligibility{}},
		{"an expression that compares text with numbers", "include.cel", "1:", include(mapping.Rule{CEL: "row.hours >= 30"}), mapping.Eligibility{}},
		{"an expression with an unknown variable", "include.cel", "1:", include(mapping.Rule{CEL: "hours == ''"}), mapping.Eligibility{}},
		{"a rule that gives a string", "include.cel", "bool is needed", include(mapping.Rule{CEL: "row.a"}), mapping.Eligibility{}},
		{"a rule that gives anything", "include.cel", "bool is needed", include(mapping.Rule{CEL: "dyn(row.a)"}), mapping.Eligibility{}},
		{"a column whose name is computed", "include.cel", "another way", include(mapping.Rule{CEL: `row[row.a] == ""`}), mapping.Eligibility{}},
		{"all columns at once", "include.cel", "another way", include(mapping.Rule{CEL: `row.exists(k, row[k] == "x")`}), mapping.Eligibility{}},
		{"asking whether a column exists", "include.cel", "another way", include(mapping.Rule{CEL: `"a" in row`}), mapping.Eligibility{}},
		{"a long expression", "include.cel", "", include(mapping.Rule{CEL: strings.Repeat(" ", 5000) + "true"}), mapping.Eligibility{}},
		{"a deep expression", "include.cel", "", include(mapping.Rule{CEL: strings.Repeat("(", 300) + "true" + strings.Repeat(")", 300)}), mapping.Eligibility{}},
		{"a list and an expression", "include", "one of them", include(mapping.Rule{CEL: "true", Values: map[string][]string{"status": {"active"}}}), mapping.Eligibility{}},
		{"an empty list", "include.status", "no values", include(mapping.Rule{Values: map[string][]string{"status": nil}}), mapping.Eligibility{}},
		{"a value in both rules", "terminated.status", "include lists", include(mapping.Rule{Values: map[string][]string{"status": {"active", " TERMINATED"}}}), mapping.Eligibility{}},
		{
			"a rule about a field that is not mapped", "include.status", "not mapped",
			func(c *mapping.Config) { delete(c.Fields, "status"); c.Terminated = mapping.Rule{} },
			mapping.Eligibility{},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := census()
			tt.change(&cfg)
			faults := cfg.Faults(tt.e)
			if len(faults) != 1 || faults[0].Key != tt.key || !strings.Contains(faults[0].Detail, tt.detail) {
				t.Errorf("faults: %+v", faults)
			}
			if _, err := mapping.New("hq", cfg, tt.e, mapping.Vocabulary{}); err == nil || !strings.Contains(err.Error(), tt.key) {
				t.Errorf("New gives %v", err)
			}
		})
	}
}

// An expression may hold somebody's reference_id or name; what is wrong with it
// is told by place and kind.
func TestFaultsOfExpressionsDoNotRepeatThem(t *testing.T) {
	tests := []struct{ name, cel, detail string }{
		{"syntax", `row.email == "canary"  "canary"`, "1:24: is no expression from here on"},
		{"open quote", `row.email == "canary`, "is no expression from here on"},
		{"unknown name", `canary == ""`, "1:1: a name that there is not"},
		{"unknown function", `row.email.canary()`, "a name that there is not"},
		{"types", `row.canary > 30`, "1:12: values that do not go together here"},
		{"too long", `"` + strings.Repeat("canary", 1000) + `" == ""`, "is too long"},
		{"too deep", strings.Repeat("(", 300) + `"canary" == ""` + strings.Repeat(")", 300), "is nested too deep"},
		{"malformed pattern", `row.email.matches("[canary")`, "may be malformed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := census()
			cfg.Include = mapping.Rule{CEL: tt.cel}
			faults := cfg.Faults(mapping.Eligibility{})
			if len(faults) != 1 || !strings.Contains(faults[0].Detail, tt.detail) || strings.Contains(fmt.Sprint(faults), "canary") {
				t.Errorf("faults: %+v", faults)
			}
		})
	}
}

func TestFaultsAreAllReportedInOrder(t *testing.T) {
	cfg := mapping.Config{Fields: map[string]mapping.Field{"emial": {Column: "a"}, "phone": {}}}
	var keys []string
	for _, fault := range cfg.Faults(mapping.Eligibility{}) {
		keys = append(keys, fault.Key)
	}
	want := []string{
		"fields.address_line_1", "fields.city", "fields.date_of_birth", "fields.emial", "fields.first_name", "fields.group",
		"fields.last_name", "fields.phone", "fields.plan", "fields.reference_id", "fields.state", "fields.zipcode",
	}
	if diff := cmp.Diff(want, keys); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
}

func TestEligibilityFaults(t *testing.T) {
	tests := []struct {
		name, key string
		e         mapping.Eligibility
	}{
		{"an unknown end", "coverage_ends", mapping.Eligibility{CoverageEnds: "end_of_year"}},
		{"negative days", "waiting_period", mapping.Eligibility{Waiting: mapping.Waiting{Days: -1}}},
		{"negative months", "waiting_period", mapping.Eligibility{Waiting: mapping.Waiting{Months: -1}}},
		{"years of days", "waiting_period", mapping.Eligibility{Waiting: mapping.Waiting{Days: 3000}}},
		{"days and months", "waiting_period", mapping.Eligibility{Waiting: mapping.Waiting{Days: 30, Months: 1}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if faults := tt.e.Faults(); len(faults) != 1 || faults[0].Key != tt.key {
				t.Errorf("faults: %+v", faults)
			}
		})
	}
}

func TestVocabularyThatContradictsItself(t *testing.T) {
	_, err := mapping.New("hq", census(), mapping.Eligibility{}, mapping.Vocabulary{Plans: map[string]string{"Gold": "pln_1", "GOLD ": "pln_2"}})
	if err == nil || !strings.Contains(err.Error(), "plans") {
		t.Errorf("New gives %v", err)
	}
	if _, err := mapping.New("hq", census(), mapping.Eligibility{}, mapping.Vocabulary{Groups: map[string]string{"a": "x", "A": "x"}}); err != nil {
		t.Errorf("two spellings of one meaning: %v", err)
	}
}

func TestHash(t *testing.T) {
	groups := map[string]string{"Tier 1": "mol_1"}
	base := func() map[string]mapping.Config { return map[string]mapping.Config{"hq": census(), "west": census()} }
	was := mapping.Hash(base(), mapping.Eligibility{}, groups)

	same := map[string]func() string{
		"again": func() string { return mapping.Hash(base(), mapping.Eligibility{}, groups) },
		"a default written out": func() string {
			cfg := base()
			cfg["hq"].Fields["date_of_birth"] = mapping.Field{Column: "Date_of_Birth ", Format: "yyyy-mm-dd"}
			return mapping.Hash(cfg, mapping.Eligibility{CoverageEnds: mapping.EndsOnTermination}, groups)
		},
		"values in another order and case": func() string {
			cfg := base()
			hq := cfg["hq"]
			hq.Include = mapping.Rule{Values: map[string][]string{"status": {"Leave", "active ", "ACTIVE"}}}
			cfg["hq"] = hq
			return mapping.Hash(cfg, mapping.Eligibility{}, map[string]string{"tier 1 ": "mol_1"})
		},
	}
	for name, hash := range same {
		t.Run(name, func(t *testing.T) {
			if hash() != was {
				t.Error("the hash changed")
			}
		})
	}

	edit := func(change func(*mapping.Config)) string {
		cfg := base()
		hq := cfg["hq"]
		hq.Fields = maps.Clone(hq.Fields)
		change(&hq)
		cfg["hq"] = hq
		return mapping.Hash(cfg, mapping.Eligibility{}, groups)
	}
	seen := map[string]string{was: "the base"}
	for name, hash := range map[string]string{
		"another column":         edit(func(c *mapping.Config) { c.Fields["phone"] = mapping.Field{Column: "mobile"} }),
		"a value of that name":   edit(func(c *mapping.Config) { c.Fields["phone"] = mapping.Field{Value: "mobile"} }),
		"an expression":          edit(func(c *mapping.Config) { c.Fields["phone"] = mapping.Field{CEL: "row.mobile"} }),
		"another format":         edit(func(c *mapping.Config) { c.Fields["hire_date"] = mapping.Field{Column: "hire_date", Format: "excel"} }),
		"a field less":           edit(func(c *mapping.Config) { delete(c.Fields, "email") }),
		"another included value": edit(func(c *mapping.Config) { c.Include = mapping.Rule{Values: map[string][]string{"status": {"active"}}} }),
		"no include":             edit(func(c *mapping.Config) { c.Include = mapping.Rule{} }),
		"rules swapped":          edit(func(c *mapping.Config) { c.Include, c.Terminated = c.Terminated, c.Include }),
		"a waiting period":       mapping.Hash(base(), mapping.Eligibility{Waiting: mapping.Waiting{Days: 1}}, groups),
		"months for days":        mapping.Hash(base(), mapping.Eligibility{Waiting: mapping.Waiting{Months: 1}}, groups),
		"another end":            mapping.Hash(base(), mapping.Eligibility{CoverageEnds: mapping.EndsWithMonth}, groups),
		"another zone":           mapping.Hash(base(), mapping.Eligibility{TimeZone: "America/Chicago"}, groups),
		"another group":          mapping.Hash(base(), mapping.Eligibility{}, map[string]string{"Tier 1": "mol_2"}),
		"a source less":          mapping.Hash(map[string]mapping.Config{"hq": census()}, mapping.Eligibility{}, groups),
	} {
		t.Run(name, func(t *testing.T) {
			if other, taken := seen[hash]; taken {
				t.Errorf("has the hash of %s", other)
			}
			seen[hash] = name
		})
	}
}
