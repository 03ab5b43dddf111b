package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"

	"github.com/rosterd/rosterd/internal/durable"
)

// mark is what the file beside the database says of what was sent: on which
// line of history, and the number of the last intent that may have been sent.
// It only grows, so it tells when the database is older than it was: restored
// from a copy, or without the end of its log.
type mark struct {
	lineage string // "" where the file is damaged, which is like any other line
	sent    int64
}

// markForm has a fixed length: the file is overwritten in place, within one
// sector and without asking the disk for space.
const markForm = "%16s %020d\n"

// readMark returns nil where there is no mark.
func (l layout) readMark() (*mark, error) {
	text, err := os.ReadFile(l.mark)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil //nolint:nilnil // no mark is no error
	}
	if err != nil {
		return nil, fmt.Errorf("read mark: %w", err)
	}
	var m mark
	if _, err := fmt.Sscanf(string(text), "%16s %020d\n", &m.lineage, &m.sent); err != nil {
		return &mark{}, nil
	}
	return &m, nil
}

// writeMark begins a mark anew.
func (l layout) writeMark(m mark) error {
	if err := durable.Replace(l.mark, fmt.Appendf(nil, markForm, m.lineage, m.sent)); err != nil {
		return fmt.Errorf("write mark: %w", err)
	}
	return nil
}

// marker raises the mark of one line of history.
type marker struct {
	path    string
	lineage string

	mu     sync.Mutex // guards the file and durable
	sent   int64      // the highest intent that is on disk
	wants  sync.Mutex // guards wanted
	wanted int64      // the highest intent that anybody waits for
}

// raise returns when the mark is on disk and at or above sent. Those who wait
// while it is written are served together by the next write.
func (m *marker) raise(sent int64) error {
	m.wants.Lock()
	m.wanted = max(m.wanted, sent)
	m.wants.Unlock()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.sent >= sent {
		return nil
	}
	m.wants.Lock()
	highest := m.wanted
	m.wants.Unlock()
	if err := overwrite(m.path, fmt.Appendf(nil, markForm, m.lineage, highest)); err != nil {
		return fmt.Errorf("raise mark: %w", err)
	}
	m.sent = highest
	return nil
}

// overwrite replaces the content of a small file by one of the same length.
func overwrite(path string, content []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = file.WriteAt(content, 0)
	return errors.Join(err, file.Sync(), file.Close())
}
