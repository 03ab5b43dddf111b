package canary

import (
	"bytes"
	"fmt"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

// Buffer keeps the output of a program while it runs; what waits for its end
// reads it with Find. The zero value is empty.
type Buffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write keeps text.
func (b *Buffer) Write(text []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(text)
}

// Bytes is a copy of everything so far.
func (b *Buffer) Bytes() []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	return bytes.Clone(b.text.Bytes())
}

// String is everything so far.
func (b *Buffer) String() string { return string(b.Bytes()) }

// Output takes a program's output, which is searched when the test ends.
func Output(t testing.TB) *Buffer {
	t.Helper()
	b := new(Buffer)
	t.Cleanup(func() { report(t, Find("output", b.Bytes())) })
	return b
}

// Log is a logger of all levels, and its entries. They are searched when the test
// ends, as the daemon would have written them.
func Log(t testing.TB) (*zap.Logger, *observer.ObservedLogs) {
	t.Helper()
	core, entries := observer.New(zapcore.DebugLevel)
	t.Cleanup(func() {
		encoder := zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig())
		for _, entry := range entries.All() {
			line, err := encoder.EncodeEntry(entry.Entry, entry.Context)
			if err != nil {
				t.Errorf("encode a log entry: %v", err)
				continue
			}
			report(t, Find("the log", line.Bytes()))
		}
	})
	return zap.New(core), entries
}

// Registry is a registry of metrics, all of whose names, labels and helps are
// searched when the test ends.
func Registry(t testing.TB) *prometheus.Registry {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	t.Cleanup(func() {
		families, _ := registry.Gather() // what fails tells nothing
		for _, family := range families {
			report(t, Find("metric "+family.GetName(), fmt.Append(nil, family)))
		}
	})
	return registry
}

// Recorder takes the answer of a handler, which is searched when the test ends.
func Recorder(t testing.TB) *httptest.ResponseRecorder {
	t.Helper()
	recorder := httptest.NewRecorder()
	t.Cleanup(func() {
		report(t, Find("an answer's header", fmt.Append(nil, recorder.Header())))
		report(t, Find("an answer", recorder.Body.Bytes()))
	})
	return recorder
}
