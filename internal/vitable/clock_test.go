package vitable_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/vitable"
)

// dated answers every request with no plans, and with these headers.
type dated map[string]string

func (d dated) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := always(http.StatusOK, `{"data": [], "pagination": {"page": 1, "limit": 100, "total": 0, "total_pages": 0}}`).RoundTrip(r)
	if err == nil {
		for name, value := range d {
			answer.Header.Set(name, value)
		}
	}
	return answer, err
}

func TestSkew(t *testing.T) {
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name    string
		headers dated
		ahead   time.Duration
		known   bool
	}{
		{"the same time", dated{"Date": "Mon, 02 Mar 2026 12:00:00 GMT"}, 0, true},
		{"a clock that is ahead", dated{"Date": "Mon, 02 Mar 2026 07:00:00 GMT"}, 5 * time.Hour, true},
		{"a clock that is behind", dated{"Date": "Tue, 03 Mar 2026 12:00:00 GMT"}, -24 * time.Hour, true},
		{"an answer that was made for this request", dated{"Date": "Mon, 02 Mar 2026 07:00:00 GMT", "Age": "0"}, 5 * time.Hour, true},
		{"an answer out of a cache", dated{"Date": "Mon, 02 Mar 2026 07:00:00 GMT", "Age": "18000"}, 0, false},
		{"no date", nil, 0, false},
		{"a date that is none", dated{"Date": "yesterday"}, 0, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			client := open(t, vitable.Options{
				BaseURL: "https://api.example.test", Key: canaryKey, Transport: test.headers, Now: func() time.Time { return now },
			})
			if _, known := client.Skew(); known {
				t.Error("it is known before anything was asked")
			}
			if _, err := client.Plans(t.Context()); err != nil {
				t.Fatal(err)
			}
			ahead, known := client.Skew()
			if ahead != test.ahead || known != test.known {
				t.Errorf("got %s, %t", ahead, known)
			}
			if dry, told := client.ReadOnly().Skew(); dry != ahead || told != known {
				t.Errorf("a dry run is told %s, %t", dry, told)
			}
		})
	}
}
