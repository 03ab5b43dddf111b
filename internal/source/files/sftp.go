package files

import (
	"bufio"
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"

	"github.com/rosterd/rosterd/internal/retry"
	"github.com/rosterd/rosterd/internal/source"
)

// SFTP is how an SFTP server is spoken to. Who does not know the server's key
// would show the password to anybody who answers, so there is no way without it.
type SFTP struct {
	// HostKeys are public keys as known_hosts has them behind the name.
	HostKeys []string `yaml:"host_keys" doc:"The server's public keys, each as ssh-ed25519 AAAA...; ssh-keyscan HOST lists them, its owner confirms them."`
	// PrivateKey and Password are what rosterd shows; one of them is enough.
	PrivateKey source.Secret `yaml:"private_key" doc:"The private key that rosterd shows, {env: NAME} or {file: PATH}."`
	Passphrase source.Secret `yaml:"passphrase" doc:"What opens the private key."`
	Password   source.Secret `yaml:"password" doc:"The password that rosterd shows."`
}

func (c SFTP) faults(at address) []source.KeyFault {
	var faults []source.KeyFault
	if at.user == "" {
		faults = append(faults, source.KeyFault{Key: "path", Detail: "say who logs in: sftp://user@host/path"})
	}
	if _, err := c.hostKeys(); err != nil {
		faults = append(faults, source.KeyFault{Key: "sftp.host_keys", Detail: err.Error()})
	}
	if c.PrivateKey.IsZero() && c.Password.IsZero() {
		faults = append(faults, source.KeyFault{Key: "sftp.private_key", Detail: "expected a private_key or a password, {env: NAME} or {file: PATH}"})
	}
	faults = append(faults, secretFault(c.PrivateKey, "sftp.private_key", false)...)
	faults = append(faults, secretFault(c.Passphrase, "sftp.passphrase", false)...)
	return append(faults, secretFault(c.Password, "sftp.password", false)...)
}

func (c SFTP) hostKeys() ([]ssh.PublicKey, error) {
	keys := make([]ssh.PublicKey, len(c.HostKeys))
	for i, line := range c.HostKeys {
		key, _, _, rest, err := ssh.ParseAuthorizedKey([]byte(line))
		if err != nil || len(rest) > 0 {
			return nil, errors.New("expected public keys such as ssh-ed25519 AAAA..., one in each line; without a host name before them")
		}
		keys[i] = key
	}
	if len(keys) == 0 {
		return nil, errors.New("expected the server's public key: ssh-keyscan lists it, its owner confirms it")
	}
	return keys, nil
}

// logIn is what the client shows and wants to see.
func (c SFTP) logIn(user string, getenv func(string) string) (*ssh.ClientConfig, error) {
	known, err := c.hostKeys()
	if err != nil {
		return nil, source.Faultf(source.WordInternal, "the host keys cannot be used")
	}
	config := &ssh.ClientConfig{User: user, HostKeyCallback: pinned(known), HostKeyAlgorithms: algorithms(known), Timeout: patience}
	if !c.PrivateKey.IsZero() {
		signer, err := c.signer(getenv)
		if err != nil {
			return nil, err
		}
		config.Auth = append(config.Auth, ssh.PublicKeys(signer))
	}
	if !c.Password.IsZero() {
		password, err := c.Password.Read(getenv)
		if err != nil {
			return nil, err
		}
		config.Auth = append(config.Auth, ssh.Password(password), ssh.KeyboardInteractive(func(_, _ string, questions []string, _ []bool) ([]string, error) {
			return slices.Repeat([]string{password}, len(questions)), nil // what servers with PAM ask instead
		}))
	}
	return config, nil
}

func (c SFTP) signer(getenv func(string) string) (ssh.Signer, error) {
	text, err := c.PrivateKey.Read(getenv)
	if err != nil {
		return nil, err
	}
	if c.Passphrase.IsZero() {
		signer, err := ssh.ParsePrivateKey([]byte(text))
		if err != nil {
			return nil, source.Faultf(source.WordSecret, "sftp.private_key cannot be read; a locked one needs sftp.passphrase")
		}
		return signer, nil
	}
	phrase, err := c.Passphrase.Read(getenv)
	if err != nil {
		return nil, err
	}
	signer, err := ssh.ParsePrivateKeyWithPassphrase([]byte(text), []byte(phrase))
	if err != nil {
		return nil, source.Faultf(source.WordSecret, "sftp.private_key cannot be read with this sftp.passphrase")
	}
	return signer, nil
}

// errHostKey is that somebody else answers.
var errHostKey = errors.New("the server shows another key than sftp.host_keys has")

func pinned(known []ssh.PublicKey) ssh.HostKeyCallback {
	return func(_ string, _ net.Addr, shown ssh.PublicKey) error {
		for _, key := range known {
			if string(key.Marshal()) == string(shown.Marshal()) {
				return nil
			}
		}
		return errHostKey
	}
}

// algorithms asks the server for the keys that are pinned, of all that it has.
func algorithms(known []ssh.PublicKey) []string {
	var names []string
	for _, key := range known {
		if key.Type() == ssh.KeyAlgoRSA {
			names = append(names, ssh.KeyAlgoRSASHA256, ssh.KeyAlgoRSASHA512) // RFC 8332
		} else {
			names = append(names, key.Type())
		}
	}
	return names
}

const (
	// patience is how long the server may take for its next byte.
	patience = time.Minute
	// dials is how often a connection is tried.
	dials = 3
)

// connect logs in. A server that does not answer is tried again; one that does
// not let in is not, for it might lock the account.
func (c SFTP) connect(ctx context.Context, at address, o source.Opening) (place, error) {
	config, err := c.logIn(at.user, o.Getenv)
	if err != nil {
		return nil, err
	}
	for try := 1; ; try++ {
		conn, err := dial(ctx, withPort(at.host), o)
		if err == nil {
			return logIn(ctx, conn, at.host, config)
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if try == dials {
			return nil, &source.Fault{Word: source.WordUnreached, Detail: "connect to the SFTP server", Err: err}
		}
		if err := retry.Sleep(ctx, retry.Backoff(try)); err != nil {
			return nil, err
		}
	}
}

func withPort(host string) string {
	if _, _, err := net.SplitHostPort(host); err == nil {
		return host
	}
	return net.JoinHostPort(strings.Trim(host, "[]"), "22")
}

func dial(ctx context.Context, at string, o source.Opening) (net.Conn, error) {
	if o.Dial != nil {
		return o.Dial(ctx, "tcp", at)
	}
	return (&net.Dialer{Timeout: 10 * time.Second}).DialContext(ctx, "tcp", at)
}

func logIn(ctx context.Context, conn net.Conn, host string, config *ssh.ClientConfig) (place, error) {
	alive := &impatient{conn}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	server := &server{cancelled: ctx, stop: stop, conn: conn}
	session, channels, requests, err := ssh.NewClientConn(alive, host, config)
	if err != nil {
		_ = server.close()
		return nil, server.fault(refusal(err))
	}
	server.ssh = ssh.NewClient(session, channels, requests)
	if server.sftp, err = sftp.NewClient(server.ssh); err != nil {
		_ = server.close()
		return nil, server.fault(&source.Fault{Word: source.WordService, Detail: "begin SFTP", Err: err})
	}
	return server, nil
}

// refusal says why the server and we did not come together. The error of the
// library names methods and keys, and nothing secret.
func refusal(err error) *source.Fault {
	switch {
	case errors.Is(err, errHostKey):
		return source.Faultf(source.WordDenied, "%v; if its owner exchanged the key, exchange it there too", errHostKey)
	case strings.Contains(err.Error(), "unable to authenticate"):
		return source.Faultf(source.WordDenied, "the SFTP server does not accept the user with this key or password")
	}
	return &source.Fault{Word: source.WordUnreached, Detail: "log in to the SFTP server", Err: err}
}

// impatient is a connection that ends when nothing comes for too long.
type impatient struct{ net.Conn }

// Read implements io.Reader.
func (c *impatient) Read(p []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return 0, err
	}
	return c.Conn.Read(p)
}

// Write implements io.Writer.
func (c *impatient) Write(p []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(patience)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

// server is an SFTP server, logged in to.
type server struct {
	cancelled context.Context //nolint:containedctx // of the pull, which the connection does not outlive
	stop      func() bool
	conn      net.Conn
	ssh       *ssh.Client
	sftp      *sftp.Client
}

// fault is the end of the pull's context, where that came first.
func (s *server) fault(fault error) error {
	if s.cancelled.Err() != nil {
		return context.Cause(s.cancelled)
	}
	return fault
}

// inHome makes a path behind /~/ one in the user's home, where a session begins.
func inHome(path string) string {
	if rest, ok := strings.CutPrefix(path, "/~/"); ok {
		return rest
	}
	return path
}

func (s *server) look(_ context.Context, path string) (File, error) {
	info, err := s.sftp.Stat(inHome(path))
	if err != nil {
		return File{}, s.trouble("look at file", err)
	}
	return onServer(path, info), nil
}

func onServer(path string, info fs.FileInfo) File {
	return File{Path: path, Size: info.Size(), Modified: info.ModTime(), kind: kindOf(info.Mode())}
}

func (s *server) list(ctx context.Context, directory string, want func(string) bool) ([]File, error) {
	entries, err := s.sftp.ReadDirContext(ctx, inHome(directory))
	if err != nil {
		return nil, s.trouble("list directory", err)
	}
	var all []File
	for _, entry := range entries {
		if !want(entry.Name()) {
			continue
		}
		file, err := onServer(path.Join(directory, entry.Name()), entry), error(nil)
		if entry.Mode()&fs.ModeSymlink != 0 {
			file, err = s.look(ctx, file.Path)
		}
		switch {
		case errors.Is(err, fs.ErrNotExist): // a link to nowhere
		case err != nil:
			return nil, err
		default:
			all = append(all, file)
		}
	}
	return all, nil
}

func (s *server) open(_ context.Context, file File, offset int64) (io.ReadCloser, error) {
	f, err := s.sftp.Open(inHome(file.Path))
	if err != nil {
		return nil, s.trouble("open file", err)
	}
	info, err := f.Stat()
	switch {
	case err != nil:
		err = s.trouble("look at open file", err)
	case !file.unchanged(onServer(file.Path, info)):
		err = source.Faultf(source.WordPartial, "%s is still being written: it changed meanwhile", file.Name())
	default:
		_, err = f.Seek(offset, io.SeekStart)
	}
	if err != nil {
		_ = f.Close() // the other error says more
		return nil, err
	}
	return &far{f, bufio.NewReaderSize(f, ahead), s}, nil
}

// ahead is how much is asked for at once: the library asks for the parts side by
// side, so that a long line does not make a large file slow.
const ahead = 1 << 20

// far is an open file on a server.
type far struct {
	io.Closer
	buffered *bufio.Reader
	server   *server
}

// Read implements io.Reader.
func (f *far) Read(p []byte) (int, error) {
	n, err := f.buffered.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = f.server.fault(&source.Fault{Word: source.WordUnreached, Detail: "read file: the connection broke", Err: err})
	}
	return n, err
}

// trouble says what the server's refusal means. fs.ErrNotExist comes as it is.
func (s *server) trouble(doing string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fs.ErrNotExist
	case errors.Is(err, os.ErrPermission):
		return source.Faultf(source.WordDenied, "%s: the SFTP server does not let this user do so", doing)
	}
	return s.fault(&source.Fault{Word: source.WordUnreached, Detail: doing, Err: err})
}

func (s *server) nature() nature { return nature{changes: true} }

// close ends the session, then the connection.
func (s *server) close() error {
	s.stop()
	if s.sftp != nil {
		_ = s.sftp.Close()
	}
	if s.ssh != nil {
		_ = s.ssh.Close()
	}
	_ = s.conn.Close()
	return nil // everything was read by now, or there is another error
}
