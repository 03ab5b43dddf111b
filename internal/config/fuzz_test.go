package config_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/config"
)

// An environment that is taken is taken again as what it became; one that is not
// is refused without a value in the error.
func FuzzLoadEnv(f *testing.F) {
	f.Add("VITABLE_CONNECT_API_KEY=vit_apk_"+canary.Secret+"\x00ROSTERD_LISTEN=:0\x00ROSTERD_RUN_ON_START=yes", "https://api.example.test")
	f.Fuzz(func(t *testing.T, lines, url string) {
		environ := []string{"VITABLE_CONNECT_BASE_URL=" + url}
		for line := range strings.SplitSeq(lines, "\x00") {
			if name, _, _ := strings.Cut(line, "="); !strings.HasSuffix(name, "_FILE") { // which would be read
				environ = append(environ, line)
			}
		}
		env, err := config.LoadEnv(environ)
		if err != nil {
			for _, fault := range faultsOf(t, err) {
				canary.Text(t, "a fault", fault.Detail)
			}
			return
		}
		if !strings.HasPrefix(strings.ToLower(env.BaseURL), "https://") && !strings.HasPrefix(strings.ToLower(env.BaseURL), "http://") {
			t.Errorf("%q is taken", env.BaseURL)
		}
		for name, value := range map[string]string{"key": env.APIKey.Reveal(), "token": env.WebToken.Reveal(), "listen": env.Listen, "URL": env.BaseURL} {
			if strings.ContainsAny(value, "\r\n\x00") || value != strings.TrimSpace(value) {
				t.Errorf("the %s %q is taken", name, value)
			}
		}
		again, err := config.LoadEnv([]string{
			"VITABLE_CONNECT_API_KEY=" + env.APIKey.Reveal(), "VITABLE_CONNECT_BASE_URL=" + env.BaseURL, "ROSTERD_CONFIG=" + env.Config,
			"ROSTERD_DATA_DIR=" + env.DataDir, "ROSTERD_SCHEDULE=" + env.Schedule, "ROSTERD_TIMEZONE=" + env.Timezone,
			"ROSTERD_RUN_ON_START=" + string(env.RunOnStart), "ROSTERD_LISTEN=" + env.Listen, "ROSTERD_WEB_TOKEN=" + env.WebToken.Reveal(),
			"ROSTERD_LOG_LEVEL=" + env.LogLevel, "ROSTERD_LOG_FORMAT=" + env.LogFormat,
		})
		again.StateKey = env.StateKey // which comes back decoded
		if diff := cmp.Diff(env, again, revealed()); err != nil || diff != "" {
			t.Errorf("taken again it is the error %v (-first +again):\n%s", err, diff)
		}
	})
}
