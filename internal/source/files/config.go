package files

import (
	"path"
	"strings"
	"time"

	"github.com/rosterd/rosterd/internal/source"
)

// Config is where a file lies and how it is opened: the keys that every source
// of files has.
type Config struct {
	// Path is a file on this machine, or an address. Its last parts may be a
	// pattern (* ? [a-z]) of which the newest complete file is taken, but behind
	// https. A name that exists as it is written is no pattern.
	Path string `yaml:"path" doc:"A file, a pattern (* ? [a-z]) of which the newest complete file is taken, or an address: sftp://user@host/outbox/census-*.csv, https://host/census.csv, s3://bucket/census-*.csv. .gz, .zip and .pgp are opened by their names."`
	// Sidecar is a suffix: a file counts only when the file with this suffix
	// added stands beside it and is not older. "" asks for none.
	Sidecar string `yaml:"sidecar" doc:"A suffix: a file counts only when the file with this suffix stands beside it and is not older."`
	// StableFor is how long a file must not have changed. One that was
	// modified more recently is looked at again after the rest of this time; on an
	// SFTP server after ten seconds at least, but for 0.
	StableFor time.Duration `yaml:"stable_for" doc:"How long a file must not have changed; on an SFTP server at least 10s, but for 0s."`
	// MaxSize is how many bytes a file may have once it is unpacked.
	MaxSize int `yaml:"max_size" min:"1" doc:"How many bytes a file may have, unpacked."`
	// Entry is a pattern for the one file of a .zip that is read.
	Entry string `yaml:"entry" doc:"Which file of a .zip is read, as a pattern; without it there has to be exactly one."`

	SFTP  SFTP   `yaml:"sftp" doc:"How an SFTP server is spoken to."`
	HTTPS HTTPS  `yaml:"https" doc:"How an https address is asked."`
	S3    Bucket `yaml:"s3" doc:"Where an S3-compatible bucket is, and the key to it."`
	PGP   PGP    `yaml:"pgp" doc:"How a .pgp, .gpg or .asc file is decrypted."`
}

// Defaults are the settings of a file on this machine.
func Defaults() Config {
	return Config{StableFor: time.Second, MaxSize: 2 << 30, S3: Bucket{Endpoint: "https://s3.amazonaws.com", Region: "us-east-1"}}
}

// Faults lists every setting that cannot be used.
func (c Config) Faults() []source.KeyFault {
	var faults []source.KeyFault
	check := func(fine bool, key, detail string) {
		if !fine {
			faults = append(faults, source.KeyFault{Key: key, Detail: detail})
		}
	}
	at, err := c.address()
	check(strings.TrimSpace(c.Path) != "", "path", "name a file, or a pattern such as /data/census-*.csv")
	if err != nil {
		check(false, "path", err.Error())
	}
	// path.Match overlooks a fault behind the first star.
	_, badPattern := path.Match(at.path, "")
	check(badPattern == nil || at.scheme == schemeHTTPS, "path", "the pattern is malformed; a [ needs its ]")
	check(!strings.ContainsAny(c.Sidecar, `/\`), "sidecar", "use a suffix such as .done, without a directory")
	check(c.Sidecar == "" || at.scheme != schemeHTTPS, "sidecar", "an https address has no files beside it")
	check(c.StableFor >= 0, "stable_for", "use a duration that is not negative")
	_, badEntry := path.Match(c.Entry, "")
	check(badEntry == nil, "entry", "the pattern is malformed; a [ needs its ]")
	switch at.scheme {
	case schemeSFTP:
		faults = append(faults, c.SFTP.faults(at)...)
	case schemeHTTPS:
		faults = append(faults, c.HTTPS.faults()...)
	case schemeS3:
		faults = append(faults, c.S3.faults(at)...)
	}
	if isEncrypted(at.path) {
		faults = append(faults, c.PGP.faults()...)
	}
	return faults
}

// Open returns what finds the file. Nothing is connected to yet.
func (c Config) Open(o source.Opening, ending Ending) *Finder { return &Finder{c, o, ending} }
