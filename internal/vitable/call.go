package vitable

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/rosterd/rosterd/internal/roster"
)

// call is one operation of the API, named as in metrics.
type call string

// The calls.
const (
	listPlans   call = "list_plans"
	listGroups  call = "list_groups"
	createGroup call = "create_group"
	getGroup    call = "get_group"
	updateGroup call = "update_group"
	submitSync  call = "submit_sync"
	getSync     call = "get_sync"
)

// Endpoints lists every name that Observe can get, so that each has its metric
// from the start.
func Endpoints() []string {
	return []string{
		string(listPlans), string(listGroups), string(createGroup), string(getGroup),
		string(updateGroup), string(submitSync), string(getSync),
	}
}

// String is the call in words, as errors have it.
func (k call) String() string { return strings.ReplaceAll(string(k), "_", " ") }

func (k call) method() string {
	switch k {
	case createGroup, submitSync:
		return http.MethodPost
	case updateGroup:
		return http.MethodPatch
	}
	return http.MethodGet
}

// writes reports whether the call may change something.
func (k call) writes() bool { return k.method() != http.MethodGet }

// tries is how often the call is sent at most.
func (k call) tries() int {
	if k.writes() {
		return 3
	}
	return 4
}

// succeeded reports whether the status promises what the call asked for. Only
// 202 is documented for a submission and only 200 and 201 for a new group, but
// a receipt is worth polling under whichever of them it comes.
func (k call) succeeded(status int) bool {
	switch status {
	case http.StatusOK:
		return true
	case http.StatusCreated, http.StatusAccepted:
		return k.writes()
	}
	return false
}

// target joins a path. Ids are opaque, so they are escaped; those that would
// make it another path are refused: without its id, the path of one group is
// that of all groups.
func (k call) target(segments ...string) (string, error) {
	var path strings.Builder
	for _, segment := range segments {
		if segment == "" || segment == "." || segment == ".." {
			return "", &Error{Call: k.String(), fate: roster.FateRefused, err: errors.New("an id is missing or names no resource")}
		}
		path.WriteByte('/')
		path.WriteString(url.PathEscape(segment))
	}
	return path.String(), nil
}
