package app_test

import (
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/reconcile"
)

// A service whose answer is longer than it declares makes net/http print the rest,
// which may be somebody's row, on the standard log.
func TestWhatAServiceSendsUnaskedIsNotQuoted(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Read(make([]byte, 4<<10)) // what is asked
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]E-17,"+
				canary.FamilyName+","+canary.BirthDate+","+canary.Phone)
			_ = conn.Close()
		}
	})
	defer serving.Wait()
	defer listener.Close()
	o := newOffice(t)
	o.write(o.dir, "rosterd.yaml", strings.NewReplacer(
		"type: csv", "type: http", "path: census.csv", "path: /people", "stable_for: 0s", "base_url: http://"+listener.Addr().String(),
	).Replace(configuration))
	a := o.app()
	if _, err := a.RunOnce(t.Context(), reconcile.Options{}, false); err != nil {
		t.Error(err)
	}
	for begun := time.Now(); !strings.Contains(o.log.String(), `"from":"transport.go:`); time.Sleep(time.Millisecond) {
		if time.Since(begun) > patience {
			t.Fatal("the log does not tell that there was something")
		}
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
}
