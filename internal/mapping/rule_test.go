package mapping_test

import (
	"strings"
	"testing"

	"github.com/rosterd/rosterd/internal/mapping"
	"github.com/rosterd/rosterd/internal/roster"
)

func lists(pairs ...string) mapping.Rule {
	values := map[string][]string{}
	for i := 0; i < len(pairs); i += 2 {
		values[pairs[i]] = strings.Split(pairs[i+1], "|")
	}
	return mapping.Rule{Values: values}
}

func cel(text string) mapping.Rule { return mapping.Rule{CEL: text} }

func TestRules(t *testing.T) {
	const (
		in         = roster.StandingIn
		terminated = roster.StandingTerminated
		not        = roster.StandingNotEligible
	)
	var (
		statuses = lists("status", "active|leave")
		left     = lists("status", "terminated|deceased")
		nothing  mapping.Rule
		month    = mapping.Eligibility{CoverageEnds: mapping.EndsWithMonth}
		ahead    = "2026-12-31" // a termination date that has not come
	)
	tests := []struct {
		name                string
		include, terminated mapping.Rule
		e                   mapping.Eligibility
		cells               []string
		want                roster.Standing
		problem             string // field of the one problem; "" for none
	}{
		{"no rules", nothing, nothing, mapping.Eligibility{}, nil, in, ""},
		{"no rules and a blank status", nothing, nothing, mapping.Eligibility{}, []string{"status", ""}, in, ""},
		{"case and blanks do not matter", statuses, left, mapping.Eligibility{}, []string{"status", " LEAVE\u00a0"}, in, ""},
		{"in no list", statuses, left, mapping.Eligibility{}, []string{"status", "retired"}, not, ""},
		{"terminated", statuses, left, mapping.Eligibility{}, []string{"status", "Deceased"}, terminated, ""},
		{"terminated ahead", statuses, left, mapping.Eligibility{}, []string{"status", "terminated", "termination_date", ahead}, in, ""},
		{"terminated, the month runs out", statuses, left, month, []string{"status", "terminated", "termination_date", "2026-11-10"}, in, ""},
		{"terminated last month", statuses, left, month, []string{"status", "terminated", "termination_date", "2026-10-31"}, terminated, ""},
		{"retracted", statuses, left, mapping.Eligibility{}, []string{"status", "active", "termination_date", ""}, in, ""},
		{"rehired", statuses, left, mapping.Eligibility{}, []string{"status", "active", "termination_date", "2019-12-31"}, in, ""},
		{"the date alone", statuses, left, mapping.Eligibility{}, []string{"termination_date", "2026-11-22"}, terminated, ""},

		{"blank status", statuses, left, mapping.Eligibility{}, []string{"status", ""}, "", "status"},
		{"blank status that only terminated asks for", nothing, left, mapping.Eligibility{}, []string{"status", ""}, "", "status"},
		{"blank status that is listed", lists("status", "active|"), left, mapping.Eligibility{}, []string{"status", ""}, in, ""},
		{"blank status that is listed as terminated", statuses, lists("status", "|gone"), mapping.Eligibility{}, []string{"status", ""}, terminated, ""},

		{"two lists, both hold", lists("status", "active", "hours", "FT"), left, mapping.Eligibility{}, []string{"hours", "ft"}, in, ""},
		{"two lists, one does not", lists("status", "active", "hours", "FT"), left, mapping.Eligibility{}, []string{"hours", "PT"}, not, ""},
		{"two lists, one blank", lists("status", "active", "hours", "FT"), left, mapping.Eligibility{}, []string{"hours", ""}, "", "hours"},
		{"two lists, one blank and the other does not hold", lists("status", "active", "hours", "FT"), left, mapping.Eligibility{}, []string{"status", "intern", "hours", ""}, not, ""},
		{"two lists, one blank, terminated", lists("status", "active", "hours", "FT"), left, mapping.Eligibility{}, []string{"status", "terminated", "hours", ""}, terminated, ""},
		{"two lists, one blank, not hired yet", lists("status", "active", "hours", "FT"), left, mapping.Eligibility{}, []string{"hours", "", "hire_date", "2027-01-01"}, not, ""},
		{"leaving, and never included", lists("status", "active", "hours", "FT"), left, mapping.Eligibility{}, []string{"status", "terminated", "termination_date", ahead, "hours", "PT"}, not, ""},
		{"leaving, and included", lists("status", "active", "hours", "FT"), left, mapping.Eligibility{}, []string{"status", "terminated", "termination_date", ahead, "hours", "FT"}, in, ""},
		{"a flag that is blank for everybody else", statuses, lists("flag", "Y"), mapping.Eligibility{}, []string{"flag", ""}, in, ""},
		{"a flag that is set", statuses, lists("flag", "Y"), mapping.Eligibility{}, []string{"flag", "y"}, terminated, ""},
		{"a flag for the future, and a status that follows", statuses, lists("flag", "Y"), mapping.Eligibility{}, []string{"flag", "y", "status", "leaving", "termination_date", ahead}, in, ""},

		{"an expression that holds", cel(`double(row.hours) >= 30.0`), left, mapping.Eligibility{}, []string{"hours", "38.5"}, in, ""},
		{"an expression that does not hold", cel(`double(row.hours) >= 30.0`), left, mapping.Eligibility{}, []string{"hours", "12"}, not, ""},
		{"an expression that fails", cel(`double(row.hours) >= 30.0`), left, mapping.Eligibility{}, []string{"hours", "Testbird"}, "", "include"},
		{"an expression that fails on a blank cell", cel(`double(row.hours) >= 30.0`), left, mapping.Eligibility{}, []string{"hours", ""}, "", "include"},
		{"an expression that fails for somebody who has left", cel(`double(row.hours) >= 30.0`), left, mapping.Eligibility{}, []string{"hours", "", "status", "terminated"}, terminated, ""},
		{"an expression about hours for somebody who is leaving", cel(`double(row.hours) >= 30.0`), left, mapping.Eligibility{}, []string{"hours", "12", "status", "terminated", "termination_date", ahead}, not, ""},
		{"an expression about the status for somebody who is leaving", cel(`row.status == "active"`), left, mapping.Eligibility{}, []string{"status", "terminated", "termination_date", ahead}, in, ""},
		{"an expression that says terminated", statuses, cel(`row.status.startsWith("T-")`), mapping.Eligibility{}, []string{"status", "T-5"}, terminated, ""},
		{"an expression that says terminated ahead", statuses, cel(`row.status.startsWith("T-")`), mapping.Eligibility{}, []string{"status", "T-5", "termination_date", ahead}, in, ""},
		{"an expression that fails to say terminated", statuses, cel(`int(row.flag) == 1`), mapping.Eligibility{}, []string{"flag", "?", "termination_date", "2026-01-01"}, "", "terminated"},
		{"a plain name", cel(`row["Weekly Hours (avg)"] != ""`), left, mapping.Eligibility{}, []string{"weekly hours", "1"}, in, ""},
		{"an expression that costs too much", cel(`row.hours.split("").all(a, row.hours.split("").all(b, row.hours.split("").all(c, a + b + c != "")))`), left, mapping.Eligibility{}, []string{"hours", strings.Repeat("7", 200)}, "", "include"},

		{"waiting, no hire date", nothing, left, mapping.Eligibility{Waiting: mapping.Waiting{Days: 30}}, []string{"hire_date", ""}, "", "hire_date"},
		{"waiting, no hire date, terminated", nothing, left, mapping.Eligibility{Waiting: mapping.Waiting{Days: 30}}, []string{"hire_date", "", "status", "terminated"}, terminated, ""},
		{"waiting", nothing, left, mapping.Eligibility{Waiting: mapping.Waiting{Days: 30}}, []string{"hire_date", "2026-11-01"}, not, ""},
		{"no waiting, no hire date", nothing, left, mapping.Eligibility{}, []string{"hire_date", ""}, in, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := census()
			cfg.Include, cfg.Terminated = tt.include, tt.terminated
			row := with(with(ann(), "hours", "40", "flag", "0", "weekly hours", ""), tt.cells...)
			p := person(t, cfg, tt.e, row)
			if p.Standing != tt.want {
				t.Errorf("standing %q, want %q; problems %+v", p.Standing, tt.want, p.Problems)
			}
			if tt.problem == "" && len(p.Problems) > 0 || tt.problem != "" && (len(p.Problems) != 1 || p.Problems[0].Field != tt.problem) {
				t.Fatalf("problems: %+v", p.Problems)
			}
			for _, problem := range p.Problems {
				expression := tt.problem == "include" || tt.problem == "terminated"
				if expression != (problem.Kind == roster.RuleError) || strings.Contains(problem.Detail, "Testbird") {
					t.Errorf("problem: %+v", problem)
				}
			}
		})
	}
}

func TestExpressionsOfFields(t *testing.T) {
	tests := []struct {
		name, expression string
		cells            []string
		want             string // e-mail
		problem          bool
	}{
		{"the first that is there", `row.work != "" ? row.work : row["Home E-Mail"]`, []string{"work", "", "home e-mail", "h@example.com"}, "h@example.com", false},
		{"blank cells are empty strings", `row.work`, []string{"work", " \u00a0"}, "", false},
		{"cells are trimmed", `row.work + "@example.com"`, []string{"work", " ann "}, "ann@example.com", false},
		{"results are trimmed", `" ann@example.com "`, nil, "ann@example.com", false},
		{"string functions", `row.work.lowerAscii().replace(" ", ".") + "@example.com"`, []string{"work", "Ann Lee"}, "ann.lee@example.com", false},
		{"a computation that fails", `row.work.split(",")[1]`, []string{"work", "Testbird"}, "", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := census()
			cfg.Fields["email"] = mapping.Field{CEL: tt.expression}
			p := person(t, cfg, mapping.Eligibility{}, with(with(ann(), "work", "", "home e-mail", ""), tt.cells...))
			if p.Member.Email != tt.want || tt.problem == p.Sendable() {
				t.Errorf("e-mail %q, problems %+v", p.Member.Email, p.Problems)
			}
			if tt.problem && (p.Problems[0].Kind != roster.RuleError || p.Problems[0].Field != "email" || p.Standing != roster.StandingIn) {
				t.Errorf("problems: %+v", p.Problems)
			}
		})
	}
	t.Run("one of a date decides the standing", func(t *testing.T) {
		cfg := census()
		cfg.Fields["termination_date"] = mapping.Field{CEL: `row.gone.split(" ")[1]`}
		if p := person(t, cfg, mapping.Eligibility{}, with(ann(), "gone", "on 2026-11-22")); p.Standing != roster.StandingTerminated {
			t.Errorf("standing %q, %+v", p.Standing, p.Problems)
		}
		if p := person(t, cfg, mapping.Eligibility{}, with(ann(), "gone", "2026-11-22")); p.Standing != "" || len(p.Problems) != 1 || p.Problems[0].Kind != roster.RuleError {
			t.Errorf("when it fails: standing %q, %+v", p.Standing, p.Problems)
		}
	})
	t.Run("one of the reference_id that fails leaves nobody", func(t *testing.T) {
		cfg := census()
		cfg.Fields["reference_id"] = mapping.Field{CEL: `row.id.split("-")[1]`}
		if p := person(t, cfg, mapping.Eligibility{}, with(ann(), "id", "7")); p.ReferenceID != "" || len(p.Problems) != 1 || p.Problems[0].Kind != roster.RuleError {
			t.Errorf("person: %+v", p)
		}
	})
	t.Run("each row has cells of its own", func(t *testing.T) {
		cfg := census()
		cfg.Fields["email"] = mapping.Field{CEL: "row.work"}
		row := with(ann(), "work", "first@example.com")
		binding, columns := bind(t, cfg, mapping.Eligibility{}, row)
		first := binding.Person(record(columns, row), 1, today(t))
		second := binding.Person(record(columns, with(row, "work", "")), 2, today(t))
		if first.Member.Email != "first@example.com" || second.Member.Email != "" {
			t.Errorf("%q and then %q", first.Member.Email, second.Member.Email)
		}
	})
}
