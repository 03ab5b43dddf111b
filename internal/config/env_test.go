package config_test

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/config"
)

// revealed lets secrets be compared.
func revealed() cmp.Option { return cmp.Transformer("Reveal", config.Secret.Reveal) }

func defaultEnv() config.Env {
	return config.Env{
		BaseURL:   "https://api.vitablehealth.com",
		Config:    "rosterd.yaml",
		DataDir:   "data",
		Schedule:  "0 */6 * * *",
		Timezone:  "UTC",
		Listen:    "127.0.0.1:8080",
		LogLevel:  "info",
		LogFormat: "json",
	}
}

// stateKey is 32 bytes, with one in it that is no text.
func stateKey() string { return strings.Repeat("k", 31) + "\xff" }

func writeSecret(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(canary.Input(t), "CANARY-path")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestEnvironment(t *testing.T) {
	encoded := base64.StdEncoding.EncodeToString([]byte(stateKey()))
	tests := []struct {
		name    string
		environ []string
		want    func(*config.Env)
	}{
		{"nothing", nil, func(*config.Env) {}},
		{"set but empty", []string{"ROSTERD_CONFIG=", "ROSTERD_WEB_TOKEN=", "ROSTERD_WEB_TOKEN_FILE=", "ROSTERD_SHARD=", "ROSTERD_RUN_ON_START="}, func(*config.Env) {}},
		{"what others set", []string{"HOME=/root", "PATH=/bin", "=C:=x", "nonsense"}, func(*config.Env) {}},
		{"everything", []string{
			"VITABLE_CONNECT_API_KEY=vit_apk_x", "VITABLE_CONNECT_BASE_URL=http://127.0.0.1:9", "ROSTERD_CONFIG=/etc/a b.yaml", "ROSTERD_DATA_DIR=/data",
			"ROSTERD_STATE_KEY=" + encoded, "ROSTERD_SCHEDULE=@daily", "ROSTERD_TIMEZONE=America/Denver", "ROSTERD_RUN_ON_START=false",
			"ROSTERD_LISTEN=:0", "ROSTERD_WEB_TOKEN=a=b", "ROSTERD_LOG_LEVEL=debug", "ROSTERD_LOG_FORMAT=console",
		}, func(e *config.Env) {
			*e = config.Env{
				APIKey: config.NewSecret("vit_apk_x"), BaseURL: "http://127.0.0.1:9", Config: "/etc/a b.yaml", DataDir: "/data",
				StateKey: config.NewSecret(stateKey()), Schedule: "@daily", Timezone: "America/Denver", RunOnStart: config.OnStartNever,
				Listen: ":0", WebToken: config.NewSecret("a=b"), LogLevel: "debug", LogFormat: "console",
			}
		}},
		{"first of two", []string{"ROSTERD_DATA_DIR=a", "ROSTERD_DATA_DIR=b"}, func(e *config.Env) { e.DataDir = "a" }},
		{"a dollar is a dollar", []string{"HOME=/root", "ROSTERD_WEB_TOKEN=a$HOME"}, func(e *config.Env) { e.WebToken = config.NewSecret("a$HOME") }},
		{"secrets from files", []string{
			"VITABLE_CONNECT_API_KEY_FILE=" + writeSecret(t, "vit_apk_x\n"),
			"ROSTERD_STATE_KEY_FILE=" + writeSecret(t, encoded+"\r\n"),
			"ROSTERD_WEB_TOKEN_FILE=" + writeSecret(t, "token"),
			"ROSTERD_WEB_TOKEN=",
		}, func(e *config.Env) {
			e.APIKey, e.StateKey, e.WebToken = config.NewSecret("vit_apk_x"), config.NewSecret(stateKey()), config.NewSecret("token")
		}},
		{"what Kubernetes sets for a Service", []string{
			"ROSTERD_SERVICE_HOST=10.0.0.1", "ROSTERD_SERVICE_PORT=8080", "ROSTERD_SERVICE_PORT_HTTP=8080", "ROSTERD_PORT=tcp://10.0.0.1:8080",
			"ROSTERD_PORT_8080_TCP=tcp://10.0.0.1:8080", "ROSTERD_PORT_8080_TCP_PROTO=tcp", "ROSTERD_WEB_SERVICE_HOST=10.0.0.2", "ROSTERD_WEB_PORT=tcp://10.0.0.2:80",
		}, func(*config.Env) {}},
		{"https elsewhere", []string{"VITABLE_CONNECT_BASE_URL=https://api.uat.vitablehealth.com/"}, func(e *config.Env) { e.BaseURL = "https://api.uat.vitablehealth.com/" }},
		{"http on this machine", []string{"VITABLE_CONNECT_BASE_URL=http://localhost:8081"}, func(e *config.Env) { e.BaseURL = "http://localhost:8081" }},
		{"http on this machine, version 6", []string{"VITABLE_CONNECT_BASE_URL=http://[::1]:8081"}, func(e *config.Env) { e.BaseURL = "http://[::1]:8081" }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := config.LoadEnv(test.environ)
			if err != nil {
				t.Fatal(err)
			}
			want := defaultEnv()
			test.want(&want)
			if diff := cmp.Diff(want, got, revealed()); diff != "" {
				t.Errorf("environment (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEnvironmentFaults(t *testing.T) {
	tests := []struct {
		name    string
		environ []string
		want    []string // how each begins
	}{
		{"typo", []string{"ROSTERD_SCHEDUEL=CANARY"}, []string{"ROSTERD_SCHEDUEL: is no variable of rosterd; did you mean ROSTERD_SCHEDULE?"}},
		{"typo without a value", []string{"ROSTERD_SCHEDUEL="}, []string{"ROSTERD_SCHEDUEL: is no variable"}},
		{"nothing like it", []string{"ROSTERD_ZZZZZZZZZZZZZZZZZZZ=CANARY"}, []string{"ROSTERD_ZZZZZZZZZZZZZZZZZZZ: is no variable of rosterd"}},
		{"file of what is no secret", []string{"ROSTERD_CONFIG_FILE=CANARY"}, []string{"ROSTERD_CONFIG_FILE: is no variable"}},
		{"a port without a Service", []string{"ROSTERD_PORT=CANARY"}, []string{"ROSTERD_PORT: is no variable"}},
		{"secret and its file", []string{"ROSTERD_WEB_TOKEN=CANARY", "ROSTERD_WEB_TOKEN_FILE=" + writeSecret(t, "CANARY")}, []string{"ROSTERD_WEB_TOKEN_FILE: is set beside ROSTERD_WEB_TOKEN"}},
		{"no such file", []string{"VITABLE_CONNECT_API_KEY_FILE=/CANARY"}, []string{"VITABLE_CONNECT_API_KEY_FILE: the file is not readable: no such file"}},
		{"directory", []string{"VITABLE_CONNECT_API_KEY_FILE=" + canary.Input(t)}, []string{"VITABLE_CONNECT_API_KEY_FILE: the file is not a regular file"}},
		{"empty file", []string{"VITABLE_CONNECT_API_KEY_FILE=" + writeSecret(t, " \n")}, []string{"VITABLE_CONNECT_API_KEY_FILE: the file is empty"}},
		{"huge file", []string{"VITABLE_CONNECT_API_KEY_FILE=" + writeSecret(t, strings.Repeat("CANARY", 20000))}, []string{"VITABLE_CONNECT_API_KEY_FILE: the file is larger than 65536 bytes"}},
		{"two line ends in a file", []string{"VITABLE_CONNECT_API_KEY_FILE=" + writeSecret(t, "CANARY\n\n")}, []string{"VITABLE_CONNECT_API_KEY: has blanks around it"}},
		{"blank before a secret", []string{"VITABLE_CONNECT_API_KEY= CANARY"}, []string{"VITABLE_CONNECT_API_KEY: has blanks around it"}},
		{"line break in a path", []string{"ROSTERD_DATA_DIR=CANARY\nx"}, []string{"ROSTERD_DATA_DIR: has blanks around it"}},
		{"short state key", []string{"ROSTERD_STATE_KEY=" + base64.StdEncoding.EncodeToString([]byte("CANARY"))}, []string{"ROSTERD_STATE_KEY: expected 32 bytes in base64"}},
		{"state key that is no base64", []string{"ROSTERD_STATE_KEY=CANARY!"}, []string{"ROSTERD_STATE_KEY: expected 32 bytes in base64"}},
		{"http elsewhere", []string{"VITABLE_CONNECT_BASE_URL=http://CANARY.example"}, []string{"VITABLE_CONNECT_BASE_URL: expected an https URL"}},
		{"host that starts like this machine", []string{"VITABLE_CONNECT_BASE_URL=http://127.0.0.1.CANARY.example"}, []string{"VITABLE_CONNECT_BASE_URL: expected an https URL"}},
		{"URL with a user", []string{"VITABLE_CONNECT_BASE_URL=https://a:CANARY@example.com"}, []string{"VITABLE_CONNECT_BASE_URL: expected an https URL"}},
		{"URL with a query", []string{"VITABLE_CONNECT_BASE_URL=https://example.com?key=CANARY"}, []string{"VITABLE_CONNECT_BASE_URL: expected an https URL"}},
		{"no URL", []string{"VITABLE_CONNECT_BASE_URL=https://CANARY:x:y"}, []string{"VITABLE_CONNECT_BASE_URL: expected an https URL"}},
		{"no host", []string{"VITABLE_CONNECT_BASE_URL=https:///CANARY"}, []string{"VITABLE_CONNECT_BASE_URL: expected an https URL"}},
		{"address without port", []string{"ROSTERD_LISTEN=CANARY"}, []string{"ROSTERD_LISTEN: expected an address and port"}},
		{"port out of range", []string{"ROSTERD_LISTEN=CANARY:65536"}, []string{"ROSTERD_LISTEN: expected an address and port"}},
		{
			"words that are none",
			[]string{"ROSTERD_RUN_ON_START=CANARY", "ROSTERD_LOG_LEVEL=CANARY", "ROSTERD_LOG_FORMAT=CANARY"},
			[]string{"ROSTERD_LOG_FORMAT: expected json or console", "ROSTERD_LOG_LEVEL: expected debug, info, warn or error", "ROSTERD_RUN_ON_START: expected true, false or nothing"},
		},
		{
			"no schedule in no time zone",
			[]string{"ROSTERD_SCHEDULE=61 * * * *", "ROSTERD_TIMEZONE=Mars/CANARY", "ROSTERD_LOG_LEVEL=CANARY"},
			[]string{"ROSTERD_LOG_LEVEL: expected debug, info, warn or error", "ROSTERD_SCHEDULE: use five cron fields", "ROSTERD_TIMEZONE: use the name of a time zone"},
		},
		{"a day that never comes", []string{"ROSTERD_SCHEDULE=0 0 30 2 *"}, []string{"ROSTERD_SCHEDULE: no such day ever comes"}},
		{"a zone in the schedule", []string{"ROSTERD_SCHEDULE=TZ=CANARY 0 0 * * *"}, []string{"ROSTERD_SCHEDULE: leave the zone out"}},
		{
			"no part of the groups",
			[]string{"ROSTERD_SHARD=2/2"},
			[]string{"ROSTERD_SHARD: expected INDEX/COUNT, counted from 0"},
		},
		{
			"a place for shards, and none",
			[]string{"ROSTERD_SHARD_DIR=/shards"},
			[]string{"ROSTERD_SHARD_DIR: is of use only with ROSTERD_SHARD"},
		},
		{
			"where metrics cannot go",
			[]string{"ROSTERD_PUSHGATEWAY_URL=http://a:CANARY@gateway:9091", "ROSTERD_METRICS_FILE=/var/CANARY.txt"},
			[]string{"ROSTERD_METRICS_FILE: expected a file that ends in .prom", "ROSTERD_PUSHGATEWAY_URL: expected an http or https URL"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := config.LoadEnv(test.environ)
			var got []string
			for i, fault := range faultsOf(t, err) {
				said := fault.Error()
				if i < len(test.want) && strings.HasPrefix(said, test.want[i]) {
					said = test.want[i]
				}
				got = append(got, said)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Fatalf("faults (-want +got):\n%s", diff)
			}
			if strings.Contains(err.Error(), "CANARY") {
				t.Errorf("a value is repeated: %v", err)
			}
		})
	}
}

func TestTheKeyIsAskedForOnlyWhereItIsNeeded(t *testing.T) {
	env, err := config.LoadEnv(nil)
	if err != nil {
		t.Fatal(err)
	}
	if faults := faultsOf(t, env.RequireAPIKey()); len(faults) != 1 || faults[0].Key != "VITABLE_CONNECT_API_KEY" {
		t.Errorf("faults are %v, want one about the key", faults)
	}
	env.APIKey = config.NewSecret("vit_apk_x")
	if err := env.RequireAPIKey(); err != nil {
		t.Errorf("with a key: %v", err)
	}
}

func TestExampleEnvIsTheEnvironment(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(examples, "example.env"))
	if err != nil {
		t.Fatal(err)
	}
	var lines, remarks []string
	described := map[string]string{}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		switch {
		case line == "":
			remarks = nil
		case strings.HasPrefix(line, "#"):
			remarks = append(remarks, strings.TrimSpace(strings.TrimPrefix(line, "#")))
		default:
			lines = append(lines, line)
			described[line] = strings.Join(remarks, " ")
		}
	}
	var want []string
	for _, v := range config.Variables() {
		line := v.Name + "=" + v.Default
		want = append(want, line)
		doc := v.Doc
		if v.Secret {
			doc += " Secret: or " + v.Name + "_FILE."
		}
		if described[line] != doc {
			t.Errorf("%s is described as %q, want %q", v.Name, described[line], doc)
		}
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("example.env (-variables +file):\n%s", diff)
	}
	got, err := config.LoadEnv(lines)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(defaultEnv(), got, revealed()); diff != "" {
		t.Errorf("example.env is not the defaults (-want +got):\n%s", diff)
	}
}
