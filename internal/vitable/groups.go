package vitable

import (
	"context"

	"github.com/rosterd/rosterd/internal/roster"
)

// Plans lists the plans that Vitable offers to the organisation, all of them.
func (c *Client) Plans(ctx context.Context) ([]roster.Plan, error) {
	items, err := list(ctx, c, listPlans, "/v1/plans", wirePlan.key)
	if err != nil {
		return nil, err
	}
	plans := make([]roster.Plan, len(items))
	for i, item := range items {
		plans[i] = roster.Plan(item)
	}
	return plans, nil
}

// Groups lists the groups of the organisation, all of them. Two with the same
// external_reference_id, which the reference rules out, are an error: nobody
// could tell whose roster is whose.
func (c *Client) Groups(ctx context.Context) ([]roster.Group, error) {
	items, err := list(ctx, c, listGroups, "/v1/groups", wireGroup.key)
	if err != nil {
		return nil, err
	}
	groups := make([]roster.Group, len(items))
	known := make(map[string]bool, len(items))
	for i, item := range items {
		if known[item.ExternalReferenceID] {
			return nil, listGroups.doubt("an external_reference_id is listed twice")
		}
		known[item.ExternalReferenceID] = true
		groups[i] = item.noun()
	}
	return groups, nil
}

// Group returns one group. A group that is not the organisation's is an *Error
// with status 404.
func (c *Client) Group(ctx context.Context, id string) (roster.Group, error) {
	return c.group(ctx, getGroup, []string{"v1", "groups", id}, nil, func(g wireGroup) bool { return g.ID == id })
}

// CreateGroup creates a group. Where the external_reference_id is taken, the
// fate of the *Error is refused; the status for it is not documented.
func (c *Client) CreateGroup(ctx context.Context, name, externalReferenceID string) (roster.Group, error) {
	body := encode(wireGroupCreate{Name: name, ExternalReferenceID: externalReferenceID})
	return c.group(ctx, createGroup, []string{"v1", "groups"}, body,
		func(g wireGroup) bool { return g.ExternalReferenceID == externalReferenceID })
}

// RenameGroup gives a group another name and leaves everything else as it is.
func (c *Client) RenameGroup(ctx context.Context, id, name string) (roster.Group, error) {
	return c.group(ctx, updateGroup, []string{"v1", "groups", id}, encode(wireGroupRename{Name: name}),
		func(g wireGroup) bool { return g.ID == id })
}

// group makes a call that is answered with one group, and checks that it is the
// one that was meant.
func (c *Client) group(ctx context.Context, k call, path []string, body []byte, meant func(wireGroup) bool) (roster.Group, error) {
	var got roster.Group
	target, err := k.target(path...)
	if err != nil {
		return got, err
	}
	err = c.do(ctx, k, target, body, func(answer []byte) error {
		group, err := one[wireGroup](answer)
		switch {
		case err != nil:
			return err
		case group.key() == "":
			return protocol("a group without id, name or external_reference_id")
		case !meant(group):
			return protocol("another group than the one asked for")
		}
		got = group.noun()
		return nil
	})
	return got, err
}
