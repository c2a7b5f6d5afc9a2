-- How long documents of a firm are kept, packages of them that were handed over, firms that were erased.

-- Besides the time that the law asks for; a firm without a row is kept for that.
CREATE TABLE retention (
    firm_id INTEGER PRIMARY KEY REFERENCES firm (id),
    extra_years INTEGER NOT NULL,
    held INTEGER NOT NULL, -- 1: for as long as this stands
    reason TEXT NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL
) STRICT;

-- Packages of everything that was held of a firm, handed over with a protocol.
CREATE TABLE handover (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- the protocol's number, never given twice
    firm_id INTEGER NOT NULL REFERENCES firm (id),
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    sha256 BLOB NOT NULL, -- of the package's list of files
    documents INTEGER NOT NULL,
    length INTEGER NOT NULL, -- of the firm's chain, the entry of the hand-over itself included
    head BLOB NOT NULL
) STRICT;
CREATE INDEX handover_by_firm ON handover (firm_id);

-- Firms that are being erased: from the first step on, whose chain is gone, to the last.
CREATE TABLE erasing (
    firm_id INTEGER PRIMARY KEY REFERENCES firm (id),
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    reason TEXT NOT NULL,
    protocol INTEGER, -- by which the documents were handed over; NULL: their time was over
    package BLOB, -- SHA-256 of what was handed over
    documents INTEGER NOT NULL,
    length INTEGER NOT NULL, -- of the firm's chain as it ended
    head BLOB NOT NULL
) STRICT;

-- What is left of erased firms. Never changed: each hash covers its row and the hash before it.
CREATE TABLE erased (
    seq INTEGER PRIMARY KEY,
    firm_id INTEGER NOT NULL, -- never given to another firm
    salt BLOB NOT NULL,
    subject BLOB NOT NULL, -- of the firm's context, made slowly: whoever knows a NIP can ask, nobody can try them all
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    reason TEXT NOT NULL,
    protocol INTEGER,
    package BLOB,
    documents INTEGER NOT NULL,
    length INTEGER NOT NULL,
    head BLOB NOT NULL,
    hash BLOB NOT NULL
) STRICT;
CREATE TABLE erased_end (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    length INTEGER NOT NULL,
    head BLOB NOT NULL,
    scrubbed INTEGER NOT NULL -- up to which of them the file was written anew, so that their bytes are gone from it
) STRICT;
INSERT INTO erased_end (only, length, head, scrubbed) VALUES (1, 0, x'', 0);
