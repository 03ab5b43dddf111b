-- The digest of the payload that would say what the baseline says, so that an
-- unchanged group needs no look at its people; '' where that may not be said.
ALTER TABLE groups ADD COLUMN baseline_digest TEXT NOT NULL DEFAULT '';
