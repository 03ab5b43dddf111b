package vitable

import (
	"context"

	"github.com/rosterd/rosterd/internal/roster"
)

// Submit sends the complete roster of a group: whoever is missing from members
// loses coverage, and no members means nobody is left. The receipt says that
// the request was accepted, not what came of it.
//
// On an error, Fate says whether the roster may have been accepted all the
// same. One Submit never arrives twice: it is sent again only after proof that
// it did not arrive or was turned away.
func (c *Client) Submit(ctx context.Context, groupID string, members []roster.Member) (roster.Receipt, error) {
	var receipt roster.Receipt
	target, err := submitSync.target("v1", "groups", groupID, "members", "sync")
	if err != nil {
		return receipt, err
	}
	err = c.do(ctx, submitSync, target, encodeRoster(members, c.phone), func(answer []byte) error {
		got, err := one[wireReceipt](answer)
		switch {
		case err != nil:
			return err
		case got.RequestID == "" || got.AcceptedAt.IsZero():
			return protocol("a receipt without request_id or accepted_at")
		case got.GroupID != groupID:
			return protocol("a receipt of another group")
		}
		receipt = roster.Receipt{RequestID: got.RequestID, AcceptedAt: got.AcceptedAt}
		return nil
	})
	return receipt, err
}

// Outcome asks once what came of a submission. While it is in flight, Done is
// false; there is no documented limit to how long that may be.
func (c *Client) Outcome(ctx context.Context, groupID, requestID string) (roster.Outcome, error) {
	var outcome roster.Outcome
	target, err := getSync.target("v1", "groups", groupID, "members", "sync", requestID)
	if err != nil {
		return outcome, err
	}
	err = c.do(ctx, getSync, target, nil, func(answer []byte) error {
		got, err := one[wireSync](answer)
		switch {
		case err != nil:
			return err
		case got.RequestID != requestID || got.GroupID != groupID:
			return protocol("another request than the one asked for")
		case got.AcceptedAt.IsZero():
			return protocol("a request without accepted_at")
		}
		outcome, err = got.outcome()
		return err
	})
	return outcome, err
}
