-- How many people were believed to be covered when a run was last written, for the
-- history that people look at; 0 for runs of before.
ALTER TABLE runs ADD COLUMN members INTEGER NOT NULL DEFAULT 0;
-- What one run sent.
CREATE INDEX syncs_by_run ON syncs (run_id, id);
CREATE INDEX pulls_by_run ON pulls (run_id, id);
-- Open failures by kind, to count and to page through them.
CREATE INDEX failures_by_kind ON failures (kind, id) WHERE state <> 'resolved';
-- What is wrong with one person, among a hundred thousand others.
CREATE INDEX failures_by_person ON failures (reference_id);
