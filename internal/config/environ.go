package config

import (
	"maps"
	"slices"
	"strings"
)

const (
	prefix     = "ROSTERD_" // of the variables that belong to rosterd alone
	fileSuffix = "_FILE"    // of those that name the file of a secret
	// maxSecretSize is far above any key or token, in bytes.
	maxSecretSize = 64 << 10
)

// readEnviron returns the variables that rosterd knows and that are not empty,
// with secrets read from their files, and a fault for each that cannot be used.
func readEnviron(environ []string) (map[string]string, Faults) {
	given := map[string]string{}
	for _, line := range environ {
		name, value, ok := strings.Cut(line, "=")
		if _, earlier := given[name]; ok && !earlier {
			given[name] = value // the first counts, as it does for os.Getenv
		}
	}
	faults := unknownVariables(given)
	set := map[string]string{}
	for _, v := range Variables() {
		value := given[v.Name]
		if path := given[v.Name+fileSuffix]; v.Secret && path != "" {
			secret, detail := secretFrom(path)
			if value != "" {
				detail = "is set beside " + v.Name + "; set one of them"
			}
			if detail != "" {
				faults = append(faults, Fault{Key: v.Name + fileSuffix, Detail: detail})
			}
			value = secret
		}
		if value != "" {
			set[v.Name] = value
		}
	}
	return set, faults
}

// secretFrom reads a secret from a file, without the one newline that editors
// and echo leave at its end. detail says what is wrong, "" when nothing is.
func secretFrom(path string) (secret, detail string) {
	text, err := readCapped(path, maxSecretSize)
	if err != nil {
		return "", "the file " + err.Error()
	}
	secret = strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r")
	if strings.TrimSpace(secret) == "" {
		return "", "the file is empty"
	}
	return secret, ""
}

// unknownVariables has a fault for every variable with rosterd's prefix that
// nothing reads: a setting with a typo would silently not be made.
func unknownVariables(given map[string]string) Faults {
	var known []string
	for _, v := range Variables() {
		known = append(known, v.Name)
		if v.Secret {
			known = append(known, v.Name+fileSuffix)
		}
	}
	var faults Faults
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !strings.HasPrefix(name, prefix) || slices.Contains(known, name) || isServiceLink(name, given) {
			continue
		}
		detail := "is no variable of rosterd"
		if meant := nearest(name, known); meant != "" {
			detail += "; did you mean " + meant + "?"
		}
		faults = append(faults, Fault{Key: name, Detail: detail})
	}
	return faults
}

// isServiceLink reports a variable that nobody set: for a Service called
// rosterd, or rosterd-something, Kubernetes gives every pod beside it
// ROSTERD_SERVICE_HOST, ROSTERD_PORT and others of that kind.
// See "Accessing the Service" in the Kubernetes documentation.
func isServiceLink(name string, given map[string]string) bool {
	for _, mark := range []string{"_SERVICE_HOST", "_SERVICE_PORT", "_PORT"} {
		end := strings.Index(name, mark)
		if end < 0 {
			continue
		}
		rest := name[end+len(mark):]
		_, service := given[name[:end]+"_SERVICE_HOST"]
		if service && (rest == "" || strings.HasPrefix(rest, "_")) {
			return true
		}
	}
	return false
}
