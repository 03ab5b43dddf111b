package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Fault is one wrong setting of the file or the environment.
type Fault struct {
	File   string // as it was named; "" for the environment
	Line   int    // from 1; 0 when it is about no line
	Column int    // from 1; 0 when it is about no line
	Key    string // path such as sources[0].fields.phone, or a variable; "" for the whole file
	Detail string // what is expected, never the value
}

// Error says where, which key and what is expected.
func (f Fault) Error() string {
	var b strings.Builder
	if f.File != "" {
		b.WriteString(f.File)
		if f.Line > 0 {
			fmt.Fprintf(&b, ":%d", f.Line)
		}
		b.WriteString(": ")
	}
	if f.Key != "" {
		b.WriteString(f.Key + ": ")
	}
	return b.String() + f.Detail
}

// Faults is everything that is wrong, in the order of the lines; as an error it
// has a line for each.
type Faults []Fault

// Error lists the faults, one a line.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the single faults.
func (f Faults) Unwrap() []error {
	errs := make([]error, len(f))
	for i, fault := range f {
		errs[i] = fault
	}
	return errs
}

// err returns the faults in order, or nil when there are none.
func (f Faults) err() error {
	if len(f) == 0 {
		return nil
	}
	slices.SortStableFunc(f, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Key, b.Key))
	})
	return f
}
