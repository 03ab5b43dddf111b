package sim_test

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/rosterd/rosterd/internal/reconcile"
	"github.com/rosterd/rosterd/internal/reconcile/reconciletest"
	"github.com/rosterd/rosterd/internal/roster"
)

// storageFaults are those of the disk and of the state on it.
func storageFaults() []fault {
	return []fault{
		{number: "F46", fault: "the disk is full at any write", right: "no send without a durable intent", injected: "the first, second, third … write fails once", play: stage(everyWriteFails)},
		{number: "F47", fault: "the disk is for reading only", right: "nothing is sent; not ready", injected: "a file system mounted again without the right to write", elsewhere: "cmd/rosterd TestDiskReadOnly"},
		{number: "F48", fault: "another program keeps the database locked", right: "put off, not half done", injected: "a foreign transaction that keeps the file", play: stage(locked)},
		{number: "F49", fault: "the database is corrupt", right: "no start, no new one in its place", injected: "bytes in its middle overwritten; its second half cut off", play: stage(corrupt)},
		{number: "F50", fault: "the database is gone, empty, or an old copy", right: "state lost: no start, or everything held until a person has compared", injected: "the file removed; emptied; a backup of the first day", play: staged(careful(), gone)},
		{number: "F51", fault: "the database is replaced while it is open", right: "noticed, nothing is sent", injected: "a copy renamed over it", play: stage(replaced)},
		{number: "F52", fault: "the write-ahead log is lost", right: "noticed", injected: "a copy without its -wal comes back", elsewhere: "internal/store TestRestorationIsRecognised"},
		{number: "F53", fault: "a write or fsync fails", right: "what is not recorded is not sent", injected: "one effect on the disk after the other fails: a write, a sync, a truncation, a deletion; or all from one on", elsewhere: "internal/reconcile TestDiskMishaps"},
		{number: "F54", fault: "a reader keeps the log from shrinking", right: "it is told; runs are as ever, and the log is folded in and cut when the reader has gone", injected: "another program reads in one transaction while there are runs", play: stage(endlessReader)},
		{number: "F55", fault: "a backup is cut short", right: "the old one stays; a half one is never taken for whole", injected: "SIGKILL at random moments of a backup", elsewhere: "cmd/rosterd TestKilledAtAnyMoment"},
	}
}

func everyWriteFails(s *scene) string {
	n, sentTwice := 0, 0
	for at := 1; ; at++ {
		s.hire()
		before := len(s.box.Ledger())
		fuse := &reconciletest.Fuse{At: at, Once: true}
		s.watchIntents()
		s.must(s.judged(true, func() (roster.Run, error) { return s.proc.run(s.ctx, reconcile.Options{}, fuse.Store) }, true))
		s.wire.Before = nil
		if !fuse.Blew() {
			break
		}
		n++
		s.must(s.restart(s.ctx))
		s.must(s.pass(time.Hour))
		s.must(s.once(s.ctx, day{}))
		if s.sent(before) > 2 {
			sentTwice++
		}
		if err := s.differs(s.ctx); err != nil {
			s.t.Errorf("write %d: %v", at, err)
		}
	}
	return fmt.Sprintf("each of %d writes failed once; the run after it had everybody covered, %d of them by more than a second roster", n, sentTwice)
}

func locked(s *scene) string {
	s.hire()
	db, err := sql.Open("sqlite", s.database())
	s.must(err)
	conn, err := db.Conn(s.ctx)
	s.must(err)
	_, err = conn.ExecContext(s.ctx, "BEGIN IMMEDIATE")
	s.must(err)
	first := s.fails(nil, nil)
	_, err = conn.ExecContext(s.ctx, "ROLLBACK")
	s.must(errors.Join(err, conn.Close(), db.Close()))
	return first + "; when it is free " + s.run(day{})
}

func endlessReader(s *scene) string {
	log := func() int64 {
		size, err := s.proc.store.Size()
		s.must(err)
		return size.Log
	}
	foreign, err := sql.Open("sqlite", "file:"+s.database()+"?mode=ro")
	s.must(err)
	reading, err := foreign.BeginTx(s.ctx, nil)
	s.must(err)
	var runs int
	s.must(reading.QueryRowContext(s.ctx, "SELECT COUNT(*) FROM runs").Scan(&runs))
	const most = 4_096_000 // bytes of a log that nobody keeps
	worst, unruly := int64(0), 0
	for n := 0; log() <= most && n < 500; n++ {
		s.hire()
		if got := s.run(day{}); got != "exit 0, 1 sent, 0 removed" {
			unruly++
		}
		worst = log()
	}
	if worst <= most {
		s.t.Errorf("the log does not grow: %d bytes", worst)
	}
	s.must(errors.Join(reading.Rollback(), foreign.Close()))
	happened := s.run(day{})
	if left := log(); left > most {
		s.t.Errorf("the log has %d bytes after the reader has gone", left)
	}
	return fmt.Sprintf("the log grows beyond %d bytes, %d runs were not as ever; when the reader has gone it is within them: %s", most, unruly, happened)
}

func corrupt(s *scene) string {
	s.stop()
	whole, err := os.ReadFile(s.database())
	s.must(err)
	torn := bytes.Clone(whole)
	for i := len(torn) / 3; i < 2*len(torn)/3; i++ {
		torn[i] ^= 0x5a
	}
	s.must(os.WriteFile(s.database(), torn, 0o600))
	flipped := s.refused("state is unusable")
	s.must(os.WriteFile(s.database(), whole[:len(whole)/2], 0o600))
	cut := s.refused("state is unusable")
	s.must(os.WriteFile(s.database(), whole, 0o600))
	s.must(s.restart(s.ctx))
	return "overwritten: " + flipped + "; cut: " + cut + "; the good file again: " + s.run(day{})
}

// careful has every first roster compared by a person.
func careful() setup {
	return setup{Sizes: []int{24, 10, 5}, FirstSync: "hold", OnExcess: "carry", PlanChange: "report", Concurrency: 1}
}

func gone(s *scene) string {
	s.must(errors.Join(s.decideAll(s.ctx), s.once(s.ctx, day{}), s.save(s.ctx)))
	s.hire()
	s.must(s.once(s.ctx, day{}))
	s.stop()
	whole, err := os.ReadFile(s.database())
	s.must(err)
	s.must(os.Remove(s.database()))
	removed := s.refused("state is unusable")
	s.must(os.WriteFile(s.database(), nil, 0o600))
	emptied := s.refused("state is unusable")
	saved, err := os.ReadFile(s.saved())
	s.must(err)
	s.must(os.WriteFile(s.database(), saved, 0o600))
	s.must(s.restart(s.ctx))
	restored := s.run(day{})
	s.stop()
	s.must(os.WriteFile(s.database(), whole, 0o600))
	return "removed: " + removed + "; emptied: " + emptied + "; an old backup: " + restored
}

func replaced(s *scene) string {
	s.hire()
	aside := filepath.Join(filepath.Dir(s.exports), "aside.db")
	s.must(os.Link(s.database(), aside))
	text, err := os.ReadFile(s.database())
	s.must(err)
	copied := aside + ".copy"
	s.must(errors.Join(os.WriteFile(copied, text, 0o600), os.Rename(copied, s.database())))
	first := s.fails(nil, nil)
	s.must(os.Rename(aside, s.database()))
	s.must(s.restart(s.ctx))
	return first + "; the true file again: " + s.run(day{})
}
