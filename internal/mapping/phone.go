package mapping

import (
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// phones reads phone numbers. What people type is taken apart here, strictly;
// whether the digits are a number of the United States is decided by the
// phonenumbers library and its metadata.
//
// Asking the library costs ten times as much as everything else about a row, so
// its verdicts are kept. In the North American plan they depend on the area code
// and the first digit of the exchange, and only in the area codes of personal
// numbers that begin with 52 on the whole exchange. A test asks the library
// whether that still holds.
type phones struct {
	valid map[uint32]bool // representative -> the library's verdict
}

func newPhones() *phones { return &phones{valid: map[uint32]bool{}} }

// read returns the ten digits of a US number, or "" where the text is none.
// extension reports that one was there; it is dropped, since the API has no
// place for it.
//
// Letters are refused: `1-800-FLOWERS` is a number to the library, but in an
// HR system a letter is a typing error.
func (p *phones) read(text string) (ten string, extension bool) {
	number := strings.TrimSuffix(text, ".0") // a number column's way of saying nothing
	ten = tenDigits(number)
	if ten == "" { // a number that is read as it stands has no extension
		if number, extension = cutExtension(number); extension {
			ten = tenDigits(number)
		}
	}
	if ten == "" || !p.inUnitedStates(ten) {
		return "", false
	}
	return ten, extension
}

// tenDigits returns the digits of a number written with the usual punctuation,
// with or without the country code 1, or "" where it is not ten of them.
func tenDigits(text string) string {
	var buf [11]byte
	n, international := 0, false
	for i, r := range text {
		switch {
		case r >= '0' && r <= '9':
			if n == len(buf) {
				return ""
			}
			buf[n] = byte(r)
			n++
		case r == '+' && i == 0:
			international = true
		case !punctuation(r):
			return ""
		}
	}
	switch {
	case n == 10 && !international:
		if len(text) == 10 {
			return text
		}
		return string(buf[:10])
	case n == 11 && buf[0] == '1':
		return string(buf[1:])
	}
	return ""
}

// punctuation is what stands between the digits of a number, dashes and blanks
// of word processors included.
func punctuation(r rune) bool {
	switch r {
	case ' ', '(', ')', '-', '.', '/', '\u00a0', '\u2010', '\u2011', '\u2012', '\u2013', '\u2014', '\u2212':
		return true
	}
	return false
}

// cutExtension cuts `x12`, `ext. 12`, `#12` and `;ext=12` off the end.
func cutExtension(text string) (number string, ok bool) {
	at := strings.IndexFunc(text, func(r rune) bool { return r == '#' || r == ';' || r >= 'A' && r <= 'z' })
	if at < 0 {
		return text, false
	}
	mark := strings.TrimRight(text[at:], "0123456789")
	extension := text[at+len(mark):]
	switch strings.TrimRight(strings.ToLower(mark), " .:") {
	case "x", "ext", "extension", "#", ";ext=":
		return strings.TrimRight(text[:at], " ,"), extension != "" && len(extension) <= 7
	}
	return text, false
}

// inUnitedStates asks the library about ten digits. The territories have
// regions of their own there; Vitable takes addresses in them.
func (p *phones) inUnitedStates(ten string) bool {
	number := representative(ten)
	valid, known := p.valid[number]
	if !known {
		countryCode, national := int32(1), uint64(number)*10_000+555
		switch phonenumbers.GetRegionCodeForNumber(&phonenumbers.PhoneNumber{CountryCode: &countryCode, NationalNumber: &national}) {
		case "US", "PR", "VI", "GU", "AS", "MP":
			valid = true
		}
		p.valid[number] = valid
	}
	return valid
}

// representative is area code and exchange of the number that stands for all
// with the same verdict.
func representative(ten string) uint32 {
	number := uint32(0)
	for i := range 6 {
		number = number*10 + uint32(ten[i]-'0')
	}
	if personal := number/10_000 == 52; personal {
		return number
	}
	return number - number%100
}
