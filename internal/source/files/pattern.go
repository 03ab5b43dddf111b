package files

import (
	"context"
	"path"
	"strings"
)

// isPattern reports whether a name has to be matched rather than opened.
func isPattern(path string) bool { return strings.ContainsAny(path, `*?[\`) }

// expand lists what a pattern matches. Unlike filepath.Glob it returns the
// error of a directory that cannot be listed: with half a listing an old file
// would pass for the newest.
func expand(ctx context.Context, at place, pattern string) ([]File, error) {
	parent, base := path.Dir(pattern), path.Base(pattern)
	directories := []string{parent}
	if isPattern(parent) {
		matched, err := expand(ctx, at, parent)
		if err != nil {
			return nil, err
		}
		directories = onlyDirectories(matched)
	}
	if _, err := path.Match(base, ""); err != nil {
		return nil, err
	}
	matches := func(name string) bool {
		matched, _ := path.Match(base, name) // the pattern is sound, see above
		return matched
	}
	var files []File
	for _, directory := range directories {
		entries, err := at.list(ctx, directory, matches)
		if err != nil {
			return nil, err
		}
		files = append(files, entries...)
	}
	return files, nil
}

func onlyDirectories(files []File) []string {
	var directories []string
	for _, file := range files {
		if file.kind == directory {
			directories = append(directories, file.Path)
		}
	}
	return directories
}
