package config_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"github.com/rosterd/rosterd/internal/app"
	"github.com/rosterd/rosterd/internal/config"
	"github.com/rosterd/rosterd/internal/source"
)

var update = flag.Bool("update", false, "write config/rosterd.schema.json anew")

const examples = "../../config"

// built are the types of sources that the program has.
func built() []source.Type { return app.SourceTypes() }

func TestSchemaFileIsWhatTheStructsSay(t *testing.T) {
	want, err := config.Schema(built())
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(examples, "rosterd.schema.json")
	if *update {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("run go test ./internal/config -update (-structs +file):\n%s", diff)
	}
}

func TestSchemaIsTheSameEveryTime(t *testing.T) {
	first, err := config.Schema(types())
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		again, err := config.Schema(types())
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first, again) {
			t.Fatal("two calls differ")
		}
	}
}

func TestSchemaTakesTheExamples(t *testing.T) {
	schema := compile(t, built())
	for _, path := range exampleFiles(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(asJSON(t, string(text))); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestSchemaTakesWhatLoadTakes(t *testing.T) {
	schema := compile(t, types())
	for _, text := range []string{
		valid,
		valid + "vitable: {settle: 0, requests_per_second: 0.5, poll: {initial: 1.5s, deadline: 2h30m}}\n",
		valid + "plans: {A: 0042, 7: true}\n",
		valid + "safety: {max_removals: {count: none, percent: none}, max_run_percent: 100}\n",
		strings.Replace(valid, "phone: tel", "phone: tel, hire_date: hired", 1) + "eligibility: {waiting_period: {days: 0, then: first_of_month}}\n",
		valid + "notify: []\n",
		valid + "notify:\n  - {name: a, type: webhook, url: 'https://x', secret: {file: s}, renotify: none}\n  - {name: b, type: smtp, host: mx, port: 465, tls: implicit, from: a@x.example, to: [b@x.example]}\n",
		valid + "    max_age: none\n    include: {status: [active, 1, \"\"]}\n    terminated: {cel: 'true'}\n",
		valid + "    pages: 9\n    strict: true\n    offices: [a, 1]\n    labels: {a: 1}\n    proxy: {port: 1}\n",
	} {
		if _, err := parse(t, text); err != nil {
			t.Errorf("load refuses\n%s: %v", text, err)
		}
		if err := schema.Validate(asJSON(t, text)); err != nil {
			t.Errorf("the schema refuses\n%s: %v", text, err)
		}
	}
}

// TestSchemaRefusesWhatLoadRefuses holds the schema to every fault that a single
// value shows; what needs the whole file, or the text before it is values, is
// for Load alone.
func TestSchemaRefusesWhatLoadRefuses(t *testing.T) {
	beyond := []string{
		// Texts that are no YAML, or that lose what is wrong with them on the way to JSON.
		"empty file", "only remarks", "no YAML", "a tab", "no UTF-8", "a control character", "an alias to nothing", "two documents",
		"a broken second document", "unknown key that could be anything", "key written twice", "key written twice in a map", "a list as a key",
		"anchor", "alias", "merge key", "tag", "hexadecimal", "padded number", "huge number", "NaN", "infinite", "infinite rate", "beyond every number",
		// What takes more than one value to see, or a calendar.
		"a secret from two places", "a webhook in the clear", "reminders without a pause", "two senders of one name",
		"polls in the wrong order", "plan without id", "plan codes that are one", "group keys that are one", "two names for one group",
		"unknown time zone", "the zone of the machine", "two sources of one name", "waiting without a hire date",
		"approvals that lapse at once", "any age in figures", "setting outside its range",
		// What the mapping and the type of the source judge.
		"setting that its type refuses", "nested setting that its type refuses", "field that is missing",
		"field of two kinds", "rule that is no expression",
		"joined to nobody", "joined to itself", "joined to what is joined", "joined with a mapping",
	}
	schema := compile(t, types())
	for _, c := range faultCases() {
		if slices.Contains(beyond, c.name) {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			if schema.Validate(asJSON(t, c.text)) == nil {
				t.Errorf("the schema takes\n%s", c.text)
			}
		})
	}
}

func TestSchemaRefusesTypesThatCannotBeWritten(t *testing.T) {
	for name, settings := range map[string]source.Settings{
		"a kind that is not decoded":  &unwritable{},
		"a key that every source has": &colliding{},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := config.Schema([]source.Type{{Name: "x", New: func() source.Settings { return settings }}})
			if err == nil {
				t.Error("the schema was made")
			}
		})
	}
}

type unwritable struct {
	payroll
	Clock complex128 `yaml:"clock"`
}

type colliding struct {
	payroll
	Name string `yaml:"name"`
}

func compile(t *testing.T, types []source.Type) *jsonschema.Schema {
	t.Helper()
	text, err := config.Schema(types)
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("rosterd.schema.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("rosterd.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// asJSON reads YAML the way editors do that check it against a schema.
func asJSON(t *testing.T, text string) any {
	t.Helper()
	var loaded any
	if err := yaml.Load([]byte(text), &loaded); err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(stringKeys(loaded))
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(encoded))
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// stringKeys turns the maps with other keys, such as numbers, into what JSON has.
func stringKeys(value any) any {
	switch value := value.(type) {
	case map[any]any:
		object := map[string]any{}
		for key, item := range value {
			name, err := json.Marshal(key)
			if text, ok := key.(string); ok {
				object[text] = stringKeys(item)
			} else if err == nil {
				object[string(name)] = stringKeys(item)
			}
		}
		return object
	case map[string]any:
		for key, item := range value {
			value[key] = stringKeys(item)
		}
	case []any:
		for i, item := range value {
			value[i] = stringKeys(item)
		}
	}
	return value
}
