// Package source says what a source of people is and what it has to prove.
//
// A source streams flat records and ends with a report. The report is the
// proof: without one, or with one that does not prove completeness, the pull
// has failed and nobody who is missing from it may be removed. Judge turns a
// report into that verdict; sourcetest holds the suite that every source
// passes; each source lives in a directory of its own.
package source

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Source is one place that knows who works where.
//
// Pull reads all of it, once, in order. It calls sink.Columns exactly once,
// before the first record, and sink.Record once for each record. It returns
// nil only when it read to the end of the data and the data showed where that
// is; any doubt is an error. An error of the sink ends the pull and comes back
// as it is. A source may retry what it reads, but never hands out a record
// twice. Errors name the place (file, page, line, column), never a value.
type Source interface {
	Pull(ctx context.Context, sink Sink) (Report, error)
}

// Sink takes what a source reads.
type Sink interface {
	// Columns announces the names of the columns, in the order in which every
	// record will have its values. They are unique as Canonical sees them.
	Columns(names []string) error
	// Record takes one record: as many values as there are columns, and where
	// it stands (line or position, from 1). The sink may not keep the slice, and
	// clones the values that it keeps: they may be parts of a larger text.
	Record(values []string, place int) error
}

// Doubter is a Sink that can be told what is wrong with the record that comes
// next, beyond its values. Whoever it is about stays as they are.
type Doubter interface {
	Sink
	// Doubt says in which field, what is wrong and never a value. More than one may
	// be told of a record.
	Doubt(field, detail string)
}

// Doubting returns a sink as one that can be told of doubts, for sources that have
// any. Every wrapper of a sink hands them on.
func Doubting(sink Sink) (Doubter, error) {
	if doubter, ok := sink.(Doubter); ok {
		return doubter, nil
	}
	return nil, Faultf(WordInternal, "nobody would hear of records that are in doubt")
}

// Report is what a source says about a pull that it read to its end.
type Report struct {
	Seen     int       // records handed out
	Expected int       // records that the source itself declares; -1 when it does not say
	AsOf     time.Time // how old the data is; zero when the source cannot tell
	Layout   string    // the columns in their order, as a digest or a list; a change holds removals
	// Ending says how the data ended, where that is evidence: EndingNewline or
	// EndingOpen for text files, "" for sources that prove their end otherwise.
	Ending string
	// Withheld names columns that were asked for and did not come back.
	Withheld []string
}

// How the text of a file ended.
const (
	EndingNewline = "newline"
	EndingOpen    = "open"
)

// Fault is a failed pull with a word for metrics and the database.
type Fault struct {
	Word   string // one of Words
	Detail string // what is wrong, where, and what to do; never a value
	Err    error  // the cause, where there is one
}

// Words lists every word that a Fault or a verdict can have, so that each has
// its metric from the start.
func Words() []string {
	return []string{
		WordUnreadable, WordMissing, WordPartial, WordEncoding, WordHeader, WordColumn, WordRagged,
		WordEmpty, WordCount, WordTruncated, WordWithheld, WordStale, WordAhead, WordRolledBack, WordShrank, WordInternal,
		WordSecret, WordDenied, WordPutOff, WordService, WordUnreached, WordRedirect, WordFormat, WordPages, WordTooLarge, WordNotReady,
	}
}

// The words.
const (
	WordUnreadable = "unreadable"     // it could not be opened or read
	WordMissing    = "missing"        // there is no such file or resource
	WordPartial    = "partial"        // it is still being written
	WordEncoding   = "encoding"       // bytes that the declared encoding does not have
	WordHeader     = "header"         // a header that cannot be used
	WordColumn     = "missing_column" // a mapped column is not there
	WordRagged     = "ragged_row"     // a row that does not fit the header
	WordEmpty      = "zero_rows"      // no records
	WordCount      = "count_mismatch" // not as many records as the source declares
	WordTruncated  = "truncated"      // it ends where it should not
	WordWithheld   = "withheld"       // columns that did not come back
	WordStale      = "stale"          // older than max_age
	WordAhead      = "dated_ahead"    // of a time that is yet to come
	WordRolledBack = "rolled_back"    // older than what was read before
	WordShrank     = "shrank"         // far fewer records than before
	WordInternal   = "internal"       // a bug in a source
	WordSecret     = "secret"         // a credential that is not there
	WordDenied     = "denied"         // the service does not accept the credential, or does not let it read this
	WordPutOff     = "put_off"        // the service asks for more patience than a run has
	WordService    = "service"        // the service answers with an error
	WordUnreached  = "unreached"      // no connection, or one that broke
	WordRedirect   = "redirect"       // the service sends elsewhere
	WordFormat     = "format"         // not what the service is documented to answer
	WordPages      = "pages"          // pages that repeat, contradict one another or do not end
	WordTooLarge   = "too_large"      // more than is read of one source
	WordNotReady   = "not_ready"      // the service has not finished collecting the data
)

// Error says the word, then the detail.
func (f *Fault) Error() string {
	if f.Err != nil {
		return fmt.Sprintf("%s: %s: %v", f.Word, f.Detail, f.Err)
	}
	return f.Word + ": " + f.Detail
}

// Unwrap returns the cause.
func (f *Fault) Unwrap() error { return f.Err }

// Faultf returns a Fault. The arguments must hold no values of records.
func Faultf(word, format string, args ...any) *Fault {
	return &Fault{Word: word, Detail: fmt.Sprintf(format, args...)}
}

// AsFault returns err as a Fault: the one inside it, or a new one with
// WordUnreadable around it.
func AsFault(err error) *Fault {
	if fault, ok := errors.AsType[*Fault](err); ok {
		return fault
	}
	return &Fault{Word: WordUnreadable, Detail: "read source", Err: err}
}

// Type is one kind of source, a row in the program's table of sources.
type Type struct {
	Name  string // as in the configuration: csv
	About string // one line for people
	// New returns the settings of one source of this type with their defaults:
	// a pointer to a struct whose yaml tags are the keys that the type brings.
	New func() Settings
	// Completes says that it only completes another source and never decides who
	// exists, for it knows neither birth dates nor who is employed.
	Completes bool
	// Presets are ready-made mappings of this type's usual columns, by name: the
	// keys fields, include and terminated as YAML. What a file writes beside a
	// preset counts instead, field by field.
	Presets map[string]string
}

// Settings are the keys that a type brings beside the common ones.
type Settings interface {
	// Faults lists what is wrong with the settings; none when they can be used.
	Faults() []KeyFault
	// Open returns the source. It reads nothing yet but the files of its settings.
	Open(Opening) (Source, error)
}

// KeyFault is one wrong setting.
type KeyFault struct {
	Key    string // the yaml key
	Detail string // what is wrong and what to do, never the value
}
