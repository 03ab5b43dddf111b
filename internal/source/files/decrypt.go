package files

import (
	"bufio"
	"errors"
	"io"
	"strings"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"

	"github.com/rosterd/rosterd/internal/source"
)

// PGP is how an OpenPGP message is decrypted (RFC 9580, and RFC 4880 before it).
type PGP struct {
	// PrivateKey is the armored key that the files are encrypted for.
	PrivateKey source.Secret `yaml:"private_key" doc:"The armored private key that the files are encrypted for, {env: NAME} or {file: PATH}."`
	// Passphrase opens that key, where it is locked.
	Passphrase source.Secret `yaml:"passphrase" doc:"What opens the private key."`
	// SignedBy is the armored public key of who has to have signed the files.
	SignedBy source.Secret `yaml:"signed_by" doc:"The armored public key of who has to have signed the files; without it a signature is not asked for."`
}

func (c PGP) faults() []source.KeyFault {
	faults := secretFault(c.PrivateKey, "pgp.private_key", true)
	return append(append(faults, secretFault(c.Passphrase, "pgp.passphrase", false)...), secretFault(c.SignedBy, "pgp.signed_by", false)...)
}

// secretFault says what is wrong with a secret that is needed, or only allowed.
func secretFault(s source.Secret, key string, needed bool) []source.KeyFault {
	if fault := s.Fault(); fault != "" && (needed || !s.IsZero()) {
		return []source.KeyFault{{Key: key, Detail: fault}}
	}
	return nil
}

// decrypt reads a message. Only its end proves that nobody changed it: the reader
// returns a fault there instead of io.EOF where it was.
func (c PGP) decrypt(from io.Reader, getenv func(string) string) (io.Reader, error) {
	keys, signers, err := c.keys(getenv)
	if err != nil {
		return nil, err
	}
	from, err = unarmored(from)
	if err != nil {
		return nil, err
	}
	message, err := openpgp.ReadMessage(from, append(keys, signers...), nil, nil)
	switch {
	case err != nil && errors.Is(err, io.ErrUnexpectedEOF):
		return nil, damaged(".pgp", err)
	case err != nil:
		// err may have what stands in a damaged message.
		return nil, source.Faultf(source.WordFormat, "the file is no OpenPGP message for this private key")
	case !message.IsEncrypted:
		return nil, source.Faultf(source.WordFormat, "the file is named like an encrypted one and is not encrypted")
	}
	return &envelope{message, signers}, nil
}

// keys are the private key, unlocked, and those of which one has to have signed.
func (c PGP) keys(getenv func(string) string) (keys, signers openpgp.EntityList, err error) {
	if keys, err = ring(c.PrivateKey, getenv); err != nil {
		return nil, nil, err
	}
	if !c.Passphrase.IsZero() {
		phrase, err := c.Passphrase.Read(getenv)
		if err != nil {
			return nil, nil, err
		}
		for _, key := range keys {
			if err := key.DecryptPrivateKeys([]byte(phrase)); err != nil {
				return nil, nil, source.Faultf(source.WordSecret, "the passphrase does not open the private key")
			}
		}
	}
	for _, key := range keys {
		if key.PrivateKey == nil || key.PrivateKey.Encrypted {
			return nil, nil, source.Faultf(source.WordSecret, "pgp.private_key has no private key that can be used; a locked one needs pgp.passphrase")
		}
	}
	if !c.SignedBy.IsZero() {
		signers, err = ring(c.SignedBy, getenv)
	}
	return keys, signers, err
}

func ring(s source.Secret, getenv func(string) string) (openpgp.EntityList, error) {
	text, err := s.Read(getenv)
	if err != nil {
		return nil, err
	}
	keys, err := openpgp.ReadArmoredKeyRing(strings.NewReader(text))
	if err != nil || len(keys) == 0 {
		return nil, source.Faultf(source.WordSecret, "an OpenPGP key cannot be read; it has to be armored (-----BEGIN PGP ...)")
	}
	return keys, nil
}

// unarmored takes the armor off, where there is one (RFC 9580, 6).
func unarmored(from io.Reader) (io.Reader, error) {
	peeked := bufio.NewReader(from)
	if start, _ := peeked.Peek(10); string(start) != "-----BEGIN" {
		return peeked, nil
	}
	block, err := armor.Decode(peeked)
	if err != nil {
		return nil, damaged(".pgp", err)
	}
	return block.Body, nil
}

// envelope is what stands in a message.
type envelope struct {
	*openpgp.MessageDetails
	signers openpgp.EntityList // one of them has to have signed it; nil: nobody
}

// Read implements io.Reader.
func (m *envelope) Read(p []byte) (int, error) {
	n, err := m.UnverifiedBody.Read(p)
	switch {
	case err == nil:
		return n, nil
	case !errors.Is(err, io.EOF):
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return n, damaged(".pgp", err)
		}
		if _, ours := errors.AsType[*source.Fault](err); ours {
			return n, err
		}
		return n, source.Faultf(source.WordFormat, "the .pgp file is damaged, or somebody changed it")
	case m.signers != nil && (!m.IsSigned || m.SignatureError != nil || len(m.signers.KeysById(m.SignedByKeyId)) == 0):
		return n, source.Faultf(source.WordFormat, "the file is not signed by pgp.signed_by")
	}
	return n, io.EOF
}
