package store

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
)

// seal compresses and encrypts one sort of column: S2, then AES-256-GCM with a
// random nonce in front. What a value is about is authenticated with it, so that
// a value that was moved to another row does not open.
//
// S2 halves people; zstd makes a third of them and takes three times as long,
// twice in every delivery.
type seal struct{ aead cipher.AEAD }

// errSeal says that a value does not open: damaged, moved, or of another key.
var errSeal = errors.New("seal is broken")

// newSeal derives a key for one purpose, so that no two sorts of columns share one.
func newSeal(master []byte, identity, purpose string) (*seal, error) {
	key, err := hkdf.Key(sha256.New, master, []byte(identity), "rosterd "+purpose, keySize)
	if err != nil {
		return nil, fmt.Errorf("derive %s key: %w", purpose, err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("use %s key: %w", purpose, err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("use %s key: %w", purpose, err)
	}
	return &seal{aead: aead}, nil
}

func (s *seal) close(plain []byte, about string) []byte {
	return s.aead.Seal(nil, nil, s2.Encode(nil, plain), []byte(about))
}

func (s *seal) open(sealed []byte, about string) ([]byte, error) {
	packed, err := s.aead.Open(nil, nil, sealed, []byte(about))
	if err != nil {
		return nil, errSeal
	}
	if bytes.HasPrefix(packed, zstdMagic()) {
		return unpackZstd(packed)
	}
	plain, err := s2.Decode(nil, packed)
	if err != nil {
		return nil, errSeal
	}
	return plain, nil
}

// zstdMagic begins what the first databases hold. S2 never begins so: after the
// length there would be a copy of bytes that are not there yet.
func zstdMagic() []byte { return []byte{0x28, 0xb5, 0x2f, 0xfd} }

func unpackZstd(packed []byte) ([]byte, error) {
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, fmt.Errorf("make decompressor: %w", err)
	}
	defer decoder.Close()
	plain, err := decoder.DecodeAll(packed, nil)
	if err != nil {
		return nil, errSeal
	}
	return plain, nil
}

// intact reports whether a value is one that was sealed for this.
func (s *seal) intact(sealed []byte, about string) bool {
	_, err := s.aead.Open(nil, nil, sealed, []byte(about))
	return err == nil
}

// seals are the keys of one database.
type seals struct {
	baselines *seal
	payloads  *seal
	check     *seal
}

func newSeals(master []byte, identity string) (*seals, error) {
	var all seals
	for _, s := range []struct {
		to      **seal
		purpose string
	}{{&all.baselines, "baseline"}, {&all.payloads, "payload"}, {&all.check, "check"}} {
		one, err := newSeal(master, identity, s.purpose)
		if err != nil {
			return nil, err
		}
		*s.to = one
	}
	return &all, nil
}

// keyCheck is what meta.key_check seals: a key that opens it is the right one.
const keyCheck = "the key fits"

func (s *seals) makeCheck() []byte { return s.check.close([]byte(keyCheck), "key_check") }

func (s *seals) fits(sealed []byte) bool {
	plain, err := s.check.open(sealed, "key_check")
	return err == nil && string(plain) == keyCheck
}
