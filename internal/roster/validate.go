package roster

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxText      = 255  // characters in names and addresses
	maxReference = 255  // bytes in a reference_id
	firstBirth   = 1900 // the earliest year of birth that is believed
	maxAge       = 120  // years
)

// Validate lists what keeps a member from being sent, in the order of the
// fields; nothing when it is valid on the day today. The rules are those of
// "One row" in the API notes; whether the plan exists is not among them, only
// Vitable knows that. Normalise first: it accepts only the forms that are sent.
func Validate(m *Member, today Date) []Problem {
	var problems []Problem
	check := func(kind Kind, field, detail string) {
		if detail != "" {
			problems = append(problems, Problem{Kind: kind, Field: field, Detail: detail})
		}
	}
	check(InvalidRow, "reference_id", ReferenceIDFault(m.ReferenceID))
	check(InvalidRow, "first_name", nameFault(m.FirstName))
	check(InvalidRow, "last_name", nameFault(m.LastName))
	check(InvalidRow, "date_of_birth", birthFault(m.DateOfBirth, today))
	check(InvalidRow, "phone", phoneFault(m.Phone))
	check(InvalidRow, "email", emailFault(m.Email))
	check(InvalidRow, "address_line_1", textFault(m.Address.Line1))
	if m.Address.Line2 != "" {
		check(InvalidRow, "address_line_2", textFault(m.Address.Line2))
	}
	check(InvalidRow, "city", textFault(m.Address.City))
	check(InvalidRow, "state", stateFault(m.Address.State))
	check(InvalidRow, "zipcode", zipFault(m.Address.ZIP))
	check(UnmappedPlan, "plan", planFault(m.PlanID))
	return problems
}

// ReferenceIDFault says what keeps an id from naming a person; "" for nothing.
// An id is trimmed, 1 to 255 bytes, without control characters, and no number
// that a spreadsheet has rounded to `1.23457E+11`, which other people's numbers
// may have become too.
func ReferenceIDFault(id string) string {
	switch {
	case id == "":
		return "blank"
	case len(id) > maxReference:
		return "longer than 255 bytes"
	case id != Clean(id):
		return "has blanks around it"
	case rounded(id):
		return "a number that a spreadsheet has rounded; format the column as text and export again"
	}
	return charactersFault(id)
}

// rounded reports digits with an exponent, as spreadsheets show long numbers.
func rounded(id string) bool {
	mantissa, exponent, found := strings.Cut(id, "E+")
	return found && mantissa != "" && exponent != "" && allDigits(exponent) && allDigits(strings.Replace(mantissa, ".", "", 1))
}

func nameFault(name string) string {
	if detail := textFault(name); detail != "" {
		return detail
	}
	if strings.IndexFunc(name, unicode.IsLetter) < 0 {
		return "has no letter"
	}
	return ""
}

func textFault(text string) string {
	switch {
	case text == "":
		return "blank"
	case len(text) > maxText && utf8.RuneCountInString(text) > maxText:
		return "longer than 255 characters"
	}
	return charactersFault(text)
}

func charactersFault(text string) string {
	for i := range len(text) {
		if text[i] < ' ' || text[i] >= 0x7f {
			return anyCharactersFault(text[i:])
		}
	}
	return ""
}

// anyCharactersFault is charactersFault for a text that is not plain ASCII.
func anyCharactersFault(text string) string {
	for _, r := range text {
		switch {
		case r == utf8.RuneError:
			return "has characters that were lost in a conversion; export as UTF-8"
		case unicode.IsControl(r):
			return "has control characters"
		}
	}
	return ""
}

func birthFault(born, today Date) string {
	switch {
	case born.IsZero():
		return "blank"
	case born.Year() < firstBirth:
		return "before the year 1900"
	case born.After(today):
		return "in the future"
	case today.Year()-born.Year() >= maxAge && born.AddMonths(12*maxAge).Before(today):
		return "more than 120 years ago"
	}
	return ""
}

// phoneFault knows the shape of a number only; whether its area code is one of
// the United States is the mapping's matter.
func phoneFault(phone string) string {
	switch {
	case phone == "":
		return "blank"
	case len(phone) != 10 || !allDigits(phone) || phone[0] < '2' || phone[3] < '2':
		return "not ten digits of a US phone number"
	}
	return ""
}

func emailFault(address string) string {
	if address == "" || ValidEmail(address) {
		return ""
	}
	return "not an e-mail address"
}

func stateFault(state string) string {
	switch {
	case state == "":
		return "blank"
	case !isState(state):
		return "not a state or territory of the United States"
	}
	return ""
}

func zipFault(zip string) string {
	switch {
	case zip == "":
		return "blank"
	case !ValidZIP(zip):
		return "not a ZIP code (12345 or 12345-6789)"
	}
	return ""
}

func planFault(plan string) string {
	if plan == "" {
		return "the row names no plan"
	}
	return ""
}
