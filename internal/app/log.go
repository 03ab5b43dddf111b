package app

import (
	"io"
	"log"
	"strings"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// newLog returns the log. There is no sampling: each line is somebody's
// coverage. Fields are named by the call sites and hold no person's data.
func newLog(to io.Writer, level, format string) (*zap.Logger, error) {
	at, err := zapcore.ParseLevel(level)
	if err != nil {
		return nil, &UsageError{errLogLevel}
	}
	encoding := zap.NewProductionEncoderConfig()
	encoding.TimeKey, encoding.EncodeTime = "time", zapcore.RFC3339NanoTimeEncoder
	encoder := zapcore.NewJSONEncoder(encoding)
	if format == "console" {
		encoder = zapcore.NewConsoleEncoder(encoding)
	}
	return zap.New(zapcore.NewCore(encoder, zapcore.Lock(zapcore.AddSync(to)), at)), nil
}

// redirect takes what libraries print on the standard log of this process, so that
// none of it is printed as it is: net/http quotes what a service sends unasked, and
// that may be somebody's row. The last program that is made in a process counts.
func redirect(to *zap.Logger) {
	log.SetPrefix("")
	log.SetFlags(log.Lshortfile) // so a line begins with where it comes from, and nothing else
	log.SetOutput(standard{to})
}

// standard is the standard log: of a line it tells where in a library it comes from.
type standard struct{ log *zap.Logger }

// Write implements io.Writer.
func (s standard) Write(line []byte) (int, error) {
	from, _, _ := strings.Cut(string(line), ": ")
	s.log.Warn("a library has something to say; it is left out, for it may quote what a service sent", zap.String("from", from))
	return len(line), nil
}
