package shard

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rosterd/rosterd/internal/durable"
)

// Dir is a directory that all shards share, in which each has one file with its last
// notice. A file is exchanged as a whole, so nobody reads half of one.
type Dir struct {
	path  string
	shard Shard
}

// NewDir names the directory; Publish makes it where it is not there.
func NewDir(path string, s Shard) *Dir { return &Dir{path, s} }

func (d *Dir) file(index int) string {
	return filepath.Join(d.path, fmt.Sprintf("shard-%d-of-%d.json", index, d.shard.Count))
}

// Publish puts a notice into the place of this shard's last one, durably.
func (d *Dir) Publish(n Notice) error {
	n.Shard = d.shard.String()
	text, err := json.Marshal(n)
	if err != nil {
		return fmt.Errorf("encode notice: %w", err)
	}
	if err := os.MkdirAll(d.path, 0o700); err != nil {
		return fmt.Errorf("make directory of shards: %w", err)
	}
	if err := durable.Replace(d.file(d.shard.Index), text); err != nil {
		return fmt.Errorf("publish notice: %w", err)
	}
	return nil
}

// Others reads the last notice of every other shard. One that has never published
// covers nobody; one that cannot be read is an error, for nobody could tell whom that
// shard covers. A notice from before there was another number of shards proves little.
func (d *Dir) Others() ([]Notice, error) {
	divided, err := d.dividedOtherwise()
	if err != nil {
		return nil, err
	}
	var all []Notice
	for index := range d.shard.Count {
		if index == d.shard.Index {
			continue
		}
		text, written, err := read(d.file(index))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read notice: %w", err)
		}
		var n Notice
		if err := json.Unmarshal(text, &n); err != nil || n.Shard != (Shard{index, d.shard.Count}).String() {
			return nil, fmt.Errorf("read notice: %s is not what shard %d wrote; let that shard run, which writes it anew", d.file(index), index)
		}
		if written.Before(divided) {
			n = n.outdated()
		}
		all = append(all, n)
	}
	return all, nil
}

// dividedOtherwise is when a shard of another number of shards last published; zero, when
// none has. The times are those of the files: one clock for all.
func (d *Dir) dividedOtherwise() (last time.Time, err error) {
	entries, err := os.ReadDir(d.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return last, fmt.Errorf("list notices: %w", err)
	}
	ours := fmt.Sprintf("-of-%d.json", d.shard.Count)
	for _, entry := range entries {
		if name := entry.Name(); !strings.HasPrefix(name, "shard-") || filepath.Ext(name) != ".json" || strings.HasSuffix(name, ours) {
			continue
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return last, fmt.Errorf("look at notice: %w", err)
		}
		if info.ModTime().After(last) {
			last = info.ModTime()
		}
	}
	return last, nil
}

// read is the text of a file, and when it was written. A file is exchanged as a whole, so
// both are of the same.
func read(path string) (text []byte, written time.Time, err error) {
	f, err := os.Open(path) //nolint:gosec // a name that Dir made
	if err != nil {
		return nil, time.Time{}, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return nil, time.Time{}, err
	}
	text, err = io.ReadAll(f)
	return text, info.ModTime(), err
}
