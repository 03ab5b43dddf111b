package exec

import (
	"strings"
	"time"

	"github.com/rosterd/rosterd/internal/source"
	"github.com/rosterd/rosterd/internal/source/remote"
)

// tap is what the messages of a Singer tap have said so far.
type tap struct {
	stream  string
	version string    // that messages about the stream have; "" for none yet
	oldest  time.Time // when the earliest record was extracted
}

// read returns the record of a message, where it has one of the stream.
func (t *tap) read(message remote.Record, line int) (record remote.Record, ok bool, err error) {
	kind, _ := message.Lookup("type")
	stream, _ := message.Lookup("stream")
	switch kind = strings.ToUpper(kind); {
	case kind == "":
		return record, false, source.Faultf(source.WordFormat, "line %d of the output is a message without a type", line)
	case kind == "RECORD" && stream == "":
		return record, false, source.Faultf(source.WordFormat, "line %d of the output is a RECORD without a stream", line)
	case stream != t.stream, kind == "SCHEMA", kind == "STATE":
		return record, false, nil
	case kind == "ACTIVATE_VERSION":
		return record, false, t.agree(message, line)
	case kind != "RECORD":
		return record, false, source.Faultf(source.WordFormat,
			"line %d of the output is a message about the stream whose type rosterd does not know; it may stand for records", line)
	}
	if err := t.agree(message, line); err != nil {
		return record, false, err
	}
	record, err = message.Object("record")
	if err != nil {
		return record, false, source.Faultf(source.WordFormat, "line %d of the output is a RECORD without a record", line)
	}
	if deleted, _ := record.Lookup("_sdc_deleted_at"); deleted != "" {
		return record, false, source.Faultf(source.WordFormat,
			"line %d of the output is a record that was deleted: the tap prints changes, not everybody; use full table replication", line)
	}
	return record, true, t.date(message, line)
}

// agree compares the version of a message with those before it.
func (t *tap) agree(message remote.Record, line int) error {
	version, _ := message.Lookup("version")
	if version != "" && t.version != "" && version != t.version {
		return source.Faultf(source.WordPages, "line %d of the output has another version of the stream than one before: only one of them is everybody", line)
	}
	if version != "" {
		t.version = version
	}
	return nil
}

// date notes when a record was extracted, where that is said.
func (t *tap) date(message remote.Record, line int) error {
	text, _ := message.Lookup("time_extracted")
	if text == "" {
		return nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return source.Faultf(source.WordFormat, "line %d of the output has a time_extracted that is no time", line)
	}
	if t.oldest.IsZero() || at.Before(t.oldest) {
		t.oldest = at
	}
	return nil
}
