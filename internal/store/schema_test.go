package store_test

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/store"
)

// A database that the first version wrote is read by this one: nobody's
// baseline is lost by an update.
func TestOpensTheFirstSchema(t *testing.T) {
	dir := canary.Dir(t)
	for _, name := range []string{"identity", "state.key"} {
		text, err := os.ReadFile(filepath.Join("testdata", "schema1", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	unzip(t, filepath.Join("testdata", "schema1", "rosterd.db.gz"), filepath.Join(dir, "rosterd.db"))
	s, err := store.Open(t.Context(), store.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close() //nolint:errcheck // it was only read
	base, err := s.Baseline(t.Context(), "sales")
	if err != nil {
		t.Fatal(err)
	}
	if len(base.Members) != 3 || base.Members[0].Member.LastName != canary.FamilyName {
		t.Errorf("%d people are in the baseline, want the 3 of then", len(base.Members))
	}
	groups, err := s.Groups(t.Context())
	if err != nil || len(groups) == 0 || !groups[0].HasBaseline {
		t.Errorf("the groups are %v (%v)", groups, err)
	}
}

func unzip(t *testing.T, from, to string) {
	t.Helper()
	file, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	zipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(zipped)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, text, 0o600); err != nil {
		t.Fatal(err)
	}
}
