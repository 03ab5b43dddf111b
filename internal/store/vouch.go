package store

import (
	"context"
	"fmt"

	"github.com/rosterd/rosterd/internal/durable"
)

// vouch makes sure that this is the database that belongs here, that it is
// whole, and that its key is ours. It returns the database's identity.
func (s *Store) vouch(ctx context.Context, key []byte, steps []migration) (string, error) {
	version, err := schemaVersion(ctx, s.readers)
	if err != nil {
		return "", err
	}
	if err := checkVersion(version, steps); err != nil {
		return "", err
	}
	if s.writer == nil && version < len(steps) {
		return "", unusable("the database has an older schema", adviceMigrate)
	}
	if err := quickCheck(ctx, s.readers); err != nil {
		return "", err
	}
	identity, err := s.checkIdentity(ctx)
	if err != nil {
		return "", err
	}
	return identity, s.unlock(ctx, key, identity)
}

// checkIdentity compares the database with the marker beside it. A missing
// marker is a restored backup.
func (s *Store) checkIdentity(ctx context.Context) (string, error) {
	value, err := s.meta(ctx, "identity")
	if err != nil {
		return "", err
	}
	identity := string(value)
	expected, err := s.files.readIdentity()
	if err != nil {
		return "", err
	}
	if identity == "" || expected != "" && expected != identity {
		return "", damaged("rosterd.db was replaced by another database")
	}
	return identity, nil
}

// unlock finds the key and tries it.
func (s *Store) unlock(ctx context.Context, given []byte, identity string) error {
	key, err := s.files.findKey(given)
	if err != nil {
		return err
	}
	check, err := s.meta(ctx, "key_check")
	if err != nil {
		return err
	}
	if s.seals, err = newSeals(key, identity); err != nil {
		return err
	}
	if !s.seals.fits(check) {
		return unusable("the key is not the one that the database was sealed with", adviceKey)
	}
	return nil
}

// meta is empty where there is no such row.
func (s *Store) meta(ctx context.Context, name string) ([]byte, error) {
	var values [][]byte
	if err := s.readers.SelectContext(ctx, &values, "SELECT value FROM meta WHERE name = ?", name); err != nil {
		return nil, wrap("read "+name, err)
	}
	if len(values) == 0 {
		return nil, nil
	}
	return values[0], nil
}

// adopt writes the marker where there is none.
func (l layout) adopt(identity string) error {
	exists, err := anyExists(l.identity)
	if err != nil || exists {
		return err
	}
	if err := durable.Replace(l.identity, []byte(identity+"\n")); err != nil {
		return fmt.Errorf("write identity: %w", err)
	}
	return nil
}
