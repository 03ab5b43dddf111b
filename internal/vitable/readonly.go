package vitable

import (
	"context"
	"errors"
	"time"

	"github.com/rosterd/rosterd/internal/roster"
)

// ErrReadOnly is inside the errors of the writing calls of a ReadOnly.
var ErrReadOnly = errors.New("this client only reads")

// ReadOnly is a client that cannot write: its writing calls send nothing. A dry
// run gets one, so that no line of it can forget to be dry.
type ReadOnly struct{ client *Client }

// ReadOnly returns a client that reads through c, at the same pace.
func (c *Client) ReadOnly() *ReadOnly { return &ReadOnly{client: c} }

// Plans is Client.Plans.
func (r *ReadOnly) Plans(ctx context.Context) ([]roster.Plan, error) { return r.client.Plans(ctx) }

// Groups is Client.Groups.
func (r *ReadOnly) Groups(ctx context.Context) ([]roster.Group, error) { return r.client.Groups(ctx) }

// Group is Client.Group.
func (r *ReadOnly) Group(ctx context.Context, id string) (roster.Group, error) {
	return r.client.Group(ctx, id)
}

// Outcome is Client.Outcome.
func (r *ReadOnly) Outcome(ctx context.Context, groupID, requestID string) (roster.Outcome, error) {
	return r.client.Outcome(ctx, groupID, requestID)
}

// Skew is Client.Skew.
func (r *ReadOnly) Skew() (ahead time.Duration, known bool) { return r.client.Skew() }

// CreateGroup returns ErrReadOnly.
func (r *ReadOnly) CreateGroup(context.Context, string, string) (roster.Group, error) {
	return roster.Group{}, readOnly(createGroup)
}

// RenameGroup returns ErrReadOnly.
func (r *ReadOnly) RenameGroup(context.Context, string, string) (roster.Group, error) {
	return roster.Group{}, readOnly(updateGroup)
}

// Submit returns ErrReadOnly.
func (r *ReadOnly) Submit(context.Context, string, []roster.Member) (roster.Receipt, error) {
	return roster.Receipt{}, readOnly(submitSync)
}

func readOnly(k call) error {
	return &Error{Call: k.String(), fate: roster.FateRefused, err: ErrReadOnly}
}
