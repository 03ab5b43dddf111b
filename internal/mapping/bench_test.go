package mapping_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/mapping"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/csv"
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

// crowd is so many rows of made-up people under a header of all targets, about
// as varied as an export is.
func crowd(rows int) string {
	random := rand.New(rand.NewPCG(1, 2))
	pick := func(words ...string) string { return words[random.IntN(len(words))] }
	name := func() string {
		return pick("Ka", "Lo", "Mi", "Ren", "Sto", "Vel") + pick("dra", "fin", "gus", "hol", "jar", "nem") + pick("a", "o", "in", "er", "ël")
	}
	var text strings.Builder
	text.WriteString(strings.Join(mapping.Targets(), ",") + "\n")
	for i := range rows {
		first, last := name(), name()
		fmt.Fprintf(&text, "E%07d,%s,%s,%04d-%02d-%02d,%s%d-%03d-%04d,person%d@canary.example,%d %s Street,%s,Town %d,%s,%05d,GOLD,Tier %d,active,%04d-%02d-%02d,\n",
			i, first, last, 1950+random.IntN(50), 1+random.IntN(12), 1+random.IntN(28),
			pick("", "+1 "), 201+random.IntN(3), 200+random.IntN(300), random.IntN(10_000), i,
			random.IntN(9999), name(), pick("", "", "Apt 4"), random.IntN(50), pick("IL", "NY", "CA"), 10_000+random.IntN(80_000),
			random.IntN(100), 2000+random.IntN(20), 1+random.IntN(12), 1+random.IntN(28))
	}
	return text.String()
}

// intake maps records and keeps the people, in pages: one slice of all that
// grew would be copied again and again, and cost more than all of the mapping.
type intake struct {
	mapper  *mapping.Mapper
	binding *mapping.Binding
	day     roster.Date
	pages   [][]roster.Person
	in      int
}

func (s *intake) Columns(names []string) (err error) {
	s.binding, err = s.mapper.Bind(names)
	return err
}

func (s *intake) Record(values []string, place int) error {
	last := len(s.pages) - 1
	if last < 0 || len(s.pages[last]) == cap(s.pages[last]) {
		s.pages = append(s.pages, make([]roster.Person, 0, 256))
		last++
	}
	p := s.binding.Person(values, place, s.day)
	p.Own()
	s.pages[last] = append(s.pages[last], p)
	if p.Sendable() {
		s.in++
	}
	return nil
}

var _ source.Sink = (*intake)(nil)

// BenchmarkCensus is what a row costs from the file to a validated person.
func BenchmarkCensus(b *testing.B) {
	const rows = 20_000
	path := filepath.Join(canary.Dir(b), "census.csv")
	if err := os.WriteFile(path, []byte(crowd(rows)), 0o600); err != nil {
		b.Fatal(err)
	}
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(path, old, old); err != nil {
		b.Fatal(err)
	}
	config := csv.Type().New().(*csv.Config)
	config.Path = path
	from, err := config.Open(source.Opening{})
	if err != nil {
		b.Fatal(err)
	}
	mapper, err := mapping.New("hq", census(), mapping.Eligibility{}, vocabulary())
	if err != nil {
		b.Fatal(err)
	}
	for name, sink := range map[string]func() source.Sink{
		"read":         func() source.Sink { return nowhere{} },
		"read and map": func() source.Sink { return &intake{mapper: mapper, day: today(b)} },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				into := sink()
				if _, err := from.Pull(b.Context(), into); err != nil {
					b.Fatal(err)
				}
				if s, ok := into.(*intake); ok && s.in != rows {
					b.Fatalf("%d of %d rows can be sent", s.in, rows)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
		})
	}
}

// nowhere takes records and does nothing.
type nowhere struct{}

func (nowhere) Columns([]string) error     { return nil }
func (nowhere) Record([]string, int) error { return nil }
