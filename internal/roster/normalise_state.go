package roster

import (
	"strings"
	"unicode"
)

// States lists the two-letter codes that Vitable takes: the 50 states, DC, the
// territories and freely associated states, and the three military regions.
func States() []string {
	return []string{
		"AA", "AE", "AK", "AL", "AP", "AR", "AS", "AZ", "CA", "CO", "CT", "DC", "DE", "FL", "FM", "GA",
		"GU", "HI", "IA", "ID", "IL", "IN", "KS", "KY", "LA", "MA", "MD", "ME", "MH", "MI", "MN", "MO",
		"MP", "MS", "MT", "NC", "ND", "NE", "NH", "NJ", "NM", "NV", "NY", "OH", "OK", "OR", "PA", "PR",
		"PW", "RI", "SC", "SD", "TN", "TX", "UT", "VA", "VI", "VT", "WA", "WI", "WV", "WY",
	}
}

// StateCode returns the two-letter code of a state that is given by code or by
// its English name, in any case, with or without dots, and also as ISO 3166-2
// (US-NY). ok is false where it names none of States.
func StateCode(text string) (code string, ok bool) {
	if isState(text) {
		return text, true
	}
	name := strings.TrimPrefix(CollapseSpace(strings.Map(nameRune, Clean(text))), "US-")
	if isState(name) {
		return name, true
	}
	code = stateNamed(name)
	return code, code != ""
}

// isState is a switch and no table, so that asking for every row costs nothing.
func isState(code string) bool {
	switch code {
	case "AA", "AE", "AK", "AL", "AP", "AR", "AS", "AZ", "CA", "CO", "CT", "DC", "DE", "FL", "FM", "GA",
		"GU", "HI", "IA", "ID", "IL", "IN", "KS", "KY", "LA", "MA", "MD", "ME", "MH", "MI", "MN", "MO",
		"MP", "MS", "MT", "NC", "ND", "NE", "NH", "NJ", "NM", "NV", "NY", "OH", "OK", "OR", "PA", "PR",
		"PW", "RI", "SC", "SD", "TN", "TX", "UT", "VA", "VI", "VT", "WA", "WI", "WV", "WY":
		return true
	}
	return false
}

// nameRune is how a state's name is compared: upper case, no dots, no commas.
func nameRune(r rune) rune {
	switch r {
	case '.':
		return -1
	case ',':
		return ' '
	}
	return unicode.ToUpper(r)
}

// stateNamed returns the code of a name in upper case, or "".
func stateNamed(name string) string {
	for _, state := range [...]struct{ name, code string }{
		{"ALABAMA", "AL"},
		{"ALASKA", "AK"},
		{"AMERICAN SAMOA", "AS"},
		{"ARIZONA", "AZ"},
		{"ARKANSAS", "AR"},
		{"ARMED FORCES AMERICAS", "AA"},
		{"ARMED FORCES EUROPE", "AE"},
		{"ARMED FORCES PACIFIC", "AP"},
		{"CALIFORNIA", "CA"},
		{"COLORADO", "CO"},
		{"CONNECTICUT", "CT"},
		{"DELAWARE", "DE"},
		{"DISTRICT OF COLUMBIA", "DC"},
		{"WASHINGTON DC", "DC"},
		{"WASHINGTON D C", "DC"},
		{"FEDERATED STATES OF MICRONESIA", "FM"},
		{"MICRONESIA", "FM"},
		{"FLORIDA", "FL"},
		{"GEORGIA", "GA"},
		{"GUAM", "GU"},
		{"HAWAII", "HI"},
		{"IDAHO", "ID"},
		{"ILLINOIS", "IL"},
		{"INDIANA", "IN"},
		{"IOWA", "IA"},
		{"KANSAS", "KS"},
		{"KENTUCKY", "KY"},
		{"LOUISIANA", "LA"},
		{"MAINE", "ME"},
		{"MARSHALL ISLANDS", "MH"},
		{"MARYLAND", "MD"},
		{"MASSACHUSETTS", "MA"},
		{"MICHIGAN", "MI"},
		{"MINNESOTA", "MN"},
		{"MISSISSIPPI", "MS"},
		{"MISSOURI", "MO"},
		{"MONTANA", "MT"},
		{"NEBRASKA", "NE"},
		{"NEVADA", "NV"},
		{"NEW HAMPSHIRE", "NH"},
		{"NEW JERSEY", "NJ"},
		{"NEW MEXICO", "NM"},
		{"NEW YORK", "NY"},
		{"NORTH CAROLINA", "NC"},
		{"NORTH DAKOTA", "ND"},
		{"NORTHERN MARIANA ISLANDS", "MP"},
		{"OHIO", "OH"},
		{"OKLAHOMA", "OK"},
		{"OREGON", "OR"},
		{"PALAU", "PW"},
		{"PENNSYLVANIA", "PA"},
		{"PUERTO RICO", "PR"},
		{"RHODE ISLAND", "RI"},
		{"SOUTH CAROLINA", "SC"},
		{"SOUTH DAKOTA", "SD"},
		{"TENNESSEE", "TN"},
		{"TEXAS", "TX"},
		{"US VIRGIN ISLANDS", "VI"},
		{"VIRGIN ISLANDS", "VI"},
		{"UTAH", "UT"},
		{"VERMONT", "VT"},
		{"VIRGINIA", "VA"},
		{"WASHINGTON", "WA"},
		{"WEST VIRGINIA", "WV"},
		{"WISCONSIN", "WI"},
		{"WYOMING", "WY"},
	} {
		if state.name == name {
			return state.code
		}
	}
	return ""
}
