package files_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/files"
)

func gzipped(text string) string {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = w.Write([]byte(text)) // to memory
	_ = w.Close()
	return packed.String()
}

// zipped packs texts under their names, in pairs.
func zipped(pairs ...string) string {
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	for i := 0; i < len(pairs); i += 2 {
		entry, err := w.Create(pairs[i])
		if err != nil {
			panic(err) // of a test's own name
		}
		_, _ = entry.Write([]byte(pairs[i+1]))
	}
	_ = w.Close()
	return packed.String()
}

// person has a key pair.
type person struct{ *openpgp.Entity }

func newPerson(t *testing.T) person {
	t.Helper()
	entity, err := openpgp.NewEntity("Payroll", "", "payroll@example.com", &packet.Config{Algorithm: packet.PubKeyAlgoEdDSA})
	if err != nil {
		t.Fatal(err)
	}
	return person{entity}
}

// private is the armored private key, locked where there is a passphrase.
func (p person) private(t *testing.T, passphrase string) string {
	t.Helper()
	var text bytes.Buffer
	w, err := armor.Encode(&text, openpgp.PrivateKeyType, nil)
	if err != nil {
		t.Fatal(err)
	}
	if passphrase != "" {
		if err := p.EncryptPrivateKeys([]byte(passphrase), nil); err != nil {
			t.Fatal(err)
		}
		err = p.SerializePrivateWithoutSigning(w, nil)
	} else {
		err = p.SerializePrivate(w, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

func (p person) public(t *testing.T) string {
	t.Helper()
	var text bytes.Buffer
	w, err := armor.Encode(&text, openpgp.PublicKeyType, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Serialize(w); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// encrypted is a text for somebody, signed by another one or by nobody.
func encrypted(t *testing.T, text string, to person, by *openpgp.Entity) string {
	t.Helper()
	var message bytes.Buffer
	w, err := openpgp.Encrypt(&message, []*openpgp.Entity{to.Entity}, by, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return message.String()
}

func armored(t *testing.T, message string) string {
	t.Helper()
	var text bytes.Buffer
	w, err := armor.Encode(&text, "PGP MESSAGE", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(message)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// packed puts one file on this disk, and says how to read it.
func packed(t *testing.T, name, text string) files.Config {
	t.Helper()
	path := filepath.Join(canary.Input(t), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, older(5), older(5)); err != nil {
		t.Fatal(err)
	}
	config := files.Defaults()
	config.Path, config.StableFor = path, 0
	return config
}

const census = "id,name\n1,A\n2,B\n"

func TestPackedFiles(t *testing.T) {
	long := strings.Repeat(census, 50_000)
	for _, test := range []struct {
		name   string
		file   string
		text   string
		change func(*files.Config)
		want   string
		word   string
	}{
		{"gzip", "c.csv.gz", gzipped(long), nil, long, ""},
		{"gzip in parts", "c.csv.GZ", gzipped(census) + gzipped(census), nil, census + census, ""},
		{"gzip that is cut off", "c.csv.gz", gzipped(long)[:900], nil, "", source.WordTruncated},
		{"gzip that is cut off before its checksum", "c.csv.gz", gzipped(census)[:len(gzipped(census))-4], nil, "", source.WordTruncated},
		{"gzip with another byte", "c.csv.gz", strings.Replace(gzipped(census), gzipped(census)[len(gzipped(census))-8:][:1], "\x00", 1), nil, "", source.WordFormat},
		{"no gzip at all", "c.csv.gz", census, nil, "", source.WordFormat},
		{"gzip of nothing", "c.csv.gz", "", nil, "", source.WordTruncated},
		{"a bomb", "c.csv.gz", gzipped(strings.Repeat("0", 1<<20)), func(c *files.Config) { c.MaxSize = 1 << 16 }, "", source.WordTooLarge},
		{"zip", "c.zip", zipped("census.csv", long), nil, long, ""},
		{"zip with what a Mac adds", "c.zip", zipped("out/census.csv", census, "__MACOSX/out/._census.csv", "x", "out/.DS_Store", "x"), nil, census, ""},
		{"zip of two", "c.zip", zipped("a.csv", census, "b.csv", census), nil, "", source.WordFormat},
		{"zip of two, one of them meant", "c.zip", zipped("a.csv", "x", "b.csv", census), func(c *files.Config) { c.Entry = "b*.csv" }, census, ""},
		{"zip without the one that is meant", "c.zip", zipped("a.csv", "x"), func(c *files.Config) { c.Entry = "b*.csv" }, "", source.WordFormat},
		{"zip that is cut off", "c.zip", zipped("a.csv", census)[:60], nil, "", source.WordFormat},
		{"zip in gzip", "c.zip.gz", gzipped(zipped("a.csv", census)), nil, census, ""},
		{"a bomb in a zip", "c.zip", zipped("a.csv", strings.Repeat("0", 1<<20)), func(c *files.Config) { c.MaxSize = 1 << 16 }, "", source.WordTooLarge},
	} {
		t.Run(test.name, func(t *testing.T) {
			config := packed(t, test.file, test.text)
			if test.change != nil {
				test.change(&config)
			}
			_, got, err := read(t, config, source.Opening{})
			switch {
			case test.word != "":
				wantFault(t, err, test.word, "")
			case err != nil:
				t.Fatal(err)
			case got != test.want:
				t.Errorf("read %d bytes, want %d", len(got), len(test.want))
			}
		})
	}
}

func TestEncryptedFiles(t *testing.T) {
	us, payroll, stranger := newPerson(t), newPerson(t), newPerson(t)
	long := strings.Repeat(census, 20_000)
	message := encrypted(t, long, us, payroll.Entity)
	unsigned := encrypted(t, long, us, nil)
	byStranger := encrypted(t, long, us, stranger.Entity)
	byUs := encrypted(t, long, us, us.Entity)
	changed := []byte(message)
	changed[len(changed)-2000] ^= 1
	signers, private := payroll.public(t), us.private(t, "")
	locked := us.private(t, canary.Secret)
	for _, test := range []struct {
		name   string
		file   string
		text   string
		key    string
		phrase string
		signed bool
		word   string
	}{
		{name: "for us", file: "c.csv.pgp", text: message, key: private},
		{name: "armored", file: "c.csv.asc", text: armored(t, message), key: private},
		{name: "of a packed file", file: "c.csv.gz.gpg", text: encrypted(t, gzipped(long), us, nil), key: private},
		{name: "with a locked key", file: "c.csv.pgp", text: message, key: locked, phrase: canary.Secret},
		{name: "signed by who has to", file: "c.csv.pgp", text: message, key: private, signed: true},
		{name: "with a locked key and no passphrase", file: "c.csv.pgp", text: message, key: locked, word: source.WordSecret},
		{name: "with another passphrase", file: "c.csv.pgp", text: message, key: locked, phrase: "wrong", word: source.WordSecret},
		{name: "signed by nobody", file: "c.csv.pgp", text: unsigned, key: private, signed: true, word: source.WordFormat},
		{name: "signed by somebody else", file: "c.csv.pgp", text: byStranger, key: private, signed: true, word: source.WordFormat},
		{name: "signed by ourselves", file: "c.csv.pgp", text: byUs, key: private, signed: true, word: source.WordFormat},
		{name: "for somebody else", file: "c.csv.pgp", text: encrypted(t, long, stranger, nil), key: private, word: source.WordFormat},
		{name: "changed on the way", file: "c.csv.pgp", text: string(changed), key: private, word: source.WordFormat},
		{name: "cut off", file: "c.csv.pgp", text: message[:len(message)-40], key: private, word: ""},
		{name: "not encrypted at all", file: "c.csv.pgp", text: census, key: private, word: source.WordFormat},
		{name: "a key that is none", file: "c.csv.pgp", text: message, key: "x", word: source.WordSecret},
	} {
		t.Run(test.name, func(t *testing.T) {
			config := packed(t, test.file, test.text)
			config.PGP.PrivateKey = source.Secret{Env: "KEY"}
			if test.phrase != "" {
				config.PGP.Passphrase = source.Secret{Env: "PHRASE"}
			}
			if test.signed {
				config.PGP.SignedBy = source.Secret{Env: "SIGNER"}
			}
			o := source.Opening{Getenv: environment(map[string]string{"KEY": test.key, "PHRASE": test.phrase, "SIGNER": signers})}
			_, got, err := read(t, config, o)
			switch {
			case test.name == "cut off":
				if err == nil {
					t.Error("a file that is cut off is read as a whole one")
				}
				canary.Text(t, "the fault", err.Error())
			case test.word != "":
				wantFault(t, err, test.word, "")
			case err != nil:
				t.Fatal(err)
			case got != long:
				t.Errorf("read %d bytes, want %d", len(got), len(long))
			}
		})
	}
}

// TestLocal is this machine, where csv's own tests look closer.
func TestLocal(t *testing.T) {
	testPlace(t, func(t *testing.T, objects ...object) (files.Config, source.Opening) {
		t.Helper()
		outbox := canary.Input(t)
		for _, one := range objects {
			path := filepath.Join(outbox, one.name)
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(one.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(path, time.Time{}, older(one.age)); err != nil {
				t.Fatal(err)
			}
		}
		config := files.Defaults()
		config.Path = outbox
		return config, source.Opening{}
	})
}
