package vitable

import (
	"encoding/json"
	"unicode/utf8"

	"github.com/rosterd/rosterd/internal/roster"
)

// encode writes a small request body, of strings only, which cannot fail.
func encode(content any) []byte {
	text, _ := json.Marshal(content)
	return text
}

// encodeRoster writes the body of a submission: the documented keys and no
// others, what is blank left out, nobody as an empty list. It is written by
// hand because a run over a million people spends its time here.
func encodeRoster(members []roster.Member, phone PhoneFormat) []byte {
	b := append(make([]byte, 0, rosterSize(members)), `{"members":[`...)
	for i := range members {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendMember(b, &members[i], phone)
	}
	return append(b, "]}"...)
}

func appendMember(b []byte, m *roster.Member, phone PhoneFormat) []byte {
	b = append(b, `{"reference_id":`...)
	b = appendString(b, m.ReferenceID)
	b = appendField(b, `,"first_name":`, m.FirstName)
	b = appendField(b, `,"last_name":`, m.LastName)
	b = append(b, `,"date_of_birth":"`...)
	b, _ = m.DateOfBirth.AppendText(b)
	b = append(b, '"')
	b = appendPhone(b, m.Phone, phone)
	b = appendField(b, `,"email":`, m.Email)
	b = appendField(b, `,"plan_id":`, m.PlanID)
	b = append(b, `,"address":{"address_line_1":`...)
	b = appendString(b, m.Address.Line1)
	b = appendField(b, `,"address_line_2":`, m.Address.Line2)
	b = appendField(b, `,"city":`, m.Address.City)
	b = appendField(b, `,"state":`, m.Address.State)
	b = appendField(b, `,"zipcode":`, m.Address.ZIP)
	return append(b, "}}"...)
}

// appendField appends key and value, or nothing for a blank value.
func appendField(b []byte, key, value string) []byte {
	if value == "" {
		return b
	}
	return appendString(append(b, key...), value)
}

func appendPhone(b []byte, digits string, format PhoneFormat) []byte {
	if digits == "" || format != PhoneE164 {
		return appendField(b, `,"phone":`, digits)
	}
	return appendString(append(b, `,"phone":`...), "+1"+digits)
}

// appendString appends a JSON string. Nearly all of them need no escape.
func appendString(b []byte, s string) []byte {
	if escapes(s) {
		return append(b, encode(s)...)
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

func escapes(s string) bool {
	var bits byte
	for i := range len(s) {
		if s[i] < ' ' || s[i] == '"' || s[i] == '\\' {
			return true
		}
		bits |= s[i]
	}
	return bits >= utf8.RuneSelf && !utf8.ValidString(s)
}

// rosterSize is an upper bound of the body's size where nothing is escaped.
func rosterSize(members []roster.Member) int {
	const keys = 240 // of one member, with quotes, commas, birth date and prefix
	size := len(`{"members":[]}`)
	for i := range members {
		m := &members[i]
		size += keys + len(m.ReferenceID) + len(m.FirstName) + len(m.LastName) + len(m.Phone) + len(m.Email) + len(m.PlanID) +
			len(m.Address.Line1) + len(m.Address.Line2) + len(m.Address.City) + len(m.Address.State) + len(m.Address.ZIP)
	}
	return size
}
