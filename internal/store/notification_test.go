package store_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rosterd/rosterd/internal/canary"
	"github.com/rosterd/rosterd/internal/roster"
	"github.com/rosterd/rosterd/internal/store"
)

func noticeOf(what roster.What, group string, at time.Time) roster.Notice {
	return roster.Notice{
		Incident: roster.Incident{Kind: roster.InvalidRow, Group: group, Source: "hq"}, What: what, Severity: roster.Warning,
		Failures: 2, Guidance: "look", RunID: "run1", Since: at.Add(-time.Hour), At: at,
	}
}

func messageOf(id, sender string, at time.Time, notices ...roster.Notice) roster.Message {
	return roster.Message{ID: id, Sender: sender, Notices: notices, NextAttempt: at}
}

func pending(t *testing.T, s *store.Store, sender string) []roster.Message {
	t.Helper()
	return value(s.PendingMessages(t.Context(), sender))(t)
}

func TestOutbox(t *testing.T) {
	s, c := newStore(t)
	ctx := t.Context()
	one := messageOf("m1", "ops", c.now, noticeOf(roster.Opened, "g1", c.now))
	digest := messageOf("m2", "ops", c.now, noticeOf(roster.Opened, "g2", c.now), noticeOf(roster.Opened, "g3", c.now))
	other := messageOf("m3", "mail", c.now, noticeOf(roster.Opened, "g1", c.now))
	check(t, s.QueueMessages(ctx, []roster.Message{one, digest, other}))
	same(t, []roster.Message{one, digest}, pending(t, s, "ops"))
	same(t, 3, value(s.CountPendingMessages(ctx))(t))

	check(t, s.MessageFailed(ctx, "m2", c.now.Add(time.Minute)))
	digest.Attempts, digest.NextAttempt = 1, c.now.Add(time.Minute)
	check(t, s.MessageSent(ctx, "m1", c.now))
	same(t, []roster.Message{digest}, pending(t, s, "ops"))
	check(t, s.MessageFailed(ctx, "m1", c.now)) // it is over
	same(t, []roster.Told{
		{Sender: "ops", Notice: one.Notices[0]},
		{Sender: "ops", Notice: digest.Notices[0], Pending: true},
		{Sender: "ops", Notice: digest.Notices[1], Pending: true},
		{Sender: "mail", Notice: other.Notices[0], Pending: true},
	}, value(s.Told(ctx))(t))

	c.pass(time.Hour)
	over := messageOf("m4", "ops", c.now, noticeOf(roster.Resolved, "g1", c.now))
	check(t, s.QueueMessages(ctx, []roster.Message{over}))
	same(t, 3, len(value(s.Told(ctx))(t)))

	same(t, map[string]int{"ops": 1, "mail": 1}, value(s.GiveUpMessages(ctx, c.now, c.now))(t))
	same(t, []roster.Told{}, value(s.Told(ctx))(t)) // nobody heard what was given up
	same(t, map[string]int{}, value(s.GiveUpMessages(ctx, c.now, c.now))(t))
	same(t, []roster.Message{over}, pending(t, s, "ops"))
	same(t, 0, len(pending(t, s, "mail")))
}

// What was given up takes nothing back of what was heard before.
func TestGivenUpIsNotTheLastWord(t *testing.T) {
	s, c := newStore(t)
	ctx := t.Context()
	check(t, s.QueueMessages(ctx, []roster.Message{messageOf("m1", "ops", c.now, noticeOf(roster.Opened, "g1", c.now))}))
	check(t, s.MessageSent(ctx, "m1", c.now))
	told := value(s.Told(ctx))(t)
	check(t, s.QueueMessages(ctx, []roster.Message{messageOf("m2", "ops", c.now, noticeOf(roster.Resolved, "g1", c.now))}))
	same(t, []roster.Told{}, value(s.Told(ctx))(t))
	c.pass(time.Hour)
	same(t, map[string]int{"ops": 1}, value(s.GiveUpMessages(ctx, c.now, c.now))(t))
	same(t, told, value(s.Told(ctx))(t))
	c.pass(48 * time.Hour)
	check(t, s.Prune(ctx, c.now, 24*time.Hour))
	same(t, told, value(s.Told(ctx))(t))
}

func TestQueueingNeedsTheLease(t *testing.T) {
	c := newClock()
	s := mustOpen(t, store.Options{Dir: canary.Dir(t), Now: c.time})
	wantError(t, s.QueueMessages(t.Context(), []roster.Message{messageOf("m1", "ops", c.now, noticeOf(roster.Opened, "g1", c.now))}), store.ErrNoLease)
	same(t, 0, len(pending(t, s, "ops")))
}

// What is over is forgotten after a while, but not what its sender has yet to be told.
func TestPruneKeepsWhatWasTold(t *testing.T) {
	s, c := newStore(t)
	ctx := t.Context()
	check(t, s.QueueMessages(ctx, []roster.Message{
		messageOf("m1", "ops", c.now, noticeOf(roster.Opened, "over", c.now)),
		messageOf("m2", "ops", c.now, noticeOf(roster.Resolved, "over", c.now)),
		messageOf("m3", "ops", c.now, noticeOf(roster.Opened, "open", c.now)),
		messageOf("m4", "ops", c.now, noticeOf(roster.Opened, "pending", c.now)),
	}))
	for _, id := range []string{"m1", "m2", "m3"} {
		check(t, s.MessageSent(ctx, id, c.now))
	}
	told := value(s.Told(ctx))(t)
	c.pass(48 * time.Hour)
	check(t, s.Prune(ctx, c.now, 24*time.Hour))
	same(t, told, value(s.Told(ctx))(t))
	same(t, 2, len(told))
	same(t, 1, len(pending(t, s, "ops")))
}

// A copy that is put back does not send what waited when it was made, and knows
// what was told by then.
func TestRestoredSendsNothingOld(t *testing.T) {
	dir := canary.Dir(t)
	s, c := mustOpenAt(t, dir)
	deliver(t, s, "g1", people(3))
	check(t, s.QueueMessages(t.Context(), []roster.Message{messageOf("m1", "ops", c.now, noticeOf(roster.Opened, "g1", c.now))}))
	backup := filepath.Join(canary.Dir(t), "backup.db")
	check(t, s.Backup(t.Context(), backup))
	same(t, 1, len(pending(t, s, "ops")))

	restored := canary.Dir(t)
	check(t, os.Rename(backup, filepath.Join(restored, "rosterd.db")))
	check(t, os.WriteFile(filepath.Join(restored, "state.key"), value(os.ReadFile(filepath.Join(dir, "state.key")))(t), 0o600))
	again := mustOpen(t, store.Options{Dir: restored, Now: c.time})
	same(t, 0, len(pending(t, again, "ops")))
	same(t, []roster.Told{{Sender: "ops", Notice: noticeOf(roster.Opened, "g1", c.now)}}, value(again.Told(t.Context()))(t))
}
