package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ParseFault reads a fault as a command line has it: the call, then words
// between colons, in any order. A word is a kind or key=value with the keys of
// the JSON form. Without a kind, `status` means that kind, `retry_after`
// retry_after, and `delay` slow. A value cannot hold a colon; JSON can.
//
//	submit_sync:status=503:retry_after=1:times=2
//	get_sync:reset:after=1:times=1
//	*:delay=2s
func ParseFault(s string) (Fault, error) {
	words := strings.Split(s, ":")
	f := Fault{Call: Call(words[0])}
	for _, word := range words[1:] {
		if err := f.set(word); err != nil {
			return Fault{}, fmt.Errorf("parse fault %q: %w", s, err)
		}
	}
	if f.Kind == "" {
		f.Kind = f.impliedKind()
	}
	if err := f.Validate(); err != nil {
		return Fault{}, fmt.Errorf("parse fault %q: %w", s, err)
	}
	return f, nil
}

// set takes one word.
func (f *Fault) set(word string) (err error) {
	key, value, pair := strings.Cut(word, "=")
	switch {
	case !pair && f.Kind != "":
		return fmt.Errorf("a second kind %q", word)
	case !pair:
		f.Kind = Kind(word)
		return nil
	}
	switch key {
	case "group":
		f.Group = value
	case "kind":
		f.Kind = Kind(value)
	case "status":
		f.Status, err = strconv.Atoi(value)
	case "retry_after":
		f.RetryAfter = value
	case "location":
		f.Location = value
	case "delay":
		f.Delay, err = time.ParseDuration(value)
	case "after":
		f.After, err = strconv.Atoi(value)
	case "times":
		f.Times, err = strconv.Atoi(value)
	default:
		return fmt.Errorf("unknown key %q", key)
	}
	if err != nil {
		return fmt.Errorf("read %s: %w", key, err)
	}
	return nil
}

func (f *Fault) impliedKind() Kind {
	switch {
	case f.Status != 0:
		return FaultStatus
	case f.RetryAfter != "":
		return FaultRetryAfter
	case f.Delay != 0:
		return FaultSlow
	default:
		return ""
	}
}

// faultJSON shadows Delay with its text.
type faultJSON struct {
	*plainFault
	Delay string `json:"delay,omitempty"`
}

// plainFault is Fault without its methods, which would call themselves.
type plainFault Fault

// MarshalJSON writes Delay as text.
func (f Fault) MarshalJSON() ([]byte, error) {
	form := faultJSON{plainFault: (*plainFault)(&f)}
	if f.Delay != 0 {
		form.Delay = f.Delay.String()
	}
	return json.Marshal(form)
}

// UnmarshalJSON reads Delay as text and refuses unknown keys.
func (f *Fault) UnmarshalJSON(data []byte) error {
	form := faultJSON{plainFault: (*plainFault)(f)}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&form); err != nil {
		return err
	}
	if form.Delay == "" {
		return nil
	}
	delay, err := time.ParseDuration(form.Delay)
	if err != nil {
		return fmt.Errorf("read delay: %w", err)
	}
	f.Delay = delay
	return nil
}
