package canary

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Tree searches every file below a directory and every name, and follows no
// link. Of what is an input only the name is searched: exports hold people on
// purpose. What goes while it is read was nothing that stayed.
func Tree(dir string, input func(path string) bool) []Finding {
	var all []Finding
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		all = append(all, Find("the file name "+name, []byte(name))...)
		if !entry.Type().IsRegular() || input(path) {
			return nil
		}
		text, err := read(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		all = append(all, Find("file "+name, text)...)
		return err
	})
	if err != nil {
		all = append(all, Finding{"the search of a directory", "nothing further: " + err.Error()})
	}
	return all
}

// read reads also what a test has forbidden to read.
func read(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if !errors.Is(err, fs.ErrPermission) {
		return text, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}
