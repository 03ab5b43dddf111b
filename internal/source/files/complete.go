package files

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/rosterd/rosterd/internal/retry"
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
	name := strings.ToLower(File{Path: path}.Name())
	return slices.ContainsFunc(unfinishedSuffixes(), func(suffix string) bool { return strings.HasSuffix(name, suffix) })
}

// finished returns a fault where the file is still being written, as far as
// its name, its sidecar, its age and its last byte tell.
func (c *chooser) finished(ctx context.Context, file File) error {
	if hasUnfinishedName(file.Path) {
		return source.Faultf(source.WordPartial, "%s is named like an unfinished upload", file.Name())
	}
	if err := c.vouchedFor(ctx, file); err != nil {
		return err
	}
	if err := c.settle(ctx, file); err != nil {
		return err
	}
	if c.ending != EndingNewline {
		return nil
	}
	if closed, err := c.endsWithNewline(ctx, file); err != nil || closed {
		return err
	}
	return source.Faultf(source.WordTruncated, "%s does not end with a newline, so it may be cut off", file.Name())
}

// vouchedFor checks the sidecar. One that is older than the file vouches for
// the upload before this one.
func (c *chooser) vouchedFor(ctx context.Context, file File) error {
	if c.Sidecar == "" {
		return nil
	}
	sidecar, err := c.at.look(ctx, file.Path+c.Sidecar)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return source.Faultf(source.WordPartial, "%s has no %s file beside it yet", file.Name(), c.Sidecar)
	case err != nil:
		return err
	case sidecar.Modified.Before(file.Modified):
		return source.Faultf(source.WordPartial, "%s is newer than its %s file", file.Name(), c.Sidecar)
	}
	return nil
}

// settle waits until the file has rested and returns a fault where it changed
// meanwhile.
func (c *chooser) settle(ctx context.Context, file File) error {
	rest := c.rest(time.Since(file.Modified))
	if !c.at.nature().changes || rest <= 0 {
		return nil
	}
	if err := retry.Sleep(ctx, rest); err != nil {
		return err
	}
	return unchanged(ctx, c.at, file)
}

const (
	// farAway is how long a file on another machine is watched at least: its
	// upload comes over a line that may stall.
	farAway = 10 * time.Second
	// skew is how far another machine's clock may be from this one's.
	skew = time.Hour
)

// rest is how long a file of this age has still to be watched. A file whose
// time lies in the future, after a clock was set, is watched once in full.
func (c *chooser) rest(age time.Duration) time.Duration {
	if c.at.nature().near || c.StableFor == 0 {
		return min(c.StableFor-age, c.StableFor)
	}
	if age > max(skew, c.StableFor) {
		return 0
	}
	return max(c.StableFor, farAway)
}

// unchanged returns a fault where the path no longer leads to the same file,
// of the same size and time.
func unchanged(ctx context.Context, at place, file File) error {
	now, err := at.look(ctx, file.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return source.Faultf(source.WordPartial, "%s was moved away meanwhile", file.Name())
	case err != nil:
		return err
	case !file.is(now):
		return source.Faultf(source.WordPartial, "%s was replaced meanwhile", file.Name())
	case !file.unchanged(now):
		return source.Faultf(source.WordPartial, "%s is still being written: it changed meanwhile", file.Name())
	}
	return nil
}

// endsWithNewline reads the last byte, where it is one of text: in UTF-8 and in
// windows-1252 a newline is the same byte and part of no other character.
func (c *chooser) endsWithNewline(ctx context.Context, file File) (bool, error) {
	if isPacked(file.Path) || c.at.nature().once {
		return true, nil // to be seen when it is read
	}
	if file.Size == 0 {
		return false, nil
	}
	end, err := c.at.open(ctx, file, file.Size-1)
	if err != nil {
		return false, err
	}
	defer end.Close()
	var last [1]byte
	if _, err := end.Read(last[:]); err != nil && last[0] == 0 {
		return false, &source.Fault{Word: source.WordUnreadable, Detail: "read end of file", Err: err}
	}
	return last[0] == '\n', nil
}
