package csv

import (
	_ "embed" // the presets are files of their own
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/files"
	"github.com/rosterd/rosterd/internal/source/sheet"
)

// The encodings that a file can be declared to have.
const (
	encodingUTF8        = "utf-8"
	encodingWindows1252 = "windows-1252"
)

// What a missing final newline means.
const (
	newlineAuto     = "auto"     // doubtful where other files or earlier data have one
	newlineOptional = "optional" // nothing
	newlineRequired = "required" // the file is cut off
)

// The headers that are documented well enough to be known.
var (
	//go:embed adp-wfn.yaml
	presetADP string
	//go:embed paycom.yaml
	presetPaycom string
)

// Config is the settings of one CSV source.
type Config struct {
	files.Config `yaml:",inline"`
	Sheet        sheet.Config `yaml:",inline"`

	// Delimiter is the one character between cells, or the word tab.
	Delimiter string `yaml:"delimiter" doc:"The one character between cells, or the word tab."`
	// Encoding is utf-8 or windows-1252.
	Encoding string `yaml:"encoding" enum:"utf-8,windows-1252" doc:"How the file is written."`
	// FinalNewline is auto, optional or required: what it means when the file
	// does not end with a newline.
	FinalNewline string `yaml:"final_newline" enum:"auto,optional,required" doc:"What it means when the file does not end with a newline."`
}

// Type is the row for csv in the table of sources.
func Type() source.Type {
	return source.Type{
		Name:    "csv",
		About:   "a delimited text file: on this machine, by SFTP, https or from a bucket",
		Presets: map[string]string{"adp-wfn": presetADP, "paycom": presetPaycom},
		New: func() source.Settings {
			return &Config{
				Config:       files.Defaults(),
				Delimiter:    ",",
				Encoding:     encodingUTF8,
				FinalNewline: newlineAuto,
				Sheet:        sheet.Defaults(),
			}
		},
	}
}

// Faults lists every setting that cannot be used.
func (c *Config) Faults() []source.KeyFault {
	faults := append(c.Config.Faults(), c.Sheet.Faults()...)
	check := func(fine bool, key, detail string) {
		if !fine {
			faults = append(faults, source.KeyFault{Key: key, Detail: detail})
		}
	}
	_, known := delimiter(c.Delimiter)
	check(known, "delimiter", "use one character that is no quote and no line end, or the word tab")
	check(c.Encoding == encodingUTF8 || c.Encoding == encodingWindows1252, "encoding", "use utf-8 or windows-1252")
	check(c.FinalNewline == newlineAuto || c.FinalNewline == newlineOptional || c.FinalNewline == newlineRequired,
		"final_newline", "use auto, optional or required")
	return faults
}

// Open returns the source. It reads nothing yet; the error joins the Faults,
// which name keys and no values.
func (c *Config) Open(o source.Opening) (source.Source, error) {
	var wrong []error
	for _, fault := range c.Faults() {
		wrong = append(wrong, errors.New(fault.Key+": "+fault.Detail))
	}
	if len(wrong) > 0 {
		return nil, errors.Join(wrong...)
	}
	config := *c
	return &sheet.File{Finder: c.Config.Open(o, c.ending()), Config: c.Sheet, Columns: o.Columns, Unit: "line", Read: config.read}, nil
}

// ending is what the last byte of a file tells, before it is read.
func (c *Config) ending() files.Ending {
	switch c.FinalNewline {
	case newlineRequired:
		return files.EndingNewline
	case newlineAuto:
		return files.EndingLikeOthers
	}
	return files.EndingAny
}

// delimiter reads the setting of that name. What it refuses, encoding/csv
// cannot separate cells by.
func delimiter(text string) (rune, bool) {
	if text == "tab" {
		return '\t', true
	}
	r, size := utf8.DecodeRuneInString(text)
	fine := size > 0 && size == len(text) && r != utf8.RuneError && !strings.ContainsRune("\"\r\n\x00", r)
	return r, fine
}
