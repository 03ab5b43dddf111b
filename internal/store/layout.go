package store

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const (
	privateFile fs.FileMode = 0o600
	privateDir  fs.FileMode = 0o700
)

// layout names the files of one data directory.
type layout struct {
	dir      string
	database string
	newborn  string // the database while it is being created; renamed when it is whole
	identity string
	key      string
	lock     string
	mark     string
}

func layoutOf(dir string) (layout, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return layout{}, fmt.Errorf("resolve data directory: %w", err)
	}
	return layout{
		dir:      dir,
		database: filepath.Join(dir, "rosterd.db"),
		newborn:  filepath.Join(dir, "rosterd.db.new"),
		identity: filepath.Join(dir, "identity"),
		key:      filepath.Join(dir, "state.key"),
		lock:     filepath.Join(dir, "rosterd.lock"),
		mark:     filepath.Join(dir, "sent"),
	}, nil
}

// condition is what a data directory holds, before anything in it is opened.
type condition int

const (
	fresh      condition = iota // nothing has ever been stored
	unfinished                  // its creation was cut short, so nothing has ever been stored
	present                     // there is a database to look into
)

// inspect tells a fresh directory from one that has lost its database.
//
//	| rosterd.db | rosterd.db.new | identity, sent, state.key or -wal | condition  |
//	| ---------- | -------------- | --------------------------------- | ---------- |
//	| there      | any            | any                               | present    |
//	| none       | there          | none, or state.key                | unfinished |
//	| none       | none           | none of them                      | fresh      |
//	| none       | any            | else                              | unusable   |
//	| empty      | any            | any                               | unusable   |
func (l layout) inspect() (condition, error) {
	info, err := os.Stat(l.database)
	switch {
	case err == nil && !info.Mode().IsRegular():
		return 0, damaged("rosterd.db is no regular file")
	case err == nil && info.Size() == 0:
		return 0, damaged("rosterd.db is empty")
	case err == nil:
		return present, l.checkLog()
	case !errors.Is(err, fs.ErrNotExist):
		return 0, fmt.Errorf("look at the database: %w", err)
	}
	born, err := anyExists(l.identity, l.mark, l.database+"-wal")
	if err != nil {
		return 0, err
	}
	newborn, err := anyExists(l.newborn)
	if err != nil {
		return 0, err
	}
	keyed, err := anyExists(l.key)
	if err != nil {
		return 0, err
	}
	switch {
	case born:
		return 0, damaged("rosterd.db is missing, and it was here before")
	case newborn:
		return unfinished, nil
	case keyed:
		return 0, damaged("rosterd.db is missing, and its key is still here")
	}
	return fresh, nil
}

// checkLog refuses a backup that was put beside the log of the database that was
// there: SQLite would mix the two, and what is left would be neither. A copy
// says in its header (bytes 18 and 19) that it never had a log. Reading it is
// safe here only, before SQLite has opened it.
func (l layout) checkLog() error {
	log, err := os.Stat(l.database + "-wal")
	if errors.Is(err, fs.ErrNotExist) || err == nil && log.Size() == 0 {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look at the log of the database: %w", err)
	}
	file, err := os.Open(l.database)
	if err != nil {
		return fmt.Errorf("look at the database: %w", err)
	}
	defer func() { _ = file.Close() }()
	var versions [2]byte
	if _, err := file.ReadAt(versions[:], 18); err == nil && versions == [2]byte{1, 1} {
		return unusable("rosterd.db-wal is the log of another database than rosterd.db", adviceLog)
	}
	return nil
}

func anyExists(paths ...string) (bool, error) {
	for _, path := range paths {
		_, err := os.Lstat(path)
		if err == nil {
			return true, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return false, fmt.Errorf("look at the data directory: %w", err)
		}
	}
	return false, nil
}

// newIdentity names a new database.
func newIdentity() string {
	var id [16]byte
	_, _ = rand.Read(id[:]) // crypto/rand never fails
	return hex.EncodeToString(id[:])
}

// readIdentity returns "" where there is no identity file.
func (l layout) readIdentity() (string, error) {
	text, err := os.ReadFile(l.identity)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read identity: %w", err)
	}
	return strings.TrimSpace(string(text)), nil
}

// tighten takes the files away from other users, as after a careless copy.
// Where they belong to somebody else it changes nothing, which is theirs to decide.
func (l layout) tighten() {
	for _, path := range []string{l.database, l.identity, l.key, l.mark} {
		if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o077 != 0 {
			_ = os.Chmod(path, privateFile)
		}
	}
}
