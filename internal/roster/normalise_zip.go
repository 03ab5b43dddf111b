package roster

import "strings"

// ZIP returns a ZIP code as 12345 or 12345-6789, and the text as it was where
// it is none; ValidZIP tells.
//
// Spreadsheets drop the leading zeros of the north-east and the Caribbean. They
// are put back only where the state proves it: `2134` becomes 02134 in MA,
// whose codes begin so, and stays what it is in CA. restored reports that.
//
//nolint:gocyclo // a truth table reads best in one piece
func ZIP(text, state string) (zip string, restored bool) {
	if ValidZIP(text) {
		return text, false
	}
	text = strings.TrimSuffix(Clean(text), ".0") // a number's way of saying nothing
	first, last, extended := strings.Cut(text, "-")
	switch {
	case extended:
		first, last = Clean(first), Clean(last)
	case len(text) == 8 || len(text) == 9:
		first, last = text[:len(text)-4], text[len(text)-4:]
		// `12345 6789`
		if len(text) == 9 && !allDigits(text) {
			return text, false
		}
	case len(text) == 10 && text[5] == ' ':
		first, last = text[:5], text[6:]
	}
	if !allDigits(first) || !allDigits(last) || last != "" && len(last) != 4 || extended && last == "" {
		return text, false
	}
	if len(first) == 3 || len(first) == 4 {
		whole := "00000"[len(first):] + first
		if !beginsIn(state, whole[:3]) {
			return text, false
		}
		first, restored = whole, true
	}
	if last != "" {
		first += "-" + last
	}
	if !ValidZIP(first) {
		return text, false
	}
	return first, restored
}

// ValidZIP reports 12345 and 12345-6789, but not five zeros.
func ValidZIP(zip string) bool {
	switch len(zip) {
	case 5:
		return allDigits(zip) && zip != "00000"
	case 10:
		return zip[5] == '-' && allDigits(zip[6:]) && ValidZIP(zip[:5])
	}
	return false
}

// beginsIn reports whether codes that begin with these three digits, the first
// of them zero, lie in the state. They are the first three digits that the
// Postal Service gives to that state.
//
//nolint:gocyclo // a truth table reads best in one piece
func beginsIn(state, first3 string) bool {
	in := func(low, high string) bool { return first3 >= low && first3 <= high }
	switch state {
	case "NY":
		return first3 == "005"
	case "PR":
		return first3 == "006" || first3 == "007" || first3 == "009"
	case "VI":
		return first3 == "008"
	case "MA":
		return in("010", "027") || first3 == "055"
	case "RI":
		return in("028", "029")
	case "NH":
		return in("030", "038")
	case "ME":
		return in("039", "049")
	case "VT":
		return in("050", "054") || in("056", "059")
	case "CT":
		return in("060", "069")
	case "NJ":
		return in("070", "089")
	case "AE":
		return in("090", "098")
	}
	return false
}

// allDigits reports a text of ASCII digits only; the empty text is one.
func allDigits(s string) bool {
	_, ok := digits(s)
	return ok
}
