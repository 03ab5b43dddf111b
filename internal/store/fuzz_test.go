package store_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/store"
)

// Any bytes are people or an error, and people that are read are written and
// read as themselves.
func FuzzPayload(f *testing.F) {
	f.Add(store.EncodePayload(people(2), []roster.Removal{{ReferenceID: "EMP-GONE", Class: roster.Terminated}}))
	f.Fuzz(func(t *testing.T, plain []byte) {
		entries, removals, err := store.DecodePayload(plain)
		if err != nil {
			canary.Text(t, "an error", err.Error())
			return
		}
		again, removed, err := store.DecodePayload(store.EncodePayload(entries, removals))
		check(t, err)
		same(t, entries, again)
		same(t, removals, removed)
		if len(entries)+len(removals) > len(plain) {
			t.Errorf("%d people and %d removals from %d bytes", len(entries), len(removals), len(plain))
		}
	})
}

// Whatever stands in a column that is sealed, or vouches for what is, reading
// gives what was stored or says that it is unusable.
func FuzzTampered(f *testing.F) {
	f.Add(uint8(0), uint16(3), []byte{0x55})
	dir := canary.Dir(f)
	stored := people(3)
	s := value(store.Open(f.Context(), store.Options{Dir: dir}))(f)
	defer s.Close()
	_ = value(s.Lease(f.Context(), "test", false))(f)
	deliver(f, s, "g1", stored)
	intend(f, s, "g2", stored)
	columns := []column{
		{"sealed", "baselines", "external_reference_id = 'g1'"},
		{"checksum", "baselines", "external_reference_id = 'g1'"},
		{"sealed", "syncs", "external_reference_id = 'g2'"},
	}
	db := value(sqlx.Open("sqlite", filepath.Join(dir, "rosterd.db")))(f)
	defer db.Close()
	f.Fuzz(func(t *testing.T, which uint8, at uint16, change []byte) {
		c := columns[int(which)%len(columns)]
		before := c.read(t, db)
		c.write(t, db, changed(before, at, change))
		defer c.write(t, db, before)
		baseline, err := s.Baseline(t.Context(), "g1")
		wantStored(t, stored, baseline.Members, err)
		unsettled, err := s.Unsettled(t.Context())
		if err != nil {
			wantStored(t, stored, nil, err)
			return
		}
		wantStored(t, stored, unsettled[0].Entries, nil)
	})
}

// FuzzMarkers is FuzzTampered for the files beside the database.
func FuzzMarkers(f *testing.F) {
	f.Add(false, uint16(0), []byte{1})
	dir := canary.Dir(f)
	s := value(store.Open(f.Context(), store.Options{Dir: dir}))(f)
	_ = value(s.Lease(f.Context(), "test", false))(f)
	deliver(f, s, "g1", people(3))
	check(f, s.Close())
	f.Fuzz(func(t *testing.T, key bool, at uint16, change []byte) {
		path := filepath.Join(dir, "identity")
		if key {
			path = filepath.Join(dir, "state.key")
		}
		before := value(os.ReadFile(path))(t)
		check(t, os.WriteFile(path, changed(before, at, change), 0o600))
		defer func() { check(t, os.WriteFile(path, before, 0o600)) }()
		s, err := store.Open(t.Context(), store.Options{Dir: dir, ReadOnly: true})
		if err != nil {
			wantStored(t, nil, nil, err)
			return
		}
		defer s.Close()
		baseline, err := s.Baseline(t.Context(), "g1")
		check(t, err)
		same(t, people(3), baseline.Members)
	})
}

// column is one value in a database.
type column struct{ name, table, where string }

func (c column) read(t testing.TB, db *sqlx.DB) (content []byte) {
	t.Helper()
	check(t, db.Get(&content, "SELECT "+c.name+" FROM "+c.table+" WHERE "+c.where))
	return content
}

func (c column) write(t testing.TB, db *sqlx.DB, content []byte) {
	t.Helper()
	_, err := db.Exec("UPDATE "+c.table+" SET "+c.name+" = ? WHERE "+c.where, content)
	check(t, err)
}

// changed is content with a change at a place: cut off there where the change is
// none, exclusive-ored with it otherwise, and longer where it does not fit.
func changed(content []byte, at uint16, change []byte) []byte {
	content = bytes.Clone(content)
	from := int(at) % (len(content) + 1)
	if len(change) == 0 {
		return content[:from]
	}
	for i, b := range change {
		if from+i < len(content) {
			content[from+i] ^= b
		} else {
			content = append(content, b)
		}
	}
	return content
}

func wantStored(t *testing.T, stored, got []roster.Enrolled, err error) {
	t.Helper()
	if err != nil {
		if !errors.Is(err, store.ErrUnusable) {
			t.Errorf("the error is %v", err)
		}
		canary.Text(t, "an error", err.Error())
		return
	}
	same(t, stored, got)
}
