package vitable

import (
	"net/http"

	"github.com/rosterd/rosterd/internal/roster"
)

// evidence is what one failed attempt left behind.
type evidence struct {
	status int // 0: no whole answer came
	// comeBack: the answer has a Retry-After that can be understood.
	comeBack bool
	// unsent: nothing of the body left, nor ever will; see body.
	unsent bool
}

// verdict is what follows from it.
type verdict struct {
	again bool // it may be sent again
	fate  roster.Fate
}

// classify decides about a failed attempt. It is the only place that does.
//
//	| evidence                            | read             | write            |
//	| ----------------------------------- | ---------------- | ---------------- |
//	| nothing was sent                    | -                | again, unreached |
//	| no answer, or one that was cut off  | again, unreached | unknown          |
//	| 401, 403                            | denied           | denied           |
//	| 408                                 | again, unreached | unknown          |
//	| 429                                 | again, unreached | again, unreached |
//	| other 4xx                           | refused          | refused          |
//	| 503 with Retry-After                | again, unreached | again, unreached |
//	| other 5xx                           | again, unreached | unknown          |
//	| 3xx                                 | unreached        | refused          |
//	| 2xx whose body is not as documented | unreached        | unknown          |
//	| anything else                       | unreached        | unknown          |
//
// The fate is what the error has when the attempt was the last one.
func classify(k call, e evidence) verdict {
	switch status := e.status; {
	case e.unsent:
		return verdict{again: true, fate: roster.FateUnreached}
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return verdict{fate: roster.FateDenied}
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable && e.comeBack:
		return verdict{again: true, fate: roster.FateUnreached}
	case status/100 == 4 && status != http.StatusRequestTimeout, status/100 == 3 && k.writes():
		return verdict{fate: roster.FateRefused}
	case k.writes():
		return verdict{fate: roster.FateUnknown}
	default:
		again := status == 0 || status == http.StatusRequestTimeout || status/100 == 5
		return verdict{again: again, fate: roster.FateUnreached}
	}
}
