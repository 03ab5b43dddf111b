package census_test

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/rosterd/rosterd/internal/bench/census"
)

func rows(t *testing.T, c census.Census) [][]string {
	t.Helper()
	var text bytes.Buffer
	if err := c.Write(&text); err != nil {
		t.Fatal(err)
	}
	all, err := csv.NewReader(&text).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return all[1:]
}

func TestEverybodyIsThereOnceAndTheGroupsAreEven(t *testing.T) {
	seen, groups := map[string]bool{}, map[string]int{}
	for _, row := range rows(t, census.Census{People: 1200, Groups: 12}) {
		if len(row) != len(strings.Split(census.Columns(), ",")) {
			t.Fatalf("%d cells", len(row))
		}
		seen[row[0]] = true
		groups[row[12]]++
	}
	if len(seen) != 1200 || len(groups) != 12 || groups[census.Group(3)] != 100 {
		t.Errorf("%d people, %d groups, %d in one", len(seen), len(groups), groups[census.Group(3)])
	}
}

func TestTheSameEmployerEveryTimeButForThoseWhoMoved(t *testing.T) {
	before := rows(t, census.Census{People: 5000, Groups: 5})
	after := rows(t, census.Census{People: 5000, Groups: 5, Moved: 10})
	moved := 0
	for i := range before {
		street := after[i][6]
		after[i][6] = before[i][6]
		if strings.Join(before[i], ",") != strings.Join(after[i], ",") {
			t.Fatal("more than the street differs")
		}
		if street != before[i][6] {
			moved++
		}
	}
	if moved < 25 || moved > 100 {
		t.Errorf("%d of 5000 moved, want about 50", moved)
	}
}
