package main

import "fmt"

// notifyCmd is `rosterd notify`.
type notifyCmd struct {
	Test notifyTestCmd `cmd:"" help:"Send a test message through one sender, and say what came of it."`
}

// notifyTestCmd is `rosterd notify test`.
type notifyTestCmd struct {
	Name string `arg:"" help:"The sender's name in notify."`
}

// Help shows an example.
func (notifyTestCmd) Help() string {
	return "Example:\n\n  rosterd notify test ops\n\nExits 0 when the message was taken, 1 when it was not, 2 when there is no such sender. Needs no key and no state."
}

// Run sends the message.
func (c *notifyTestCmd) Run(s *session) (err error) {
	a, done, err := s.open(true, nil)
	if err != nil {
		return err
	}
	defer done(&err)
	if err := a.Notify(s.ctx, c.Name); err != nil {
		return err
	}
	fmt.Fprintf(s.stdout, "%s has taken a test message\n", c.Name)
	return nil
}
