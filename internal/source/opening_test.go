package source_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/source"
)

func TestSecretsAreReadFromTheirPlace(t *testing.T) {
	dir := canary.Input(t)
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	getenv := func(name string) string { return map[string]string{"KEY": canary.Secret, "BLANK": " "}[name] }
	for _, tt := range []struct {
		name   string
		secret source.Secret
		fails  string
	}{
		{"a variable", source.Secret{Env: "KEY"}, ""},
		{"a file", source.Secret{File: file("key", canary.Secret+"\n")}, ""},
		{"a variable that is not there", source.Secret{Env: "OTHER"}, "OTHER is empty or not set"},
		{"a blank variable", source.Secret{Env: "BLANK"}, "BLANK is empty or not set"},
		{"a file that is not there", source.Secret{File: filepath.Join(dir, "none")}, "no such file"},
		{"an empty file", source.Secret{File: file("empty", "\n")}, "is empty"},
		{"a file that is no secret", source.Secret{File: file("large", strings.Repeat("a", 1<<17))}, "too large"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.secret.Read(getenv)
			if tt.fails == "" {
				if err != nil || got != canary.Secret {
					t.Errorf("it is not read: %v", err)
				}
				return
			}
			fault, ok := errors.AsType[*source.Fault](err)
			if !ok || fault.Word != source.WordSecret || !strings.Contains(err.Error(), tt.fails) || got != "" {
				t.Errorf("got %v, want that it says %q", err, tt.fails)
			}
		})
	}
}

func TestSecretsHaveOnePlace(t *testing.T) {
	for _, tt := range []struct {
		secret source.Secret
		wrong  bool
	}{
		{source.Secret{}, true},
		{source.Secret{Env: "KEY", File: "/run/key"}, true},
		{source.Secret{Env: "KEY"}, false},
		{source.Secret{File: "/run/key"}, false},
	} {
		if fault := tt.secret.Fault(); (fault != "") != tt.wrong {
			t.Errorf("%+v: %q", tt.secret, fault)
		}
	}
}
