package mapping_test

import (
	"testing"

	"github.com/rosterd/rosterd/internal/mapping"
)

func BenchmarkPerson(b *testing.B) {
	expressions := census()
	expressions.Fields["email"] = mapping.Field{CEL: `row.email != "" ? row.email : row.city + "@example.com"`}
	expressions.Include = mapping.Rule{CEL: `row.status in ["active", "leave"]`}
	for name, cfg := range map[string]mapping.Config{"plain columns": census(), "two expressions": expressions} {
		b.Run(name, func(b *testing.B) {
			binding, columns := bind(b, cfg, mapping.Eligibility{Waiting: mapping.Waiting{Months: 1, FirstOfMonth: true}}, ann())
			values, day := record(columns, ann()), today(b)
			if p := binding.Person(values, 1, day); !p.Sendable() {
				b.Fatalf("not sendable: %+v", p.Problems)
			}
			b.ReportAllocs()
			for b.Loop() {
				binding.Person(values, 1, day)
			}
		})
	}
}
