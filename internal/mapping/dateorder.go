package mapping

import (
	"slices"
	"strings"

	"github.com/rosterd/rosterd/internal/source"
)

// dateCount counts what the cells of one date column prove about the order in which it
// writes days and months.
type dateCount struct {
	told      int // cells that are a date as configured
	exchanged int // cells that are one only with month and day exchanged
}

// A column in which that many cells, and one in so many, are dates the other way round
// is written the other way round.
const (
	exchangedAtLeast = 2
	exchangedOneIn   = 10
)

func (c *dateCount) isExchanged() bool {
	return c.exchanged >= exchangedAtLeast && c.exchanged*exchangedOneIn >= c.told+c.exchanged
}

// isDateExchanged reports a text that is a date with month and day exchanged, as 25/12/2026
// is where MM/DD/YYYY is expected.
func (f *dateFormat) isDateExchanged(text string) bool {
	if f.parts == nil {
		return false // serial numbers have no order
	}
	other := dateFormat{parts: slices.Clone(f.parts), clock: f.clock}
	for i := range other.parts {
		switch part := &other.parts[i]; part.token {
		case 'M':
			part.token = 'D'
		case 'D':
			part.token = 'M'
		}
	}
	_, _, err := other.read(text, anyDay)
	return err == nil
}

// Verdict is what only all rows together show, to be asked when the pull is over: nil, or
// a *source.Fault about a column whose dates have days and months the other way round. Of
// those that could be read either way nobody knows what they say; a termination of 5
// December would act as one of 12 May.
func (b *Binding) Verdict() error {
	var wrong []string
	for t := range b.dates {
		if b.dates[t].isExchanged() {
			wrong = append(wrong, target(t).String()+" is not written as "+b.fields[t].dates.name)
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	return source.Faultf(source.WordFormat, "days and months stand the other way round: %s; export it as configured, or correct its format", strings.Join(wrong, ", "))
}
