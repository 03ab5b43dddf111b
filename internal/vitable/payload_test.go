package vitable_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/vitable"
)

// row is a member as encoding/json writes it.
type row struct {
	ReferenceID string  `json:"reference_id"`
	FirstName   string  `json:"first_name,omitempty"`
	LastName    string  `json:"last_name,omitempty"`
	DateOfBirth string  `json:"date_of_birth"`
	Phone       string  `json:"phone,omitempty"`
	Email       string  `json:"email,omitempty"`
	PlanID      string  `json:"plan_id,omitempty"`
	Address     address `json:"address"`
}

type address struct {
	Line1   string `json:"address_line_1"`
	Line2   string `json:"address_line_2,omitempty"`
	City    string `json:"city,omitempty"`
	State   string `json:"state,omitempty"`
	ZIPCode string `json:"zipcode,omitempty"`
}

// FuzzPayload holds the payload, which is written by hand, against the one of
// encoding/json: both are read as the same values.
func FuzzPayload(f *testing.F) {
	for _, text := range []string{"", "Ann Lee", `Quo"te`, `Back\slash`, "Tab\tbed", "Łukasz 李", "<b>&amp;", "line\u2028sep", "Jos\xe9", "\x00\x1f\x7f", "\xed\xa0\x80", `\u0041`} {
		f.Add(text, text, "2025550143", 1987, true)
	}
	f.Fuzz(func(t *testing.T, text, other, phone string, year int, e164 bool) {
		born, err := roster.NewDate(year, time.March, 4)
		if err != nil {
			return
		}
		m := roster.Member{
			ReferenceID: text, FirstName: other, LastName: text + other, DateOfBirth: born, Phone: phone, Email: other + text, PlanID: other,
			Address: roster.Address{Line1: text, Line2: other, City: other + other, State: text, ZIP: other},
		}
		want := row{
			m.ReferenceID, m.FirstName, m.LastName, born.String(), m.Phone, m.Email, m.PlanID,
			address{m.Address.Line1, m.Address.Line2, m.Address.City, m.Address.State, m.Address.ZIP},
		}
		options := vitable.Options{BaseURL: "https://api.example.test", Key: canaryKey}
		if e164 {
			options.PhoneFormat = vitable.PhoneE164
			if phone != "" {
				want.Phone = "+1" + phone
			}
		}
		server := always(202, receipt1)
		options.Transport = server
		if _, err := open(t, options).Submit(t.Context(), "grp_1", []roster.Member{m, m}); err != nil {
			t.Fatal(err)
		}
		written, err := json.Marshal(map[string][]row{"members": {want, want}})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(values(t, string(written)), values(t, server.requests()[0].Body)); diff != "" {
			t.Errorf("payload (-encoding/json +got):\n%s", diff)
		}
	})
}

func values(t *testing.T, text string) (read any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &read); err != nil {
		t.Fatal(err)
	}
	return read
}
