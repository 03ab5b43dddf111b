package mapping_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/mapping"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/source"
)

// mapperWith maps census with some fields and an include rule replaced.
func mapperWith(t *testing.T, fields map[string]mapping.Field, include mapping.Rule) *mapping.Mapper {
	t.Helper()
	cfg := census()
	for target, field := range fields {
		cfg.Fields[target] = field
	}
	cfg.Include = include
	mapper, err := mapping.New("hq", cfg, mapping.Eligibility{}, vocabulary())
	if err != nil {
		t.Fatal(err)
	}
	return mapper
}

func TestBindNamesEveryMissingColumnAtOnce(t *testing.T) {
	mapper := mapperWith(t, map[string]mapping.Field{
		"phone": {Column: "Mobile Phone"},
		"plan":  {Column: "plan_code"},
		"email": {CEL: `row.work_emial + row["Home E-Mail"]`},
	}, mapping.Rule{Values: map[string][]string{"worker type": {"FT"}}})
	columns := append(mapping.Targets(), "mobile_phone", "work_email", "Testbird")

	_, err := mapper.Bind(columns)
	fault, ok := errors.AsType[*source.Fault](err)
	if !ok || fault.Word != source.WordColumn {
		t.Fatalf("Bind gives %v", err)
	}
	for _, want := range []string{
		fmt.Sprintf(`"Mobile Phone"; is it column %d?`, len(columns)-2), `"plan_code"`,
		fmt.Sprintf(`"work_emial"; is it column %d?`, len(columns)-1), `"Home E-Mail"`, `"worker type"`,
	} {
		if !strings.Contains(fault.Detail, want) {
			t.Errorf("%s is missing in: %s", want, fault.Detail)
		}
	}
	if strings.Contains(fault.Detail, "Testbird") {
		t.Errorf("a far-fetched column is repeated: %s", fault.Detail)
	}
}

func TestBindRefusesAHeaderLikeDataWithoutRepeatingIt(t *testing.T) {
	mapper := mapperWith(t, nil, mapping.Rule{})
	firstRow := []string{
		"E-1", "Canaria", "Testbird", "1987-06-05", "2025550143", "canary@example.com", "1 Cage Street", "Springfield", "IL",
		"Citty", "Stave", "Stratus", "Phonee", // names of people that are close to names of columns
	}
	_, err := mapper.Bind(firstRow)
	if err == nil {
		t.Fatal("a file without a header was bound")
	}
	for _, value := range firstRow[1:] {
		if strings.Contains(strings.ToLower(err.Error()), strings.ToLower(value)) && len(value) > 2 {
			t.Errorf("the error repeats a value: %v", err)
		}
	}
}

func TestBindRefusesColumnsOfOneName(t *testing.T) {
	mapper := mapperWith(t, nil, mapping.Rule{})
	_, err := mapper.Bind(append(mapping.Targets(), "Phone *"))
	if fault, ok := errors.AsType[*source.Fault](err); !ok || fault.Word != source.WordHeader {
		t.Errorf("Bind gives %v", err)
	}
}

func TestBindRefusesAnIdentifierOfSeveralColumns(t *testing.T) {
	mapper := mapperWith(t, map[string]mapping.Field{"email": {CEL: "row.work_email"}}, mapping.Rule{})
	if _, err := mapper.Bind(append(mapping.Targets(), "work email", "work-email")); err == nil || !strings.Contains(err.Error(), "several") {
		t.Errorf("Bind gives %v", err)
	}
	mapper = mapperWith(t, map[string]mapping.Field{"email": {CEL: `row["work email"]`}}, mapping.Rule{})
	if _, err := mapper.Bind(append(mapping.Targets(), "work email", "work-email")); err != nil {
		t.Errorf("the plain name: %v", err)
	}
}

func TestColumnsAreFoundInAnyOrderAndSpelling(t *testing.T) {
	mapper := mapperWith(t, map[string]mapping.Field{"phone": {Column: "mobile phone"}}, mapping.Rule{})
	columns := []string{"\ufeffTermination_Date", "Reference_ID *", "MOBILE\u00a0Phone (home)"}
	for _, target := range mapping.Targets() {
		if target != "reference_id" && target != "termination_date" && target != "phone" {
			columns = append(columns, target)
		}
	}
	row := ann()
	row["\ufeffTermination_Date"], row["Reference_ID *"], row["MOBILE\u00a0Phone (home)"] = "", "E-9", "202 555 0177"
	binding, err := mapper.Bind(columns)
	if err != nil {
		t.Fatal(err)
	}
	p := binding.Person(record(columns, row), 3, today(t))
	if !p.Sendable() || p.ReferenceID != "E-9" || p.Member.Phone != "2025550177" {
		t.Errorf("person: %+v", p)
	}
}

func TestPersonOfAValidRow(t *testing.T) {
	row := with(ann(), "first_name", " José\u00a0 ", "last_name", "O'Neil\n Smith", "address_line_2", "  ", "state", "Illinois", "plan", " gold", "group", "tier 1\u00a0")
	want := roster.Person{
		ReferenceID: "E-1", Source: "hq", Row: 7, Group: "mol_seg_001", Standing: roster.StandingIn,
		Member: roster.Member{
			ReferenceID: "E-1", FirstName: "José", LastName: "O'Neil Smith", DateOfBirth: date(t, "1987-06-05"),
			Phone: "2025550143", Email: "canary@example.com", PlanID: "pln_gold",
			Address: roster.Address{Line1: "1 Cage Street", City: "Springfield", State: "IL", ZIP: "62701"},
		},
	}
	got := person(t, census(), mapping.Eligibility{}, row)
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(roster.Date{})); diff != "" {
		t.Errorf("person (-want +got):\n%s", diff)
	}
	// Letters that are composed of two characters are the same name.
	if again := person(t, census(), mapping.Eligibility{}, with(row, "first_name", "Jose\u0301")); !again.SaysTheSame(&got) {
		t.Errorf("decomposed: %q", again.Member.FirstName)
	}
	if other := person(t, census(), mapping.Eligibility{}, with(row, "plan", "pln_other", "group", "mol_seg_9")); other.Member.PlanID != "pln_other" || other.Group != "mol_seg_9" {
		t.Errorf("words that are no keys: %q, %q", other.Member.PlanID, other.Group)
	}
}

func TestPersonProblems(t *testing.T) {
	tests := []struct {
		name, field string
		kind        roster.Kind
		cells       []string
		id          string
	}{
		{"blank reference_id", "reference_id", roster.InvalidRow, []string{"reference_id", " "}, ""},
		{"a rounded reference_id", "reference_id", roster.InvalidRow, []string{"reference_id", "1.0E+12"}, ""},
		{"blank name", "first_name", roster.InvalidRow, []string{"first_name", "\u200b"}, "E-1"},
		{"a name of another encoding", "last_name", roster.InvalidRow, []string{"last_name", "Jos\xe9"}, "E-1"},
		{"blank birth date", "date_of_birth", roster.InvalidRow, []string{"date_of_birth", "0000-00-00"}, "E-1"},
		{"a masked birth date", "date_of_birth", roster.InvalidRow, []string{"date_of_birth", "0000-01-16"}, "E-1"},
		{"blank phone", "phone", roster.InvalidRow, []string{"phone", ""}, "E-1"},
		{"a foreign phone", "phone", roster.InvalidRow, []string{"phone", "+44 20 7946 0958"}, "E-1"},
		{"two e-mail addresses", "email", roster.InvalidRow, []string{"email", "a@example.com, b@example.com"}, "E-1"},
		{"an unknown state", "state", roster.InvalidRow, []string{"state", "Ontario"}, "E-1"},
		{"a lost zero that is not proven", "zipcode", roster.InvalidRow, []string{"zipcode", "2134"}, "E-1"},
		{"blank plan", "plan", roster.UnmappedPlan, []string{"plan", ""}, "E-1"},
		{"blank group", "group", roster.UnmappedGroup, []string{"group", ""}, "E-1"},
		{"a hire date that is none", "hire_date", roster.InvalidRow, []string{"hire_date", "01/15/2020"}, "E-1"},
		{"a termination date that is none", "termination_date", roster.InvalidRow, []string{"termination_date", "tbd"}, "E-1"},
		{"a termination date of a system's beginning", "termination_date", roster.InvalidRow, []string{"termination_date", "1900-01-01"}, "E-1"},
		{"blank status", "status", roster.InvalidRow, []string{"status", " "}, "E-1"},
		{"blank status and a date that is reached", "status", roster.InvalidRow, []string{"status", "", "termination_date", "2026-01-01"}, "E-1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := person(t, census(), mapping.Eligibility{}, with(ann(), tt.cells...))
			if len(p.Problems) != 1 || p.Problems[0].Kind != tt.kind || p.Problems[0].Field != tt.field || p.Problems[0].Detail == "" {
				t.Errorf("problems: %+v", p.Problems)
			}
			if p.ReferenceID != tt.id || p.Source != "hq" || p.Row != 7 || p.Sendable() {
				t.Errorf("person: %+v", p)
			}
			if employment := tt.field == "status" || strings.HasSuffix(tt.field, "e_date") || strings.HasSuffix(tt.field, "n_date"); employment != (p.Standing == "") {
				t.Errorf("standing %q", p.Standing)
			}
			for _, problem := range append(p.Problems, p.Notes...) {
				if value := strings.TrimSpace(tt.cells[1]); value != "" && strings.Contains(problem.Detail, value) {
					t.Errorf("a problem repeats the value: %+v", problem)
				}
			}
		})
	}
}

func TestWhoIsOutNeedsNoPhone(t *testing.T) {
	broken := with(ann(), "phone", "?", "date_of_birth", "?", "plan", "", "zipcode", "1")
	for name, tt := range map[string]struct {
		cells []string
		want  roster.Standing
	}{
		"terminated":   {[]string{"status", "Terminated"}, roster.StandingTerminated},
		"not eligible": {[]string{"status", "contractor"}, roster.StandingNotEligible},
	} {
		t.Run(name, func(t *testing.T) {
			p := person(t, census(), mapping.Eligibility{}, with(broken, tt.cells...))
			if p.Standing != tt.want || len(p.Problems) > 0 || p.Group != "mol_seg_001" {
				t.Errorf("%q with %+v in %q", p.Standing, p.Problems, p.Group)
			}
			other := person(t, census(), mapping.Eligibility{}, with(broken, append(tt.cells, "city", "Elsewhere")...))
			if !p.SaysTheSame(&other) {
				t.Error("two rows that differ in the city only contradict each other")
			}
			if who := (roster.Member{FirstName: canary.GivenName, LastName: canary.FamilyName}); p.Member != who {
				t.Error("the member is not who the row is about and nothing else")
			}
			named := person(t, census(), mapping.Eligibility{}, with(ann(), tt.cells...))
			if named.Member.DateOfBirth != date(t, canary.BirthDate) || len(named.Problems) > 0 {
				t.Error("the birth date is not read")
			}
			nobody := person(t, census(), mapping.Eligibility{}, with(broken, append(tt.cells, "reference_id", "")...))
			if len(nobody.Problems) != 1 || nobody.Problems[0].Field != "reference_id" {
				t.Errorf("without an id: %+v", nobody.Problems)
			}
		})
	}
}

func TestNotes(t *testing.T) {
	short := census()
	short.Fields["date_of_birth"] = mapping.Field{Column: "date_of_birth", Format: "M/D/YY"}
	short.Fields["hire_date"] = mapping.Field{Column: "hire_date", Format: "M/D/YY"}
	shortDates := with(ann(), "date_of_birth", "6/5/87", "hire_date", "1/15/20")
	tests := []struct {
		name   string
		cfg    mapping.Config
		row    map[string]string
		fields []string
	}{
		{"nothing guessed", census(), ann(), nil},
		{"a lost zero", census(), with(ann(), "state", "MA", "zipcode", "2134"), []string{"zipcode"}},
		{"an extension", census(), with(ann(), "phone", "202-555-0143 ext. 12"), []string{"phone"}},
		{"years of two digits", short, shortDates, []string{"hire_date", "date_of_birth"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := person(t, tt.cfg, mapping.Eligibility{}, tt.row)
			var fields []string
			for _, note := range p.Notes {
				fields = append(fields, note.Field)
			}
			if diff := cmp.Diff(tt.fields, fields); diff != "" || !p.Sendable() {
				t.Errorf("notes (-want +got):\n%s\nproblems: %+v", diff, p.Problems)
			}
		})
	}
}

func TestConstants(t *testing.T) {
	cfg := census()
	cfg.Fields["plan"] = mapping.Field{Value: "Gold"}
	cfg.Fields["group"] = mapping.Field{Value: "mol_all"}
	cfg.Fields["status"] = mapping.Field{Value: "active"}
	cfg.Fields["hire_date"] = mapping.Field{Value: "2020-01-01"}
	p := person(t, cfg, mapping.Eligibility{Waiting: mapping.Waiting{Days: 30}}, with(ann(), "plan", "?", "group", "?", "status", "?", "hire_date", "?"))
	if !p.Sendable() || p.Member.PlanID != "pln_gold" || p.Group != "mol_all" {
		t.Errorf("person: %+v", p)
	}
}

func TestARecordThatIsTooShortIsBlankAtItsEnd(t *testing.T) {
	binding, columns := bind(t, census(), mapping.Eligibility{}, ann())
	p := binding.Person(record(columns, ann())[:3], 1, today(t))
	if p.Sendable() || len(p.Problems) == 0 {
		t.Errorf("person: %+v", p)
	}
}
