package roster_test

import (
	"testing"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/roster"
)

// bird is a valid member who does not exist.
func bird(t testing.TB) roster.Member {
	return roster.Member{
		ReferenceID: "E-1", FirstName: canary.GivenName, LastName: canary.FamilyName, DateOfBirth: date(t, canary.BirthDate),
		Phone: canary.Phone, Email: canary.Mail, PlanID: "pln_1",
		Address: roster.Address{Line1: canary.Street, Line2: "Perch 2", City: canary.City, State: "IL", ZIP: canary.ZIP},
	}
}

func TestDigestSeesEveryField(t *testing.T) {
	changes := map[string]func(*roster.Member){
		"reference_id":   func(m *roster.Member) { m.ReferenceID += "x" },
		"first_name":     func(m *roster.Member) { m.FirstName += "x" },
		"last_name":      func(m *roster.Member) { m.LastName += "x" },
		"date_of_birth":  func(m *roster.Member) { m.DateOfBirth = m.DateOfBirth.AddDays(1) },
		"phone":          func(m *roster.Member) { m.Phone = "2025550144" },
		"email":          func(m *roster.Member) { m.Email = "" },
		"plan":           func(m *roster.Member) { m.PlanID += "x" },
		"address_line_1": func(m *roster.Member) { m.Address.Line1 += "x" },
		"address_line_2": func(m *roster.Member) { m.Address.Line2 = "" },
		"city":           func(m *roster.Member) { m.Address.City += "x" },
		"state":          func(m *roster.Member) { m.Address.State = "CA" },
		"zipcode":        func(m *roster.Member) { m.Address.ZIP = "62702" },
		"a letter between two fields": func(m *roster.Member) {
			m.FirstName, m.LastName = m.FirstName+m.LastName[:1], m.LastName[1:]
		},
	}
	before := roster.Digest([]roster.Member{bird(t)})
	if again := roster.Digest([]roster.Member{bird(t)}); again != before {
		t.Fatal("equal rosters have different digests")
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			m := bird(t)
			change(&m)
			if roster.Digest([]roster.Member{m}) == before {
				t.Error("a change has the same digest")
			}
		})
	}
}

func TestDigestSeesOrderAndNumber(t *testing.T) {
	a, b := bird(t), bird(t)
	b.ReferenceID = "E-2"
	seen := map[string]bool{}
	for _, members := range [][]roster.Member{nil, {a}, {b}, {a, b}, {b, a}, {a, a}, {a, b, a}} {
		digest := roster.Digest(members)
		if len(digest) != 64 {
			t.Errorf("digest of %d characters", len(digest))
		}
		seen[digest] = true
	}
	if len(seen) != 7 {
		t.Errorf("7 rosters have %d digests", len(seen))
	}
}
