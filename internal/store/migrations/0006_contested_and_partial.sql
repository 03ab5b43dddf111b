-- Those whose rows contradicted each other when they were last seen, and how many
-- pulls in a row since had nothing but a row that ends their coverage.
ALTER TABLE groups ADD COLUMN contested TEXT NOT NULL DEFAULT 'null';

-- Whether a run was about some groups only. Such a run says nothing of the others.
ALTER TABLE runs ADD COLUMN partial INTEGER NOT NULL DEFAULT 0;
