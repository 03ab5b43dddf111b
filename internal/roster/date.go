package roster

import (
	"errors"
	"time"
)

// Date is a civil date in the proleptic Gregorian calendar. The zero value is
// "no date". Dates compare with ==, Before and After; they carry no zone, the
// caller decides whose calendar they are read in (see Today).
type Date struct {
	year  int16
	month int8
	day   int8
}

// ErrNotADate says that a text or a triple names no day of the calendar. It
// never repeats the text, which may be somebody's birth date.
var ErrNotADate = errors.New("not a calendar date")

// NewDate returns the date of the given year, month and day, or ErrNotADate
// where the calendar has no such day, such as 30 February.
func NewDate(year int, month time.Month, day int) (Date, error) {
	if year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return Date{}, ErrNotADate
	}
	return Date{int16(year), int8(month), int8(day)}, nil
}

// ParseDate reads YYYY-MM-DD, the only form that rosterd itself writes.
func ParseDate(s string) (Date, error) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return Date{}, ErrNotADate
	}
	year, ok1 := digits(s[0:4])
	month, ok2 := digits(s[5:7])
	day, ok3 := digits(s[8:10])
	if !ok1 || !ok2 || !ok3 {
		return Date{}, ErrNotADate
	}
	return NewDate(year, time.Month(month), day)
}

// Today is the civil date of the instant now in the given zone.
func Today(now time.Time, zone *time.Location) Date {
	year, month, day := now.In(zone).Date()
	return Date{int16(year), int8(month), int8(day)}
}

// IsZero reports whether there is no date.
func (d Date) IsZero() bool { return d == Date{} }

// Year of the date; 0 for no date.
func (d Date) Year() int { return int(d.year) }

// Month of the date; 0 for no date.
func (d Date) Month() time.Month { return time.Month(d.month) }

// Day of the month; 0 for no date.
func (d Date) Day() int { return int(d.day) }

// Before reports whether d is earlier than o.
func (d Date) Before(o Date) bool { return d.number() < o.number() }

// After reports whether d is later than o.
func (d Date) After(o Date) bool { return d.number() > o.number() }

// AddDays returns the date n days later.
func (d Date) AddDays(n int) Date {
	if day := int(d.day) + n; d.day > 0 && day > 0 && day <= 28 {
		return Date{d.year, d.month, int8(day)}
	}
	year, month, day := time.Date(int(d.year), time.Month(d.month), int(d.day)+n, 0, 0, 0, 0, time.UTC).Date()
	return Date{int16(year), int8(month), int8(day)}
}

// AddMonths returns the same day n months later, or the last day of that month
// where it is shorter: one month after 31 January is 28 or 29 February.
func (d Date) AddMonths(n int) Date {
	months := int(d.year)*12 + int(d.month) - 1 + n
	year, month := months/12, time.Month(months%12+1)
	return Date{int16(year), int8(month), int8(min(int(d.day), daysIn(year, month)))}
}

// FirstOfMonth returns d where it is the first day of a month, and the first
// day of the month after it where it is not.
func (d Date) FirstOfMonth() Date {
	if d.day == 1 {
		return d
	}
	return d.EndOfMonth().AddDays(1)
}

// EndOfMonth returns the last day of d's month.
func (d Date) EndOfMonth() Date {
	return Date{d.year, d.month, int8(daysIn(int(d.year), time.Month(d.month)))}
}

// String returns YYYY-MM-DD, or "" for no date.
func (d Date) String() string {
	text, _ := d.AppendText(nil)
	return string(text)
}

// AppendText appends String to b; it never fails.
func (d Date) AppendText(b []byte) ([]byte, error) {
	if d.IsZero() {
		return b, nil
	}
	year, month, day := int(d.year), int(d.month), int(d.day)
	b = append(b, digit(year/1000), digit(year/100), digit(year/10), digit(year), '-')
	b = append(b, digit(month/10), digit(month), '-', digit(day/10), digit(day))
	return b, nil
}

// MarshalText is String as bytes.
func (d Date) MarshalText() ([]byte, error) { return d.AppendText(nil) }

// UnmarshalText reads what MarshalText wrote.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := ParseDate(string(text))
	*d = parsed
	return err
}

func (d Date) number() int { return int(d.year)*512 + int(d.month)*32 + int(d.day) }

// digit is the last decimal digit of n.
func digit(n int) byte { return byte('0' + n%10) }

// daysIn is how long a month is; package time would make an instant of it first.
func daysIn(year int, month time.Month) int {
	switch month {
	case time.February:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case time.April, time.June, time.September, time.November:
		return 30
	}
	return 31
}

func digits(s string) (int, bool) {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}
