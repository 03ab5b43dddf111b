package mapping

import (
	"errors"
	"regexp"
	"strings"
	"time"

	"github.com/rosterd/rosterd/internal/roster"
)

// dateFormat is how a column writes dates: in digits and separators, or as the
// serial numbers of a spreadsheet.
//
// Tokens are YYYY, YY, MM or M, DD or D, with `/`, `-`, `.` or a blank between
// them. Where separators stand around a month or a day, one digit and two are
// both read, since no such text has two meanings. A time of day behind the date
// is ignored; one with a zone is believed only at midnight, because any other
// is an instant, whose civil date depends on where one stands.
type dateFormat struct {
	name  string // as it is shown to people
	parts []datePart
	epoch roster.Date // serial number 0; zero for formats with parts
	leap  bool        // serial 60 is 29 February 1900, which never was
	clock *regexp.Regexp
}

// datePart is one token (Y, y, M or D) or, where token is 0, one separator.
type datePart struct {
	token     byte
	separator byte
	min, max  int // digits
}

const (
	isoFormat    = "YYYY-MM-DD"
	excel        = "excel"     // day 1 is 1 January 1900, with Lotus's leap day
	excel1904    = "excel1904" // day 0 is 1 January 1904
	lastSerial   = 2958465     // 31 December 9999 in the 1900 system
	lotusLeapDay = 60
	clockPattern = `^[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?: ?([AP])M)?(Z|[+-]\d{2}:?\d{2})?$`
)

var errFormat = errors.New("not a date format: use YYYY (or YY), MM and DD once each, with one of / - . or a blank between them, or excel, or excel1904")

// compileDateFormat reads a format as configured; "" is YYYY-MM-DD.
func compileDateFormat(format string) (dateFormat, error) {
	clock := regexp.MustCompile(clockPattern)
	switch strings.ToLower(format) {
	case "":
		format = isoFormat
	case excel:
		epoch, err := roster.NewDate(1899, 12, 31)
		return dateFormat{name: "of an Excel serial number", epoch: epoch, leap: true}, err
	case excel1904:
		epoch, err := roster.NewDate(1904, 1, 1)
		return dateFormat{name: "of an Excel serial number", epoch: epoch}, err
	}
	parts, err := dateParts(strings.ToUpper(format))
	return dateFormat{name: strings.ToUpper(format), parts: parts, clock: clock}, err
}

func dateParts(format string) ([]datePart, error) {
	var parts []datePart
	for rest := format; rest != ""; {
		length := 1
		for length < len(rest) && rest[length] == rest[0] {
			length++
		}
		part, ok := newDatePart(rest[0], length)
		if !ok {
			return nil, errFormat
		}
		parts, rest = append(parts, part), rest[length:]
	}
	if !complete(parts) {
		return nil, errFormat
	}
	return parts, loosen(parts)
}

func newDatePart(letter byte, length int) (datePart, bool) {
	switch {
	case letter == 'Y' && length == 4:
		return datePart{token: 'Y', min: 4, max: 4}, true
	case letter == 'Y' && length == 2:
		return datePart{token: 'y', min: 2, max: 2}, true
	case (letter == 'M' || letter == 'D') && length <= 2:
		return datePart{token: letter, min: length, max: 2}, true
	}
	return datePart{separator: letter}, length == 1 && strings.IndexByte("/-. ", letter) >= 0
}

// complete reports one year, one month and one day.
func complete(parts []datePart) bool {
	var seen strings.Builder
	for _, part := range parts {
		if part.token != 0 {
			seen.WriteByte(part.token)
		}
	}
	tokens := strings.ToUpper(seen.String())
	return len(tokens) == 3 && strings.Count(tokens, "Y") == 1 && strings.Count(tokens, "M") == 1 && strings.Count(tokens, "D") == 1
}

// loosen lets months and days between separators have one digit or two, and
// refuses M and D where nothing shows where they end.
func loosen(parts []datePart) error {
	for i := range parts {
		if parts[i].token != 'M' && parts[i].token != 'D' {
			continue
		}
		alone := (i == 0 || parts[i-1].token == 0) && (i == len(parts)-1 || parts[i+1].token == 0)
		if !alone && parts[i].min == 1 {
			return errFormat
		}
		if alone {
			parts[i].min = 1
		}
	}
	return nil
}

// read returns the date that a clean cell names; no date for a blank one and
// for one of nothing but zeros. A year of two digits is the last one whose date
// is not after latest, which is only asked then; twoDigits reports it.
func (f *dateFormat) read(text string, latest func() roster.Date) (date roster.Date, twoDigits bool, err error) {
	switch {
	case nothingButZeros(text):
		return roster.Date{}, false, nil
	case f.name == isoFormat && len(text) == len(isoFormat):
		if date, err = roster.ParseDate(text); err == nil { // the usual case; the parts find the same, later
			return date, false, nil
		}
	case f.parts == nil:
		date, err = f.serial(text)
		return date, false, err
	}
	var fields struct{ year, month, day int }
	for _, part := range f.parts {
		value, rest, ok := part.cut(text)
		if !ok {
			return roster.Date{}, false, roster.ErrNotADate
		}
		text = rest
		switch part.token {
		case 'Y', 'y':
			fields.year, twoDigits = value, part.token == 'y'
		case 'M':
			fields.month = value
		case 'D':
			fields.day = value
		}
	}
	if text != "" && !f.ignorable(text) {
		return roster.Date{}, false, roster.ErrNotADate
	}
	if twoDigits {
		fields.year = completeYear(fields.year, fields.month, fields.day, latest())
	}
	date, err = roster.NewDate(fields.year, time.Month(fields.month), fields.day)
	return date, twoDigits, err
}

// nothingButZeros reports a blank text and one like 00/00/0000 00:00.
func nothingButZeros(text string) bool {
	for i := range len(text) {
		switch text[i] {
		case '0':
		case '-', '/', '.', ' ', ':', 'T':
			if i == 0 {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// completeYear returns the last year that ends in two digits and puts that day
// not after latest.
func completeYear(twoDigits, month, day int, latest roster.Date) int {
	year := latest.Year()/100*100 + twoDigits
	order := func(year, month, day int) int { return (year*100+month)*100 + day }
	if order(year, month, day) > order(latest.Year(), int(latest.Month()), latest.Day()) {
		year -= 100
	}
	return year
}

// cut takes the part off the front of text.
func (p datePart) cut(text string) (value int, rest string, ok bool) {
	if p.token == 0 {
		return 0, text[min(1, len(text)):], text != "" && text[0] == p.separator
	}
	n := 0
	for n < len(text) && n < p.max && text[n] >= '0' && text[n] <= '9' {
		value = value*10 + int(text[n]-'0')
		n++
	}
	return value, text[n:], n >= p.min
}

// ignorable reports a time of day that says nothing about the date.
func (f *dateFormat) ignorable(text string) bool {
	clock := f.clock.FindStringSubmatch(strings.ToUpper(text))
	if clock == nil {
		return false
	}
	hour, minute, second, half, zone := clock[1], clock[2], clock[3], clock[4], clock[5]
	midnight := strings.Trim(minute+second, "0") == "" && (strings.Trim(hour, "0") == "" || hour == "12" && half == "A")
	return zone == "" || midnight
}

// serial reads the number of a spreadsheet's day; a fraction is a time of day.
func (f *dateFormat) serial(text string) (roster.Date, error) {
	whole, fraction, _ := strings.Cut(text, ".")
	days, rest, ok := datePart{token: 'D', min: 1, max: 7}.cut(whole)
	if !ok || rest != "" || strings.Trim(fraction, "0123456789") != "" || days > lastSerial || f.leap && days == lotusLeapDay {
		return roster.Date{}, roster.ErrNotADate
	}
	if f.leap && days > lotusLeapDay {
		days--
	}
	return f.epoch.AddDays(days), nil
}
