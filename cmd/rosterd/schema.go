package main

import (
	"github.com/rosterd/rosterd/internal/app"
	"github.com/rosterd/rosterd/internal/config"
)

// schemaCmd is `rosterd schema`.
type schemaCmd struct{}

// Help shows an example.
func (schemaCmd) Help() string { return "Example:\n\n  rosterd schema > rosterd.schema.json" }

// Run prints the schema.
func (c *schemaCmd) Run(s *session) error {
	schema, err := config.Schema(app.SourceTypes())
	if err != nil {
		return err
	}
	_, err = s.stdout.Write(schema)
	return err
}
