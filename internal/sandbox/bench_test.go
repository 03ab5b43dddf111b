package sandbox_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/sandbox"
)

// BenchmarkSync is one roster of a thousand people, accepted and completed:
// what the sandbox adds to a benchmark of the whole program.
func BenchmarkSync(b *testing.B) {
	c := newClock()
	opts := sandbox.Default()
	opts.Now = c.now
	s := sandbox.New(opts)
	var body strings.Builder
	body.WriteString(`{"members":[`)
	for i := range 1000 {
		if i > 0 {
			body.WriteByte(',')
		}
		fmt.Fprintf(&body, `{"reference_id":"E%05d","first_name":"Canary","last_name":"Featherstone","date_of_birth":"1988-02-29",`+
			`"phone":"2125550142","plan_id":"pln_gold","email":"canary@example.com","address":{"address_line_1":"1 Perch Lane",`+
			`"city":"Albany","state":"NY","zipcode":"12207"}}`, i)
	}
	body.WriteString(`]}`)
	b.SetBytes(int64(body.Len()))
	b.ReportAllocs()
	for b.Loop() {
		req := httptest.NewRequest("POST", "/v1/groups/grp_000003/members/sync", strings.NewReader(body.String()))
		req.Header.Set("Authorization", "Bearer k")
		req.Header.Set("Content-Type", "application/json")
		rec := canary.Recorder(b)
		s.ServeHTTP(rec, req)
		if rec.Code != http.StatusAccepted {
			b.Fatalf("got %d %s", rec.Code, rec.Body)
		}
		c.pass(time.Minute)
		if len(s.Members("sales")) != 1000 {
			b.Fatal("not completed")
		}
	}
}
