package csv

import (
	"os"
	"path/filepath"
	"strings"
)

// isPattern reports whether a name has to be matched rather than opened.
func isPattern(path string) bool { return strings.ContainsAny(path, `*?[\`) }

// expand lists what a pattern matches. Unlike filepath.Glob it returns the
// error of a directory that cannot be listed: with half a listing an old file
// would pass for the newest.
func expand(pattern string) ([]string, error) {
	parent, base := filepath.Dir(pattern), filepath.Base(pattern)
	directories := []string{parent}
	if isPattern(parent) {
		matched, err := expand(parent)
		if err != nil {
			return nil, err
		}
		directories = onlyDirectories(matched)
	}
	var paths []string
	for _, directory := range directories {
		entries, err := os.ReadDir(directory)
		if err != nil {
			return nil, err
		}
		for _, entry := range entries {
			if matched, err := filepath.Match(base, entry.Name()); err != nil {
				return nil, err
			} else if matched {
				paths = append(paths, filepath.Join(directory, entry.Name()))
			}
		}
	}
	return paths, nil
}

func onlyDirectories(paths []string) []string {
	var directories []string
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			directories = append(directories, path)
		}
	}
	return directories
}
