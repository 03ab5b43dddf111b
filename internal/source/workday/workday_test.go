package workday_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/sourcetest"
	"github.com/rosterd/rosterd/internal/source/workday"
)

const (
	path = "/ccx/service/customreport2/acme/hr%20owner/All%20Workers"
	user = "ISU_rosterd@acme"
)

// fake is Workday with one report: blank cells are left out of JSON.
type fake struct{ rows sourcetest.Rows }

// ServeHTTP implements http.Handler.
func (f fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, password, _ := r.BasicAuth()
	known := name == user && password == canary.Secret || r.Header.Get("Authorization") == "Bearer "+canary.Secret
	switch {
	case !known:
		w.WriteHeader(http.StatusUnauthorized)
	case r.URL.EscapedPath() != path || r.URL.Query().Get("Include_Terminated_Workers") != "1":
		w.WriteHeader(http.StatusNotFound)
	case r.URL.Query().Get("format") == "csv":
		w.Header().Set("Content-Type", "text/csv;charset=UTF-8")
		_ = csv.NewWriter(w).WriteAll(append([][]string{f.rows.Columns}, f.rows.Records...))
	default:
		w.Header().Set("Content-Type", "application/json;charset=UTF-8")
		entries := []map[string]any{}
		for _, record := range f.rows.Records {
			entry := map[string]any{}
			for i, cell := range record {
				if cell != "" {
					entry[f.rows.Columns[i]] = cell
				}
			}
			entries = append(entries, entry)
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"Report_Entry": entries})
	}
}

func configured(at, format string) *workday.Config {
	config := workday.Type().New().(*workday.Config)
	config.BaseURL, config.Tenant, config.Owner, config.Report, config.Format = at, "acme", "hr owner", "All Workers", format
	config.User, config.Password = user, source.Secret{Env: "PASSWORD"}
	config.Prompts = map[string]string{"Include_Terminated_Workers": "1"}
	return config
}

func opened(t *testing.T, config *workday.Config, columns []string, o source.Opening) source.Source {
	t.Helper()
	if faults := config.Faults(); len(faults) > 0 {
		t.Fatalf("the settings have faults: %v", faults)
	}
	if columns != nil {
		o = source.Opening{Columns: columns, Getenv: func(string) string { return canary.Secret }}
	}
	from, err := config.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return from
}

func TestLaws(t *testing.T) {
	columns := []string{"Employee_ID", "Legal_Name_-_First_Name", "Legal_Name_-_Last_Name", "CF_Note", "Worker_Status"}
	for _, format := range []string{"json", "csv"} {
		t.Run(format, func(t *testing.T) {
			sourcetest.RunService(t, sourcetest.Service{
				Columns: columns, Single: true,
				Serve: func(rows sourcetest.Rows) http.Handler { return fake{rows} },
				Open: func(t *testing.T, at string, o source.Opening) source.Source {
					t.Helper()
					config := configured(at, format)
					config.Optional = columns[3:4] // who is alone may have no note
					return opened(t, config, nil, o)
				},
			})
		})
	}
}

// pull pulls some columns of what a handler answers.
func pull(t *testing.T, handler http.Handler, format string, optional []string, columns ...string) (*sourcetest.Recorder, source.Report, error) {
	t.Helper()
	server := httptest.NewServer(handler)
	defer server.Close()
	config := configured(server.URL, format)
	config.Optional = optional
	got := new(sourcetest.Recorder)
	report, err := opened(t, config, columns, source.Opening{}).Pull(t.Context(), got)
	if err != nil {
		canary.Text(t, "the error", err.Error())
	}
	return got, report, err
}

// answer is a handler that answers with a text.
func answer(kind, text string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		fmt.Fprint(w, text)
	})
}

func TestATokenInPlaceOfAUser(t *testing.T) {
	server := httptest.NewServer(fake{sourcetest.Rows{Columns: []string{"Employee_ID"}, Records: [][]string{{"1"}}}})
	defer server.Close()
	config := configured(server.URL, "json")
	config.User, config.Password, config.Token = "", source.Secret{}, source.Secret{Env: "TOKEN"}
	got := new(sourcetest.Recorder)
	if _, err := opened(t, config, []string{"Employee_ID"}, source.Opening{}).Pull(t.Context(), got); err != nil || len(got.Records) != 1 {
		t.Errorf("%d records, %v", len(got.Records), err)
	}
}

func TestSettings(t *testing.T) {
	for _, tt := range []struct {
		name, key string
		change    func(*workday.Config)
	}{
		{"all are there", "", func(*workday.Config) {}},
		{"a user and a token", "user", func(c *workday.Config) { c.Token = source.Secret{Env: "T"} }},
		{"neither", "user", func(c *workday.Config) { c.User = "" }},
		{"a user without a password", "password", func(c *workday.Config) { c.Password = source.Secret{} }},
		{"a token and a password", "password", func(c *workday.Config) { c.User, c.Token = "", source.Secret{Env: "T"} }},
		{"a token in two places", "token", func(c *workday.Config) {
			c.User, c.Password, c.Token = "", source.Secret{}, source.Secret{Env: "T", File: "t"}
		}},
		{"a format among the prompts", "prompts", func(c *workday.Config) { c.Prompts["format"] = "xml" }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			config := configured("https://wd5-services1.myworkday.com", "json")
			tt.change(config)
			faults := config.Faults()
			if tt.key == "" && len(faults) > 0 || tt.key != "" && (len(faults) != 1 || faults[0].Key != tt.key) {
				t.Errorf("faults %v, want one of %q", faults, tt.key)
			}
		})
	}
}

// A cell that is left out is blank; a column that no row has is withheld.
func TestBlankCells(t *testing.T) {
	rows := sourcetest.Rows{Columns: []string{"Employee_ID", "Address_2", "Termination_Date"}, Records: [][]string{{"1", "", ""}, {"2", "Unit 7", ""}, {"3", "", ""}}}
	want := [][]string{{"", "1", ""}, {"Unit 7", "2", ""}, {"", "3", ""}}
	for _, tt := range []struct {
		format   string
		optional []string
		withheld []string
	}{
		{"json", nil, []string{"Termination_Date"}},
		{"json", []string{"Termination_Date"}, nil},
		{"csv", nil, nil}, // the header has it
	} {
		t.Run(tt.format+" "+strings.Join(tt.optional, ""), func(t *testing.T) {
			got, report, err := pull(t, fake{rows}, tt.format, tt.optional, "Address_2", "Employee_ID", "Termination_Date")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got.Records); diff != "" {
				t.Errorf("records (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.withheld, report.Withheld); diff != "" {
				t.Errorf("withheld (-want +got):\n%s", diff)
			}
		})
	}
}

// How a report could come out short, or wrong.
func TestReports(t *testing.T) {
	const csvType, jsonType = "text/csv;charset=UTF-8", "application/json;charset=UTF-8"
	for _, tt := range []struct{ name, format, kind, text, word string }{
		{"JSON as it should be", "json", jsonType, `{"Report_Entry": [{"Employee_ID": "1"}]}`, ""},
		{"JSON that does not close", "json", jsonType, `{"Report_Entry": [{"Employee_ID": "1"}`, source.WordFormat},
		{"JSON that goes on", "json", jsonType, `{"Report_Entry": [{"Employee_ID": "1"}]}{}`, source.WordFormat},
		{"JSON without rows", "json", jsonType, `{"Report_Entry": []}`, source.WordEmpty},
		{"JSON without a list", "json", jsonType, `{}`, source.WordFormat},
		{"JSON with one row in place of a list", "json", jsonType, `{"Report_Entry": {"Employee_ID": "1"}}`, source.WordFormat},
		{"an alias that was renamed", "json", jsonType, `{"Report_Entry": [{"EmployeeID": "1"}]}`, source.WordWithheld},
		{"CSV in place of JSON", "json", csvType, "Employee_ID\n1\n", source.WordFormat},
		{"CSV as it should be", "csv", csvType, "Employee_ID,X\n1,2\n", ""},
		{"CSV without a type", "csv", "", "Employee_ID,X\n1,2\n", ""},
		{"CSV with a mark", "csv", csvType, "\xef\xbb\xbfEmployee_ID,X\n1,2\n", ""},
		{"CSV that ends in a quote", "csv", csvType, "Employee_ID,X\n1,\"2\n3,4\n", source.WordRagged},
		{"CSV that ends in a row", "csv", csvType, "Employee_ID,X\n1,2\n3", source.WordRagged},
		{"CSV with a row too long", "csv", csvType, "Employee_ID,X\n1,2,3\n", source.WordRagged},
		{"CSV without rows", "csv", csvType, "Employee_ID,X\n", source.WordEmpty},
		{"CSV without a header", "csv", csvType, "", source.WordHeader},
		{"CSV with a name twice", "csv", csvType, "Employee_ID,employee_id \n1,2\n", source.WordHeader},
		{"CSV without a column", "csv", csvType, "EmployeeID,X\n1,2\n", source.WordWithheld},
		{"CSV that is not UTF-8", "csv", csvType, "Employee_ID,X\n1,\xe9\n", source.WordEncoding},
		{"JSON in place of CSV", "csv", jsonType, `{"Report_Entry": []}`, source.WordFormat},
		{"XML in place of CSV", "csv", "text/xml", "<wd:Report_Data/>", source.WordFormat},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, report, err := pull(t, answer(tt.kind, tt.text), tt.format, nil, "Employee_ID")
			state, fault := source.Judge(report, err, nil, source.Limits{MaxShrinkPercent: 100}, time.Now())
			switch {
			case tt.word == "" && (fault != nil || len(got.Records) != 1 || got.Records[0][0] != "1"):
				t.Errorf("the pull is %s (%v)", state, fault)
			case tt.word != "" && (state != roster.SourceBroken || fault.Word != tt.word):
				t.Errorf("the pull is %s (%v), want %s", state, fault, tt.word)
			}
		})
	}
}

// A report without a frame may have been cut between two rows.
func TestCSVThatEndsWithItsConnection(t *testing.T) {
	_, _, err := pull(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		fmt.Fprint(conn, "HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nConnection: close\r\n\r\nEmployee_ID\n1\n")
	}), "csv", nil, "Employee_ID")
	if err == nil || source.AsFault(err).Word != source.WordTruncated {
		t.Errorf("%v, want %s", err, source.WordTruncated)
	}
}

// A report that once ended with a newline and does not any more may be cut.
func TestTheEndOfCSV(t *testing.T) {
	for text, want := range map[string]string{"Employee_ID\n1\n": source.EndingNewline, "Employee_ID\n1": source.EndingOpen} {
		if _, report, err := pull(t, answer("text/csv", text), "csv", nil, "Employee_ID"); err != nil || report.Ending != want {
			t.Errorf("%q ends %q, %v; want %q", text, report.Ending, err, want)
		}
	}
	if _, report, err := pull(t, answer("application/json", `{"Report_Entry": [{"Employee_ID": "1"}]}`), "json", nil, "Employee_ID"); err != nil || report.Ending != "" {
		t.Errorf("JSON ends %q, %v; its end is proven", report.Ending, err)
	}
}

func TestNoReportYet(t *testing.T) {
	_, _, err := pull(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) }), "json", nil, "Employee_ID")
	if err == nil || source.AsFault(err).Word != source.WordNotReady {
		t.Errorf("%v, want %s", err, source.WordNotReady)
	}
}

func TestCells(t *testing.T) {
	for _, tt := range []struct{ name, cell, want string }{
		{"a date", `"1987-06-05"`, "1987-06-05"},
		{"a date west of Greenwich", `"1987-06-05-08:00"`, "1987-06-05"},
		{"a date east of Greenwich", `"1987-06-05+05:30"`, "1987-06-05"},
		{"a date at Greenwich", `"1987-06-05Z"`, "1987-06-05"},
		{"a timestamp", `"1987-06-05T23:59:59.000-08:00"`, "1987-06-05"},
		{"no date, though it begins like one", `"1987-06-05-0800"`, "1987-06-05-0800"},
		{"a word", `"Engineering"`, "Engineering"},
		{"a truth", `true`, "true"},
		{"a number", `12`, "12"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, _, err := pull(t, answer("application/json", `{"Report_Entry": [{"x": `+tt.cell+`}]}`), "json", nil, "x")
			if err != nil || got.Records[0][0] != tt.want {
				t.Errorf("%v, %v; want %q", got.Records, err, tt.want)
			}
		})
	}
}
