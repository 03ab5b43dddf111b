package adp_test

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/adp"
	"github.com/rosterd/rosterd/internal/source/sourcetest"
)

// fake is ADP over some workers: no more than a hundred on a page, 204 at the end,
// and masks for whoever does not ask for more.
type fake struct {
	workers   []map[string]any
	mask      string                      // what a birth date becomes when masks are not lifted
	uncounted bool                        // count=true declares nothing
	deaf      bool                        // $skip is ignored
	bodily    bool                        // the end is an answer with nobody in it
	spoil     func(answer map[string]any) // changes a page
}

// ServeHTTP implements http.Handler.
func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	switch r.Method + " " + r.URL.Path {
	case "POST /auth/oauth/v2/token":
		id, secret, _ := r.BasicAuth()
		if r.FormValue("grant_type") != "client_credentials" || id != "me" || secret != canary.Secret {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		fmt.Fprint(w, `{"access_token": "granted", "token_type": "Bearer", "expires_in": 3600, "scope": "api"}`)
	case "GET /hr/v2/workers":
		if r.Header.Get("Authorization") != "Bearer granted" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		f.list(w, r)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func (f *fake) list(w http.ResponseWriter, r *http.Request) {
	top, _ := strconv.Atoi(r.URL.Query().Get("$top"))
	skip, _ := strconv.Atoi(r.URL.Query().Get("$skip"))
	if f.deaf {
		skip = 0
	}
	skip = min(skip, len(f.workers))
	shown := append([]map[string]any{}, f.workers[skip:min(skip+min(top, 100), len(f.workers))]...)
	if len(shown) == 0 && !f.bodily {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	if f.mask != "" && !strings.HasSuffix(r.Header.Get("Accept"), ";masked=false") {
		for _, worker := range shown {
			worker["person"].(map[string]any)["birthDate"] = f.mask
		}
	}
	answer := map[string]any{"workers": shown, "meta": nil, "confirmMessage": nil}
	if r.URL.Query().Get("count") == "true" && !f.uncounted {
		answer["meta"] = map[string]any{"totalNumber": len(f.workers)}
	}
	if f.spoil != nil {
		f.spoil(answer)
	}
	_ = json.NewEncoder(w).Encode(answer)
}

func configured(t *testing.T, at string) *adp.Config {
	t.Helper()
	config := adp.Type().New().(*adp.Config)
	config.BaseURL, config.TokenURL, config.ClientID, config.ClientSecret = at, at+"/auth/oauth/v2/token", "me", source.Secret{Env: "SECRET"}
	config.ClientCertFile, config.ClientKeyFile = sourcetest.Certificate(t, time.Now().Add(time.Hour))
	return config
}

func opened(t *testing.T, config *adp.Config, o source.Opening) source.Source {
	t.Helper()
	if faults := config.Faults(); len(faults) > 0 {
		t.Fatalf("the settings have faults: %v", faults)
	}
	from, err := config.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return from
}

// pull pulls some columns of what a fake has.
func pull(t *testing.T, handler http.Handler, change func(*adp.Config), columns ...string) (*sourcetest.Recorder, source.Report, error) {
	t.Helper()
	server := httptest.NewServer(handler)
	defer server.Close()
	config := configured(t, server.URL)
	if change != nil {
		change(config)
	}
	got := new(sourcetest.Recorder)
	report, err := opened(t, config, source.Opening{Columns: columns, Getenv: secret}).Pull(t.Context(), got)
	if err != nil {
		canary.Text(t, "the error", err.Error())
	}
	return got, report, err
}

func secret(string) string { return canary.Secret }

func TestLaws(t *testing.T) {
	sourcetest.RunService(t, sourcetest.Service{
		Columns: []string{"associateOID", "person.legalName.givenName", "person.legalName.familyName1", "person.preferredName.nickName", "workerStatus.statusCode.codeValue"},
		Serve: func(rows sourcetest.Rows) http.Handler {
			f := &fake{}
			for _, record := range rows.Records {
				f.workers = append(f.workers, sourcetest.Nested(rows.Columns, record))
			}
			return f
		},
		Open: func(t *testing.T, at string, o source.Opening) source.Source {
			t.Helper()
			return opened(t, configured(t, at), o)
		},
	})
}

// Whoever shows no certificate gets neither a token nor workers.
func TestTheCertificateIsShownToBoth(t *testing.T) {
	shown := map[string]bool{}
	f := &fake{workers: some(3)}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		shown[r.URL.Path] = len(r.TLS.PeerCertificates) > 0
		f.ServeHTTP(w, r)
	}))
	server.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
	server.Config.ErrorLog = log.New(canary.Output(t), "", 0)
	server.StartTLS()
	defer server.Close()
	config := configured(t, server.URL)
	config.CAFile = sourcetest.PEM(t, "CERTIFICATE", server.Certificate().Raw)
	got := new(sourcetest.Recorder)
	if _, err := opened(t, config, source.Opening{Columns: []string{"associateOID"}, Getenv: secret}).Pull(t.Context(), got); err != nil || len(got.Records) != 3 {
		t.Fatalf("%d records, %v", len(got.Records), err)
	}
	if diff := cmp.Diff(map[string]bool{"/auth/oauth/v2/token": true, "/hr/v2/workers": true}, shown); diff != "" {
		t.Errorf("certificates shown (-want +got):\n%s", diff)
	}
}

func TestSettings(t *testing.T) {
	for _, tt := range []struct {
		name, key string
		change    func(*adp.Config)
	}{
		{"all are there", "", func(*adp.Config) {}},
		{"no certificate", "client_cert_file", func(c *adp.Config) { c.ClientCertFile, c.ClientKeyFile = "", "" }},
		{"no secret", "client_secret", func(c *adp.Config) { c.ClientSecret = source.Secret{} }},
		{"tokens from nowhere", "token_url", func(c *adp.Config) { c.TokenURL = "http://accounts.adp.com" }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			config := configured(t, "https://api.adp.com")
			tt.change(config)
			faults := config.Faults()
			if tt.key == "" && len(faults) > 0 || tt.key != "" && (len(faults) != 1 || faults[0].Key != tt.key) {
				t.Errorf("faults %v, want one of %q", faults, tt.key)
			}
		})
	}
}

// some are n workers.
func some(n int) []map[string]any {
	var all []map[string]any
	for i := range n {
		all = append(all, map[string]any{"associateOID": "canary-" + strconv.Itoa(i), "person": map[string]any{"birthDate": "1987-06-05"}})
	}
	return all
}

// A masked birth date is no birth date, though some look like one.
func TestMasks(t *testing.T) {
	masked := func(c *adp.Config) { c.Unmasked = false }
	for _, mask := range []string{"0000-01-16", "0000-00-00", "XXXX-01-16", "0000-01-16T00:00:00Z", "XXX-XX-9999", "XXX-XX-XXXX", "XXXXXX9999", "XXXXXXXXX"} {
		t.Run(mask, func(t *testing.T) {
			workers := some(250)
			got, report, err := pull(t, &fake{workers: workers, mask: mask}, nil, "associateOID", "person.birthDate")
			if err != nil || len(got.Records) != 250 || report.Expected != 250 {
				t.Fatalf("unmasked: %d records, %v", len(got.Records), err)
			}
			got, report, err = pull(t, &fake{workers: workers, mask: mask}, masked, "associateOID", "person.birthDate")
			if fault := source.AsFault(err); err == nil || fault.Word != source.WordWithheld || !strings.Contains(fault.Detail, "person.birthDate") {
				t.Errorf("masked: %v, want %s of person.birthDate", err, source.WordWithheld)
			}
			if len(got.Records) > 0 || report.Seen > 0 {
				t.Errorf("masked: %d records came", len(got.Records))
			}
			if got, _, err = pull(t, &fake{workers: workers, mask: mask}, masked, "associateOID"); err != nil || len(got.Records) != 250 {
				t.Errorf("masked and not mapped: %d records, %v", len(got.Records), err)
			}
		})
	}
}

func TestOneMaskAmongMany(t *testing.T) {
	workers := some(250)
	workers[249]["person"] = map[string]any{"birthDate": "0000-12-31"}
	_, report, err := pull(t, &fake{workers: workers}, nil, "associateOID", "person.birthDate")
	if err == nil || source.AsFault(err).Word != source.WordWithheld || report.Seen > 0 {
		t.Errorf("%v, want %s", err, source.WordWithheld)
	}
}

// How a list could come out short, or never end.
func TestLists(t *testing.T) {
	meta := func(total any) func(map[string]any) {
		return func(answer map[string]any) { answer["meta"] = map[string]any{"totalNumber": total} }
	}
	for _, tt := range []struct {
		name, word string
		fake       fake
	}{
		{name: "as it should be", fake: fake{workers: some(100)}},
		{name: "nobody says how many", fake: fake{workers: some(199), uncounted: true}},
		{name: "an empty page in place of 204", fake: fake{workers: some(120), bodily: true}},
		{name: "nobody at all", word: source.WordEmpty, fake: fake{}},
		{name: "a server that ignores $skip", word: source.WordPages, fake: fake{workers: some(250), deaf: true}},
		{name: "a server that ignores $skip, on one page", word: source.WordPages, fake: fake{workers: some(5), deaf: true, uncounted: true}},
		{name: "more are declared", word: source.WordCount, fake: fake{workers: some(250), spoil: meta(251)}},
		{name: "fewer are declared", word: source.WordCount, fake: fake{workers: some(250), spoil: meta(100)}},
		{name: "another number is declared later", word: source.WordPages, fake: fake{workers: some(250), spoil: func(answer map[string]any) {
			meta(250 + len(answer["workers"].([]map[string]any)))(answer)
		}}},
		{name: "what is declared is no number", word: source.WordFormat, fake: fake{workers: some(3), spoil: meta(canary.FamilyName)}},
		{name: "no list", word: source.WordFormat, fake: fake{workers: some(3), spoil: func(answer map[string]any) { delete(answer, "workers") }}},
		{name: "no list but null", word: source.WordFormat, fake: fake{workers: some(3), spoil: func(answer map[string]any) { answer["workers"] = nil }}},
		{name: "somebody without an id", word: source.WordFormat, fake: fake{workers: []map[string]any{{"person": map[string]any{}}}}},
		{name: "somebody twice", word: source.WordPages, fake: fake{workers: append(some(150), some(1)...)}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, report, err := pull(t, &tt.fake, nil, "associateOID")
			state, fault := source.Judge(report, err, nil, source.Limits{MaxShrinkPercent: 100}, time.Now())
			switch {
			case tt.word == "" && (err != nil || len(got.Records) != len(tt.fake.workers)):
				t.Errorf("%d records, %v", len(got.Records), err)
			case tt.word != "" && (fault == nil || fault.Word != tt.word):
				t.Errorf("the pull is %s (%v), want %s", state, fault, tt.word)
			}
		})
	}
}

// 202 is a list that is still being collected.
func TestNotCollectedYet(t *testing.T) {
	f := &fake{workers: some(150)}
	_, report, err := pull(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("$skip") == "100" {
			w.WriteHeader(http.StatusAccepted)
			return
		}
		f.ServeHTTP(w, r)
	}), nil, "associateOID")
	if err == nil || source.AsFault(err).Word != source.WordNotReady || report.Seen > 0 {
		t.Errorf("%v, want %s", err, source.WordNotReady)
	}
}

func TestAListThatEndsTooEarly(t *testing.T) {
	f := &fake{workers: some(250)}
	_, _, err := pull(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("$skip") == "100" {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		f.ServeHTTP(w, r)
	}), nil, "associateOID")
	if err == nil || source.AsFault(err).Word != source.WordCount {
		t.Errorf("%v, want %s", err, source.WordCount)
	}
}

// object reads an object that a test writes as JSON.
func object(t *testing.T, text string) map[string]any {
	t.Helper()
	var found map[string]any
	if err := json.Unmarshal([]byte(text), &found); err != nil {
		t.Fatal(err)
	}
	return found
}

func TestCells(t *testing.T) {
	for _, tt := range []struct{ name, worker, column, want string }{
		{"a date with a time", `{"workerDates": {"adjustedServiceDate": "2012-01-01T00:00:00Z"}}`, "workerDates.adjustedServiceDate", "2012-01-01"},
		{"a formatted number", `{"person": {"communication": {"mobiles": [{"formattedNumber": "(312) 555-0100", "areaDialing": "773", "dialNumber": "5550199"}]}}}`, "person.communication.mobiles.0.number", "(312) 555-0100"},
		{"a number in parts", `{"person": {"communication": {"landlines": [{"countryDialing": "1", "areaDialing": "773", "dialNumber": "5550199"}]}}}`, "person.communication.landlines.0.number", "7735550199"},
		{"a status of the worker's", `{"workerStatus": {"statusCode": {"codeValue": "Active"}}, "workAssignments": [{"assignmentStatus": {"statusCode": {"codeValue": "L"}}}]}`, "status", "Active"},
		{"inactive and on leave", `{"workerStatus": {"statusCode": {"codeValue": "Inactive"}}, "workAssignments": [{"assignmentStatus": {"statusCode": {"codeValue": "L"}}}]}`, "status", "L"},
		{"inactive and not on leave", `{"workerStatus": {"statusCode": {"codeValue": "Inactive"}}, "workAssignments": [{"assignmentStatus": {"statusCode": {"codeValue": "T"}}}]}`, "status", "Inactive"},
		{"a status of the assignment's only", `{"workAssignments": [{"assignmentStatus": {"statusCode": {"codeValue": "T"}}}]}`, "status", "T"},
		{"the assignment that is marked", `{"workAssignments": [{"jobTitle": "Baker"}, {"jobTitle": "Cook", "primaryIndicator": true}]}`, "assignment.jobTitle", "Cook"},
		{"the assignment that runs", `{"workAssignments": [{"jobTitle": "Baker", "assignmentStatus": {"statusCode": {"codeValue": "T"}}}, {"jobTitle": "Waiter", "terminationDate": "2020-01-02"}, {"jobTitle": "Cook"}]}`, "assignment.jobTitle", "Cook"},
		{"an assignment that is marked and over", `{"workAssignments": [{"jobTitle": "Baker", "primaryIndicator": true, "terminationDate": "2020-01-02"}, {"jobTitle": "Cook"}]}`, "assignment.jobTitle", "Cook"},
		{"a status of the one that runs, not of the one that is marked", `{"workAssignments": [{"primaryIndicator": true, "assignmentStatus": {"statusCode": {"codeValue": "T"}}}, {"assignmentStatus": {"statusCode": {"codeValue": "A"}}}]}`, "status", "A"},
		{"one that ends later", `{"workAssignments": [{"jobTitle": "Cook", "terminationDate": "2099-01-02", "assignmentStatus": {"statusCode": {"codeValue": "A"}}}, {"jobTitle": "Baker", "assignmentStatus": {"statusCode": {"codeValue": "D"}}}]}`, "assignment.jobTitle", "Cook"},
		{"all are over", `{"workAssignments": [{"jobTitle": "Baker", "primaryIndicator": true, "terminationDate": "2020-01-02"}, {"jobTitle": "Cook", "terminationDate": "2021-01-02T00:00:00Z"}, {"jobTitle": "Waiter", "terminationDate": "2019-01-02"}]}`, "assignment.jobTitle", "Cook"},
		{"several alike", `{"workAssignments": [{"jobTitle": "Cook", "hireDate": "2020-01-02"}, {"jobTitle": "Cook"}]}`, "assignment.jobTitle", "Cook"},
		{"a unit by its type", `{"workAssignments": [{"homeOrganizationalUnits": [{"typeCode": {"codeValue": "Business Unit"}, "nameCode": {"codeValue": "BU"}}, {"typeCode": {"codeValue": "Department"}, "nameCode": {"codeValue": "D1"}}, {"nameCode": {"codeValue": "no type"}}, {"typeCode": {"codeValue": "Department"}, "nameCode": {"codeValue": "D2"}}]}]}`, "assignment.units.department.nameCode.codeValue", "D1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			worker := object(t, tt.worker)
			worker["associateOID"] = "canary-1"
			got, report, err := pull(t, &fake{workers: []map[string]any{worker}}, nil, tt.column)
			if err != nil || len(report.Withheld) > 0 {
				t.Fatalf("report %+v, %v", report, err)
			}
			if diff := cmp.Diff([][]string{{tt.want}}, got.Records); diff != "" {
				t.Errorf("records (-want +got):\n%s", diff)
			}
			if len(got.Doubts) > 0 {
				t.Errorf("doubts: %v", got.Doubts)
			}
		})
	}
}

// Who could be in one of two departments is in doubt, and nobody else.
func TestSeveralAssignments(t *testing.T) {
	for _, tt := range []struct {
		name, worker string
		doubts       int
	}{
		{"two run and differ", `{"workAssignments": [{"jobTitle": "Baker"}, {"jobTitle": "Cook"}]}`, 1},
		{"two are marked and differ", `{"workAssignments": [{"jobTitle": "Baker", "primaryIndicator": true}, {"jobTitle": "Cook", "primaryIndicator": true}]}`, 1},
		{"all are over since the same day", `{"workAssignments": [{"jobTitle": "Baker", "terminationDate": "2020-01-02"}, {"jobTitle": "Cook", "terminationDate": "2020-01-02"}]}`, 1},
		{"all are over, one after the other", `{"workAssignments": [{"jobTitle": "Baker", "terminationDate": "2020-01-02"}, {"jobTitle": "Cook", "terminationDate": "2021-01-02"}]}`, 0},
		{"one is marked", `{"workAssignments": [{"jobTitle": "Baker", "primaryIndicator": true}, {"jobTitle": "Cook", "primaryIndicator": false}]}`, 0},
		{"they differ in what is not mapped", `{"workAssignments": [{"jobTitle": "Cook", "hireDate": "2020-01-02"}, {"jobTitle": "Cook"}]}`, 0},
		{"there is one", `{"workAssignments": [{"jobTitle": "Cook"}]}`, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			worker := object(t, tt.worker)
			worker["associateOID"] = "canary-1"
			got, _, err := pull(t, &fake{workers: append(some(1), worker)}, nil, "assignment.jobTitle", "associateOID")
			if err != nil || len(got.Records) != 2 || len(got.Doubts[0]) > 0 {
				t.Fatalf("%d records, %v, doubts %v", len(got.Records), err, got.Doubts)
			}
			if len(got.Doubts[1]) != tt.doubts {
				t.Errorf("doubts %v, want %d", got.Doubts[1], tt.doubts)
			}
		})
	}
}

// What ADP leaves out because it is blank is not withheld; what nobody has at all is.
func TestWhatIsLeftOut(t *testing.T) {
	worker := `{"person": {"communication": {"mobiles": []}, "legalAddress": {"lineOne": "1 Canary"}, "legalName": {}}, "workerDates": {"originalHireDate": "2020-01-02"}}`
	for _, tt := range []struct {
		column, worker string
		withheld       bool
	}{
		{"person.communication.mobiles.0.number", worker, false},
		{"person.communication.landlines.0.number", worker, false},
		{"person.communication.landlines.0.number", `{"person": {}}`, true},
		{"person.communication.emails.0.emailUri", worker, false},
		{"businessCommunication.emails.0.emailUri", worker, false},
		{"person.legalAddress.lineTwo", worker, false},
		{"person.legalAddress.lineTwo", `{"person": {}}`, true},
		{"person.legalAddress.postalCode", worker, true},
		{"person.legalName.givenName", worker, true},
		{"person.birthDate", worker, true},
		{"workerDates.terminationDate", worker, false},
		{"workerDates.rehireDate", worker, false},
		{"workerDates.rehireDate", `{}`, true},
		{"assignment.jobTitle", worker, true},
		{"assignment.units.department.nameCode.codeValue", worker, true},
		{"status", worker, true},
	} {
		t.Run(tt.column+" of "+tt.worker, func(t *testing.T) {
			one := object(t, tt.worker)
			one["associateOID"] = "canary-1"
			_, report, err := pull(t, &fake{workers: []map[string]any{one}}, nil, "associateOID", tt.column)
			if err != nil || (len(report.Withheld) > 0) != tt.withheld {
				t.Errorf("withheld %v, %v", report.Withheld, err)
			}
			optional := func(c *adp.Config) { c.Optional = []string{tt.column} }
			if _, report, err = pull(t, &fake{workers: []map[string]any{one}}, optional, "associateOID", tt.column); err != nil || len(report.Withheld) > 0 {
				t.Errorf("optional and withheld: %v, %v", report.Withheld, err)
			}
		})
	}
}
