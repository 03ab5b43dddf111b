package sandbox_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/sandbox"
)

func TestGroups(t *testing.T) {
	t.Run("created, shown, renamed", func(t *testing.T) {
		c := newClock()
		a := inProcess(t, sandbox.New(sandbox.Options{Now: c.now}))
		r := a.do("POST", "/v1/groups", `{"name": "Sales", "external_reference_id": "mol_seg_001"}`)
		if r.status != http.StatusCreated {
			t.Fatalf("create: %d %s", r.status, r.text)
		}
		created := decode[struct{ Data groupJSON }](t, r.text).Data
		c.pass(time.Minute)
		a.do("PATCH", "/v1/groups/"+created.ID, `{"name": "Field sales"}`)

		got := decode[struct{ Data groupJSON }](t, a.do("GET", "/v1/groups/"+created.ID, "").text).Data
		renamed := c.now()
		want := groupJSON{ID: created.ID, Name: "Field sales", Ext: "mol_seg_001", Created: created.Created, Updated: &renamed}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("group (-want +got):\n%s", diff)
		}
		if created.Updated != nil {
			t.Error("a new group has been updated")
		}
	})

	t.Run("moved to another external_reference_id, which frees the old one", func(t *testing.T) {
		a := inProcess(t, sandbox.New(sandbox.Default()))
		a.do("PATCH", "/v1/groups/"+a.groupID("sales"), `{"external_reference_id": "sales-2"}`)
		a.groupID("sales-2")
		if r := a.do("POST", "/v1/groups", `{"name": "S", "external_reference_id": "sales"}`); r.status != http.StatusCreated {
			t.Errorf("the old id is not free: %d", r.status)
		}
	})
}

func TestGroupsRefused(t *testing.T) {
	long := strings.Repeat("é", 256)
	tests := []struct {
		name, method, path, body string
		status                   int
	}{
		{"a taken external_reference_id", "POST", "/v1/groups", `{"name": "X", "external_reference_id": "sales"}`, 409},
		{"moving to a taken external_reference_id", "PATCH", "/v1/groups/{engineering}", `{"external_reference_id": "sales"}`, 409},
		{"moving to its own external_reference_id", "PATCH", "/v1/groups/{sales}", `{"external_reference_id": "sales"}`, 200},
		{"no name", "POST", "/v1/groups", `{"external_reference_id": "x"}`, 422},
		{"an empty name", "POST", "/v1/groups", `{"name": "", "external_reference_id": "x"}`, 422},
		{"a name too long", "POST", "/v1/groups", `{"name": "` + long + `", "external_reference_id": "x"}`, 422},
		{"255 characters of two bytes are not too long", "POST", "/v1/groups", `{"name": "` + long[:510] + `", "external_reference_id": "x"}`, 201},
		{"an unknown key", "POST", "/v1/groups", `{"name": "X", "external_reference_id": "x", "color": "red"}`, 422},
		{"not JSON", "POST", "/v1/groups", `{"name": `, 400},
		{"a change of nothing", "PATCH", "/v1/groups/{sales}", `{}`, 422},
		{"an unknown group to show", "GET", "/v1/groups/grp_nobody", "", 404},
		{"an unknown group to change", "PATCH", "/v1/groups/grp_nobody", `{"name": "X"}`, 404},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := inProcess(t, sandbox.New(sandbox.Default()))
			a.wild = true
			path := tt.path
			for _, ext := range []string{"engineering", "sales"} {
				path = strings.ReplaceAll(path, "{"+ext+"}", a.groupID(ext))
			}
			if r := a.do(tt.method, path, tt.body); r.status != tt.status {
				t.Errorf("got %d %s, want %d", r.status, r.text, tt.status)
			}
		})
	}
}

func TestPaging(t *testing.T) {
	var opts sandbox.Options
	for i := range 45 {
		opts.Groups = append(opts.Groups, sandbox.Group{Name: "G", ExternalReferenceID: fmt.Sprintf("g%02d", i)})
	}
	type list struct {
		Data       []groupJSON
		Pagination *struct {
			Page, Limit, Total int
			Pages              int `json:"total_pages"`
		}
	}
	tests := []struct {
		name, query string
		first, rows int
		pagination  [4]int
	}{
		{"twenty to a page by default", "", 0, 20, [4]int{1, 20, 45, 3}},
		{"the last page is what is left", "?page=3", 40, 5, [4]int{3, 20, 45, 3}},
		{"as many as asked for", "?limit=100", 0, 45, [4]int{1, 100, 45, 1}},
		{"limit and page together", "?limit=10&page=2", 10, 10, [4]int{2, 10, 45, 5}},
		{"behind the last page there is nothing", "?page=9", 0, 0, [4]int{9, 20, 45, 3}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := inProcess(t, sandbox.New(opts))
			got := decode[list](t, a.do("GET", "/v1/groups"+tt.query, "").text)
			if len(got.Data) != tt.rows || tt.rows > 0 && got.Data[0].Ext != fmt.Sprintf("g%02d", tt.first) {
				t.Errorf("got %d rows %v", len(got.Data), got.Data)
			}
			p := got.Pagination
			if p == nil || [4]int{p.Page, p.Limit, p.Total, p.Pages} != tt.pagination {
				t.Errorf("pagination is %v, want %v", p, tt.pagination)
			}
		})
	}
	for _, query := range []string{"?limit=0", "?limit=101", "?limit=ten", "?limit=", "?page=0", "?page=-1"} {
		t.Run("refuses "+query, func(t *testing.T) {
			a := inProcess(t, sandbox.New(opts))
			a.wild = true
			if r := a.do("GET", "/v1/groups"+query, ""); r.status != http.StatusBadRequest {
				t.Errorf("got %d", r.status)
			}
		})
	}
}

func TestPlans(t *testing.T) {
	a := inProcess(t, sandbox.New(sandbox.Default()))
	got := decode[struct{ Data []sandbox.Plan }](t, a.do("GET", "/v1/plans?limit=2&page=1", "").text).Data
	if diff := cmp.Diff(sandbox.Default().Plans[:2], got); diff != "" {
		t.Errorf("plans (-want +got):\n%s", diff)
	}
}

func TestKey(t *testing.T) {
	tests := []struct {
		name, key, header string
		status            int
	}{
		{"the right key", "vit_apk_right", "Bearer vit_apk_right", 200},
		{"another key", "vit_apk_right", "Bearer vit_apk_wrong", 401},
		{"no key", "vit_apk_right", "", 401},
		{"no scheme", "vit_apk_right", "vit_apk_right", 401},
		{"any key will do where none is asked for", "", "Bearer whatever", 200},
		{"but not an empty one", "", "Bearer ", 401},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := inProcess(t, sandbox.New(sandbox.Options{Key: tt.key}))
			req, err := http.NewRequestWithContext(t.Context(), "GET", a.base+"/v1/plans", nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", tt.header)
			r, err := a.roundTrip(req)
			if err != nil || r.status != tt.status {
				t.Fatalf("got %d, %v; want %d", r.status, err, tt.status)
			}
			a.conforms("GET", "/v1/plans", r)
			if strings.Contains(r.text, "vit_apk") {
				t.Error("the answer repeats the key")
			}
		})
	}
}

func TestErrorShapes(t *testing.T) {
	t.Run("newer", func(t *testing.T) {
		a := inProcess(t, sandbox.New(sandbox.Options{}))
		got := decode[map[string]string](t, a.do("GET", "/v1/groups/grp_x", "").text)
		if got["message"] == "" || got["message"] != got["error"] || got["app_error_code"] != "not_found" || got["trace_id"] == "" {
			t.Errorf("got %v", got)
		}
		if _, err := time.Parse(time.RFC3339, got["timestamp"]); err != nil {
			t.Error("timestamp is none")
		}
	})
	t.Run("older", func(t *testing.T) {
		a := inProcess(t, sandbox.New(sandbox.Options{OldErrors: true}))
		got := decode[map[string]map[string]string](t, a.do("GET", "/v1/groups/grp_x", "").text)
		want := map[string]map[string]string{"error": {"code": "not_found", "message": "group not found"}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestNowhere(t *testing.T) {
	for _, tt := range []struct {
		name, method, path string
		violations         []string
	}{
		{"an unknown path", "GET", "/v2/groups", []string{}},
		{"an unknown method", "DELETE", "/v1/groups/grp_000001", []string{"request 1, DELETE: sent to a path that does not exist"}},
		{"an empty id", "POST", "/v1/groups//members/sync", []string{"request 1, POST: sent to a path that does not exist"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := sandbox.New(sandbox.Default())
			a := inProcess(t, s)
			a.wild = true
			r, err := a.try(tt.method, tt.path, `{"members": []}`)
			if err != nil || r.status != http.StatusNotFound {
				t.Errorf("got %d, %v", r.status, err)
			}
			if got := s.Ledger(); len(got) != 1 || got[0].Call != "" || got[0].Status != 404 {
				t.Errorf("ledger %+v", got)
			}
			if diff := cmp.Diff(tt.violations, s.Violations()); diff != "" {
				t.Errorf("violations (-want +got):\n%s", diff)
			}
		})
	}
}
