package config

import (
	"context"
	"encoding/base64"
	"fmt"
	"net"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/sethvargo/go-envconfig"

	"github.com/rosterd/rosterd/internal/schedule"
	"github.com/rosterd/rosterd/internal/shard"
	"github.com/rosterd/rosterd/internal/trust"
)

// Env is the environment. Every field is a text or a secret, so that decoding
// itself has nothing to refuse: go-envconfig would stop at the first error and
// quote the value in it. What the texts have to be is checked afterwards.
type Env struct {
	APIKey         Secret  `env:"VITABLE_CONNECT_API_KEY" doc:"The key for Vitable's API."`
	BaseURL        string  `env:"VITABLE_CONNECT_BASE_URL, default=https://api.vitablehealth.com" doc:"Where Vitable's API is; https, except on loopback."`
	Config         string  `env:"ROSTERD_CONFIG, default=rosterd.yaml" doc:"The YAML file."`
	DataDir        string  `env:"ROSTERD_DATA_DIR, default=data" doc:"The directory of the database; one rosterd at a time."`
	StateKey       Secret  `env:"ROSTERD_STATE_KEY" doc:"32 bytes in base64 that encrypt what the database knows of people; without it a key file is made in the data directory."`
	Schedule       string  `env:"ROSTERD_SCHEDULE, default=0 */6 * * *" doc:"When runs start: cron, five fields."`
	Timezone       string  `env:"ROSTERD_TIMEZONE, default=UTC" doc:"The time zone of the schedule."`
	RunOnStart     OnStart `env:"ROSTERD_RUN_ON_START" doc:"true, false, or nothing: run when the last run is older than the schedule."`
	Listen         string  `env:"ROSTERD_LISTEN, default=127.0.0.1:8080" doc:"Address and port of pages, API and metrics."`
	MetricsListen  string  `env:"ROSTERD_METRICS_LISTEN" doc:"Another address for metrics and health alone; metrics are then not at ROSTERD_LISTEN."`
	WebToken       Secret  `env:"ROSTERD_WEB_TOKEN" doc:"The token that pages and API ask for unless the listener is loopback."`
	WebReadToken   Secret  `env:"ROSTERD_WEB_READ_TOKEN" doc:"A token that may look at pages and API, and change nothing."`
	LogLevel       string  `env:"ROSTERD_LOG_LEVEL, default=info" doc:"debug, info, warn or error."`
	LogFormat      string  `env:"ROSTERD_LOG_FORMAT, default=json" doc:"json or console."`
	PushgatewayURL string  `env:"ROSTERD_PUSHGATEWAY_URL" doc:"Where \"rosterd run\" pushes its metrics when it ends: the address of a Prometheus Pushgateway."`
	MetricsFile    string  `env:"ROSTERD_METRICS_FILE" doc:"A file that \"rosterd run\" writes its metrics to when it ends, for node_exporter's textfile collector: it has to end in .prom."`
	Shard          string  `env:"ROSTERD_SHARD" doc:"INDEX/COUNT, counted from 0: which part of the groups is this instance's. Empty: all of them."`
	ShardDir       string  `env:"ROSTERD_SHARD_DIR" doc:"The directory that all shards share; \"shards\" beside the data directory when empty."`
}

// OnStart says whether a daemon runs when it starts.
type OnStart string

// Late runs when the last run is older than the schedule.
const (
	OnStartLate   OnStart = ""
	OnStartAlways OnStart = "true"
	OnStartNever  OnStart = "false"
)

// stateKeySize is the size of an AES-256 key, in bytes.
const stateKeySize = 32

// LoadEnv reads the environment, given as os.Environ returns it. A variable that
// is set but empty counts as not set, for that is what an empty line in an
// env file or an unfilled template means. Secrets are also read from the file
// that NAME_FILE names. StateKey comes back decoded. The error is Faults, all
// there are, with the names of variables and never a value.
func LoadEnv(environ []string) (Env, error) {
	set, faults := readEnviron(environ)
	var env Env
	if err := envconfig.ProcessWith(context.Background(), &envconfig.Config{Target: &env, Lookuper: envconfig.MapLookuper(set)}); err != nil {
		// Only the struct itself can be at fault, and the text could quote a value.
		return Env{}, Faults{{Detail: "the environment does not fit its description in this build"}}
	}
	if err := append(faults, env.check()...).err(); err != nil {
		return Env{}, err
	}
	env.StateKey, _ = decodeStateKey(env.StateKey)
	return env, nil
}

// RequireAPIKey returns Faults when there is no key. Not every command needs one.
func (e Env) RequireAPIKey() error {
	if e.APIKey.Empty() {
		return Faults{{Key: "VITABLE_CONNECT_API_KEY", Detail: "is not set; set it, or VITABLE_CONNECT_API_KEY_FILE to the file that holds it"}}
	}
	return nil
}

// decodeStateKey returns the bytes of a state key; none for none. It reports
// false for what is not exactly one key in base64.
func decodeStateKey(text Secret) (Secret, bool) {
	key, err := base64.StdEncoding.DecodeString(text.Reveal())
	return NewSecret(string(key)), text.Empty() || err == nil && len(key) == stateKeySize
}

// check lists what is wrong with the values.
func (e Env) check() Faults {
	var faults Faults
	expect := func(fine bool, name, detail string) {
		if !fine {
			faults = append(faults, Fault{Key: name, Detail: detail})
		}
	}
	for _, v := range variablesOf(e) {
		expect(isClean(v.value), v.Name, "has blanks around it, or a line break or control character in it")
	}
	faults = append(faults, e.checkSchedule()...)
	_, isKey := decodeStateKey(e.StateKey)
	expect(isKey, "ROSTERD_STATE_KEY", "expected 32 bytes in base64, such as `openssl rand -base64 32` prints")
	expect(isBaseURL(e.BaseURL), "VITABLE_CONNECT_BASE_URL", "expected an https URL without user, query and fragment; http only on loopback")
	expect(isListenAddress(e.Listen), "ROSTERD_LISTEN", "expected an address and port such as 127.0.0.1:8080")
	expect(e.MetricsListen == "" || isListenAddress(e.MetricsListen), "ROSTERD_METRICS_LISTEN", "expected an address and port such as 0.0.0.0:9090")
	expect(slices.Contains([]OnStart{OnStartLate, OnStartAlways, OnStartNever}, e.RunOnStart), "ROSTERD_RUN_ON_START", "expected true, false or nothing")
	expect(slices.Contains([]string{"debug", "info", "warn", "error"}, e.LogLevel), "ROSTERD_LOG_LEVEL", "expected debug, info, warn or error")
	expect(slices.Contains([]string{"json", "console"}, e.LogFormat), "ROSTERD_LOG_FORMAT", "expected json or console")
	expect(e.PushgatewayURL == "" || isGateway(e.PushgatewayURL), "ROSTERD_PUSHGATEWAY_URL", "expected an http or https URL without user, query and fragment")
	expect(e.MetricsFile == "" || strings.HasSuffix(e.MetricsFile, ".prom"), "ROSTERD_METRICS_FILE", "expected a file that ends in .prom, as node_exporter reads no other")
	_, err := shard.Parse(e.Shard)
	expect(e.Shard == "" || err == nil, "ROSTERD_SHARD", "expected INDEX/COUNT, counted from 0, such as 0/4 to 3/4")
	expect(e.ShardDir == "" || e.Shard != "", "ROSTERD_SHARD_DIR", "is of use only with ROSTERD_SHARD")
	return faults
}

// checkSchedule lists what is wrong with the schedule and its zone, each by itself: only
// a daemon goes by them, but whoever checks wants to know before there is one.
func (e Env) checkSchedule() Faults {
	var faults Faults
	for _, v := range []struct{ name, spec, zone string }{
		{"ROSTERD_SCHEDULE", e.Schedule, "UTC"},
		{"ROSTERD_TIMEZONE", "@daily", e.Timezone},
	} {
		if _, err := schedule.Parse(v.spec, v.zone); err != nil {
			faults = append(faults, Fault{Key: v.name, Detail: strings.TrimPrefix(err.Error(), v.name+": ")})
		}
	}
	return faults
}

// isClean reports whether a value is what somebody meant to type: a key with a
// line break at its end is refused by servers in ways that are hard to read.
func isClean(value string) bool {
	return value == strings.TrimSpace(value) && !strings.ContainsFunc(value, unicode.IsControl)
}

// isBaseURL reports whether the key may be sent to this URL.
func isBaseURL(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return false
	}
	return trust.Private(u)
}

// isGateway reports whether metrics may be sent to this URL: they have nobody's data
// in them, so a network of one's own needs no https.
func isGateway(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil && u.RawQuery == "" && u.Fragment == ""
}

// isListenAddress takes host:port; an empty host is every address.
func isListenAddress(text string) bool {
	_, port, err := net.SplitHostPort(text)
	if err != nil {
		return false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err == nil
}

// Variable describes one environment variable.
type Variable struct {
	Name    string
	Default string // "" for none
	Doc     string
	Secret  bool // also read from the file that Name_FILE names
	value   string
}

// Variables lists the environment variables in the order of Env.
func Variables() []Variable { return variablesOf(Env{}) }

// variablesOf lists the variables with the values that they have in env.
func variablesOf(env Env) []Variable {
	fields := reflect.ValueOf(env)
	list := make([]Variable, fields.NumField())
	for i := range list {
		field := fields.Type().Field(i)
		name, fallback, _ := strings.Cut(field.Tag.Get("env"), ", default=")
		v := Variable{Name: name, Default: fallback, Doc: field.Tag.Get("doc")}
		if secret, ok := fields.Field(i).Interface().(Secret); ok {
			v.Secret, v.value = true, secret.Reveal()
		} else {
			v.value = fmt.Sprint(fields.Field(i).Interface())
		}
		list[i] = v
	}
	return list
}
