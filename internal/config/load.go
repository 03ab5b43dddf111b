package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"reflect"

	"github.com/rosterd/rosterd/internal/source"
)

// maxFileSize is far above any real file and far below what would hurt.
const maxFileSize = 4 << 20

// Load reads the YAML file at path. types are the sources that this build has.
// The error is Faults, all there are.
func Load(path string, types []source.Type) (File, error) {
	text, err := readCapped(path, maxFileSize)
	if err != nil {
		return File{}, Faults{{File: path, Detail: err.Error()}}
	}
	return Parse(path, text, types)
}

// Parse reads the text of a YAML file; name is what faults call it. What is not
// written keeps its default, see Defaults. The error is Faults, all there are.
func Parse(name string, text []byte, types []source.Type) (File, error) {
	root, err := parseDocument(name, text)
	if err != nil {
		return File{}, err
	}
	file := Defaults()
	d := newDecoder(name, types)
	d.places[""] = root
	d.value(root, "", reflect.ValueOf(&file).Elem(), rules{})
	d.check(file)
	if err := d.faults.err(); err != nil {
		return File{}, err
	}
	return file, nil
}

// readCapped reads a regular file of at most limit bytes. Its errors say what is
// wrong without the path, which may have come out of a variable.
func readCapped(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path) // before opening: opening a pipe waits for its writer
	if err != nil {
		return nil, withoutPath(err)
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("is not a regular file")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, withoutPath(err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, withoutPath(err)
	}
	if int64(len(text)) > limit {
		return nil, fmt.Errorf("is larger than %d bytes", limit)
	}
	return text, nil
}

// withoutPath returns what the operating system said, without the path.
func withoutPath(err error) error {
	if located, ok := errors.AsType[*fs.PathError](err); ok {
		err = located.Err
	}
	return fmt.Errorf("is not readable: %w", err)
}
