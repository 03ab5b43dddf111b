package vitable_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/vitable"
)

// sink is a transport that reads what it is sent and accepts it.
type sink struct{}

func (sink) RoundTrip(r *http.Request) (*http.Response, error) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return nil, err
	}
	return answer(202, receipt1), nil
}

// BenchmarkSubmit is what the payload of a group of 1,000 costs beside the
// network.
func BenchmarkSubmit(b *testing.B) {
	members := make([]roster.Member, 1000)
	for i := range members {
		members[i] = bird(b)
		members[i].ReferenceID = fmt.Sprintf("E%07d", i)
		members[i].Address.Line1 = fmt.Sprintf("%d Nest Road", i)
	}
	client, err := vitable.New(vitable.Options{BaseURL: "https://api.example.test", Key: canaryKey, Transport: sink{}})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := client.Submit(b.Context(), "grp_1", members); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(members)), "ns/member")
}

// BenchmarkOutcome is what the outcome of a group of 1,000 new people costs
// beside the network.
func BenchmarkOutcome(b *testing.B) {
	ids := make([]string, 1000)
	for i := range ids {
		ids[i] = fmt.Sprintf(`"gmb_%024d"`, i)
	}
	body := `{"data":{"request_id":"req_1","group_id":"grp_1","accepted_at":"2026-11-22T10:00:00Z","completed_at":"2026-11-22T10:00:05Z",` +
		`"results":{"added_group_member_ids":[` + strings.Join(ids, ",") + `],"removed_group_member_ids":[],"failures":[]}}}`
	client, err := vitable.New(vitable.Options{BaseURL: "https://api.example.test", Key: canaryKey, Transport: always(200, body)})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if got, err := client.Outcome(b.Context(), "grp_1", "req_1"); err != nil || got.Added != len(ids) {
			b.Fatalf("%d added, %v", got.Added, err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(ids)), "ns/member")
}
