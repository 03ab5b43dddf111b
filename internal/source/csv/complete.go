package csv

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rosterd/rosterd/internal/source"
)

// unfinishedSuffixes are the names that uploaders and browsers give to files
// that they are still writing.
func unfinishedSuffixes() []string {
	return []string{".part", ".partial", ".tmp", ".filepart", ".crdownload"}
}

// hasUnfinishedName reports whether the name itself says that somebody is
// still writing.
func hasUnfinishedName(path string) bool {
	name := strings.ToLower(filepath.Base(path))
	for _, suffix := range unfinishedSuffixes() {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}

// candidate is a file as it was when it was found.
type candidate struct {
	path string
	info fs.FileInfo
}

// find looks at one path, through symbolic links. Only regular files hold a
// roster: a directory has no rows, and a pipe or a device has no end that
// could be trusted.
func find(path string) (candidate, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return candidate{}, &source.Fault{Word: source.WordMissing, Detail: "there is no such file", Err: err}
	case err != nil:
		return candidate{}, &source.Fault{Word: source.WordUnreadable, Detail: "look at file", Err: err}
	case info.IsDir():
		return candidate{}, source.Faultf(source.WordUnreadable, "%s is a directory; name a file, or a pattern such as %s", path, filepath.Join(path, "*.csv"))
	case !info.Mode().IsRegular():
		return candidate{}, source.Faultf(source.WordUnreadable, "%s is no regular file", path)
	}
	return candidate{path, info}, nil
}

// name is the file name without its directory.
func (c candidate) name() string { return filepath.Base(c.path) }

// finished returns a fault where the file is still being written, as far as
// its name, its sidecar, its age and its last byte tell.
func (c candidate) finished(ctx context.Context, config *Config) error {
	if hasUnfinishedName(c.path) {
		return source.Faultf(source.WordPartial, "%s is named like an unfinished upload", c.name())
	}
	if err := c.vouchedFor(config.Sidecar); err != nil {
		return err
	}
	if err := c.settle(ctx, config.StableFor); err != nil {
		return err
	}
	if config.FinalNewline != newlineRequired {
		return nil
	}
	if closed, err := c.endsWithNewline(); err != nil || closed {
		return err
	}
	return source.Faultf(source.WordTruncated, "%s does not end with a newline, so it may be cut off", c.name())
}

// vouchedFor checks the sidecar. One that is older than the file vouches for
// the upload before this one.
func (c candidate) vouchedFor(suffix string) error {
	if suffix == "" {
		return nil
	}
	sidecar, err := os.Stat(c.path + suffix)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return source.Faultf(source.WordPartial, "%s has no %s file beside it yet", c.name(), suffix)
	case err != nil:
		return &source.Fault{Word: source.WordUnreadable, Detail: "look at sidecar", Err: err}
	case sidecar.ModTime().Before(c.info.ModTime()):
		return source.Faultf(source.WordPartial, "%s is newer than its %s file", c.name(), suffix)
	}
	return nil
}

// settle waits until the file is stableFor old and returns a fault where it
// changed meanwhile.
func (c candidate) settle(ctx context.Context, stableFor time.Duration) error {
	rest := restOf(time.Since(c.info.ModTime()), stableFor)
	if rest <= 0 {
		return nil
	}
	timer := time.NewTimer(rest)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
	}
	return c.unchanged()
}

// restOf is how long a file of this age has still to be watched. A file whose
// time lies in the future, after a clock was set, is watched once in full.
func restOf(age, stableFor time.Duration) time.Duration {
	return min(stableFor-age, stableFor)
}

// unchanged returns a fault where the path no longer leads to the same file,
// of the same size and time.
func (c candidate) unchanged() error {
	now, err := os.Stat(c.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return source.Faultf(source.WordPartial, "%s was moved away meanwhile", c.name())
	case err != nil:
		return &source.Fault{Word: source.WordUnreadable, Detail: "look at file again", Err: err}
	case !os.SameFile(c.info, now):
		return source.Faultf(source.WordPartial, "%s was replaced meanwhile", c.name())
	case c.info.Size() != now.Size() || !c.info.ModTime().Equal(now.ModTime()):
		return source.Faultf(source.WordPartial, "%s is still being written: it changed meanwhile", c.name())
	}
	return nil
}

// endsWithNewline reads the last byte. In both encodings a newline is the same
// byte and part of no other character.
func (c candidate) endsWithNewline() (bool, error) {
	if c.info.Size() == 0 {
		return false, nil
	}
	f, err := os.Open(c.path)
	if err != nil {
		return false, &source.Fault{Word: source.WordUnreadable, Detail: "open file", Err: err}
	}
	defer f.Close()
	var last [1]byte
	if _, err := f.ReadAt(last[:], c.info.Size()-1); err != nil {
		return false, &source.Fault{Word: source.WordUnreadable, Detail: "read end of file", Err: err}
	}
	return last[0] == '\n', nil
}
