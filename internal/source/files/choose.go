package files

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"

	"github.com/rosterd/rosterd/internal/source"
)

// Ending is what the last byte of a text file tells.
type Ending int

// The endings. A file that is packed or encrypted shows its last byte to nobody
// before it is read.
const (
	EndingAny        Ending = iota // nothing
	EndingLikeOthers               // a file without a final newline is cut off where another file of the pattern has one
	EndingNewline                  // a file without one is cut off
)

// chooser looks for the file to read.
type chooser struct {
	Config
	at     place
	ending Ending
}

// choose returns the file to read: the named one, which must be complete, or
// the newest complete one that the pattern matches.
func (c *chooser) choose(ctx context.Context, wanted string) (File, error) {
	named, err := c.at.look(ctx, wanted)
	switch {
	case err != nil && isPattern(wanted):
		matches, err := c.matches(ctx, wanted)
		if err != nil {
			return File{}, err
		}
		return c.newestFinished(ctx, matches, wanted)
	case errors.Is(err, fs.ErrNotExist):
		return File{}, &source.Fault{Word: source.WordMissing, Detail: "there is no such file", Err: err}
	case err != nil:
		return File{}, err
	case named.kind == directory:
		return File{}, source.Faultf(source.WordUnreadable, "%s is a directory; name a file, or a pattern such as %s/*.csv", wanted, strings.TrimSuffix(wanted, "/"))
	case named.kind == other:
		return File{}, source.Faultf(source.WordUnreadable, "%s is no regular file", wanted)
	}
	return named, c.finished(ctx, named)
}

// matches returns the regular files that the pattern matches, newest first; equal
// times go by name, the last in the alphabet first. Hidden files, which
// uploaders write to, and sidecars count only when the pattern asks for them.
func (c *chooser) matches(ctx context.Context, pattern string) ([]File, error) {
	files, err := expand(ctx, c.at, pattern)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	files = slices.DeleteFunc(files, func(f File) bool {
		return f.kind != regular || isHidden(f.Path) && !isHidden(pattern) || c.Sidecar != "" && strings.HasSuffix(f.Path, c.Sidecar)
	})
	if len(files) == 0 {
		return nil, source.Faultf(source.WordMissing, "no file matches %s", pattern)
	}
	slices.SortFunc(files, func(a, b File) int {
		return cmp.Or(b.Modified.Compare(a.Modified), strings.Compare(b.Path, a.Path))
	})
	return files, nil
}

func isHidden(path string) bool { return strings.HasPrefix(File{Path: path}.Name(), ".") }

// newestFinished returns the first of the matches that is complete. What is
// unfinished is passed over, since yesterday's whole file is better evidence
// than half of today's; source.Judge sees to it that old data does not pass for
// new. Any other trouble ends the search: it needs a person.
func (c *chooser) newestFinished(ctx context.Context, matches []File, pattern string) (File, error) {
	var first *source.Fault
	for _, match := range matches {
		err := c.finished(ctx, match)
		if err == nil && c.ending == EndingLikeOthers {
			err = c.endsLike(ctx, match, matches)
		}
		if err == nil {
			return match, nil
		}
		fault, ok := errors.AsType[*source.Fault](err)
		if !ok || fault.Word != source.WordPartial && fault.Word != source.WordTruncated {
			return File{}, err
		}
		if first == nil {
			first = fault
		}
	}
	return File{}, source.Faultf(first.Word, "%d files match %s and none is complete; of the newest: %s", len(matches), pattern, first.Detail)
}

// endsLike returns a fault where the file does not end with a newline and
// another finished one does.
func (c *chooser) endsLike(ctx context.Context, file File, matches []File) error {
	if closed, err := c.endsWithNewline(ctx, file); err != nil || closed {
		return err
	}
	for _, one := range matches {
		if one.Path == file.Path || isPacked(one.Path) || hasUnfinishedName(one.Path) || c.vouchedFor(ctx, one) != nil {
			continue
		}
		closed, err := c.endsWithNewline(ctx, one)
		if err != nil {
			return err
		}
		if closed {
			return source.Faultf(source.WordPartial, "%s does not end with a newline and %s does", file.Name(), one.Name())
		}
	}
	return nil
}
