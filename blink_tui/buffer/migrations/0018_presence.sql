-- Who works with this profile now: consoles, the daemon, long commands; a document that one has open.

CREATE TABLE presence (
    holder TEXT PRIMARY KEY, -- the process, as in `lease`
    kind TEXT NOT NULL CHECK (kind IN ('console', 'daemon', 'command')),
    who TEXT NOT NULL, -- account of the system
    since TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    document_id INTEGER -- no reference: what is erased meanwhile must not make the next sign of life fail
) STRICT, WITHOUT ROWID;
