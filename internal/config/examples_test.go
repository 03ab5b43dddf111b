package config_test

import (
	stdcsv "encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/config"
	"github.com/rosterd/rosterd/internal/mapping"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/source/csv"
)

func exampleFiles(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(examples, "*.yaml"))
	if err != nil || len(paths) < 3 {
		t.Fatalf("found %d example files, want 3 or more: %v", len(paths), err)
	}
	return append(paths, sourceExamples(t)...)
}

// sourceExamples are the examples of single types of sources.
func sourceExamples(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(examples, "sources", "*.yaml"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("found no examples of sources: %v", err)
	}
	return paths
}

// Every type of source has an example named after it, in which it is the first.
func TestEveryTypeHasAnExample(t *testing.T) {
	for _, kind := range built() {
		path := filepath.Join(examples, "sources", kind.Name+".yaml")
		file, err := config.Load(path, built())
		if err != nil {
			t.Error(err)
			continue
		}
		if got := file.Sources[0].Type; got != kind.Name {
			t.Errorf("%s begins with a source of type %s", path, got)
		}
	}
}

func TestExamplesLoad(t *testing.T) {
	for _, path := range exampleFiles(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			if _, err := config.Load(path, built()); err != nil {
				t.Error(err)
			}
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if first, _, _ := strings.Cut(string(text), "\n"); !strings.HasPrefix(first, "# yaml-language-server: $schema=") || !strings.HasSuffix(first, "rosterd.schema.json") {
				t.Error("the first line does not name the schema")
			}
		})
	}
}

func TestTheFullExampleShowsTheDefaults(t *testing.T) {
	file, err := config.Load(filepath.Join(examples, "rosterd.yaml"), built())
	if err != nil {
		t.Fatal(err)
	}
	defaults := config.Defaults()
	if diff := cmp.Diff(defaults.Vitable, file.Vitable); diff != "" {
		t.Errorf("vitable (-default +example):\n%s", diff)
	}
	if diff := cmp.Diff(defaults.Safety, file.Safety); diff != "" {
		t.Errorf("safety (-default +example):\n%s", diff)
	}
	if diff := cmp.Diff(defaults.Eligibility, file.Eligibility); diff != "" {
		t.Errorf("eligibility (-default +example):\n%s", diff)
	}
	settings := built()[0].New().(*csv.Config)
	settings.Path = "config/census.csv"
	if diff := cmp.Diff(settings, file.Sources[0].Settings.(*csv.Config)); diff != "" {
		t.Errorf("csv (-default +example):\n%s", diff)
	}
}

// TestTheCensusFitsTheExamples maps every row of the sample census as the
// examples that read it say: it is what people try first.
func TestTheCensusFitsTheExamples(t *testing.T) {
	f, err := os.Open(filepath.Join(examples, "census.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := stdcsv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]roster.Standing{
		"rosterd.yaml":     {"in", "in", "in", "in", "terminated"},
		"minimal.yaml":     {"in", "in", "in", "in", "in"}, // it maps no status
		"two-sources.yaml": {"in", "in", "in", "in", "terminated"},
	}
	for name, standings := range want {
		t.Run(name, func(t *testing.T) {
			file, err := config.Load(filepath.Join(examples, name), built())
			if err != nil {
				t.Fatal(err)
			}
			mapper, err := mapping.New("hq", file.Sources[0].Mapping, file.Eligibility, file.Vocabulary())
			if err != nil {
				t.Fatal(err)
			}
			binding, err := mapper.Bind(rows[0])
			if err != nil {
				t.Fatal(err)
			}
			var got []roster.Standing
			for i, row := range rows[1:] {
				person := binding.Person(row, i+2, roster.Today(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), time.UTC))
				if len(person.Problems) > 0 {
					t.Errorf("row %d: %v", i+2, person.Problems)
				}
				got = append(got, person.Standing)
			}
			if diff := cmp.Diff(standings, got); diff != "" {
				t.Errorf("standings (-want +got):\n%s", diff)
			}
		})
	}
}
