package files_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/files"
)

// fakeSSH is an SFTP server over a directory, in this process. Its user is acme.
type fakeSSH struct {
	address string
	host    []ssh.Signer // its keys
	user    ssh.PublicKey
	tries   atomic.Int32 // of logging in
	cut     atomic.Int64 // a connection breaks after so many bytes; 0: never
}

// startSSH starts one that lets in who has the key or the password.
func startSSH(t *testing.T, user ssh.PublicKey, host ...ssh.Signer) *fakeSSH {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &fakeSSH{address: listener.Addr().String(), user: user, host: append(host, newSigner(t))}
	var sessions sync.WaitGroup
	sessions.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			sessions.Go(func() { s.serve(conn) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		sessions.Wait()
	})
	return s
}

func newSigner(t *testing.T) ssh.Signer {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

func rsaSigner(t *testing.T) ssh.Signer {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

var errRefused = errors.New("refused")

func (s *fakeSSH) serve(conn net.Conn) {
	defer conn.Close()
	config := &ssh.ServerConfig{
		PasswordCallback: func(who ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
			s.tries.Add(1)
			if who.User() != "acme" || string(password) != canary.Secret {
				return nil, errRefused
			}
			return nil, nil
		},
		PublicKeyCallback: func(who ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			s.tries.Add(1)
			if who.User() != "acme" || s.user == nil || string(key.Marshal()) != string(s.user.Marshal()) {
				return nil, errRefused
			}
			return nil, nil
		},
	}
	for _, key := range s.host {
		config.AddHostKey(key)
	}
	if most := s.cut.Load(); most > 0 {
		conn = &brittle{Conn: conn, left: most}
	}
	_, channels, requests, err := ssh.NewServerConn(conn, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for offered := range channels {
		channel, wishes, err := offered.Accept()
		if err != nil {
			return
		}
		go func() {
			for wish := range wishes {
				_ = wish.Reply(wish.Type == "subsystem", nil)
			}
		}()
		if server, err := sftp.NewServer(channel); err == nil {
			_ = server.Serve()
		}
		_ = channel.Close()
	}
}

// brittle is a connection that breaks.
type brittle struct {
	net.Conn
	left int64
}

func (b *brittle) Write(p []byte) (int, error) {
	if b.left -= int64(len(p)); b.left < 0 {
		_ = b.Close()
	}
	return b.Conn.Write(p)
}

// hostKey is a key as a configuration has it.
func hostKey(key ssh.PublicKey) string {
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))
}

// outbox puts objects where the server finds them.
func outbox(t *testing.T, objects ...object) string {
	t.Helper()
	made := canary.Input(t)
	for _, one := range objects {
		path := filepath.Join(made, one.name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(one.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, time.Time{}, older(one.age)); err != nil {
			t.Fatal(err)
		}
	}
	return made
}

// withPassword is a configuration for that server.
func (s *fakeSSH) withPassword(directory string) (files.Config, source.Opening) {
	config := files.Defaults()
	config.Path = "sftp://acme@" + s.address + directory
	config.SFTP.HostKeys = []string{hostKey(s.host[0].PublicKey())}
	config.SFTP.Password = source.Secret{Env: "PASSWORD"}
	return config, source.Opening{Getenv: environment(map[string]string{"PASSWORD": canary.Secret})}
}

func TestSFTP(t *testing.T) {
	testPlace(t, func(t *testing.T, objects ...object) (files.Config, source.Opening) {
		t.Helper()
		return startSSH(t, nil).withPassword(outbox(t, objects...))
	})
}

func TestLoggingIn(t *testing.T) {
	signer, rsaKey := newSigner(t), rsaSigner(t)
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	user, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	if err != nil {
		t.Fatal(err)
	}
	locked, err := ssh.MarshalPrivateKeyWithPassphrase(private, "", []byte(canary.Secret))
	if err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"PASSWORD": canary.Secret, "WRONG": canary.Secret + "x", "KEY": string(pem.EncodeToMemory(block)), "LOCKED": string(pem.EncodeToMemory(locked))}
	for _, test := range []struct {
		name   string
		change func(*files.Config, *fakeSSH)
		word   string
		detail string
	}{
		{"with a password", func(*files.Config, *fakeSSH) {}, "", ""},
		{"with a key", func(c *files.Config, _ *fakeSSH) {
			c.SFTP.Password, c.SFTP.PrivateKey = source.Secret{}, source.Secret{Env: "KEY"}
		}, "", ""},
		{"with a locked key", func(c *files.Config, _ *fakeSSH) {
			c.SFTP.Password, c.SFTP.PrivateKey, c.SFTP.Passphrase = source.Secret{}, source.Secret{Env: "LOCKED"}, source.Secret{Env: "PASSWORD"}
		}, "", ""},
		{"another key of the server is pinned", func(c *files.Config, s *fakeSSH) {
			c.SFTP.HostKeys = []string{hostKey(s.host[len(s.host)-1].PublicKey())}
		}, "", ""},
		{"two pinned keys", func(c *files.Config, s *fakeSSH) {
			c.SFTP.HostKeys = []string{hostKey(signer.PublicKey()), hostKey(s.host[len(s.host)-1].PublicKey()) + " of the server"}
		}, "", ""},
		{"another server", func(c *files.Config, _ *fakeSSH) {
			c.SFTP.HostKeys = []string{hostKey(signer.PublicKey())}
		}, source.WordDenied, "another key than sftp.host_keys"},
		{"another password", func(c *files.Config, _ *fakeSSH) { c.SFTP.Password.Env = "WRONG" }, source.WordDenied, "does not accept"},
		{"another user", func(c *files.Config, _ *fakeSSH) { c.Path = strings.Replace(c.Path, "acme@", "zenith@", 1) }, source.WordDenied, "does not accept"},
		{"a locked key without its passphrase", func(c *files.Config, _ *fakeSSH) { c.SFTP.PrivateKey = source.Secret{Env: "LOCKED"} }, source.WordSecret, "sftp.passphrase"},
		{"no password in the environment", func(c *files.Config, _ *fakeSSH) { c.SFTP.Password.Env = "NONE" }, source.WordSecret, "NONE"},
		{"nobody there", func(c *files.Config, s *fakeSSH) { c.Path = strings.Replace(c.Path, s.address, "127.0.0.1:1", 1) }, source.WordUnreached, "connect"},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := startSSH(t, user.PublicKey(), rsaKey)
			config, _ := server.withPassword(outbox(t, object{"census.csv", census, 2}))
			config.Path += "/census.csv"
			test.change(&config, server)
			_, got, err := read(t, config, source.Opening{Getenv: environment(env)})
			switch {
			case test.word != "":
				wantFault(t, err, test.word, test.detail)
			case err != nil:
				t.Fatal(err)
			case got != census:
				t.Errorf("read %q", got)
			}
			if server.tries.Load() > 3 {
				t.Errorf("tried to log in %d times: that locks accounts", server.tries.Load())
			}
		})
	}
}

func TestSFTPFileThatIsStillUploaded(t *testing.T) {
	made := outbox(t, object{"a.csv", "id\nold\n", 2}, object{"b.csv", "id\nnew\n", 0})
	config, o := startSSH(t, nil).withPassword(made)
	config.Path += "/*.csv"
	stop := time.AfterFunc(time.Second, func() {
		if err := os.WriteFile(filepath.Join(made, "b.csv"), []byte("id\nnew\nnewer\n"), 0o600); err != nil {
			t.Error(err)
		}
	})
	defer stop.Stop()
	began := time.Now()
	_, got, err := read(t, config, o)
	if err != nil || got != "id\nold\n" {
		t.Errorf("read %q, %v", got, err)
	}
	if waited := time.Since(began); waited < 10*time.Second {
		t.Errorf("the file was watched for %s only", waited)
	}
}

func TestSFTPConnectionThatBreaks(t *testing.T) {
	server := startSSH(t, nil)
	config, o := server.withPassword(outbox(t, object{"census.csv", strings.Repeat(census, 100_000), 2}))
	config.Path += "/census.csv"
	for _, most := range []int64{10, 1000, 3000, 5000, 100_000, 1_000_000} {
		t.Run(fmt.Sprint("after ", most), func(t *testing.T) {
			server.cut.Store(most)
			_, _, err := read(t, config, o)
			if fault, ok := errors.AsType[*source.Fault](err); !ok || fault.Word != source.WordUnreached {
				t.Errorf("got %v", err)
			}
			canary.Text(t, "the fault", fmt.Sprint(err))
		})
	}
}
