package durable_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/durable"
)

func TestReplace(t *testing.T) {
	for _, tt := range []struct {
		name   string
		before map[string]string
	}{
		{"where nothing was", nil},
		{"an older one", map[string]string{"notice": "a longer text than the new one"}},
		{"beside what a killed process left", map[string]string{"notice": "old", "notice.tmp": "half of something that was to be longer"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := canary.Dir(t)
			for name, text := range tt.before {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			path := filepath.Join(dir, "notice")
			if err := durable.Replace(path, []byte("new")); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(map[string]string{"notice": "new"}, files(t, dir)); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
			info, err := os.Stat(path)
			if err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("mode %v, %v; want 0600", info.Mode(), err)
			}
		})
	}
}

// What cannot be replaced stays as it was, and nothing is left beside it.
func TestReplaceFails(t *testing.T) {
	dir := canary.Dir(t)
	path := filepath.Join(dir, "notice")
	if err := os.MkdirAll(filepath.Join(path, "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := durable.Replace(path, []byte("new")); err == nil {
		t.Error("a directory was replaced")
	}
	if _, err := os.Stat(filepath.Join(path, "in the way")); err != nil {
		t.Error(err)
	}
	if left := files(t, dir); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
	if err := durable.Replace(filepath.Join(dir, "nowhere", "notice"), []byte("new")); err == nil {
		t.Error("a file was written into no directory")
	}
}

// files are the texts of the files in a directory.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if entry.IsDir() {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all[entry.Name()] = string(text)
	}
	return all
}
