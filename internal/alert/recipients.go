package alert

import (
	"errors"
	"fmt"
	"maps"
	"net/smtp"
	"net/textproto"

	"github.com/rosterd/rosterd/internal/roster"
)

// maxPutOffs is how many attempts at a message may fail until whoever is put off counts
// as refused: about twenty minutes, and a server that wants to see somebody come back
// wants it within five.
const maxPutOffs = 7

// reception is what a mail server said of the recipients of one message.
type reception struct {
	taken   []string // addresses
	refused int
	putOff  int
	word    error // why the last one is not among those who are taken
}

// address names the sender, and the recipients who do not have the message yet, to the
// server.
func (m *mailer) address(client *smtp.Client, have map[string]bool) (found reception, err error) {
	if err := client.Mail(m.from.Address); err != nil {
		return found, untold("name sender", err)
	}
	for _, to := range m.to {
		if have[to.Address] {
			continue
		}
		err := client.Rcpt(to.Address)
		answer, answered := errors.AsType[*textproto.Error](err)
		switch {
		case err == nil:
			found.taken = append(found.taken, to.Address)
			continue
		case !answered:
			return found, untold("name recipient", err)
		case answer.Code >= 500:
			found.refused++
		default:
			found.putOff++
		}
		found.word = err
	}
	return found, nil
}

// settle says what became of a message of which the server has what it took.
func (m *mailer) settle(message roster.Message, found reception) error {
	have := m.have[message.ID]
	without := found.refused + found.putOff
	switch {
	case without == 0:
		delete(m.have, message.ID)
		return nil
	case len(found.taken)+len(have) == 0: // nobody has it
		return untold("name recipient", found.word)
	}
	word := fmt.Errorf("%d of %d recipients do not have it: %w", without, len(m.to), untold("name recipient", found.word))
	if found.putOff == 0 || message.Attempts >= maxPutOffs {
		delete(m.have, message.ID)
		return &Partly{Err: word}
	}
	now := map[string]bool{}
	maps.Copy(now, have)
	for _, address := range found.taken {
		now[address] = true
	}
	m.have[message.ID] = now
	return word
}
