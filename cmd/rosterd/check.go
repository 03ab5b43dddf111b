package main

import "github.com/rosterd/rosterd/internal/app"

// checkCmd is `rosterd check`.
type checkCmd struct {
	output
	Source string `help:"Only this source, closely: its columns, and a sample of three people without their data." placeholder:"NAME"`
}

// Help shows an example.
func (checkCmd) Help() string {
	return "Example:\n\n  rosterd check --config rosterd.yaml\n  rosterd check --source gusto\n\nTests the file, then the sources (columns, a sample), then the API (key, plans, groups, its time). Changes nothing."
}

// Run checks.
func (c *checkCmd) Run(s *session) (err error) {
	a, done, err := s.open(true, nil)
	if err != nil {
		return err
	}
	defer done(&err)
	findings, code, err := a.Check(s.ctx, c.Source)
	if err != nil {
		return err
	}
	err = c.show(s, findings, func(p *printer) { tellFindings(p, findings) })
	if err == nil && code != 0 {
		err = exit(code)
	}
	return err
}

func tellFindings(p *printer, findings []app.Finding) {
	for _, f := range findings {
		mark := p.in(good, "ok  ")
		if !f.OK {
			mark = p.in(bad, "bad ")
		}
		for i, line := range wrap(f.Area+": "+f.Detail, width-5) {
			if i > 0 {
				mark = "    "
			}
			p.printf("%s %s\n", mark, line)
		}
		if f.Advice != "" {
			for _, line := range wrap("-> "+f.Advice, width-5) {
				p.printf("     %s\n", line)
			}
		}
	}
}
