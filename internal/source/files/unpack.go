package files

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"path"
	"strings"

	"github.com/rosterd/rosterd/internal/source"
)

// isEncrypted reports whether a name is one of an OpenPGP message (RFC 9580).
func isEncrypted(name string) bool { return hasSuffix(name, ".pgp", ".gpg", ".asc") }

// isPacked reports whether the bytes of a file are not yet those that are read.
func isPacked(name string) bool { return isEncrypted(name) || hasSuffix(name, ".gz", ".zip") }

func hasSuffix(name string, suffixes ...string) bool {
	for _, suffix := range suffixes {
		if strings.HasSuffix(strings.ToLower(name), suffix) {
			return true
		}
	}
	return false
}

// unpack takes off what the name says that a file is packed in, the last suffix
// first: census.csv.gz.pgp is decrypted, then unpacked. What comes out is never
// larger than max_size, however small the file is.
func (c Config) unpack(name string, raw io.Reader, getenv func(string) string) (io.Reader, error) {
	inner := &capped{raw, c.MaxSize}
	for ; isPacked(name); name = strings.TrimSuffix(name, path.Ext(name)) {
		var next io.Reader
		var err error
		switch {
		case isEncrypted(name):
			next, err = c.PGP.decrypt(inner, getenv)
		case hasSuffix(name, ".gz"):
			next, err = unzipped(inner)
		default:
			next, err = c.onlyEntry(inner)
		}
		if err != nil {
			return nil, err
		}
		inner = &capped{next, c.MaxSize}
	}
	return inner, nil
}

// capped returns a fault where there is more than may be read.
type capped struct {
	from io.Reader
	left int // bytes
}

// Read implements io.Reader.
func (c *capped) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	if c.left -= n; c.left < 0 {
		return 0, source.Faultf(source.WordTooLarge, "the file has more bytes than max_size")
	}
	return n, err
}

// unzipped reads gzip (RFC 1952), whose last bytes prove the ones before.
func unzipped(from io.Reader) (io.Reader, error) {
	r, err := gzip.NewReader(from)
	if err != nil {
		return nil, damaged(".gz", err)
	}
	return &checked{r, ".gz"}, nil
}

// checked names what is wrong with a packed file.
type checked struct {
	from io.Reader
	what string
}

// Read implements io.Reader.
func (c *checked) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = damaged(c.what, err)
	}
	return n, err
}

func damaged(what string, err error) error {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return source.Faultf(source.WordTruncated, "the %s file is cut off", what)
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.Is(err, zip.ErrFormat), errors.Is(err, zip.ErrChecksum), errors.Is(err, zip.ErrAlgorithm):
		return source.Faultf(source.WordFormat, "the %s file is damaged, or is none", what)
	}
	return asFault(source.WordFormat, "the "+what+" file is damaged", err)
}

// maxArchive is how large a .zip may be, packed: its list of files stands at its
// end, so that it is held in memory.
const maxArchive = 256 << 20

// onlyEntry reads the one file of an archive that is meant.
func (c Config) onlyEntry(from io.Reader) (io.Reader, error) {
	text, err := io.ReadAll(io.LimitReader(from, maxArchive+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxArchive {
		return nil, source.Faultf(source.WordTooLarge, "the .zip file has more than %d bytes", maxArchive)
	}
	archive, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	if err != nil {
		return nil, damaged(".zip", err)
	}
	var meant []*zip.File
	for _, entry := range archive.File {
		if matched, _ := path.Match(c.Entry, path.Base(entry.Name)); (c.Entry == "" || matched) && isRoster(entry) {
			meant = append(meant, entry)
		}
	}
	if len(meant) != 1 {
		return nil, source.Faultf(source.WordFormat, "the .zip file has %d files that may be meant; set entry to the name of one", len(meant))
	}
	if meant[0].Flags&1 != 0 { // APPNOTE 4.4.4: bit 0
		return nil, source.Faultf(source.WordFormat, "the .zip file is locked with a password, which protects little; ask for a .pgp file")
	}
	r, err := meant[0].Open()
	if err != nil {
		return nil, damaged(".zip", err)
	}
	return &checked{r, ".zip"}, nil
}

// isRoster leaves out what archivers add by themselves.
func isRoster(entry *zip.File) bool {
	return entry.Mode().IsRegular() && !strings.HasPrefix(entry.Name, "__MACOSX/") && !isHidden(entry.Name)
}
