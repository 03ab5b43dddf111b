package config_test

import (
	"slices"
	"testing"

	"github.com/rosterd/rosterd/internal/config"
	"github.com/rosterd/rosterd/internal/source"
)

// Whoever sets a source up sees what each key is for.
func TestEveryKeyOfASourceSaysWhatItIsFor(t *testing.T) {
	for _, kind := range built() {
		keys := config.Keys(kind)
		if len(keys) == 0 {
			t.Errorf("%s has no keys", kind.Name)
		}
		for _, key := range keys {
			if key.About == "" {
				t.Errorf("%s: nobody says what %s is for", kind.Name, key.Name)
			}
		}
	}
}

func TestKeysOfAType(t *testing.T) {
	at := slices.IndexFunc(built(), func(kind source.Type) bool { return kind.Name == "http" })
	keys := config.Keys(built()[at])
	for _, want := range []config.Key{
		{Name: "path", Required: true, About: "Where the list is, below base_url."},
		{Name: "timeout", Default: "1m0s", About: "For one request, to the last byte of its answer."},
		{Name: "pages.by", Default: "none", About: "How the next page is asked for."},
		{Name: "auth.bearer", About: "A token: {env: NAME} or {file: PATH}."},
	} {
		if !slices.Contains(keys, want) {
			t.Errorf("there is no %+v", want)
		}
	}
}
