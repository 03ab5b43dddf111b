package sandbox_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/sandbox"
)

// rowWith is a good row with one key set to a JSON value; "" deletes the key.
func rowWith(t *testing.T, key, value string) string {
	t.Helper()
	if inner, nested := strings.CutPrefix(key, "address."); nested {
		return rowWith(t, "address", with(t, person("E001").Address, inner, value))
	}
	return with(t, person("E001"), key, value)
}

func with(t *testing.T, object any, key, value string) string {
	t.Helper()
	encoded, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	keys := decode[map[string]json.RawMessage](t, string(encoded))
	keys[key] = json.RawMessage(value)
	if value == "" {
		delete(keys, key)
	}
	if encoded, err = json.Marshal(keys); err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}

// The sandbox checks rows by hand, for speed. Here it has to agree with a
// validator that reads the document.
func TestSchemaAgreesWithTheDocument(t *testing.T) {
	long := `"` + strings.Repeat("ß", 256) + `"`
	fits := `"` + strings.Repeat("ß", 255) + `"`
	values := map[string][]string{
		"reference_id":           {`"E1"`, `""`, `null`, `7`, ``, long, fits, `"\u00e9\n\"\\"`},
		"first_name":             {`"Ünal"`, `""`, ``, long, fits, `["x"]`},
		"last_name":              {`""`, ``, `{}`, `true`},
		"date_of_birth":          {`"1999-12-31"`, `"31.12.1999"`, `"1999-1-1"`, `""`, ``, `19991231`},
		"phone":                  {`"+12125550142"`, `"212-555-0142"`, `"212555014"`, `"12125550142"`, `"+442125550142"`, ``, `null`, `"21255501４2"`},
		"plan_id":                {`"x"`, `""`, ``, `null`},
		"email":                  {``, `""`, `"x"`, `null`, long, `3`},
		"address":                {``, `null`, `[]`, `{}`, `"1 Perch Lane"`},
		"address.address_line_1": {`"x"`, `""`, ``, long, fits},
		"address.address_line_2": {`"x"`, `""`, ``, `null`},
		"address.city":           {`"x"`, `""`, ``, long},
		"address.state":          {`"ZZ"`, `"ny"`, `"NYC"`, `"N"`, ``},
		"address.zipcode":        {`"12207-0001"`, `"1220"`, `"122070001"`, `"12207-"`, `"1220x"`, ``, `12207`},
		"address.country":        {`"US"`},
		"ssn":                    {`"000-00-0000"`, `null`},
		"First_name":             {`"x"`},
	}
	for key, list := range values {
		for _, value := range list {
			t.Run(key+" "+value[:min(len(value), 20)], func(t *testing.T) {
				agree(t, `{"members": [`+rowWith(t, key, value)+`]}`)
			})
		}
	}
	for name, body := range map[string]string{
		"nobody": `{"members": []}`, "members null": `{"members": null}`, "members an object": `{"members": {}}`,
		"a row that is none": `{"members": ["E001"]}`, "another key": `{"members": [], "dry_run": true}`,
		"an array": `[]`, "a string": `"members"`, "spaces": " {\t\"members\" :\r\n [ ] } ",
	} {
		t.Run(name, func(t *testing.T) { agree(t, body) })
	}
}

// agree sends a body and compares the two verdicts.
func agree(t *testing.T, body string) {
	t.Helper()
	a := inProcess(t, sandbox.New(sandbox.Default()))
	a.wild = true
	path := "/v1/groups/" + a.groupID("sales") + "/members/sync"
	req, err := http.NewRequestWithContext(t.Context(), "POST", a.base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	verdict := a.spec.checkRequest(req)
	want := http.StatusAccepted
	if verdict != nil {
		want = http.StatusUnprocessableEntity
	}
	if r := a.do("POST", path, body); r.status != want {
		t.Errorf("got %d %s; the document says %v", r.status, r.text, verdict)
	}
}

func TestSchemaIsStricterThanTheDocument(t *testing.T) {
	for name, row := range map[string]string{
		"a day that no calendar has": rowWith(t, "date_of_birth", `"2023-02-29"`),
		"a key given twice":          strings.Replace(rowWith(t, "email", ""), `{`, `{"plan_id":"pln_gold",`, 1),
	} {
		t.Run(name, func(t *testing.T) {
			a := inProcess(t, sandbox.New(sandbox.Default()))
			a.wild = true
			r := a.do("POST", "/v1/groups/"+a.groupID("sales")+"/members/sync", `{"members": [`+row+`]}`)
			if r.status != http.StatusUnprocessableEntity {
				t.Errorf("got %d %s", r.status, r.text)
			}
		})
	}
}

func TestRefusalsNameThePlaceAndNotTheValue(t *testing.T) {
	a := inProcess(t, sandbox.New(sandbox.Default()))
	a.wild = true
	body := `{"members": [` + rowWith(t, "reference_id", `"E000"`) + `,` + rowWith(t, "address.zipcode", `"CanaryZip"`) + `]}`
	r := a.do("POST", "/v1/groups/"+a.groupID("sales")+"/members/sync", body)
	if !strings.Contains(r.text, "members[1].address.zipcode: is not well formed") {
		t.Errorf("no path in %s", r.text)
	}
	if strings.Contains(r.text, "Canary") {
		t.Errorf("a value in %s", r.text)
	}
}

func TestEscapedTextIsUnderstood(t *testing.T) {
	s, c, a := world(t)
	body := `{"members": [` + rowWith(t, "last_name", `"O\u0027Perch \"Jr\" \\ \uD83D\uDC26"`) + `]}`
	if r := a.do("POST", "/v1/groups/"+a.groupID("sales")+"/members/sync", body); r.status != http.StatusAccepted {
		t.Fatalf("got %d %s", r.status, r.text)
	}
	c.pass(time.Second)
	if who, _ := s.Member("sales", "E001"); who.Row.LastName != `O'Perch "Jr" \ 🐦` {
		t.Errorf("got %q", who.Row.LastName)
	}
}
