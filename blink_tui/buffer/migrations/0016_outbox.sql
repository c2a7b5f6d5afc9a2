-- Notices: where they go, what has been told, and what waits to be sent.

-- Who is told; the address itself, with its secrets, lies in the vault.
CREATE TABLE notice_target (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    language TEXT NOT NULL,
    shown TEXT NOT NULL, -- scheme of the address, and its host where that is no secret
    paused INTEGER NOT NULL DEFAULT 0,
    least INTEGER NOT NULL DEFAULT 1, -- the least severity that is told
    digest TEXT NOT NULL, -- a time of day, or every so many hours
    quiet TEXT NOT NULL DEFAULT '', -- a span of the day in which nothing is sent; empty for none
    working_days INTEGER NOT NULL DEFAULT 0, -- nothing is sent on other days
    document_id INTEGER NOT NULL, -- documents up to this one were counted for it, or were there before it
    digested_at TEXT NOT NULL, -- when its digest was last made
    message TEXT, -- the message under way, NULL while there is none
    begun_at TEXT, -- when that message was made
    tries INTEGER NOT NULL DEFAULT 0,
    next_at TEXT, -- when it is tried again
    holder TEXT, -- the process that sends it now
    held_at TEXT,
    problem TEXT, -- code of why the last try failed, NULL when it did not
    sent_at TEXT, -- when a message last went out
    lost INTEGER NOT NULL DEFAULT 0 -- messages that were given up since then
) STRICT;

-- What goes to whom, and how; the most particular rule counts.
CREATE TABLE notice_rule (
    target_id INTEGER NOT NULL REFERENCES notice_target (id) ON DELETE CASCADE,
    firm_id INTEGER NOT NULL, -- 0 is every firm
    kind TEXT NOT NULL, -- empty is every kind
    how TEXT NOT NULL,
    PRIMARY KEY (target_id, firm_id, kind)
) STRICT, WITHOUT ROWID;

-- What is wrong now.
CREATE TABLE trouble (
    kind TEXT NOT NULL,
    firm_id INTEGER NOT NULL, -- 0 is no firm in particular
    subject TEXT NOT NULL,
    since TEXT NOT NULL,
    told_at TEXT, -- NULL while it is too young to be told
    PRIMARY KEY (kind, firm_id, subject)
) STRICT, WITHOUT ROWID;

-- Suspicious documents that have been told, or were there before anybody was.
CREATE TABLE told_finding (
    document_id INTEGER NOT NULL REFERENCES document (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    PRIMARY KEY (document_id, kind)
) STRICT, WITHOUT ROWID;

-- One thing to tell one target; what is due goes out together as one message.
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    target_id INTEGER NOT NULL REFERENCES notice_target (id) ON DELETE CASCADE,
    firm_id INTEGER REFERENCES firm (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    phase TEXT NOT NULL,
    severity INTEGER NOT NULL,
    subject TEXT NOT NULL,
    details TEXT NOT NULL, -- JSON
    not_before TEXT NOT NULL,
    message TEXT -- the message that it went into
) STRICT;
CREATE INDEX outbox_by_target ON outbox (target_id, not_before);
CREATE INDEX outbox_by_firm ON outbox (firm_id) WHERE firm_id IS NOT NULL;

-- Grows with every look at what there is to tell: of two at once, one counts.
CREATE TABLE notice_round (
    number INTEGER NOT NULL
) STRICT;
INSERT INTO notice_round VALUES (0);
