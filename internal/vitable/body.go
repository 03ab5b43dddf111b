package vitable

import (
	"bytes"
	"errors"
	"sync/atomic"
)

// body is the body of a write that can be asked, once its request has failed,
// to prove that nothing of it left this machine. The proof does not depend on
// the kind of connection or of error: a transport cannot send what it never
// read, and a sealed body cannot be read any more, even by a transport that
// goes on in the background. A server cannot accept a write without its body.
//
// The opposite is not proven by a read: bytes that were read may be lost in a
// buffer, as when a kept-alive connection turns out to be dead. That counts as
// sent. The body cannot be rewound either (its request has no GetBody), so
// net/http never replays it.
type body struct {
	state atomic.Int32
	rest  bytes.Reader
}

// The states of a body.
const (
	untouched int32 = iota
	started
	sealed
)

var errSealed = errors.New("the request is over")

func newBody(content []byte) *body {
	b := &body{}
	b.rest.Reset(content)
	return b
}

// Read implements io.Reader.
func (b *body) Read(into []byte) (int, error) {
	if !b.state.CompareAndSwap(untouched, started) && b.state.Load() == sealed {
		return 0, errSealed
	}
	return b.rest.Read(into)
}

// Close implements io.Closer.
func (b *body) Close() error { return nil }

// seal reports whether no byte was read; if so, none ever will be.
func (b *body) seal() bool { return b.state.CompareAndSwap(untouched, sealed) }
