package roster_test

import (
	"fmt"
	"testing"

	"github.com/rosterd/rosterd/internal/roster"
)

// BenchmarkDigest is what the digest of a group of 1,000 costs.
func BenchmarkDigest(b *testing.B) {
	members := make([]roster.Member, 1000)
	for i := range members {
		members[i] = bird(b)
		members[i].ReferenceID = fmt.Sprintf("E%07d", i)
	}
	b.ReportAllocs()
	for b.Loop() {
		roster.Digest(members)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(members)), "ns/member")
}
