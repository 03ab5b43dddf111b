package roster

import "strings"

const maxEmail = 254 // RFC 5321, a path of 256 with its brackets

// Email returns an e-mail address in the form that is sent: its domain in lower
// case, the part before it untouched, since only the receiving side knows
// whether case matters there.
func Email(text string) string {
	text = Clean(text)
	at := strings.LastIndexByte(text, '@')
	if at < 0 {
		return text
	}
	domain := strings.ToLower(text[at:])
	if domain == text[at:] {
		return text
	}
	return text[:at] + domain
}

// ValidEmail reports a plain address: one @, a domain with a dot, and none of
// the quoting, comments and literals that the RFCs allow and nobody has.
func ValidEmail(address string) bool {
	local, domain, _ := strings.Cut(address, "@")
	return len(address) <= maxEmail && validLocal(local) && validDomain(domain)
}

func validLocal(local string) bool {
	if local == "" || len(local) > 64 || local[0] == '.' || local[len(local)-1] == '.' || strings.Contains(local, "..") {
		return false
	}
	for i := range len(local) {
		if !plain(local[i]) || strings.IndexByte(`()<>[]:;,\"@`, local[i]) >= 0 {
			return false
		}
	}
	return true
}

// validDomain wants at least two labels of letters, digits and inner hyphens,
// the last of them no number.
func validDomain(domain string) bool {
	labels, digitsOnly := 0, true
	for label := range strings.SplitSeq(domain, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := range len(label) {
			if !wordByte(label[i]) {
				return false
			}
		}
		labels, digitsOnly = labels+1, allDigits(label)
	}
	return labels >= 2 && !digitsOnly
}

func wordByte(b byte) bool {
	return b == '-' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}
