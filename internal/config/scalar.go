package config

import (
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// wordNone stands for "no limit". It has to be written out: a limit is never
// lost by leaving something away.
const wordNone = "none"

// scalar decodes a single value. A word that YAML takes for a number, such as a
// plan code 0042, is taken as it is written where text is expected; text is
// never taken for a number.
func (d *decoder) scalar(n *yaml.Node, at string, target reflect.Value, r rules) {
	if n.Kind != yaml.ScalarNode {
		d.fault(n, at, "%s", r.expectation(target))
		return
	}
	var ok bool
	switch target.Kind() {
	case reflect.String:
		ok = setText(n, target, r)
	case reflect.Bool:
		ok = n.Tag == "!!bool"
		target.SetBool(ok && strings.EqualFold(n.Value, "true"))
	case reflect.Int:
		ok = setInt(n, target, r)
	case reflect.Float64:
		ok = setFloat(n, target, r)
	}
	if !ok {
		d.fault(n, at, "%s", r.expectation(target))
	}
}

func setText(n *yaml.Node, target reflect.Value, r rules) bool {
	text := n.Value
	target.SetString(text)
	if len(r.enum) > 0 {
		return slices.Contains(r.enum, text)
	}
	if r.pattern != "" {
		fits, err := regexp.MatchString(r.pattern, text)
		return err == nil && fits
	}
	least, _ := strconv.Atoi(r.min)
	most, err := strconv.Atoi(r.max)
	return utf8.RuneCountInString(strings.TrimSpace(text)) >= least && (err != nil || utf8.RuneCountInString(text) <= most)
}

func setInt(n *yaml.Node, target reflect.Value, r rules) bool {
	if r.none && n.Value == wordNone {
		target.SetInt(math.MaxInt)
		return true
	}
	number, err := strconv.Atoi(n.Value)
	if err != nil || n.Tag != "!!int" || zeroPadded(n.Value) || !r.within(float64(number)) {
		return false
	}
	target.SetInt(int64(number))
	return true
}

func setFloat(n *yaml.Node, target reflect.Value, r rules) bool {
	if r.none && n.Value == wordNone {
		target.SetFloat(100) // the floats that know none are percentages
		return true
	}
	number, err := strconv.ParseFloat(n.Value, 64)
	isNumber := err == nil && (n.Tag == "!!int" || n.Tag == "!!float") && !zeroPadded(n.Value)
	// NaN makes every comparison false, which would switch a limit off.
	if !isNumber || math.IsNaN(number) || math.IsInf(number, 0) || !r.within(number) {
		return false
	}
	target.SetFloat(number)
	return true
}

// zeroPadded reports a number such as 010, which is eight to some readers and
// ten to others.
func zeroPadded(text string) bool {
	digits := strings.TrimLeft(text, "+-")
	return len(digits) > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9'
}

// setDuration decodes Go's notation, such as 90s or 48h. A bare 0 needs no unit.
func setDuration(n *yaml.Node, target reflect.Value, r rules) bool {
	if n.Kind != yaml.ScalarNode {
		return false
	}
	if r.none && n.Value == wordNone {
		target.SetInt(0)
		return true
	}
	length, err := time.ParseDuration(n.Value)
	least, unbound := time.ParseDuration(r.min)
	if err != nil || length < 0 || (unbound == nil && length < least) {
		return false
	}
	target.SetInt(int64(length))
	return true
}

// within reports whether a number keeps to min and max.
func (r rules) within(number float64) bool {
	least, err := strconv.ParseFloat(r.min, 64)
	if err == nil && number < least {
		return false
	}
	most, err := strconv.ParseFloat(r.max, 64)
	return err != nil || number <= most
}

// expectation says in words what a setting of target's type can be.
func (r rules) expectation(target reflect.Value) string {
	var words string
	switch {
	case len(r.enum) > 0:
		words = "one of " + strings.Join(r.enum, ", ")
	case r.expect != "":
		words = r.expect
	case target.Type() == reflect.TypeFor[time.Duration]():
		words = "a duration such as 90s, 15m or 48h"
		if least, err := time.ParseDuration(r.min); err == nil && least > 0 {
			words += ", at least " + r.min
		}
	case target.Kind() == reflect.Bool:
		words = "true or false"
	case target.Kind() == reflect.Int:
		words = "a whole number" + r.span()
	case target.Kind() == reflect.Float64:
		words = "a number" + r.span()
	default:
		words = "a text" + r.length()
	}
	if r.none {
		words += ", or the word none"
	}
	return "expected " + words
}

// span says which numbers are allowed.
func (r rules) span() string {
	switch {
	case r.min != "" && r.min == r.max:
		return ": " + r.min
	case r.min != "" && r.max != "":
		return " from " + r.min + " to " + r.max
	case r.min != "":
		return " of at least " + r.min
	}
	return ""
}

// length says how long a text may be.
func (r rules) length() string {
	switch {
	case r.min != "" && r.max != "":
		return " of " + r.min + " to " + r.max + " characters"
	case r.max != "":
		return " of at most " + r.max + " characters"
	case r.min != "":
		return " that is not blank"
	}
	return ""
}
