package csv_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/csv"
	"github.com/rosterd/rosterd/internal/source/files"
	"github.com/rosterd/rosterd/internal/source/sheet"
)

func TestDefaults(t *testing.T) {
	kind := csv.Type()
	if kind.Name != "csv" || kind.About == "" {
		t.Errorf("Type is %q, %q", kind.Name, kind.About)
	}
	want := &csv.Config{Config: files.Defaults(), Delimiter: ",", Encoding: "utf-8", FinalNewline: "auto", Sheet: sheet.Defaults()}
	if diff := cmp.Diff(want, kind.New()); diff != "" {
		t.Errorf("defaults (-want +got):\n%s", diff)
	}
}

func TestFaultsNameTheKey(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*csv.Config)
		keys   []string
	}{
		{"defaults and a path", func(*csv.Config) {}, nil},
		{"a pattern", func(c *csv.Config) { c.Path = "/data/census-[0-9]*.csv" }, nil},
		{"a tab by its name", func(c *csv.Config) { c.Delimiter = "tab" }, nil},
		{"a tab itself", func(c *csv.Config) { c.Delimiter = "\t" }, nil},
		{"a delimiter of several bytes", func(c *csv.Config) { c.Delimiter = "¦" }, nil},
		{"windows-1252", func(c *csv.Config) { c.Encoding = "windows-1252" }, nil},
		{"a whole trailer", func(c *csv.Config) { c.Sheet.Trailer = sheet.Trailer{Prefix: "TRAILER", CountColumn: 2} }, nil},
		{"no waiting", func(c *csv.Config) { c.StableFor = 0 }, nil},

		{"no path", func(c *csv.Config) { c.Path = " " }, []string{"path"}},
		{"a malformed pattern", func(c *csv.Config) { c.Path = "/data/[a" }, []string{"path"}},
		{"a malformed pattern behind a directory", func(c *csv.Config) { c.Path = "/data/x*/[]a].csv" }, []string{"path"}},
		{"no delimiter", func(c *csv.Config) { c.Delimiter = "" }, []string{"delimiter"}},
		{"two delimiters", func(c *csv.Config) { c.Delimiter = ";;" }, []string{"delimiter"}},
		{"a quote as delimiter", func(c *csv.Config) { c.Delimiter = `"` }, []string{"delimiter"}},
		{"a line end as delimiter", func(c *csv.Config) { c.Delimiter = "\n" }, []string{"delimiter"}},
		{"half a character as delimiter", func(c *csv.Config) { c.Delimiter = "\xe4" }, []string{"delimiter"}},
		{"another encoding", func(c *csv.Config) { c.Encoding = "utf-16" }, []string{"encoding"}},
		{"a sidecar elsewhere", func(c *csv.Config) { c.Sidecar = "/done" }, []string{"sidecar"}},
		{"a trailer without a prefix", func(c *csv.Config) { c.Sheet.Trailer.CountColumn = 2 }, []string{"trailer.prefix"}},
		{"a trailer without a column", func(c *csv.Config) { c.Sheet.Trailer.Prefix = "T" }, []string{"trailer.count_column"}},
		{"a trailer column before the first", func(c *csv.Config) { c.Sheet.Trailer = sheet.Trailer{Prefix: "T", CountColumn: -1} }, []string{"trailer.count_column"}},
		{"a negative duration", func(c *csv.Config) { c.StableFor = -1 }, []string{"stable_for"}},
		{"another word for the newline", func(c *csv.Config) { c.FinalNewline = "no" }, []string{"final_newline"}},
		{"nothing set", func(c *csv.Config) { *c = csv.Config{} }, []string{"path", "delimiter", "encoding", "final_newline"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			config := settings("/data/census.csv")
			test.change(config)
			var keys []string
			for _, fault := range config.Faults() {
				keys = append(keys, fault.Key)
			}
			if diff := cmp.Diff(test.keys, keys); diff != "" {
				t.Errorf("faulty keys (-want +got):\n%s", diff)
			}
			if _, err := config.Open(source.Opening{}); (err != nil) != (test.keys != nil) {
				t.Errorf("Open returned %v", err)
			}
		})
	}
}

func TestFaultsKeepQuietAboutValues(t *testing.T) {
	config := settings("")
	config.Delimiter, config.Encoding, config.FinalNewline = "secret1", "secret2", "secret3"
	_, err := config.Open(source.Opening{})
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("Open returned %v", err)
	}
}
