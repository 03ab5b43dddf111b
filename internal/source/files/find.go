package files

import (
	"context"
	"errors"
	"io"

	"github.com/rosterd/rosterd/internal/source"
)

// Finder finds the file of a source, at each pull anew.
type Finder struct {
	config  Config
	opening source.Opening
	ending  Ending
}

// Chosen is the file that was found. It has to be closed.
type Chosen struct {
	File
	config  Config
	opening source.Opening
	at      place
	raw     *whole
}

// Find returns the file to read: the named one, which must be complete, or the
// newest complete one of the pattern.
func (f *Finder) Find(ctx context.Context) (*Chosen, error) {
	address, err := f.config.address()
	if err != nil {
		return nil, source.Faultf(source.WordInternal, "the path cannot be used") // Faults has said so
	}
	at, err := f.config.connect(ctx, address, f.opening)
	if err != nil {
		return nil, err
	}
	search := chooser{Config: f.config, at: at, ending: f.ending}
	file, err := search.choose(ctx, address.path)
	if err != nil {
		_ = at.close() // the other error says more
		return nil, source.AsFault(err)
	}
	return &Chosen{File: file, config: f.config, opening: f.opening, at: at}, nil
}

// connect reaches the place.
func (c Config) connect(ctx context.Context, at address, o source.Opening) (place, error) {
	switch at.scheme {
	case schemeSFTP:
		return c.SFTP.connect(ctx, at, o)
	case schemeHTTPS:
		return c.HTTPS.connect(at, o)
	case schemeS3:
		return c.S3.connect(at, o)
	}
	return local{}, nil
}

// Read opens the file and takes off whatever it is packed in. What it returns has
// faults of its own for a file that is cut off or damaged.
func (c *Chosen) Read(ctx context.Context) (io.Reader, error) {
	raw, err := c.at.open(ctx, c.File, 0)
	if err != nil {
		return nil, err
	}
	c.raw = &whole{ReadCloser: raw, file: c.File}
	return c.config.unpack(c.Path, c.raw, c.opening.Getenv)
}

// Unchanged returns a fault where the file is another one by now, so that what
// was read of it is no proof of anything.
func (c *Chosen) Unchanged(ctx context.Context) error {
	if !c.at.nature().changes {
		return nil
	}
	return unchanged(ctx, c.at, c.File)
}

// Close gives back what the file and its place hold. Nothing was written, so
// nothing can be lost by it.
func (c *Chosen) Close() {
	if c.raw != nil {
		_ = c.raw.Close()
	}
	_ = c.at.close()
}

// whole returns a fault where a file ends before its size is read, as one does
// that was cut while it was read, or behind it.
type whole struct {
	io.ReadCloser
	file File
	read int64
}

// Read implements io.Reader.
func (w *whole) Read(p []byte) (int, error) {
	n, err := w.ReadCloser.Read(p)
	w.read += int64(n)
	switch {
	case err == nil:
		return n, nil
	case !errors.Is(err, io.EOF):
		return n, asFault(source.WordUnreadable, "read file", err)
	case w.file.Size >= 0 && w.read != w.file.Size:
		return n, source.Faultf(source.WordPartial, "%s has another size than when it was found: it changed meanwhile", w.file.Name())
	}
	return n, io.EOF
}

// asFault keeps a fault as it is and makes one of any other error.
func asFault(word, detail string, err error) error {
	if fault, ok := errors.AsType[*source.Fault](err); ok {
		return fault
	}
	return &source.Fault{Word: word, Detail: detail, Err: err}
}
