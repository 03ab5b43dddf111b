package files_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/files"
)

// sshd is OpenSSH's server, for us alone and on loopback.
type sshd struct {
	address string
	host    ssh.PublicKey
	user    string
	key     string // the private one that it lets in, as PEM
}

// program finds sshd. Where it is missing the test is skipped, and fails where
// CI_SERVERS is set, as it is where it has to be there.
func program(t *testing.T) string {
	t.Helper()
	for _, path := range []string{"/usr/sbin/sshd", "/usr/local/sbin/sshd", "/sbin/sshd"} {
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	if os.Getenv("CI_SERVERS") != "" {
		t.Fatal("sshd is missing; apt-get install openssh-server")
	}
	t.Skip("NOT TESTED against a real SFTP server: sshd is missing; apt-get install openssh-server")
	return ""
}

func startSSHD(t *testing.T) sshd {
	t.Helper()
	path := program(t)
	made := canary.Input(t)
	if os.Geteuid() == 0 {
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil { // where it separates its privileges
			t.Fatal(err)
		}
	}
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := sshd{address: listener.Addr().String(), user: me.Username}
	_ = listener.Close() // the server takes the port over
	hostKey, host := keyPair(t)
	userKey, allowed := keyPair(t)
	server.host, server.key = host, userKey
	_, port, _ := net.SplitHostPort(server.address)
	for name, text := range map[string]string{
		"host": hostKey, "allowed": string(ssh.MarshalAuthorizedKey(allowed)),
		"config": fmt.Sprintf("ListenAddress 127.0.0.1\nPort %s\nHostKey %s\nAuthorizedKeysFile %s\nPidFile none\nStrictModes no\nUsePAM no\nPermitRootLogin yes\nPasswordAuthentication no\nSubsystem sftp internal-sftp\n",
			port, filepath.Join(made, "host"), filepath.Join(made, "allowed")),
	} {
		if err := os.WriteFile(filepath.Join(made, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var said bytes.Buffer
	process := exec.Command(path, "-D", "-e", "-f", filepath.Join(made, "config"))
	process.Stderr = &said
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = process.Process.Kill()
		_ = process.Wait()
		if t.Failed() {
			t.Logf("sshd said:\n%s", said.String())
		}
	})
	for range 100 {
		if conn, err := net.Dial("tcp", server.address); err == nil {
			_ = conn.Close()
			return server
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatal("sshd does not answer")
	return server
}

// keyPair is a private key as PEM, and the public one.
func keyPair(t *testing.T) (private string, public ssh.PublicKey) {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(key, "")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(block)), signer.PublicKey()
}

func (s sshd) config(directory string) (files.Config, source.Opening) {
	config := files.Defaults()
	config.Path = "sftp://" + s.user + "@" + s.address + directory
	config.SFTP.HostKeys = []string{strings.TrimSpace(string(ssh.MarshalAuthorizedKey(s.host)))}
	config.SFTP.PrivateKey = source.Secret{Env: "KEY"}
	return config, source.Opening{Getenv: environment(map[string]string{"KEY": s.key})}
}

// TestOpenSSH is what the server that everybody runs has to say to all this.
func TestOpenSSH(t *testing.T) {
	server := startSSHD(t)
	testPlace(t, func(t *testing.T, objects ...object) (files.Config, source.Opening) {
		t.Helper()
		return server.config(outbox(t, objects...))
	})
	t.Run("somebody else's key", func(t *testing.T) {
		config, _ := server.config(outbox(t, object{"census.csv", census, 2}))
		config.Path += "/census.csv"
		stranger, _ := keyPair(t)
		_, _, err := read(t, config, source.Opening{Getenv: environment(map[string]string{"KEY": stranger})})
		wantFault(t, err, source.WordDenied, "does not accept")
	})
	t.Run("another server", func(t *testing.T) {
		config, o := server.config(outbox(t, object{"census.csv", census, 2}))
		config.Path += "/census.csv"
		_, other := keyPair(t)
		config.SFTP.HostKeys = []string{hostKey(other)}
		_, _, err := read(t, config, o)
		wantFault(t, err, source.WordDenied, "another key")
	})
}
