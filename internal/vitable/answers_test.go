package vitable_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/vitable"
)

type response = http.Response

func TestAnswersThatAreNotAsDocumented(t *testing.T) {
	const nothing = `{"added_group_member_ids":[],"removed_group_member_ids":[],"failures":[]}`
	done := func(results string) string {
		return `{"data":{"request_id":"grpmsr_1","group_id":"grp_1","accepted_at":"2026-11-02T03:04:05Z","completed_at":"2026-11-02T03:05:00Z","results":` + results + `}}`
	}
	for _, tt := range []struct {
		name string
		call string
		body string
	}{
		{"a receipt of another group", "submit_sync", strings.ReplaceAll(receipt1, "grp_1", "grp_2")},
		{"a receipt without request_id", "submit_sync", strings.ReplaceAll(receipt1, "grpmsr_1", "")},
		{"a receipt without accepted_at", "submit_sync", `{"data":{"request_id":"grpmsr_1","group_id":"grp_1"}}`},
		{"a receipt with a broken time", "submit_sync", strings.ReplaceAll(receipt1, "2026-11-02T", "2026-11-02 ")},
		{"a receipt outside of data", "submit_sync", `{"request_id":"grpmsr_1","group_id":"grp_1","accepted_at":"2026-11-02T03:04:05Z"}`},
		{"two values", "submit_sync", receipt1 + receipt1},
		{"a value cut off", "submit_sync", receipt1[:len(receipt1)-1]},
		{"broken UTF-8", "submit_sync", strings.ReplaceAll(receipt1, "grpmsr_1", "grpmsr\xff")},
		{"an error under a success status", "submit_sync", `{"error":{"code":"X","message":"no"}}`},
		{"an empty body", "submit_sync", ""},
		{"null", "submit_sync", "null"},
		{"another group", "get_group", strings.ReplaceAll(group1, "grp_1", "grp_2")},
		{"a group without a name", "get_group", strings.ReplaceAll(group1, "Tier 1", "")},
		{"another group renamed", "update_group", strings.ReplaceAll(group1, "grp_1", "grp_2")},
		{"another group created", "create_group", strings.ReplaceAll(group1, "seg_1", "seg_2")},
		{"another request", "get_sync", strings.ReplaceAll(done(nothing), "grpmsr_1", "grpmsr_2")},
		{"a request of another group", "get_sync", strings.ReplaceAll(done(nothing), `"grp_1"`, `"grp_2"`)},
		{"a request without accepted_at", "get_sync", strings.ReplaceAll(done(nothing), "accepted_at", "accepted")},
		{"completed without results", "get_sync", done("null")},
		{"results without an end", "get_sync", strings.ReplaceAll(done(nothing), `"2026-11-02T03:05:00Z"`, "null")},
		{"results without failures", "get_sync", done(`{"added_group_member_ids":[],"removed_group_member_ids":[]}`)},
		{"results without those added", "get_sync", done(`{"removed_group_member_ids":[],"failures":[]}`)},
		{"results without those removed", "get_sync", done(`{"added_group_member_ids":[],"failures":[]}`)},
		{"a failure of nobody", "get_sync", done(`{"added_group_member_ids":[],"removed_group_member_ids":[],"failures":[{"operation":"add","reason":"x"}]}`)},
		{"a failure of nothing", "get_sync", done(`{"added_group_member_ids":[],"removed_group_member_ids":[],"failures":[{"reference_id":"E-1","reason":"x"}]}`)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			op := named(t, tt.call)
			server := always(200, tt.body)
			err := op.call(t, newClient(t, server))
			want := roster.FateUnreached
			if op.write {
				want = roster.FateUnknown
			}
			if !errors.Is(err, vitable.ErrProtocol) || fate(t, err) != want || len(server.requests()) != 1 {
				t.Errorf("sent %d times, error %v; want one protocol error, %s", len(server.requests()), err, want)
			}
		})
	}
}

func named(t *testing.T, name string) operation {
	t.Helper()
	for _, op := range operations() {
		if op.name == name {
			return op
		}
	}
	t.Fatalf("no operation %s", name)
	return operation{}
}

func TestASuccessHasToBeJSON(t *testing.T) {
	for _, tt := range []struct {
		media string
		ok    bool
	}{
		{"application/json", true},
		{"Application/JSON; charset=UTF-8", true},
		{"application/vnd.vitable+json", true},
		{"text/html", false},
		{"text/plain; format=application/json", false},
		{"", false},
	} {
		t.Run("content type "+tt.media, func(t *testing.T) {
			server := &server{reply: func(int) (*response, error) {
				r := answer(202, receipt1)
				r.Header.Set("Content-Type", tt.media)
				return r, nil
			}}
			_, err := newClient(t, server).Submit(t.Context(), "grp_1", nil)
			if tt.ok != (err == nil) || err != nil && fate(t, err) != roster.FateUnknown {
				t.Errorf("error %v, want ok %v or unknown", err, tt.ok)
			}
		})
	}
}

// padded is a body with that many blanks after a valid answer.
func padded(answer string, n int64) io.ReadCloser {
	return io.NopCloser(io.MultiReader(strings.NewReader(answer), io.LimitReader(space{}, n)))
}

type space struct{}

func (space) Read(b []byte) (int, error) {
	return copy(b, strings.Repeat(" ", 4096)), nil
}

func TestAnswersHaveASizeLimit(t *testing.T) {
	var rest io.ReadCloser
	server := &server{reply: func(n int) (*response, error) {
		r := answer(map[int]int{1: 200, 2: 404}[n], "")
		rest = padded(group1, 80<<20)
		r.Body = rest
		return r, nil
	}}
	client := newClient(t, server)
	_, err := client.Group(t.Context(), "grp_1")
	if !errors.Is(err, vitable.ErrProtocol) {
		t.Errorf("error %v, want a protocol error", err)
	}
	_, err = client.Group(t.Context(), "grp_1")
	if got := fate(t, err); got != roster.FateRefused {
		t.Errorf("fate %s, want refused", got)
	}
	if left, _ := io.Copy(io.Discard, rest); left < 79<<20 {
		t.Errorf("only %d bytes of a huge error were left unread", left)
	}
}

func TestErrorsCarryTheServersMarks(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		want       string
	}{
		{"the newer shape", `{"timestamp":"2026-11-02T03:04:05Z","message":"m","error":"m","app_error_code":"GROUP_LOCKED","trace_id":"ab-12"}`, "submit sync: status 422 (code GROUP_LOCKED, trace ab-12)"},
		{"without a code", `{"message":"m","error":"m","app_error_code":null,"trace_id":"ab-12"}`, "submit sync: status 422 (trace ab-12)"},
		{"the older shape", `{"error":{"code":"invalid_request","message":"m"}}`, "submit sync: status 422 (code invalid_request)"},
		{"a code of another type", `{"app_error_code":17,"trace_id":"ab-12"}`, "submit sync: status 422 (trace ab-12)"},
		{"not JSON", `<html>Bad gateway</html>`, "submit sync: status 422"},
		{"an empty body", ``, "submit sync: status 422"},
		{"a code that is a sentence", `{"app_error_code":"no phone 2025550143 of Canarina","trace_id":"a\nb"}`, "submit sync: status 422"},
		{"a code without end", `{"app_error_code":"` + strings.Repeat("x", 81) + `"}`, "submit sync: status 422"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := newClient(t, always(422, tt.body)).Submit(t.Context(), "grp_1", nil)
			if err == nil || err.Error() != tt.want {
				t.Errorf("error %q, want %q", err, tt.want)
			}
			failed, _ := errors.AsType[*vitable.Error](err)
			if failed.Status != 422 || failed.Call != "submit sync" || failed.Unwrap() != nil {
				t.Errorf("status %d, call %q, cause %v", failed.Status, failed.Call, failed.Unwrap())
			}
		})
	}
}

func TestErrorsShowNobodysDataAndNoKey(t *testing.T) {
	leak := fmt.Sprintf("%s %s %s Bearer %s", canary.GivenName, canary.Phone, canary.Mail, canaryKey)
	replies := map[string]func(int) (*response, error){
		"a message that repeats a row": func(int) (*response, error) {
			return answer(400, fmt.Sprintf(`{"message":%q,"error":{"code":%q,"message":%q},"trace_id":%q}`, leak, leak, leak, leak)), nil
		},
		"a value of another type": func(int) (*response, error) {
			return answer(200, fmt.Sprintf(`{"data":{"id":%s,"request_id":%q,"accepted_at":%q}}`, canary.Phone, leak, leak)), nil
		},
		"a media type": func(int) (*response, error) {
			r := answer(200, group1)
			r.Header.Set("Content-Type", leak)
			return r, nil
		},
		"a transport that quotes the answer": func(int) (*response, error) {
			return nil, fmt.Errorf("malformed header %q", leak)
		},
		"a body that quotes the answer": func(int) (*response, error) {
			r := answer(200, "")
			r.Body = io.NopCloser(quoting(leak))
			return r, nil
		},
	}
	for name, reply := range replies {
		for _, op := range operations() {
			t.Run(name+", "+op.name, func(t *testing.T) {
				bubble(t, func(t *testing.T) {
					err := op.call(t, newClient(t, &server{reply: reply}))
					if err == nil {
						t.Fatal("no error")
					}
					for cause := err; cause != nil; cause = errors.Unwrap(cause) {
						canary.Text(t, "an error", cause.Error())
						if strings.Contains(cause.Error(), "limit=") {
							t.Errorf("the error shows the address: %v", cause)
						}
					}
				})
			})
		}
	}
}

type quoting string

func (q quoting) Read([]byte) (int, error) { return 0, errors.New(string(q)) }

func TestErrorsSayWhatTheNetworkDid(t *testing.T) {
	for _, tt := range []struct {
		name string
		err  error
		want string
	}{
		{"refused", &net.OpError{Op: "dial", Net: "tcp", Err: errReset}, "get group: dial tcp: connection reset by peer"},
		{"no such host", &net.DNSError{Err: "no such host", Name: "api.example.test", IsNotFound: true}, "get group: lookup api.example.test: no such host"},
		{"no TLS", tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, "get group: tls: first record does not look like a TLS handshake"},
		{"cut off", fmt.Errorf("read: %w", io.ErrUnexpectedEOF), "get group: unexpected EOF"},
		{"over time", fmt.Errorf("read: %w", context.DeadlineExceeded), "get group: context deadline exceeded"},
		{"slow", slow{}, "get group: i/o timeout"},
		{"anything else", errors.New("canary"), "get group: broken connection or answer"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				_, err := newClient(t, &server{reply: func(int) (*response, error) { return nil, tt.err }}).Group(t.Context(), "grp_1")
				if diff := cmp.Diff(tt.want, fmt.Sprint(err)); diff != "" {
					t.Errorf("error (-want +got):\n%s", diff)
				}
			})
		})
	}
}

type slow struct{}

func (slow) Error() string   { return "canary" }
func (slow) Timeout() bool   { return true }
func (slow) Temporary() bool { return false }
