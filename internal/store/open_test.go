package store_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/store"
)

func TestOpenCreates(t *testing.T) {
	dir := filepath.Join(canary.Dir(t), "deep", "data")
	s, _ := mustLease(t, store.Options{Dir: dir})
	deliver(t, s, "g1", people(2))

	info, err := os.Stat(dir)
	check(t, err)
	if info.Mode().Perm() != 0o700 {
		t.Errorf("directory has mode %v, want 0700", info.Mode())
	}
	files := readDir(t, dir)
	for _, name := range []string{"rosterd.db", "rosterd.db-wal", "rosterd.db-shm", "identity", "state.key", "rosterd.lock", "sent"} {
		info, ok := files[name]
		if !ok {
			t.Errorf("%s is missing", name)
			continue
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, want 0600", name, info.Mode())
		}
		delete(files, name)
	}
	for name := range files {
		t.Errorf("%s is left over", name)
	}
}

func TestOpenAgain(t *testing.T) {
	dir := filled(t)
	s := mustOpen(t, store.Options{Dir: dir})
	same(t, people(3), value(s.Baseline(t.Context(), "g1"))(t).Members)
}

func TestOpenRefuses(t *testing.T) {
	remove := func(names ...string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			for _, name := range names {
				check(t, os.Remove(filepath.Join(dir, name)))
			}
		}
	}
	write := func(name, content string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			check(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
		}
	}
	otherKey := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32))
	tests := []struct {
		name   string
		damage func(t *testing.T, dir string)
		says   string
	}{
		{"a missing database", remove("rosterd.db"), "missing"},
		{"a missing database with only its key left", remove("rosterd.db", "identity"), "missing"},
		{"a missing database with only its identity left", remove("rosterd.db", "state.key"), "missing"},
		{"a missing database with only its log left", func(t *testing.T, dir string) {
			remove("rosterd.db", "identity", "state.key")(t, dir)
			write("rosterd.db-wal", "frames")(t, dir)
		}, "missing"},
		{"an empty database", write("rosterd.db", ""), "rosterd.db is empty"},
		{"a directory in its place", func(t *testing.T, dir string) {
			remove("rosterd.db")(t, dir)
			check(t, os.Mkdir(filepath.Join(dir, "rosterd.db"), 0o700))
		}, "regular"},
		{"no database at all", write("rosterd.db", strings.Repeat("not a database ", 1000)), "damaged"},
		{"a database cut short", func(t *testing.T, dir string) {
			check(t, os.Truncate(filepath.Join(dir, "rosterd.db"), 4096*3))
		}, ""},
		{"another program's database", func(t *testing.T, dir string) {
			tamper(t, dir, "PRAGMA user_version = 0")
		}, "not a database of rosterd"},
		{"a newer schema", func(t *testing.T, dir string) { tamper(t, dir, "PRAGMA user_version = 99") }, "schema 99"},
		{"a replaced database", func(t *testing.T, dir string) {
			other := filled(t)
			check(t, os.Rename(filepath.Join(other, "rosterd.db"), filepath.Join(dir, "rosterd.db")))
		}, "replaced"},
		{"a database without identity", func(t *testing.T, dir string) {
			tamper(t, dir, "DELETE FROM meta WHERE name = 'identity'")
		}, "replaced"},
		{"a lost key", remove("state.key"), "key of the database is lost"},
		{"a damaged key", write("state.key", "HALFAKEY not base64"), "state.key is damaged"},
		{"a short key", write("state.key", "c2hvcnQ="), "state.key is damaged"},
		{"another key", write("state.key", otherKey), "key is not the one"},
	}
	for _, test := range tests {
		for _, readOnly := range []bool{false, true} {
			name := test.name
			if readOnly {
				name += " read-only"
			}
			t.Run(name, func(t *testing.T) {
				dir := filled(t)
				test.damage(t, dir)
				before := readDir(t, dir)

				_, err := store.Open(t.Context(), store.Options{Dir: dir, ReadOnly: readOnly})

				wantError(t, err, store.ErrUnusable)
				if err != nil && !strings.Contains(err.Error(), test.says) {
					t.Errorf("error %q does not say %q", err, test.says)
				}
				if err != nil && strings.Contains(err.Error(), "HALFAKEY") {
					t.Error("error tells the key")
				}
				for name := range readDir(t, dir) {
					if _, was := before[name]; !was && name != "rosterd.db-shm" && name != "rosterd.db-wal" {
						t.Errorf("%s was created", name)
					}
				}
			})
		}
	}
}

func TestOpenFindsFlippedBytes(t *testing.T) {
	dir := filled(t)
	path := filepath.Join(dir, "rosterd.db")
	content, err := os.ReadFile(path)
	check(t, err)
	missed := 0
	for at := 100; at < len(content); at += 4999 {
		flipped := bytes.Clone(content)
		flipped[at] ^= 0x55
		check(t, os.WriteFile(path, flipped, 0o600))
		s, err := store.Open(t.Context(), store.Options{Dir: dir})
		if err == nil {
			// What is not seen at once must be harmless or seen at the read.
			baseline, err := s.Baseline(t.Context(), "g1")
			if err == nil && len(baseline.Members) != 3 {
				missed++
			}
			check(t, s.Close())
		}
		check(t, errors.Join(os.RemoveAll(path+"-wal"), os.RemoveAll(path+"-shm")))
	}
	if missed > 0 {
		t.Errorf("%d flips changed a baseline unseen", missed)
	}
}

func TestOpenReadOnly(t *testing.T) {
	t.Run("says that nothing was stored yet", func(t *testing.T) {
		for _, dir := range []string{canary.Dir(t), filepath.Join(canary.Dir(t), "missing")} {
			_, err := store.Open(t.Context(), store.Options{Dir: dir, ReadOnly: true})
			wantError(t, err, store.ErrEmpty)
			if found, _ := os.ReadDir(dir); len(found) > 0 {
				t.Errorf("%s was created", found[0].Name())
			}
		}
	})
	t.Run("reads beside a writer and never writes", func(t *testing.T) {
		dir := canary.Dir(t)
		writer, _ := mustLease(t, store.Options{Dir: dir})
		reader := mustOpen(t, store.Options{Dir: dir, ReadOnly: true})
		deliver(t, writer, "g1", people(2))
		same(t, people(2), value(reader.Baseline(t.Context(), "g1"))(t).Members)
		wantError(t, reader.Pin(t.Context(), roster.Pin{ReferenceID: "EMP1"}), store.ErrReadOnly)
		_, err := reader.Lease(t.Context(), "reader", false)
		wantError(t, err, store.ErrReadOnly)
	})
	t.Run("reads what a stopped writer left", func(t *testing.T) {
		reader := mustOpen(t, store.Options{Dir: filled(t), ReadOnly: true})
		same(t, people(3), value(reader.Baseline(t.Context(), "g1"))(t).Members)
	})
}

func TestOpenWithGivenKey(t *testing.T) {
	key := bytes.Repeat([]byte{3}, 32)
	dir := canary.Dir(t)
	s, _ := mustLease(t, store.Options{Dir: dir, Key: key})
	deliver(t, s, "g1", people(1))
	check(t, s.Close())

	if _, err := os.Stat(filepath.Join(dir, "state.key")); !errors.Is(err, fs.ErrNotExist) {
		t.Error("a key file was made although a key was given")
	}
	_, err := store.Open(t.Context(), store.Options{Dir: dir})
	wantError(t, err, store.ErrUnusable)
	_, err = store.Open(t.Context(), store.Options{Dir: dir, Key: bytes.Repeat([]byte{4}, 32)})
	wantError(t, err, store.ErrUnusable)
	if _, err = store.Open(t.Context(), store.Options{Dir: dir, Key: []byte("short")}); err == nil {
		t.Error("a short key was taken")
	}
	s = mustOpen(t, store.Options{Dir: dir, Key: key})
	same(t, people(1), value(s.Baseline(t.Context(), "g1"))(t).Members)
}

// A crash while the database is created leaves a prefix of what create does.
func TestOpenAfterCrashWhileCreating(t *testing.T) {
	tests := []struct {
		name  string
		files []string // what the crash left
	}{
		{"before anything", nil},
		{"with an empty new database", []string{"rosterd.db.new"}},
		{"with a half-written key", []string{"rosterd.db.new", "state.key.tmp"}},
		{"with a key", []string{"rosterd.db.new", "state.key"}},
		{"with a log", []string{"rosterd.db.new", "state.key", "rosterd.db.new-wal", "rosterd.db.new-shm"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := canary.Dir(t)
			for _, name := range test.files {
				check(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
			}
			_, err := store.Open(t.Context(), store.Options{Dir: dir, ReadOnly: true})
			wantError(t, err, store.ErrEmpty)
			s, _ := mustLease(t, store.Options{Dir: dir})
			deliver(t, s, "g1", people(1))
			check(t, s.Close())
			for name := range readDir(t, dir) {
				if strings.Contains(name, ".new") {
					t.Errorf("%s is left over", name)
				}
			}
			mustOpen(t, store.Options{Dir: dir})
		})
	}
	t.Run("before the identity", func(t *testing.T) {
		dir := filled(t)
		check(t, os.Remove(filepath.Join(dir, "identity")))
		mustOpen(t, store.Options{Dir: dir})
		if _, ok := readDir(t, dir)["identity"]; !ok {
			t.Error("identity was not written")
		}
	})
}

func TestOpenTightensFiles(t *testing.T) {
	dir := filled(t)
	for _, name := range []string{"rosterd.db", "state.key"} {
		check(t, os.Chmod(filepath.Join(dir, name), 0o644))
	}
	mustOpen(t, store.Options{Dir: dir})
	for name, info := range readDir(t, dir) {
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, want 0600", name, info.Mode())
		}
	}
}

func TestOpenInOneMoment(t *testing.T) {
	dir := canary.Dir(t)
	const openers = 4
	results := make(chan error, openers)
	for range openers {
		go func() {
			s, err := store.Open(t.Context(), store.Options{Dir: dir})
			if err == nil {
				err = s.Close()
			}
			results <- err
		}()
	}
	for range openers {
		check(t, <-results)
	}
}

func TestMigrate(t *testing.T) {
	names := value(fs.Glob(store.Migrations(), "migrations/*.sql"))(t)
	known := fstest.MapFS{}
	for _, name := range names {
		known[name] = &fstest.MapFile{Data: value(fs.ReadFile(store.Migrations(), name))(t)}
	}
	with := func(next string) fs.FS {
		steps := maps.Clone(known)
		steps["migrations/9999_next.sql"] = &fstest.MapFile{Data: []byte(next)}
		return steps
	}
	good := with("CREATE TABLE later (x INTEGER) STRICT;")

	t.Run("takes the missing step and keeps a copy", func(t *testing.T) {
		dir := filled(t)
		s, err := store.OpenWith(t.Context(), store.Options{Dir: dir}, good)
		check(t, err)
		same(t, people(3), value(s.Baseline(t.Context(), "g1"))(t).Members)
		check(t, s.Close())
		tamper(t, dir, "INSERT INTO later VALUES (1)")
		_, err = store.Open(t.Context(), store.Options{Dir: dir})
		wantError(t, err, store.ErrUnusable)

		check(t, os.Rename(filepath.Join(dir, fmt.Sprintf("rosterd.db.schema-%d", len(names))), filepath.Join(dir, "rosterd.db")))
		old := mustOpen(t, store.Options{Dir: dir})
		same(t, people(3), value(old.Baseline(t.Context(), "g1"))(t).Members)
	})
	t.Run("takes nothing of a step that fails", func(t *testing.T) {
		dir := filled(t)
		_, err := store.OpenWith(t.Context(), store.Options{Dir: dir}, with("CREATE TABLE later (x INTEGER) STRICT; CREATE TABLE later (x INTEGER);"))
		if err == nil {
			t.Fatal("a broken migration was taken")
		}
		mustOpen(t, store.Options{Dir: dir})
		var tables int
		check(t, raw(t, dir).Get(&tables, "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'later'"))
		if tables != 0 {
			t.Error("half of the migration is left")
		}
	})
	t.Run("is refused to a reader", func(t *testing.T) {
		_, err := store.OpenWith(t.Context(), store.Options{Dir: filled(t), ReadOnly: true}, good)
		wantError(t, err, store.ErrUnusable)
	})
	t.Run("waits until nobody runs on the old schema", func(t *testing.T) {
		dir := filled(t)
		mustLease(t, store.Options{Dir: dir})
		_, err := store.OpenWith(t.Context(), store.Options{Dir: dir}, good)
		wantError(t, err, store.ErrBusy)
	})
}
