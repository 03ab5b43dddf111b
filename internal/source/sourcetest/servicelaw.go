package sourcetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/source"
)

// long is longer than any source may take when its service does not answer.
const long = 6 * time.Hour

// serviceLaws lists what holds for every source over HTTP.
func serviceLaws() []serviceLaw {
	return slices.Concat(statusLaws(), waitLaws(), answerLaws(), endlessLaws())
}

// statusLaws are about answers that say that something is wrong.
func statusLaws() []serviceLaw {
	return []serviceLaw{
		{name: "an error that passes is waited for", check: func(s *stage) {
			codes := []int{500, 502, 503, 504}
			for first := range codes {
				s.asked = 0
				s.everySecond(func(n int, w http.ResponseWriter, r *http.Request) {
					status(codes[(first+n)%len(codes)])(w, r)
				})
				s.wantWhole()
			}
		}},
		{name: "an error that lasts fails the pull", check: func(s *stage) {
			s.from(1, status(500))
			s.wantFault(source.WordService)
		}},
		{name: "a page that does not come fails the pull", pages: true, check: func(s *stage) {
			s.from(s.last(), status(503))
			s.wantFault(source.WordService)
		}},
		{name: "who is not let in does not try for long", check: func(s *stage) {
			for _, code := range []int{401, 403} {
				if code == s.service.Throttle {
					continue
				}
				s.asked = 0
				s.from(1, status(code))
				s.wantFault(source.WordDenied)
				if s.asked > 4 {
					s.t.Errorf("after a %d it asked %d times", code, s.asked)
				}
			}
		}},
	}
}

// waitLaws are about a service that asks for patience.
func waitLaws() []serviceLaw {
	return []serviceLaw{
		{name: "who asks too often waits as long as told", check: func(s *stage) {
			for _, wait := range []string{"20", "date", "", "soon"} {
				s.asked = 0
				told := wait
				if wait == "date" {
					told = time.Now().Add(20 * time.Second).UTC().Format(http.TimeFormat)
				}
				s.at(1, status(cmp.Or(s.service.Throttle, 429), "Retry-After", told))
				begun := time.Now()
				s.wantWhole()
				if took := time.Since(begun); (wait == "20" || wait == "date") && took < 19*time.Second {
					s.t.Errorf("told to wait %q it waited %s", wait, took)
				}
			}
		}},
		{name: "an absurd wait is not waited for", check: func(s *stage) {
			s.from(1, status(cmp.Or(s.service.Throttle, 429), "Retry-After", "315360000"))
			begun := time.Now()
			s.wantFault(source.WordPutOff)
			if took := time.Since(begun); took > 10*time.Minute {
				s.t.Errorf("it waited %s", took)
			}
		}},
	}
}

// answerLaws are about answers that are not what they should be.
func answerLaws() []serviceLaw {
	return []serviceLaw{
		{name: "half an answer is asked for again", check: func(s *stage) {
			s.at(1, s.cut)
			s.wantWhole()
		}},
		{name: "half an answer each time fails the pull", check: func(s *stage) {
			s.from(1, s.cut)
			s.wantFault(source.WordUnreached)
		}},
		{name: "what a broken service sends is not repeated", check: func(s *stage) {
			for _, text := range broken() {
				s.asked = 0
				s.from(1, raw(text))
				s.wantFault(source.WordUnreached)
			}
		}},
		{name: "what is not promised to be whole is no list", check: func(s *stage) {
			for code, word := range map[int]string{202: source.WordNotReady, 203: source.WordService, 206: source.WordTruncated, 226: source.WordService} {
				for _, n := range []int{1, s.last()} {
					s.asked = 0
					s.from(n, s.under(code))
					s.wantFault(word)
				}
			}
			s.asked = 0
			s.from(1, status(http.StatusNoContent))
			s.wantFault(source.WordFormat, source.WordNotReady)
		}},
		{name: "what is not ready is waited for", check: func(s *stage) {
			s.everySecond(func(_ int, w http.ResponseWriter, r *http.Request) { s.under(http.StatusAccepted)(w, r) })
			s.wantWhole()
		}},
		{name: "a page for people is no list", check: func(s *stage) {
			s.from(1, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/html")
				fmt.Fprint(w, "<!doctype html><title>Sign in</title>")
			})
			s.wantFault(source.WordFormat)
		}},
		{name: "no redirect is followed", check: func(s *stage) {
			s.from(1, status(http.StatusTemporaryRedirect, "Location", "http://127.0.0.2/elsewhere"))
			s.wantFault(source.WordRedirect)
			for _, to := range s.dialled {
				if to != address {
					s.t.Errorf("it called %s", to)
				}
			}
		}},
		{name: "a page that repeats fails the pull", pages: true, check: func(s *stage) {
			s.repeated()
			s.wantFault(source.WordPages, source.WordCount)
		}},
		{name: "a record that moves over the border of pages fails the pull", pages: true, check: func(s *stage) {
			s.moved()
			s.wantFault(source.WordPages, source.WordCount)
		}},
		{name: "a field that does not come back is told", check: func(s *stage) {
			s.columns = append(append([]string(nil), s.columns...), "canary of a field")
			s.wantFault(source.WordWithheld)
		}},
	}
}

// broken are answers that HTTP does not know, each with somebody's row where
// net/http quotes it.
func broken() []string {
	const row = "E-17," + canary.FamilyName + "," + canary.BirthDate + "," + canary.Phone
	return []string{
		row + "\r\n\r\n",
		"HTTP/1.1 " + row + "\r\n\r\n",
		"HTTP/1.1 200 OK\r\n" + row + "\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: " + row + "\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: " + row + "\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + row + "\r\n\r\n",
		"HTTP/1.1 307 Temporary Redirect\r\nLocation: http://[" + row + "\r\nContent-Length: 0\r\n\r\n",
	}
}

// endlessLaws are about what would take for ever.
func endlessLaws() []serviceLaw {
	return []serviceLaw{
		{name: "no answer fails the pull", check: func(s *stage) {
			s.from(1, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
			s.within(long, source.WordUnreached)
		}},
		{name: "a byte a minute fails the pull", check: func(s *stage) {
			s.from(1, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				for r.Context().Err() == nil {
					fmt.Fprint(w, " ")
					_ = http.NewResponseController(w).Flush()
					select {
					case <-r.Context().Done():
					case <-time.After(time.Minute):
					}
				}
			})
			s.within(long, source.WordUnreached)
		}},
		{name: "a pull that is cancelled while it waits stops", check: func(s *stage) {
			s.from(1, status(503))
			ctx, cancel := context.WithTimeout(s.t.Context(), 100*time.Millisecond)
			defer cancel()
			if _, _, err := s.pull(ctx); !errors.Is(err, context.DeadlineExceeded) {
				s.t.Errorf("pull returned %v, want that it was cancelled", err)
			}
		}},
	}
}

// last is the number of the last request of a pull.
func (s *stage) last() int {
	s.asked, s.wrong = 0, func(int, http.ResponseWriter, *http.Request) bool { return false }
	s.wantWhole()
	n := s.asked
	s.asked = 0
	return n
}

// within is wantFault, and that it comes before a time is over.
func (s *stage) within(d time.Duration, word string) {
	s.t.Helper()
	begun := time.Now()
	s.wantFault(word)
	if took := time.Since(begun); took > d {
		s.t.Errorf("it took %s", took)
	}
}
