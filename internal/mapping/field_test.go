package mapping_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"

	"github.com/rosterd/rosterd/internal/mapping"
	"github.com/rosterd/rosterd/internal/roster"
)

func TestDateFormats(t *testing.T) {
	tests := []struct{ name, format, cell, want string }{ // want "": a problem
		{"the usual form", "", "1987-06-05", "1987-06-05"},
		{"the usual form with midnight", "", "1987-06-05T00:00:00", "1987-06-05"},
		{"midnight in UTC", "", "1987-06-05T00:00:00.000Z", "1987-06-05"},
		{"midnight with an offset", "", "1987-06-05T00:00:00-0800", "1987-06-05"},
		{"midnight of a database", "", "1987-06-05 00:00:00", "1987-06-05"},
		{"a time without a zone", "", "1987-06-05 23:59:59", "1987-06-05"},
		{"an instant", "", "1987-06-05T23:00:00Z", ""},
		{"an instant at noon before noon", "", "1987-06-05 12:00:00 PM+00:00", ""},
		{"something behind it", "", "1987-06-05x", ""},
		{"more digits", "", "1987-06-051", ""},
		{"slashes where hyphens are expected", "", "06/05/1987", ""},
		{"American", "MM/DD/YYYY", "06/05/1987", "1987-06-05"},
		{"American without zeros", "MM/DD/YYYY", "6/5/1987", "1987-06-05"},
		{"American at midnight", "M/D/YYYY", "6/5/1987 12:00:00 AM", "1987-06-05"},
		{"American at short midnight", "M/D/YYYY", "6/5/1987 0:00", "1987-06-05"},
		{"a month of 13", "MM/DD/YYYY", "13/05/1987", ""},
		{"a year of two digits for four", "MM/DD/YYYY", "06/05/87", ""},
		{"a year of four digits for two", "MM/DD/YY", "06/05/1987", ""},
		{"German", "DD.MM.YYYY", "05.06.1987", "1987-06-05"},
		{"blanks", "DD MM YYYY", "05 06 1987", "1987-06-05"},
		{"no separators", "YYYYMMDD", "19870605", "1987-06-05"},
		{"no separators and a digit less", "YYYYMMDD", "1987065", ""},
		{"no separators and a digit more", "YYYYMMDD", "198706050", ""},
		{"no separators, American", "MMDDYYYY", "06051987", "1987-06-05"},
		{"no leap day", "MM/DD/YYYY", "02/29/1987", ""},
		{"format in small letters", "mm/dd/yyyy", "06/05/1987", "1987-06-05"},
		{"two digits before this day", "MM/DD/YY", "11/22/26", "2026-11-22"},
		{"two digits after this day", "MM/DD/YY", "11/23/26", "1926-11-23"},
		{"two digits of the last century", "MM/DD/YY", "06/05/87", "1987-06-05"},
		{"two digits of a leap day", "MM/DD/YY", "02/29/00", "2000-02-29"},
		{"two digits of no leap day", "MM/DD/YY", "02/29/87", ""},
		{"serial", "excel", "31933", "1987-06-05"},
		{"serial with a fraction", "excel", "31933.75", "1987-06-05"},
		{"serial 1", "excel", "1", "1900-01-01"},
		{"serial before the leap day that never was", "excel", "59", "1900-02-28"},
		{"the leap day that never was", "excel", "60", ""},
		{"serial after it", "excel", "61", "1900-03-01"},
		{"serial of the other system", "excel1904", "30471", "1987-06-05"},
		{"serial that is a date", "excel", "06/05/1987", ""},
		{"a huge serial", "excel", "99999999999999999999", ""},
		{"a negative serial", "excel", "-5", ""},
		{"other digits", "", "１９８７-06-05", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := census()
			cfg.Fields["date_of_birth"] = mapping.Field{Column: "date_of_birth", Format: tt.format}
			p := person(t, cfg, mapping.Eligibility{}, with(ann(), "date_of_birth", tt.cell))
			refused := len(p.Problems) > 0 && strings.Contains(p.Problems[0].Detail, "not a date")
			if got := p.Member.DateOfBirth.String(); got != tt.want || refused != (tt.want == "") {
				t.Errorf("%q in %q is %q, want %q; problems %+v", tt.cell, tt.format, got, tt.want, p.Problems)
			}
		})
	}
}

func TestNoDate(t *testing.T) {
	for _, cell := range []string{"", "  ", "0000-00-00", "00/00/0000", "0", "0000-00-00 00:00:00", "0000-00-00T00:00:00"} {
		t.Run(cell, func(t *testing.T) {
			if p := person(t, census(), mapping.Eligibility{}, with(ann(), "termination_date", cell)); !p.Sendable() {
				t.Errorf("standing %q, problems %+v", p.Standing, p.Problems)
			}
		})
	}
}

func TestTwoDigitYearsOfEmployment(t *testing.T) {
	cfg := census()
	cfg.Fields["termination_date"] = mapping.Field{Column: "termination_date", Format: "MM/DD/YY"}
	cfg.Fields["hire_date"] = mapping.Field{CEL: `""`}
	for cell, want := range map[string]roster.Standing{
		"11/22/26": roster.StandingTerminated,
		"11/23/26": roster.StandingIn,
		"12/31/46": roster.StandingIn,
		"01/01/47": roster.StandingTerminated, // 1947
	} {
		t.Run(cell, func(t *testing.T) {
			p := person(t, cfg, mapping.Eligibility{}, with(ann(), "termination_date", cell))
			if p.Standing != want || len(p.Notes) != 1 || p.Notes[0].Field != "termination_date" {
				t.Errorf("standing %q, want %q; problems %+v, notes %+v", p.Standing, want, p.Problems, p.Notes)
			}
		})
	}
}

func TestPhones(t *testing.T) {
	tests := []struct{ name, cell, want string }{ // want "": a problem
		{"ten digits", "2025550143", "2025550143"},
		{"parentheses", "(202) 555-0143", "2025550143"},
		{"dots", "202.555.0143", "2025550143"},
		{"slash", "202/555-0143", "2025550143"},
		{"with the country code", "+1 202 555 0143", "2025550143"},
		{"with 1 in front", "1-202-555-0143", "2025550143"},
		{"dashes of a word processor", "202–555\u20110143", "2025550143"},
		{"a number column", "2025550143.0", "2025550143"},
		{"a number column that lost a digit", "120255501.0", ""},
		{"extension", "202-555-0143 x12", "2025550143"},
		{"extension in words", "(202) 555-0143, Ext. 1234", "2025550143"},
		{"extension with a hash", "2025550143 #9", "2025550143"},
		{"extension of a URI", "+1-202-555-0143;ext=9", "2025550143"},
		{"toll-free", "800-555-0143", "8005550143"},
		{"Puerto Rico", "787-555-0143", "7875550143"},
		{"Guam", "+1 671 555 0143", "6715550143"},
		{"Canada", "416-555-0143", ""},
		{"the Bahamas", "242-555-0143", ""},
		{"the United Kingdom", "+44 20 7946 0958", ""},
		{"Morocco in ten digits", "+2125550143", ""},
		{"eleven digits that do not begin with 1", "22025550143", ""},
		{"nine digits", "202-555-014", ""},
		{"two numbers", "202-555-0143 / 202-555-0144", ""},
		{"letters for digits", "202-555-O143", ""},
		{"a vanity number", "1-800-FLOWERS", ""},
		{"a remark", "202-555-0143 (cell)", ""},
		{"an extension without digits", "202-555-0143 ext", ""},
		{"an area code that does not exist", "999-555-0143", ""},
		{"zeros", "0000000000", ""},
		{"the plus elsewhere", "202+5550143", ""},
		{"other digits", "２０２5550143", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := person(t, census(), mapping.Eligibility{}, with(ann(), "phone", tt.cell))
			if p.Member.Phone != tt.want || p.Sendable() != (tt.want != "") {
				t.Errorf("%q is %q, want %q; problems %+v", tt.cell, p.Member.Phone, tt.want, p.Problems)
			}
		})
	}
}

// library is what the phonenumbers library makes of a text by itself.
func library(text string) (ten string, parsed bool) {
	number, err := phonenumbers.Parse(text, "US")
	if err != nil {
		return "", false
	}
	switch phonenumbers.GetRegionCodeForNumber(number) {
	case "US", "PR", "VI", "GU", "AS", "MP":
		return strconv.FormatUint(number.GetNationalNumber(), 10), true
	}
	return "", true
}

// The kept verdict per area code and exchange must be the library's for every
// number, and the digits must be those that the library reads.
func TestPhonesAgreeWithTheLibrary(t *testing.T) {
	binding, columns := bind(t, census(), mapping.Eligibility{}, ann())
	forms := []string{"%s%s%s", "(%s) %s-%s", "%s-%s-%s", "+1 %s.%s.%s", "1%s%s%s", "%s %s %s x7", "+1-%s-%s-%s ext. 12"}
	random := rand.New(rand.NewPCG(1, 2))
	valid := 0
	for i := range 8_000 {
		area, exchange, line := 200+random.IntN(800), random.IntN(1000), random.IntN(10_000)
		if i%3 == 0 {
			exchange, area = 555, 200+i%800 // the same pairs again and again
		}
		text := fmt.Sprintf(forms[i%len(forms)], fmt.Sprintf("%03d", area), fmt.Sprintf("%03d", exchange), fmt.Sprintf("%04d", line))
		want, _ := library(text)
		got := binding.Person(record(columns, with(ann(), "phone", text)), i, today(t)).Member.Phone
		if got != want {
			t.Fatalf("%q is %q, the library says %q", text, got, want)
		}
		if got != "" {
			valid++
		}
	}
	if valid < 1000 || valid > 7000 {
		t.Errorf("%d of 8000 numbers are valid: not much of a sample", valid)
	}
}

func FuzzPhone(f *testing.F) {
	for _, text := range []string{"(202) 555-0143", "+1 202.555.0143 x12", "1-800-FLOWERS", "+44 20 7946 0958", "2025550143.0", "01(202)5550143"} {
		f.Add(text)
	}
	binding, columns := bind(f, census(), mapping.Eligibility{}, ann())
	day := today(f)
	f.Fuzz(func(t *testing.T, text string) {
		phone := binding.Person(record(columns, with(ann(), "phone", text)), 1, day).Member.Phone
		if phone == "" {
			return
		}
		if alone, _ := library(phone); alone != phone {
			t.Errorf("%q became %q, which the library reads as %q", text, phone, alone)
		}
		plain := strings.TrimSuffix(roster.Clean(text), ".0") // the library has no spreadsheets
		if whole, parsed := library(plain); parsed && whole != "" && whole != phone {
			t.Errorf("%q became %q, the library says %q", text, phone, whole)
		}
	})
}

func FuzzDate(f *testing.F) {
	for _, text := range []string{"1987-06-05", "6/5/1987 12:00:00 AM", "31933.5", "060587", "0000-00-00", "9999-12-31T00:00:00Z", "2/29/00"} {
		for _, format := range []string{"", "M/D/YYYY", "MMDDYY", "excel", "excel1904", "DD.MM.YY"} {
			f.Add(format, text)
		}
	}
	day := today(f)
	f.Fuzz(func(t *testing.T, format, text string) {
		cfg := census()
		cfg.Fields["date_of_birth"] = mapping.Field{Column: "date_of_birth", Format: format}
		mapper, err := mapping.New("hq", cfg, mapping.Eligibility{}, mapping.Vocabulary{})
		if err != nil {
			return
		}
		columns := mapping.Targets()
		binding, err := mapper.Bind(columns)
		if err != nil {
			t.Fatal(err)
		}
		p := binding.Person(record(columns, with(ann(), "date_of_birth", text)), 1, day)
		born := p.Member.DateOfBirth
		if again, err := roster.ParseDate(born.String()); !born.IsZero() && (err != nil || again != born) {
			t.Errorf("%q in %q became %q, which is no date", text, format, born)
		}
		if p.Sendable() && (born.IsZero() || born.After(day)) {
			t.Errorf("%q in %q became %q and is sendable", text, format, born)
		}
	})
}

// A spreadsheet writes dates as its own country does. Of one whose days and months have
// changed places, some rows show it, and the others say something else without a word.
func TestDatesTheOtherWayRound(t *testing.T) {
	row := func(hired, ended string) map[string]string {
		return with(ann(), "hire_date", hired, "termination_date", ended)
	}
	usFormat := func(c *mapping.Config) {
		for _, name := range []string{"hire_date", "termination_date"} {
			c.Fields[name] = mapping.Field{Column: name, Format: "MM/DD/YYYY"}
		}
	}
	tests := []struct {
		name   string
		format func(*mapping.Config)
		rows   []map[string]string
		want   string // of the verdict; "": none
	}{
		{"as configured", usFormat, []map[string]string{row("01/15/2020", ""), row("02/01/2020", "05/12/2026")}, ""},
		{"most of them", usFormat, []map[string]string{row("15/01/2020", ""), row("16/01/2020", ""), row("02/01/2020", "05/12/2026")}, "hire_date is not written as MM/DD/YYYY"},
		{"in both columns", usFormat, []map[string]string{row("15/01/2020", "15/12/2026"), row("16/01/2020", "31/12/2026")}, "hire_date is not written as MM/DD/YYYY, termination_date is not written as MM/DD/YYYY"},
		{"with a time", usFormat, []map[string]string{row("15/01/2020 00:00", ""), row("16/1/2020", "")}, "hire_date is"},
		{"one slip", usFormat, []map[string]string{row("15/01/2020", ""), row("02/01/2020", "")}, ""},
		{"two slips among many", usFormat, append(slices.Repeat([]map[string]string{row("02/01/2020", "")}, 19), row("15/01/2020", ""), row("16/01/2020", "")), ""},
		{"no dates at all", usFormat, []map[string]string{row("soon", ""), row("99/99/2020", "")}, ""},
		{"years first", func(*mapping.Config) {}, []map[string]string{row("2020-15-01", ""), row("2020-16-01", "")}, "hire_date is not written as YYYY-MM-DD"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg := census()
			tt.format(&cfg)
			binding, columns := bind(t, cfg, mapping.Eligibility{}, tt.rows[0])
			for i, row := range tt.rows {
				values := make([]string, len(columns))
				for n, column := range columns {
					values[n] = row[column]
				}
				binding.Person(values, i+1, today(t))
			}
			err := binding.Verdict()
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("the verdict is %v, want %q", err, tt.want)
			}
		})
	}
}
