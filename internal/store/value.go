package store

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// millis is how a time is stored; 0 is no time.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// instant reads what millis wrote.
func instant(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// list is a column that is read and written as a whole.
func list(value any) (string, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return "", fmt.Errorf("encode column: %w", err)
	}
	return string(text), nil
}

// readList reads what list wrote. The decoder's error is not told: it may
// quote the value.
func readList(text string, into any) error {
	if err := json.Unmarshal([]byte(text), into); err != nil {
		return damaged("a stored list cannot be read")
	}
	return nil
}

// publicID names a row for people: h1, f1.
func publicID(prefix byte, id int64) string { return string(prefix) + strconv.FormatInt(id, 10) }

// rowID reads a publicID. What is none names no row: ErrNotFound.
func rowID(prefix byte, id string) (int64, error) {
	if len(id) < 2 || id[0] != prefix {
		return 0, ErrNotFound
	}
	n, err := strconv.ParseInt(id[1:], 10, 64)
	if err != nil {
		return 0, ErrNotFound
	}
	return n, nil
}
