-- What the program does from time to time beside fetching: notices, metrics, backups.

CREATE TABLE chore (
    name TEXT PRIMARY KEY,
    taken_at TEXT NOT NULL, -- when a process last began with it
    holder TEXT NOT NULL, -- that process
    done_at TEXT, -- when it last ended well
    problem TEXT -- code of what it last ended with, NULL when it ended well
) STRICT, WITHOUT ROWID;
