package alert_test

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rosterd/rosterd/internal/alert"
	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/source"
)

// The moods of a mail server.
const (
	working = iota
	broken
	silent
)

type mailOptions struct {
	startTLS, implicit bool
	user, password     string
	refuses            map[string]string // recipient -> what is answered
}

// mailServer speaks as much SMTP as these tests need (RFC 5321, 3207, 4954).
type mailServer struct {
	mailOptions
	address net.Addr
	pair    tls.Certificate
	ca      []byte

	mu       sync.Mutex
	mood     int
	taken    []string
	verbs    []string
	open     []net.Conn
	stillRun sync.WaitGroup
}

func newMailServer(t *testing.T, o mailOptions) *mailServer {
	t.Helper()
	lender := httptest.NewTLSServer(http.NotFoundHandler()) // for its certificate of 127.0.0.1
	defer lender.Close()
	s := &mailServer{mailOptions: o, pair: lender.TLS.Certificates[0]}
	s.ca = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: lender.Certificate().Raw})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.address = listener.Addr()
	s.stillRun.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.open = append(s.open, conn)
			s.mu.Unlock()
			s.stillRun.Go(func() { s.serve(conn) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		s.mu.Lock()
		for _, conn := range s.open {
			_ = conn.Close()
		}
		s.mu.Unlock()
		s.stillRun.Wait()
	})
	return s
}

func (s *mailServer) set(mood int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mood = mood
}

func (s *mailServer) refuse(refuses map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuses = refuses
}

func (s *mailServer) mails() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.taken)
}

func (s *mailServer) said() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.verbs, " ")
}

// settings are those of a client that trusts this server.
func (s *mailServer) settings(t *testing.T) *alert.Mail {
	t.Helper()
	ca := filepath.Join(canary.Dir(t), "ca.pem")
	if err := os.WriteFile(ca, s.ca, 0o600); err != nil {
		t.Fatal(err)
	}
	at := s.address.(*net.TCPAddr)
	m := &alert.Mail{Host: "127.0.0.1", Port: at.Port, TLS: "starttls", From: "rosterd@x.example", To: []string{"a@x.example", "b@x.example"}, Trust: alert.Trust{CAFile: ca}}
	if s.implicit {
		m.TLS = "implicit"
	}
	if s.user != "" {
		m.Username, m.Password = s.user, source.Secret{Env: "KEY"}
	}
	return m
}

func (s *mailServer) serve(conn net.Conn) {
	defer conn.Close()
	secure := &tls.Config{Certificates: []tls.Certificate{s.pair}}
	encrypted := s.implicit
	if s.implicit {
		conn = tls.Server(conn, secure)
	}
	lines := bufio.NewReader(conn)
	say := func(line string) { _, _ = io.WriteString(conn, line+"\r\n") }
	s.mu.Lock()
	mood := s.mood
	s.mu.Unlock()
	if mood == silent {
		_, _ = io.ReadAll(lines)
		return
	}
	say("220 here")
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		verb, rest, _ := strings.Cut(line, " ")
		s.mu.Lock()
		s.verbs = append(s.verbs, verb)
		s.mu.Unlock()
		switch verb {
		case "EHLO":
			if s.startTLS && !encrypted {
				say("250-here\r\n250 STARTTLS")
			} else {
				say("250-here\r\n250 AUTH PLAIN")
			}
		case "STARTTLS":
			say("220 go")
			conn, encrypted = tls.Server(conn, secure), true
			lines = bufio.NewReader(conn)
		case "AUTH":
			if rest == "PLAIN "+base64.StdEncoding.EncodeToString([]byte("\x00"+s.user+"\x00"+s.password)) && encrypted {
				say("235 in")
			} else {
				say("535 not you, " + rest)
			}
		case "RCPT":
			answer := "250 ok"
			s.mu.Lock()
			for who, refusal := range s.refuses {
				if strings.Contains(rest, who) {
					answer = refusal
				}
			}
			s.mu.Unlock()
			say(answer)
		case "DATA":
			say("354 go")
			var text strings.Builder
			for {
				line, err := lines.ReadString('\n')
				if err != nil {
					return
				}
				if line == ".\r\n" {
					break
				}
				text.WriteString(strings.TrimPrefix(line, "."))
			}
			if mood == broken {
				say("451 later")
				continue
			}
			s.mu.Lock()
			s.taken = append(s.taken, text.String())
			s.mu.Unlock()
			say("250 ok")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func TestMail(t *testing.T) {
	for _, tt := range []struct {
		name  string
		o     mailOptions
		env   string
		verbs string
		want  string // in the error; "" for none
		mails int
	}{
		{"starttls with a login", mailOptions{startTLS: true, user: "u", password: key}, key, "EHLO STARTTLS EHLO AUTH MAIL RCPT RCPT DATA QUIT", "", 1},
		{"implicit TLS", mailOptions{implicit: true, user: "u", password: key}, key, "EHLO AUTH MAIL RCPT RCPT DATA QUIT", "", 1},
		{"in the clear on this machine", mailOptions{}, "", "EHLO MAIL RCPT RCPT DATA QUIT", "", 1},
		{"a wrong password", mailOptions{startTLS: true, user: "u", password: key}, "wrong-one", "EHLO STARTTLS EHLO AUTH * QUIT", "log in to mail server: the server answers 535", 0},
		{"no password", mailOptions{startTLS: true, user: "u", password: key}, "", "EHLO STARTTLS EHLO", "read password", 0},
		{"one recipient is refused", mailOptions{refuses: map[string]string{"a@x": "550 no a@x.example"}}, "", "EHLO MAIL RCPT RCPT DATA QUIT", "1 of 2 recipients do not have it: name recipient: the server answers 550", 1},
		{"one recipient is put off", mailOptions{refuses: map[string]string{"a@x": "450 later a@x.example"}}, "", "EHLO MAIL RCPT RCPT DATA QUIT", "1 of 2 recipients do not have it: name recipient: the server answers 450", 1},
		{"all are put off", mailOptions{refuses: map[string]string{"@x": "450 later a@x.example"}}, "", "EHLO MAIL RCPT RCPT", "name recipient: the server answers 450", 0},
		{"all are refused", mailOptions{refuses: map[string]string{"@x": "550 no a@x.example"}}, "", "EHLO MAIL RCPT RCPT", "name recipient: the server answers 550", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			server := newMailServer(t, tt.o)
			m := mustOpen(t, server.settings(t), opening(map[string]string{"KEY": tt.env}))
			err := m.Send(t.Context(), messageOf(incidentIn("sales")))
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
			if err != nil && (strings.Contains(err.Error(), "x.example") || strings.Contains(err.Error(), key)) {
				t.Errorf("the error tells too much: %v", err)
			}
			if want := tt.verbs; server.said() != want {
				t.Errorf("said %s, want %s", server.said(), want)
			}
			if got := len(server.mails()); got != tt.mails {
				t.Errorf("%d mails, want %d", got, tt.mails)
			}
		})
	}
}

// Whoever was put off is tried again, alone, until it is enough; the others have the
// mail once.
func TestMailToWhoeverWasPutOff(t *testing.T) {
	server := newMailServer(t, mailOptions{})
	m := mustOpen(t, server.settings(t), opening(nil))
	later := map[string]string{"a@x": "450 later a@x.example"}
	for _, step := range []struct {
		name       string
		refuses    map[string]string
		attempts   int
		fails      bool
		partly     bool
		mails      int
		recipients int // who are named in this attempt
	}{
		{"at first", later, 0, true, false, 1, 2},
		{"still", later, 1, true, false, 1, 1},
		{"no longer", nil, 2, false, false, 2, 1},
		{"the same message once more", nil, 0, false, false, 3, 2},
		{"put off again", later, 0, true, false, 4, 2},
		{"for too long", later, 7, true, true, 4, 1},
		{"refused at last", map[string]string{"a@x": "550 no a@x.example"}, 0, true, true, 5, 2},
	} {
		server.refuse(step.refuses)
		before := strings.Count(server.said(), "RCPT")
		message := messageOf(incidentIn("sales"))
		message.Attempts = step.attempts
		err := m.Send(t.Context(), message)
		partly, isPartly := errors.AsType[*alert.Partly](err)
		if (err != nil) != step.fails || isPartly != step.partly {
			t.Errorf("%s: error %v, want one: %t, the last: %t", step.name, err, step.fails, step.partly)
		}
		if isPartly && strings.Contains(partly.Error(), "x.example") {
			t.Errorf("%s: the error tells too much: %v", step.name, err)
		}
		if got := len(server.mails()); got != step.mails {
			t.Errorf("%s: %d mails, want %d", step.name, got, step.mails)
		}
		if got := strings.Count(server.said(), "RCPT") - before; got != step.recipients {
			t.Errorf("%s: %d recipients named, want %d", step.name, got, step.recipients)
		}
	}
}

// A server that is not the one that it should be gets nothing.
func TestMailToAStranger(t *testing.T) {
	server := newMailServer(t, mailOptions{startTLS: true})
	settings := server.settings(t)
	settings.CAFile = ""
	err := mustOpen(t, settings, opening(nil)).Send(t.Context(), messageOf(incidentIn("sales")))
	if err == nil || len(server.mails()) != 0 {
		t.Errorf("error %v, %d mails", err, len(server.mails()))
	}
}

// Nothing from outside begins another header, and the ID stays the same.
func TestLetter(t *testing.T) {
	settings := &alert.Mail{From: "Rosterd <rosterd@x.example>", To: []string{"Ämter <a@x.example>", "b@x.example"}}
	text, err := settings.Letter(opening(nil), "ntf_7", "a\r\nBcc: c@x.example\r\n\r\n"+strings.Repeat("é", 200))
	if err != nil {
		t.Fatal(err)
	}
	got, err := mail.ReadMessage(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if got.Header.Get("Bcc") != "" || got.Header.Get("Message-ID") != "<ntf_7@x.example>" || len(got.Header) != 9 {
		t.Errorf("headers %v", got.Header)
	}
	if to, err := got.Header.AddressList("To"); err != nil || len(to) != 2 || to[0].Name != "Ämter" {
		t.Errorf("recipients %v, %v", to, err)
	}
	for line := range strings.Lines(text) {
		if !strings.HasSuffix(line, "\r\n") || len(line) > 200 {
			t.Errorf("line %q", line)
		}
	}
}
