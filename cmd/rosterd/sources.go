package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/rosterd/rosterd/internal/app"
	"github.com/rosterd/rosterd/internal/config"
)

// sourcesCmd is `rosterd sources`.
type sourcesCmd struct {
	output
	Type string `arg:"" optional:"" help:"Only this type, with all its keys."`
}

// Help shows an example.
func (sourcesCmd) Help() string {
	return "Examples:\n\n  rosterd sources\n  rosterd sources gusto\n\nEvery source also has name, type, max_age, preset, fields, include and terminated."
}

// sourceType is a type of source as it is shown.
type sourceType struct {
	Type    string       `json:"type"`
	About   string       `json:"about"`
	Presets []string     `json:"presets"`
	Keys    []config.Key `json:"keys"`
}

// Run lists the types of sources.
func (c *sourcesCmd) Run(s *session) error {
	var shown []sourceType
	for _, kind := range app.SourceTypes() {
		if c.Type == "" || c.Type == kind.Name {
			shown = append(shown, sourceType{kind.Name, kind.About, append([]string{}, slices.Sorted(maps.Keys(kind.Presets))...), config.Keys(kind)})
		}
	}
	if len(shown) == 0 {
		return &app.UsageError{Err: fmt.Errorf("there is no type of source called %q; `rosterd sources` lists them", c.Type)}
	}
	return c.show(s, shown, func(p *printer) {
		if c.Type != "" {
			tellKeys(p, shown[0])
			return
		}
		var rows [][]string
		for _, kind := range shown {
			rows = append(rows, []string{kind.Type, strings.Join(kind.Presets, ", "), kind.About})
		}
		p.table([]string{"TYPE", "PRESETS", "READS"}, rows)
	})
}

func tellKeys(p *printer, kind sourceType) {
	p.printf("%s: %s\n\n", kind.Type, kind.About)
	var rows [][]string
	for _, key := range kind.Keys {
		fallback := key.Default
		if key.Required {
			fallback = "required"
		}
		rows = append(rows, []string{key.Name, fallback, key.About})
	}
	p.table([]string{"KEY", "DEFAULT", "WHAT IT IS FOR"}, rows)
}
