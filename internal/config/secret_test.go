package config_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"go.uber.org/zap"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/config"
)

func TestSecretNeverShowsItself(t *testing.T) {
	const canary = "CANARY"
	hidden := []string{canary, fmt.Sprintf("%x", canary), fmt.Sprintf("%X", canary), fmt.Sprintf("%q", canary), fmt.Sprintf("%d", []byte(canary))}
	secret := config.NewSecret(canary)
	inside := struct{ shown, Exported config.Secret }{secret, secret}
	values := map[string]any{
		"alone": secret, "behind a pointer": &secret, "in a struct": inside, "behind a pointer in a struct": &inside,
		"in a list": []config.Secret{secret}, "as a value": map[string]config.Secret{"k": secret}, "as a key": map[config.Secret]int{secret: 1},
	}
	for name, value := range values {
		t.Run(name, func(t *testing.T) {
			var shown []string
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%z"} {
				shown = append(shown, fmt.Sprintf(verb, value))
			}
			encoded, err := json.Marshal(value)
			if err != nil {
				t.Fatal(err)
			}
			shown = append(shown, string(encoded), logged(t, value))
			for _, text := range shown {
				for _, form := range hidden {
					if strings.Contains(text, form) {
						t.Errorf("%q is in %s", form, text)
					}
				}
			}
		})
	}
	if text := secret.String() + secret.GoString(); strings.Contains(text, canary) {
		t.Errorf("the secret is in %s", text)
	}
	if secret.Reveal() != canary {
		t.Errorf("revealed is %q, want the secret", secret.Reveal())
	}
}

// logged returns what zap makes of a value.
func logged(t *testing.T, value any) string {
	t.Helper()
	logger, logs := canary.Log(t)
	logger.Info("x", zap.Any("value", value))
	encoded, err := json.Marshal(logs.All()[0].ContextMap())
	if err != nil {
		t.Fatal(err)
	}
	return string(encoded)
}

func TestAnEmptySecretShowsThatItIsEmpty(t *testing.T) {
	var secret config.Secret
	encoded, err := json.Marshal(secret)
	if err != nil || string(encoded) != `""` || fmt.Sprint(secret) != "" || secret.Reveal() != "" || !secret.Empty() || !config.NewSecret("").Empty() {
		t.Errorf("an empty secret is %s and %q: %v", encoded, fmt.Sprint(secret), err)
	}
}
