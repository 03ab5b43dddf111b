package sql

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// cell is a value as text; ok is false for bytes that are none, and for what no
// driver is known to return. kind is the database's name of the type.
func (d dialect) cell(value any, kind string) (text string, ok bool) {
	if text, is := d.special(value, kind); is {
		return text, true
	}
	switch v := value.(type) {
	case nil:
		return "", true
	case string:
		return v, utf8.ValidString(v)
	case []byte:
		return string(v), utf8.Valid(v)
	case bool:
		return strconv.FormatBool(v), true
	case int64:
		return strconv.FormatInt(v, 10), true
	case uint64:
		return strconv.FormatUint(v, 10), true
	case float32:
		return number(float64(v), 32), true
	case float64:
		return number(v, 64), true
	case time.Time:
		return moment(v, kind), true
	}
	return "", false
}

// number is a floating-point number of so many bits in its shortest digits.
func number(v float64, bits int) string { return strconv.FormatFloat(v, 'f', -1, bits) }

// Layouts of dates and times. Fractions of a second stand there where there are
// some.
const (
	civilDate = time.DateOnly
	civilTime = "2006-01-02T15:04:05.999999999"
	clockTime = "15:04:05.999999999"
	zonedTime = "2006-01-02T15:04:05.999999999Z07:00"
)

// moment is a time as its type means it: drivers give all of them a zone.
func moment(v time.Time, kind string) string {
	switch kind {
	case "DATE":
		if v.Equal(v.Truncate(24 * time.Hour)) { // not in SQLite, where the type is a word
			return v.Format(civilDate)
		}
	case "TIME":
		return v.Format(clockTime)
	case "TIMESTAMPTZ":
		return v.UTC().Format(zonedTime)
	case "DATETIMEOFFSET":
		return v.Format(zonedTime)
	}
	if _, offset := v.Zone(); offset != 0 {
		return v.Format(zonedTime)
	}
	return v.Format(civilTime)
}

// instant reads the time of the data: a type that has a zone, a text that has
// one, or seconds since 1970.
func instant(value any, kind string) (time.Time, bool) {
	switch v := value.(type) {
	case time.Time:
		return v, kind == "TIMESTAMPTZ" || kind == "DATETIMEOFFSET"
	case int64:
		return seconds(float64(v))
	case uint64:
		return seconds(float64(v))
	case float64:
		return seconds(v)
	case []byte:
		return instant(string(v), kind)
	case string:
		text := strings.TrimSpace(v)
		if number, err := strconv.ParseFloat(text, 64); err == nil {
			return seconds(number)
		}
		for _, layout := range []string{zonedTime, "2006-01-02 15:04:05.999999999Z07:00"} {
			if at, err := time.Parse(layout, text); err == nil {
				return at, true
			}
		}
	}
	return time.Time{}, false
}

// seconds is an instant of this era; milliseconds would lie far behind it.
func seconds(since1970 float64) (time.Time, bool) {
	const year3000 = 32503680000
	if !(since1970 > 0 && since1970 < year3000) {
		return time.Time{}, false
	}
	return time.UnixMicro(int64(since1970 * 1e6)), true
}
