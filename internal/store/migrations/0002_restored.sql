-- The line of history that this database is on: a database that was restored
-- from a copy begins a new one. See mark.go.
INSERT INTO meta (name, value) VALUES ('lineage', randomblob(8));

-- The number that attempts had reached when the database was restored, as long
-- as no roster of the group has been completed since; 0: nothing is in doubt.
ALTER TABLE groups ADD COLUMN restored_after INTEGER NOT NULL DEFAULT 0;
