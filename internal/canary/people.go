package canary

// What the canary people have. A test adds to a name what tells its people
// apart: FamilyName + "-Ab" is as easily found.
const (
	GivenName  = "Canaria"
	FamilyName = "Testbird"
	BirthDate  = "1987-06-05"
	// Phone is one of the numbers 202-555-01xx, all of which are searched for;
	// they belong to nobody.
	Phone  = "2025550143"
	Mail   = "bird@" + MailHost
	Street = "1 Cage Street"
	City   = "Springfield"
	// ZIP has nine digits, for five may stand anywhere by chance.
	ZIP = "62701-4321"
	// MailHost is where the e-mail addresses of all canary people are.
	MailHost = "canary.example"
	// Secret stands for every key, token and password.
	Secret = "canarykey0123456789"
)

// word is a text that gives away what it is a part of.
type word struct{ what, text string }

// words are what is searched for. They are long enough not to stand in random
// bytes or digests by chance, and short enough to be found in a longer value.
func words() []word {
	return []word{
		{"a given name", GivenName},
		{"a family name", FamilyName},
		{"a street", "Cage Street"},
		{"a city", City},
		{"a ZIP code", ZIP},
		{"a ZIP code", "627014321"},
		{"an e-mail address", "@" + MailHost},
		{"an e-mail address", "%40" + MailHost},
		{"a phone number", "20255501"},
		{"a phone number", "202-555-01"},
		{"a phone number", "202.555.01"},
		{"a phone number", "202 555 01"},
		{"a phone number", "202) 555-01"},
		{"a phone number", "202 555-01"},
		{"a birth date", BirthDate},
		{"a birth date", "19870605"},
		{"a birth date", "1987/06/05"},
		{"a birth date", "1987-6-5"},
		{"a birth date", "06/05/1987"},
		{"a birth date", "6/5/1987"},
		{"a birth date", "06-05-1987"},
		{"a birth date", "05.06.1987"},
		{"a birth date", "{1987 6 5}"},
		{"a birth date", "June 5, 1987"},
		{"a birth date", "Jun 5, 1987"},
		{"a birth date", "05 Jun 1987"},
		{"a secret", "canarykey"},
	}
}
