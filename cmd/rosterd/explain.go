package main

import (
	"github.com/rosterd/rosterd/internal/store"
	"github.com/rosterd/rosterd/internal/view"
)

// explainCmd is `rosterd explain`.
type explainCmd struct {
	output
	ReferenceID string `arg:"" help:"The person."`
}

// Help shows an example.
func (explainCmd) Help() string { return "Example:\n\n  rosterd explain E1001" }

// Run tells the story of one person.
func (c *explainCmd) Run(s *session) error {
	return s.reading(func(state *store.Store) error {
		story, err := view.Explain(s.ctx, state, c.ReferenceID)
		if err != nil {
			return err
		}
		return c.show(s, story, func(p *printer) { tellStory(p, story) })
	})
}

func tellStory(p *printer, story view.Story) {
	p.printf("%s is %s", story.ReferenceID, story.State)
	if story.Group != "" {
		p.printf(" (group %s, last sync %s)", story.Group, when(story.LastSync))
	}
	p.printf("\n\n")
	var rows [][]string
	for _, step := range story.Steps {
		rows = append(rows, []string{when(step.At), step.Step, step.Detail})
	}
	p.table([]string{"WHEN", "WHAT", "DETAIL"}, rows)
	for _, f := range story.Failures {
		p.printf("\n")
		for _, line := range wrap(f.Guidance, width) {
			p.printf("%s\n", line)
		}
	}
}
