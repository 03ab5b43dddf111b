package canary

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"io"

	"github.com/klauspost/compress/zstd"
)

// Finding says what of a canary person stands where. It repeats nothing of it,
// or whoever searches a report of findings would find them once more.
type Finding struct{ Where, What string }

// String is one line for a test's log.
func (f Finding) String() string { return f.Where + " tells " + f.What }

// Find searches a text, and whatever in it is compressed. Of one place it names
// each sort of finding once.
func Find(where string, text []byte) []Finding {
	var all []Finding
	search(where, text, deepest, &all)
	return all
}

const (
	deepest = 3        // archives within archives
	longest = 16 << 20 // bytes of one thing unpacked
)

func search(where string, text []byte, depth int, all *[]Finding) {
	patterns.in(text, func(what string) { *all = append(*all, Finding{where, what}) })
	if depth == 0 {
		return
	}
	for _, format := range compressions() {
		for rest := text; ; {
			at := bytes.Index(rest, []byte(format.magic))
			if at < 0 {
				break
			}
			format.each(rest[at:], func(name string, content io.Reader) {
				// What comes before a fault may tell enough.
				unpacked, _ := io.ReadAll(io.LimitReader(content, longest))
				search(where+" ("+format.name+")", append([]byte(name+"\n"), unpacked...), depth-1, all)
			})
			rest = rest[at+len(format.magic):]
		}
	}
}

// compression is a format that can be told by how it begins, wherever that is:
// a compressed column stands in the middle of a page.
type compression struct {
	name, magic string
	each        func(packed []byte, use func(name string, content io.Reader))
}

func compressions() []compression {
	return []compression{
		{"gzip", "\x1f\x8b\x08", func(packed []byte, use func(string, io.Reader)) {
			if r, err := gzip.NewReader(bytes.NewReader(packed)); err == nil {
				use(r.Name, r)
			}
		}},
		{"zstd", "\x28\xb5\x2f\xfd", func(packed []byte, use func(string, io.Reader)) {
			if r, err := zstd.NewReader(bytes.NewReader(packed), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(longest)); err == nil {
				use("", r)
				r.Close()
			}
		}},
		{"zlib", "\x78\x9c", func(packed []byte, use func(string, io.Reader)) {
			if r, err := zlib.NewReader(bytes.NewReader(packed)); err == nil {
				use("", r)
			}
		}},
		{"zip", "PK\x03\x04", unzip},
	}
}

func unzip(packed []byte, use func(string, io.Reader)) {
	r, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		return
	}
	for _, file := range r.File {
		if content, err := file.Open(); err == nil {
			use(file.Name, content)
			_ = content.Close()
		}
	}
}
