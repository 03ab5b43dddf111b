package shard

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

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
// shard covers.
func (d *Dir) Others() ([]Notice, error) {
	var all []Notice
	for index := range d.shard.Count {
		if index == d.shard.Index {
			continue
		}
		text, err := os.ReadFile(d.file(index))
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
		all = append(all, n)
	}
	return all, nil
}
