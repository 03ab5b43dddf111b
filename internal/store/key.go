package store

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/rosterd/rosterd/internal/durable"
)

// keySize is the length of the master key in bytes, as AES-256 wants it.
const keySize = 32

// newKey is the given key, or a random one that is kept in state.key, base64
// as ROSTERD_STATE_KEY has it.
func (l layout) newKey(given []byte) ([]byte, error) {
	if given != nil {
		return given, nil
	}
	key := make([]byte, keySize)
	_, _ = rand.Read(key) // crypto/rand never fails
	text := base64.StdEncoding.EncodeToString(key) + "\n"
	if err := durable.Replace(l.key, []byte(text)); err != nil {
		return nil, fmt.Errorf("write state key: %w", err)
	}
	return key, nil
}

// findKey is the given key, or the one in state.key.
func (l layout) findKey(given []byte) ([]byte, error) {
	if given != nil {
		return given, nil
	}
	text, err := os.ReadFile(l.key)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, unusable("the key of the database is lost", adviceKey)
	}
	if err != nil {
		return nil, fmt.Errorf("read state key: %w", err)
	}
	// The error of a decoder says where it stumbled over the secret; not told.
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != keySize {
		return nil, unusable("state.key is damaged", adviceKey)
	}
	return key, nil
}
