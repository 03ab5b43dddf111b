package xlsx

import (
	"errors"

	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/files"
	"github.com/rosterd/rosterd/internal/source/sheet"
)

// Config is the settings of one workbook.
type Config struct {
	files.Config `yaml:",inline"`
	Sheet        sheet.Config `yaml:",inline"`

	// Worksheet is the name of the one that is read; "" where exactly one visible one
	// has cells.
	Worksheet string `yaml:"worksheet" doc:"The name of the worksheet; without it there has to be exactly one visible one that has cells."`
	// HeaderRow is the row of the header, from 1; 0: the first that is not blank.
	HeaderRow int `yaml:"header_row" min:"0" doc:"The row of the header, from 1; 0: the first that is not blank."`
	// DateSystem is 1900 or 1904: what the workbook has to say.
	DateSystem int `yaml:"date_system" enum:"1900,1904" doc:"What dates count from. A workbook that says otherwise is refused: they would be four years off. The mapping's format is excel, or excel1904."`
}

// Type is the row for xlsx in the table of sources.
func Type() source.Type {
	return source.Type{
		Name: "xlsx", About: "a worksheet of an Excel workbook: on this machine, by SFTP, https or from a bucket",
		New: func() source.Settings {
			return &Config{Config: files.Defaults(), Sheet: sheet.Defaults(), DateSystem: 1900}
		},
	}
}

// Faults lists every setting that cannot be used.
func (c *Config) Faults() []source.KeyFault {
	faults := append(c.Config.Faults(), c.Sheet.Faults()...)
	if c.DateSystem != 1900 && c.DateSystem != 1904 {
		faults = append(faults, source.KeyFault{Key: "date_system", Detail: "use 1900 or 1904"})
	}
	if c.HeaderRow < 0 {
		faults = append(faults, source.KeyFault{Key: "header_row", Detail: "use a row from 1, or 0 for the first that is not blank"})
	}
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
	return &sheet.File{Finder: c.Config.Open(o, files.EndingAny), Config: c.Sheet, Columns: o.Columns, Unit: "row", Read: config.workbook}, nil
}
