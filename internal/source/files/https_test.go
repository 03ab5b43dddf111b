package files_test

import (
	"encoding/pem"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/files"
)

// behind serves one answer over TLS, and returns what trusts it.
func behind(t *testing.T, answer http.HandlerFunc) files.Config {
	t.Helper()
	server := httptest.NewUnstartedServer(answer)
	server.Config.ErrorLog = log.New(canary.Output(t), "", 0) // a handshake that fails is what some want
	server.StartTLS()
	t.Cleanup(server.Close)
	authority := filepath.Join(canary.Input(t), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(authority, text, 0o600); err != nil {
		t.Fatal(err)
	}
	config := files.Defaults()
	config.Path, config.HTTPS.CAFile = server.URL+"/out/census.csv", authority
	return config
}

func TestHTTPS(t *testing.T) {
	modified := older(3)
	sent := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Last-Modified", modified.UTC().Format(http.TimeFormat))
			w.Header().Set("Content-Length", strconv.Itoa(len(text)))
			_, _ = w.Write([]byte(text))
		}
	}
	secret := source.Secret{Env: "SECRET"}
	for _, test := range []struct {
		name   string
		answer http.HandlerFunc
		change func(*files.Config)
		want   string
		word   string
	}{
		{"a file", sent(census), nil, census, ""},
		{"an empty file", sent(""), nil, "", ""},
		{"a packed file", sent(gzipped(census)), func(c *files.Config) { c.Path += ".gz" }, census, ""},
		{"an answer of unknown length", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(census[:5]))
			w.(http.Flusher).Flush()
			_, _ = w.Write([]byte(census[5:]))
		}, nil, census, ""},
		{
			"a bearer token", only(func(r *http.Request) bool { return r.Header.Get("Authorization") == "Bearer "+canary.Secret }, sent(census)),
			func(c *files.Config) { c.HTTPS.Token = secret }, census, "",
		},
		{
			"a password", only(func(r *http.Request) bool { _, password, _ := r.BasicAuth(); return password == canary.Secret }, sent(census)),
			func(c *files.Config) { c.HTTPS.User, c.HTTPS.Password = "acme", secret }, census, "",
		},
		{
			"a signed address", only(func(r *http.Request) bool { return r.URL.RawQuery == canary.Secret }, sent(census)),
			func(c *files.Config) { c.HTTPS.SignedQuery = secret }, census, "",
		},
		{
			"a query", only(func(r *http.Request) bool { return r.URL.Query().Get("version") == "2" }, sent(census)),
			func(c *files.Config) { c.Path += "?version=2" }, census, "",
		},
		{"without the token", only(func(r *http.Request) bool { return r.Header.Get("Authorization") != "" }, sent(census)), nil, "", source.WordDenied},
		{"no such file", http.NotFound, nil, "", source.WordMissing},
		{"a redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://127.0.0.1:1/", http.StatusFound)
		}, nil, "", source.WordRedirect},
		{"an answer that is cut off", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(len(census)))
			_, _ = w.Write([]byte(census[:5]))
		}, nil, "", source.WordUnreached},
		{"a chunked answer that breaks", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(census[:5]))
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}, nil, "", source.WordUnreached},
		{"an answer that ends with its connection", func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				_, _ = conn.Write([]byte("HTTP/1.0 200 OK\r\n\r\n" + census))
				_ = conn.Close()
			}
		}, nil, "", source.WordTruncated},
		{"a part", under(http.StatusPartialContent, sent(census)), nil, "", source.WordTruncated},
		{"something that was changed on the way", under(http.StatusNonAuthoritativeInfo, sent(census)), nil, "", source.WordService},
		{"a file that is made later", under(http.StatusAccepted, sent(census)), nil, "", source.WordNotReady},
		{"nothing", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }, nil, "", source.WordFormat},
		{"a certificate of nobody known", sent(census), func(c *files.Config) { c.HTTPS.CAFile = "" }, "", source.WordUnreached},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			config := behind(t, test.answer)
			if test.change != nil {
				test.change(&config)
			}
			chosen, got, err := read(t, config, source.Opening{Getenv: environment(map[string]string{"SECRET": canary.Secret})})
			switch {
			case test.word != "":
				wantFault(t, err, test.word, "")
			case err != nil:
				t.Fatal(err)
			case got != test.want:
				t.Errorf("read %q", got)
			case !chosen.Modified.IsZero() && !chosen.Modified.Equal(modified):
				t.Errorf("the file is of %s, want %s", chosen.Modified, modified.Format(time.RFC3339))
			}
		})
	}
}

// under answers with another status.
func under(status int, answer http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { answer(once{w, status}, r) }
}

// once has its status already.
type once struct {
	http.ResponseWriter
	status int
}

// Write implements http.ResponseWriter.
func (o once) Write(text []byte) (int, error) {
	o.WriteHeader(o.status)
	return o.ResponseWriter.Write(text)
}

// only answers requests that are as they should be.
func only(right func(*http.Request) bool, answer http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !right(r) {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		answer(w, r)
	}
}

func TestFaultsNameTheKey(t *testing.T) {
	env := source.Secret{Env: "X"}
	key := "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
	for _, test := range []struct {
		name   string
		path   string
		change func(*files.Config)
		keys   string
	}{
		{"a local file", "/data/census.csv", nil, ""},
		{"a drive with a colon", "data/a:b.csv", nil, ""},
		{"a server", "sftp://acme@files.example.com:2222/~/census-[0-9]*.csv", func(c *files.Config) { c.SFTP = files.SFTP{HostKeys: []string{key}, PrivateKey: env} }, ""},
		{"an address", "https://files.example.com/census.csv?x=y", nil, ""},
		{"a bucket", "s3://census/acme/census-*.csv", nil, ""},
		{"another store of buckets", "s3://census/a.csv", func(c *files.Config) { c.S3.Endpoint = "https://storage.googleapis.com" }, ""},
		{"an encrypted file", "/data/census.csv.pgp", func(c *files.Config) { c.PGP.PrivateKey = env }, ""},

		{"another scheme", "ftp://files.example.com/census.csv", nil, "path"},
		{"http elsewhere", "http://files.example.com/census.csv", nil, "path"},
		{"a password in the address", "sftp://acme:secret@files.example.com/census.csv", func(c *files.Config) { c.SFTP = files.SFTP{HostKeys: []string{key}, PrivateKey: env} }, "path"},
		{"a user of a site", "https://acme@files.example.com/census.csv", nil, "path"},
		{"no user", "sftp://files.example.com/census.csv", func(c *files.Config) { c.SFTP = files.SFTP{HostKeys: []string{key}, PrivateKey: env} }, "path"},
		{"no host", "sftp:///census.csv", func(c *files.Config) { c.SFTP = files.SFTP{HostKeys: []string{key}, PrivateKey: env} }, "path path"},
		{"no file", "https://files.example.com", nil, "path"},
		{"no host key", "sftp://acme@files.example.com/census.csv", func(c *files.Config) { c.SFTP.Password = env }, "sftp.host_keys"},
		{"a host key with its name", "sftp://acme@files.example.com/census.csv", func(c *files.Config) {
			c.SFTP = files.SFTP{HostKeys: []string{"files.example.com " + key[:40]}, PrivateKey: env}
		}, "sftp.host_keys"},
		{"nothing to log in with", "sftp://acme@files.example.com/census.csv", func(c *files.Config) { c.SFTP.HostKeys = []string{key} }, "sftp.private_key"},
		{"a secret of both kinds", "sftp://acme@files.example.com/census.csv", func(c *files.Config) {
			c.SFTP = files.SFTP{HostKeys: []string{key}, Password: source.Secret{Env: "A", File: "b"}}
		}, "sftp.password"},
		{"two ways to be let in", "https://files.example.com/census.csv", func(c *files.Config) { c.HTTPS.Token, c.HTTPS.SignedQuery = env, env }, "https"},
		{"a password of nobody", "https://files.example.com/census.csv", func(c *files.Config) { c.HTTPS.Password = env }, "https.user"},
		{"a sidecar of an address", "https://files.example.com/census.csv", func(c *files.Config) { c.Sidecar = ".done" }, "sidecar"},
		{"half a key", "s3://census/a.csv", func(c *files.Config) { c.S3.AccessKey = env }, "s3.access_key"},
		{"an endpoint with a path", "s3://census/a.csv", func(c *files.Config) { c.S3.Endpoint = "https://files.example.com/x" }, "s3.endpoint"},
		{"an open endpoint", "s3://census/a.csv", func(c *files.Config) { c.S3.Endpoint = "http://files.example.com" }, "s3.endpoint"},
		{"a pattern for buckets", "s3://census-*/a.csv", nil, "path"},
		{"no key to an encrypted file", "https://files.example.com/census.csv.GPG?x=y", nil, "pgp.private_key"},
		{"a malformed entry", "/data/census.zip", func(c *files.Config) { c.Entry = "[a" }, "entry"},
	} {
		t.Run(test.name, func(t *testing.T) {
			config := files.Defaults()
			config.Path = test.path
			if test.change != nil {
				test.change(&config)
			}
			var keys []string
			for _, fault := range config.Faults() {
				keys = append(keys, fault.Key)
				if strings.Contains(fault.Detail, "secret@") {
					t.Error("the fault repeats the password")
				}
			}
			if got := strings.Join(keys, " "); got != test.keys {
				t.Errorf("faulty keys %q, want %q", got, test.keys)
			}
		})
	}
}
