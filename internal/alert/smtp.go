package alert

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/smtp"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/trust"
)

// Mail sends e-mails. Beyond this machine the connection is always encrypted.
type Mail struct {
	Host     string        `yaml:"host" required:"true" min:"1" doc:"The mail server."`
	Port     int           `yaml:"port" min:"1" max:"65535" doc:"Its port: 587 for starttls, 465 for implicit."`
	TLS      string        `yaml:"tls" enum:"starttls,implicit" doc:"starttls: encrypt after greeting; implicit: from the first byte."`
	From     string        `yaml:"from" required:"true" min:"1" doc:"The sender's address."`
	To       []string      `yaml:"to" required:"true" min:"1" doc:"Who gets it."`
	Username string        `yaml:"username" doc:"User for AUTH PLAIN; without it nobody logs in."`
	Password source.Secret `yaml:"password" doc:"That user's password: {env: NAME} or {file: PATH}."`
	Trust    `yaml:",inline"`
}

func newMail() Settings { return &Mail{Port: 587, TLS: "starttls"} }

// Faults implements Settings.
func (c *Mail) Faults() []source.KeyFault {
	var faults []source.KeyFault
	if _, err := mail.ParseAddress(c.From); err != nil {
		faults = append(faults, source.KeyFault{Key: "from", Detail: "expected an e-mail address"})
	}
	for i, to := range c.To {
		if _, err := mail.ParseAddress(to); err != nil {
			faults = append(faults, source.KeyFault{Key: "to[" + strconv.Itoa(i) + "]", Detail: "expected an e-mail address"})
		}
	}
	if strings.ContainsAny(c.Host, ":/ \t\r\n") && net.ParseIP(c.Host) == nil {
		faults = append(faults, source.KeyFault{Key: "host", Detail: "expected a host without a port"})
	}
	if (c.Username == "") != c.Password.IsZero() {
		faults = append(faults, source.KeyFault{Key: "password", Detail: "username and password go together"})
	} else if !c.Password.IsZero() {
		faults = append(faults, secretFault("password", c.Password)...)
	}
	return faults
}

// Open implements Settings.
func (c *Mail) Open(o Opening) (Sender, error) {
	m := &mailer{Mail: *c, Opening: o, have: map[string]map[string]bool{}}
	var err error
	if m.from, err = mail.ParseAddress(c.From); err != nil {
		return nil, errors.New("from: expected an e-mail address")
	}
	for _, text := range c.To {
		to, err := mail.ParseAddress(text)
		if err != nil {
			return nil, errors.New("to: expected e-mail addresses")
		}
		m.to = append(m.to, to)
	}
	return m, nil
}

type mailer struct {
	Mail
	Opening
	from *mail.Address
	to   []*mail.Address
	// have says who has a message that others were put off for, by ID and address.
	have map[string]map[string]bool
}

// Send implements Sender. Neither a recipient whom the server refuses nor one whom it
// puts off keeps the message from the others. One who was put off is tried again, alone
// as long as this process remembers who has it, and counts as refused after a while.
func (m *mailer) Send(ctx context.Context, message roster.Message) error {
	client, err := m.connect(ctx)
	if err != nil {
		return untold("connect to mail server", err)
	}
	defer func() { _ = client.Close() }()
	defer context.AfterFunc(ctx, func() { _ = client.Close() })()
	if err := m.login(client); err != nil {
		return err
	}
	found, err := m.address(client, m.have[message.ID])
	if err != nil {
		return err
	}
	if len(found.taken) > 0 {
		if err := m.write(client, message); err != nil {
			return err
		}
	}
	return m.settle(message, found)
}

// write hands the letter to the server, for those whom it has taken.
func (m *mailer) write(client *smtp.Client, message roster.Message) error {
	writer, err := client.Data()
	if err != nil {
		return untold("begin mail", err)
	}
	if _, err := writer.Write(m.letter(message)); err != nil {
		return untold("send mail", err)
	}
	if err := writer.Close(); err != nil {
		return untold("send mail", err)
	}
	_ = client.Quit() // the server has taken it
	return nil
}

// connect greets the server over a connection that ends with ctx.
func (m *mailer) connect(ctx context.Context) (*smtp.Client, error) {
	secure, err := m.secure()
	if err != nil {
		return nil, err
	}
	secure.ServerName = m.Host
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort(m.Host, strconv.Itoa(m.Port)))
	if err != nil {
		return nil, err
	}
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	if m.TLS == "implicit" {
		conn = tls.Client(conn, secure)
	}
	client, err := smtp.NewClient(conn, m.Host)
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	if err := m.encrypt(client, secure); err != nil {
		_ = client.Close()
		return nil, err
	}
	return client, nil
}

// encrypt turns to TLS, without which nothing goes beyond this machine.
func (m *mailer) encrypt(client *smtp.Client, secure *tls.Config) error {
	if m.TLS == "implicit" {
		return nil
	}
	if offered, _ := client.Extension("STARTTLS"); !offered {
		if trust.Here(m.Host) {
			return nil
		}
		return errors.New("the server offers no STARTTLS")
	}
	return client.StartTLS(secure)
}

func (m *mailer) login(client *smtp.Client) error {
	if m.Username == "" {
		return nil
	}
	password, err := readSecret("password", m.Password, m.Getenv)
	if err != nil {
		return err
	}
	return untold("log in to mail server", client.Auth(smtp.PlainAuth("", m.Username, password, m.Host)))
}

// untold is an error without what the server said: it repeats addresses.
func untold(doing string, err error) error {
	if answer, ok := errors.AsType[*textproto.Error](err); ok {
		return fmt.Errorf("%s: the server answers %d", doing, answer.Code)
	}
	if _, garbled := errors.AsType[textproto.ProtocolError](err); garbled {
		return fmt.Errorf("%s: the server does not speak SMTP", doing)
	}
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// letter is the mail as it goes over the wire. What comes from outside is encoded
// where it stands in a header, so it cannot begin another one.
func (m *mailer) letter(message roster.Message) []byte {
	to := make([]string, len(m.to))
	for i, address := range m.to {
		to[i] = address.String()
	}
	_, domain, _ := strings.Cut(m.from.Address, "@")
	var b bytes.Buffer
	for _, line := range [][2]string{
		{"From", m.from.String()},
		{"To", strings.Join(to, ",\r\n ")},
		{"Subject", folded(mime.QEncoding.Encode("utf-8", title(m.Instance, message)))},
		{"Date", message.Notices[0].At.UTC().Format(time.RFC1123Z)},
		{"Message-ID", "<" + message.ID + "@" + domain + ">"},
		{"Auto-Submitted", "auto-generated"},
		{"MIME-Version", "1.0"},
		{"Content-Type", "text/plain; charset=utf-8"},
		{"Content-Transfer-Encoding", "quoted-printable"},
	} {
		fmt.Fprintf(&b, "%s: %s\r\n", line[0], line[1])
	}
	b.WriteString("\r\n")
	text := quotedprintable.NewWriter(&b)
	_, _ = text.Write([]byte(body(message))) // a buffer takes everything
	_ = text.Close()
	return b.Bytes()
}

// folded breaks a header between its encoded words.
func folded(text string) string { return strings.ReplaceAll(text, "?= =?", "?=\r\n =?") }
