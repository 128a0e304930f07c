-- The first schema of the ledger; later ones are steps from here.

-- One row a task: what its first event says, where it can be searched.
CREATE TABLE tasks (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    external_id TEXT NOT NULL,
    base_url TEXT NOT NULL,
    path TEXT NOT NULL,
    body_sha256 TEXT NOT NULL,
    key_fingerprint TEXT NOT NULL,
    at INTEGER NOT NULL -- milliseconds since 1970
) STRICT;

CREATE INDEX tasks_by_body ON tasks (body_sha256);
CREATE INDEX tasks_by_external_id ON tasks (external_id);
CREATE INDEX tasks_by_path ON tasks (path);

-- What happened: only ever appended. `sum` links each event to the one before it of the same task, so
-- that a changed or a missing one shows.
CREATE TABLE events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    task TEXT NOT NULL REFERENCES tasks (id),
    at INTEGER NOT NULL, -- milliseconds since 1970
    entry TEXT NOT NULL CHECK (json_valid(entry)),
    sum TEXT NOT NULL
) STRICT;

CREATE INDEX events_by_task ON events (task, seq);
CREATE INDEX events_by_server_id ON events (entry ->> '$.task_id')
    WHERE entry ->> '$.event' = 'accepted';

CREATE TRIGGER tasks_stay BEFORE DELETE ON tasks
BEGIN SELECT RAISE(ABORT, 'nothing is taken out of the ledger'); END;
CREATE TRIGGER tasks_do_not_change BEFORE UPDATE ON tasks
BEGIN SELECT RAISE(ABORT, 'nothing in the ledger is changed'); END;
CREATE TRIGGER events_stay BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'nothing is taken out of the ledger'); END;
CREATE TRIGGER events_do_not_change BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'nothing in the ledger is changed'); END;
