package roster

import "strings"

const maxEmail = 254 // RFC 5321, a path of 256 with its brackets

// Email returns an e-mail address in the form that is sent: its domain in lower
// case, the part before it untouched, since only the receiving side knows
// whether case matters there. Letters that are not ASCII stay as they are: İ and
// the Kelvin sign would become i and k, and the address somebody else's.
func Email(text string) string {
	text = Clean(text)
	at := strings.LastIndexByte(text, '@')
	if at < 0 || !strings.ContainsFunc(text[at:], capital) {
		return text
	}
	address := []byte(text)
	for i := at; i < len(address); i++ {
		if capital(rune(address[i])) {
			address[i] |= 0x20
		}
	}
	return string(address)
}

// capital reports a capital letter of ASCII.
func capital(r rune) bool { return 'A' <= r && r <= 'Z' }

// ValidEmail reports a plain address: one @, a domain with a dot, and none of
// the quoting, comments and literals that the RFCs allow and nobody has.
func ValidEmail(address string) bool {
	local, domain, _ := strings.Cut(address, "@")
	return len(address) <= maxEmail && validLocal(local) && validDomain(domain)
}

func validLocal(local string) bool {
	dot := true // so that a leading dot counts as one too many
	for i := range len(local) {
		b := local[i]
		if b == '.' && dot || !wordByte(b) && (!plain(b) || strings.IndexByte(`()<>[]:;,\"@`, b) >= 0) {
			return false
		}
		dot = b == '.'
	}
	return !dot && len(local) <= 64
}

// validDomain wants at least two labels of letters, digits and inner hyphens,
// the last of them no number.
func validDomain(domain string) bool {
	dots := 0
	for {
		label, rest, more := cutLabel(domain)
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		if !more {
			return rest == "" && dots > 0 && !allDigits(label)
		}
		domain = rest
		dots++
	}
}

// cutLabel cuts a domain at its first dot. Where there is none, rest is what
// stands behind the letters, digits and hyphens.
func cutLabel(domain string) (label, rest string, more bool) {
	n := 0
	for n < len(domain) && wordByte(domain[n]) {
		n++
	}
	if n < len(domain) && domain[n] == '.' {
		return domain[:n], domain[n+1:], true
	}
	return domain[:n], domain[n:], false
}

func wordByte(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= '0' && b <= '9' || b == '-' || b >= 'A' && b <= 'Z'
}
