-- What names this database: its identity, and a constant sealed with its key.
CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Who writes. The fence grows each time the lease is taken and never shrinks.
CREATE TABLE lease (
  id        INTEGER PRIMARY KEY CHECK (id = 1),
  fence     INTEGER NOT NULL,
  holder    TEXT    NOT NULL,
  heartbeat INTEGER NOT NULL
) STRICT;
INSERT INTO lease (id, fence, holder, heartbeat) VALUES (1, 0, '', 0);

CREATE TABLE runs (
  id          TEXT    PRIMARY KEY,
  started_at  INTEGER NOT NULL,
  ended_at    INTEGER NOT NULL,
  cause       TEXT    NOT NULL, -- Run.Trigger, which SQL keeps for itself
  outcome     TEXT    NOT NULL,
  exit_code   INTEGER NOT NULL,
  sources     TEXT    NOT NULL, -- JSON
  counts      TEXT    NOT NULL, -- JSON
  added       INTEGER NOT NULL,
  removed     INTEGER NOT NULL,
  changed     INTEGER NOT NULL,
  carried     INTEGER NOT NULL,
  failures    INTEGER NOT NULL,
  holds       INTEGER NOT NULL,
  config_hash TEXT    NOT NULL
) STRICT;
CREATE INDEX runs_by_start ON runs (started_at);

CREATE TABLE pulls (
  id      INTEGER PRIMARY KEY,
  run_id  TEXT    NOT NULL,
  source  TEXT    NOT NULL,
  at      INTEGER NOT NULL,
  state   TEXT    NOT NULL,
  reason  TEXT    NOT NULL,
  records INTEGER NOT NULL,
  as_of   INTEGER NOT NULL,
  layout  TEXT    NOT NULL,
  ending  TEXT    NOT NULL,
  fed     TEXT    NOT NULL, -- JSON: the groups that it fed
  good    INTEGER NOT NULL  -- 1: later pulls are judged against it
) STRICT;
CREATE INDEX pulls_by_source ON pulls (source, good, id);

CREATE TABLE groups (
  external_reference_id TEXT    PRIMARY KEY,
  group_id              TEXT    NOT NULL,
  name                  TEXT    NOT NULL,
  created               INTEGER NOT NULL,
  absences              TEXT    NOT NULL, -- JSON
  config_hash           TEXT    NOT NULL DEFAULT '',
  delivered_digest      TEXT    NOT NULL DEFAULT '',
  delivered_at          INTEGER NOT NULL DEFAULT 0,
  delivered_failures    INTEGER NOT NULL DEFAULT 0,
  delivered_retries     INTEGER NOT NULL DEFAULT 0,
  took                  INTEGER NOT NULL DEFAULT 0, -- milliseconds
  took_members          INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE baselines (
  external_reference_id TEXT    PRIMARY KEY REFERENCES groups,
  members               INTEGER NOT NULL,
  checksum              BLOB    NOT NULL, -- SHA-256 of what is sealed
  sealed                BLOB    NOT NULL
) STRICT;

-- One row for each attempt to submit a roster. Sealed holds the payload until
-- the attempt has settled: until its outcome, or a later one, is known.
CREATE TABLE syncs (
  id                    INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id                TEXT    NOT NULL,
  external_reference_id TEXT    NOT NULL,
  group_id              TEXT    NOT NULL,
  state                 TEXT    NOT NULL,
  settled               INTEGER NOT NULL DEFAULT 0,
  digest                TEXT    NOT NULL,
  size                  INTEGER NOT NULL,
  config_hash           TEXT    NOT NULL,
  adopt_config          INTEGER NOT NULL,
  hold_id               TEXT    NOT NULL,
  approved              INTEGER NOT NULL,
  request_id            TEXT    NOT NULL DEFAULT '',
  intended_at           INTEGER NOT NULL,
  submitted_at          INTEGER NOT NULL DEFAULT 0,
  ended_at              INTEGER NOT NULL DEFAULT 0,
  reason                TEXT    NOT NULL DEFAULT '',
  added                 INTEGER NOT NULL DEFAULT 0, -- as Vitable counted them
  removed               INTEGER NOT NULL DEFAULT 0,
  failed                INTEGER NOT NULL DEFAULT 0,
  unapproved            INTEGER NOT NULL DEFAULT 0, -- removals that nobody approved
  sealed                BLOB
) STRICT;
-- One request at a time for each group, by the database's own word.
CREATE UNIQUE INDEX syncs_in_flight ON syncs (external_reference_id) WHERE state IN ('intended', 'submitted');
CREATE INDEX syncs_unsettled ON syncs (external_reference_id, id) WHERE settled = 0;
CREATE INDEX syncs_by_group ON syncs (external_reference_id, id);
CREATE INDEX syncs_by_end ON syncs (ended_at);

CREATE TABLE failures (
  id                    INTEGER PRIMARY KEY AUTOINCREMENT,
  external_reference_id TEXT    NOT NULL,
  reference_id          TEXT    NOT NULL,
  kind                  TEXT    NOT NULL,
  operation             TEXT    NOT NULL,
  subject               TEXT    NOT NULL, -- the source, where it is about no group and no person
  source                TEXT    NOT NULL,
  reason                TEXT    NOT NULL,
  first_seen            INTEGER NOT NULL,
  last_seen             INTEGER NOT NULL,
  count                 INTEGER NOT NULL,
  state                 TEXT    NOT NULL,
  resolved_at           INTEGER NOT NULL DEFAULT 0,
  UNIQUE (external_reference_id, reference_id, kind, operation, subject)
) STRICT;
CREATE INDEX failures_open ON failures (external_reference_id) WHERE state <> 'resolved';

CREATE TABLE holds (
  id                    INTEGER PRIMARY KEY AUTOINCREMENT,
  digest                TEXT    NOT NULL,
  external_reference_id TEXT    NOT NULL,
  reason                TEXT    NOT NULL,
  config_hash           TEXT    NOT NULL,
  removals              TEXT    NOT NULL, -- JSON
  roster                TEXT    NOT NULL, -- JSON
  state                 TEXT    NOT NULL,
  created_at            INTEGER NOT NULL,
  decided_by            TEXT    NOT NULL DEFAULT '',
  decided_at            INTEGER NOT NULL DEFAULT 0,
  comment               TEXT    NOT NULL DEFAULT '',
  expires_at            INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX holds_active ON holds (external_reference_id) WHERE state IN ('open', 'approved', 'rejected');

-- Every decision that a person took about a hold, in order; never pruned.
CREATE TABLE approvals (
  id         INTEGER PRIMARY KEY,
  hold_id    INTEGER NOT NULL,
  digest     TEXT    NOT NULL,
  verdict    TEXT    NOT NULL,
  decided_by TEXT    NOT NULL,
  comment    TEXT    NOT NULL,
  at         INTEGER NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE pins (
  reference_id TEXT    PRIMARY KEY,
  pinned_by    TEXT    NOT NULL,
  comment      TEXT    NOT NULL,
  at           INTEGER NOT NULL
) STRICT;

CREATE TABLE events (
  id                    INTEGER PRIMARY KEY,
  at                    INTEGER NOT NULL,
  run_id                TEXT    NOT NULL,
  external_reference_id TEXT    NOT NULL,
  reference_id          TEXT    NOT NULL,
  what                  TEXT    NOT NULL,
  detail                TEXT    NOT NULL
) STRICT;
CREATE INDEX events_by_person ON events (reference_id, id);
CREATE INDEX events_by_time ON events (at);
