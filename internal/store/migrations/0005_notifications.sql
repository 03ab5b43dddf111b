-- The outbox: one row for each incident and sender, committed before it is sent.
-- Rows of one message go out together. A row stays when it was sent, for it says
-- what its sender has been told.
CREATE TABLE notifications (
  id                    INTEGER PRIMARY KEY AUTOINCREMENT,
  message               TEXT    NOT NULL,
  sender                TEXT    NOT NULL,
  kind                  TEXT    NOT NULL,
  external_reference_id TEXT    NOT NULL,
  source                TEXT    NOT NULL,
  what                  TEXT    NOT NULL,
  severity              TEXT    NOT NULL,
  failures              INTEGER NOT NULL,
  guidance              TEXT    NOT NULL,
  run_id                TEXT    NOT NULL,
  since                 INTEGER NOT NULL,
  at                    INTEGER NOT NULL,
  attempts              INTEGER NOT NULL DEFAULT 0,
  next_attempt          INTEGER NOT NULL,
  state                 TEXT    NOT NULL DEFAULT 'pending', -- pending, sent, given_up
  ended_at              INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX notifications_pending ON notifications (sender, id) WHERE state = 'pending';
CREATE INDEX notifications_told ON notifications (sender, kind, external_reference_id, source, id);
