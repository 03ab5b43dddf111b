package remote_test

import (
	"context"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/remote"
)

// deaf is a service that takes requests and answers none.
func deaf(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	go func() { _, _ = io.Copy(io.Discard, far) }() // it ends with the connection
	return near, ctx.Err()
}

// The time of a request begins when its token is there: if both ended together,
// what is told would be neither's.
func TestATokenThatDoesNotComeIsToldAsThat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := source.Opening{Getenv: func(string) string { return canary.Secret }, Dial: deaf}
		c := remote.Config{BaseURL: "http://127.0.0.1:8080", Timeout: time.Minute}
		tokens, err := c.Client(remote.NoAuth{}, o)
		if err != nil {
			t.Fatal(err)
		}
		service, err := c.Client(&remote.Credentials{
			TokenURL: "http://127.0.0.1:8080/token", ID: "me", Secret: source.Secret{Env: "SECRET"}, Getenv: o.Getenv, Client: tokens,
		}, o)
		if err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		_, err = service.Ask(t.Context(), remote.Request{Path: "/people"})
		if fault := source.AsFault(err); fault.Word != source.WordUnreached {
			t.Errorf("%v, want %s", err, source.WordUnreached)
		}
		if took := time.Since(begun); took < 4*time.Minute || took > 5*time.Minute {
			t.Errorf("it took %s, want four tries of a minute", took)
		}
	})
}
