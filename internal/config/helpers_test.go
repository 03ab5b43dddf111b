package config_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/config"
	"github.com/rosterd/rosterd/internal/source"
)

// payroll is a made-up type of source with a setting of every kind.
type payroll struct {
	Host    string            `yaml:"host" doc:"Where it is."`
	Pages   int               `yaml:"pages" min:"1" max:"9"`
	Rate    float64           `yaml:"rate" min:"0" max:"2"`
	Strict  bool              `yaml:"strict"`
	Timeout time.Duration     `yaml:"timeout" min:"1s"`
	Region  string            `yaml:"region" enum:"east,west"`
	Proxy   proxy             `yaml:"proxy"`
	Offices []string          `yaml:"offices"`
	Labels  map[string]string `yaml:"labels"`
	hidden  string            // no setting
}

type proxy struct {
	Port int `yaml:"port"`
}

func (p *payroll) Faults() []source.KeyFault {
	if p.Host == "" {
		return []source.KeyFault{{Key: "host", Detail: "name the host" + p.hidden}}
	}
	if p.Proxy.Port == 13 {
		return []source.KeyFault{{Key: "proxy.port", Detail: "13 is taken"}}
	}
	return nil
}

func (p *payroll) Open(source.Opening) (source.Source, error) { return nothing{}, nil }

type nothing struct{}

func (nothing) Pull(context.Context, source.Sink) (source.Report, error) {
	return source.Report{}, nil
}

func types() []source.Type {
	return []source.Type{{
		Name:  "payroll",
		About: "a made-up payroll",
		New:   func() source.Settings { return &payroll{Pages: 3, Timeout: time.Minute, Region: "east"} },
	}, {
		Name: "directory", About: "a made-up directory", Completes: true,
		New: func() source.Settings { return &payroll{Pages: 3, Timeout: time.Minute, Region: "east"} },
	}}
}

// fields is a complete mapping, in one line.
const fields = `{reference_id: id, first_name: fn, last_name: ln, date_of_birth: dob, phone: tel, ` +
	`address_line_1: street, city: city, state: st, zipcode: zip, plan: plan, group: dept, status: status}`

// valid is the least file that is right; its five lines stand before what a test adds.
const valid = `version: 1
sources:
  - name: hq
    type: payroll
    host: pay.example
    fields: ` + fields + "\n"

func parse(t *testing.T, text string) (config.File, error) {
	t.Helper()
	return config.Parse("rosterd.yaml", []byte(text), types())
}

// faultsOf returns the faults in err, which must be nothing else.
func faultsOf(t *testing.T, err error) config.Faults {
	t.Helper()
	faults, ok := errors.AsType[config.Faults](err)
	if err != nil && !ok {
		t.Fatalf("error is a %T, want Faults", err)
	}
	return faults
}
