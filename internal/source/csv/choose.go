package csv

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rosterd/rosterd/internal/source"
)

// choose returns the file to read: the named one, which must be complete, or
// the newest complete one that the pattern matches.
func choose(ctx context.Context, config *Config) (candidate, error) {
	if _, err := os.Lstat(config.Path); err == nil || !isPattern(config.Path) {
		named, err := find(config.Path)
		if err != nil {
			return candidate{}, err
		}
		return named, named.finished(ctx, config)
	}
	matches, err := list(config)
	if err != nil {
		return candidate{}, err
	}
	return newestFinished(ctx, matches, config)
}

// list returns the regular files that the pattern matches, newest first; equal
// times go by name, the last in the alphabet first. Hidden files, which
// uploaders write to, and sidecars count only when the pattern asks for them.
func list(config *Config) ([]candidate, error) {
	paths, err := expand(config.Path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, &source.Fault{Word: source.WordUnreadable, Detail: "list directory", Err: err}
	}
	var matches []candidate
	for _, path := range paths {
		if isHidden(path) && !isHidden(config.Path) || config.Sidecar != "" && strings.HasSuffix(path, config.Sidecar) {
			continue
		}
		info, err := os.Stat(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, &source.Fault{Word: source.WordUnreadable, Detail: "look at file", Err: err}
		}
		if err == nil && info.Mode().IsRegular() {
			matches = append(matches, candidate{path, info})
		}
	}
	if len(matches) == 0 {
		return nil, source.Faultf(source.WordMissing, "no file matches %s", config.Path)
	}
	slices.SortFunc(matches, func(a, b candidate) int {
		return cmp.Or(b.info.ModTime().Compare(a.info.ModTime()), strings.Compare(b.path, a.path))
	})
	return matches, nil
}

func isHidden(path string) bool { return strings.HasPrefix(filepath.Base(path), ".") }

// newestFinished returns the first of the matches that is complete. What is
// unfinished is passed over, since yesterday's whole file is better evidence
// than half of today's; source.Judge sees to it that old data does not pass for
// new. Any other trouble ends the search: it needs a person.
func newestFinished(ctx context.Context, matches []candidate, config *Config) (candidate, error) {
	var first *source.Fault
	for _, match := range matches {
		err := match.finished(ctx, config)
		if err == nil && config.FinalNewline == newlineAuto {
			err = match.endsLike(matches, config)
		}
		if err == nil {
			return match, nil
		}
		fault, ok := errors.AsType[*source.Fault](err)
		if !ok || fault.Word != source.WordPartial && fault.Word != source.WordTruncated {
			return candidate{}, err
		}
		if first == nil {
			first = fault
		}
	}
	return candidate{}, source.Faultf(first.Word, "%d files match %s and none is complete; of the newest: %s", len(matches), config.Path, first.Detail)
}

// endsLike returns a fault where the file does not end with a newline and
// another finished one does.
func (c candidate) endsLike(matches []candidate, config *Config) error {
	if closed, err := c.endsWithNewline(); err != nil || closed {
		return err
	}
	for _, other := range matches {
		if other.path == c.path || hasUnfinishedName(other.path) || other.vouchedFor(config.Sidecar) != nil {
			continue
		}
		closed, err := other.endsWithNewline()
		if err != nil {
			return err
		}
		if closed {
			return source.Faultf(source.WordPartial, "%s does not end with a newline and %s does", c.name(), other.name())
		}
	}
	return nil
}
