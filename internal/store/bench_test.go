package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/store"
)

// people makes n synthetic entries, sorted by reference_id, whose bytes are
// about as varied as real ones.
func people(n int) []roster.Enrolled {
	seed := uint64(n)*2654435761 + 1
	next := func(below int) int {
		seed ^= seed << 13
		seed ^= seed >> 7
		seed ^= seed << 17
		return int(seed % uint64(below))
	}
	syllables := []string{"ka", "lo", "mi", "ren", "sto", "vel", "dra", "fin", "gus", "hol", "jar", "nem"}
	name := func() string {
		return "C" + syllables[next(12)] + syllables[next(12)] + syllables[next(12)]
	}
	birth, _ := roster.ParseDate(canary.BirthDate)
	all := make([]roster.Enrolled, n)
	for i := range all {
		first, last, city := name(), name(), next(50)
		all[i] = roster.Enrolled{
			Member: roster.Member{
				ReferenceID: fmt.Sprintf("EMP%08d", i), FirstName: canary.GivenName + first, LastName: last + canary.FamilyName, DateOfBirth: birth,
				Phone: fmt.Sprintf("20255501%02d", next(100)), Email: first + "." + last + "@" + canary.MailHost, PlanID: "pln_gold",
				Address: roster.Address{
					Line1: fmt.Sprintf("%d %s", next(9999), canary.Street+name()), City: fmt.Sprintf("%s %d", canary.City, city),
					State: "NY", ZIP: canary.ZIP,
				},
			},
			PlanID: "pln_gold", Source: "hq", Since: time.UnixMilli(1700000000000).UTC(),
		}
	}
	return all
}

// BenchmarkDelivery is what the store does for one group of 1,000 people in a
// run: intent, receipt, outcome; then what the next run reads.
func BenchmarkDelivery(b *testing.B) {
	ctx := b.Context()
	s, err := store.Open(ctx, store.Options{Dir: canary.Dir(b)})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Lease(ctx, "bench", false); err != nil {
		b.Fatal(err)
	}
	members := people(1000)
	n := 0
	b.Run("write", func(b *testing.B) {
		for b.Loop() {
			group := fmt.Sprintf("g%d", n)
			n++
			id, err := s.Intend(ctx, roster.Sync{RunID: "r", Group: group, Digest: "d", Size: len(members), Entries: members})
			if err != nil {
				b.Fatal(err)
			}
			if err := s.Accepted(ctx, id, roster.Receipt{RequestID: group}, time.Now()); err != nil {
				b.Fatal(err)
			}
			if err := s.Complete(ctx, roster.Completion{
				SyncID: id, Baseline: roster.Baseline{Members: members}, State: roster.GroupState{ExternalReferenceID: group},
			}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.Baseline(ctx, "g0"); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkSeal is what the people of one group of 1,000 cost beside the
// database: packed, compressed and encrypted, and back.
func BenchmarkSeal(b *testing.B) {
	s, err := store.Open(b.Context(), store.Options{Dir: canary.Dir(b)})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	members := people(1000)
	sealed, checksum := s.Seal("g", members)
	perMember := func(b *testing.B) {
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(members)), "ns/member")
	}
	b.Run("close", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			s.Seal("g", members)
		}
		perMember(b)
		b.ReportMetric(float64(len(sealed))/float64(len(members)), "B/member")
	})
	b.Run("open", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := s.Unseal("g", sealed, checksum); err != nil {
				b.Fatal(err)
			}
		}
		perMember(b)
	})
}
