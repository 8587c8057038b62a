CREATE TABLE IF NOT EXISTS film (
    id           INTEGER PRIMARY KEY,
    sop_class    TEXT    NOT NULL,
    sop_instance TEXT    NOT NULL,
    sha256       TEXT    NOT NULL,
    bytes        BIGINT  NOT NULL,
    calling      TEXT    NOT NULL,
    received_ms  BIGINT  NOT NULL,
    UNIQUE (sop_instance, sha256)
);
CREATE TABLE IF NOT EXISTS task (
    id            INTEGER PRIMARY KEY,
    film          INTEGER NOT NULL REFERENCES film (id),
    kind          TEXT    NOT NULL, -- read, send
    destination   TEXT    NOT NULL, -- of send
    object        TEXT    NOT NULL, -- of send: a file in the film's folder of results
    state         TEXT    NOT NULL, -- queued, leased, sent, done, failed, passed over
    attempts      BIGINT  NOT NULL,
    due_ms        BIGINT  NOT NULL,
    lease_ms      BIGINT  NOT NULL, -- until when it is leased
    changed_ms    BIGINT  NOT NULL,
    reason        TEXT    NOT NULL,
    UNIQUE (film, kind, destination, object)
);
CREATE INDEX IF NOT EXISTS task_due ON task (kind, destination, state, due_ms);
CREATE TABLE IF NOT EXISTS association (
    id        INTEGER PRIMARY KEY,
    at_ms     BIGINT  NOT NULL,
    direction TEXT    NOT NULL,
    peer      TEXT    NOT NULL,
    objects   BIGINT  NOT NULL,
    outcome   TEXT    NOT NULL
);
-- What peers were asked to keep.
CREATE TABLE IF NOT EXISTS commitment (
    transaction_uid TEXT    NOT NULL,
    sop_instance    TEXT    NOT NULL,
    task            INTEGER REFERENCES task (id), -- none of a check
    failure         INTEGER,                      -- none until told; 0, or why it is not kept
    PRIMARY KEY (transaction_uid, sop_instance)
);
-- What peers asked to be kept, until they were told.
CREATE TABLE IF NOT EXISTS report (
    id       INTEGER PRIMARY KEY,
    calling  TEXT    NOT NULL,
    asked    TEXT    NOT NULL, -- JSON
    state    TEXT    NOT NULL, -- queued, done, failed
    attempts BIGINT  NOT NULL,
    due_ms   BIGINT  NOT NULL,
    reason   TEXT    NOT NULL
);
