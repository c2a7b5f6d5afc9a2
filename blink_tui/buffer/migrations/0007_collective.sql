-- Collective identifiers (IZ) and the invoices under them, as KSeF told any firm here; neither changes once made.

CREATE TABLE collective (
    number TEXT PRIMARY KEY,
    created TEXT, -- NULL where it was not told
    invoices INTEGER -- how many KSeF says that it covers; NULL where it was not told
) STRICT, WITHOUT ROWID;

-- Firms that were told of an identifier.
CREATE TABLE collective_viewer (
    firm_id INTEGER NOT NULL REFERENCES firm (id),
    number TEXT NOT NULL REFERENCES collective (number),
    own INTEGER NOT NULL, -- made in the firm's context
    asked TEXT, -- when the firm was told which invoices it covers
    PRIMARY KEY (firm_id, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX collective_viewer_by_number ON collective_viewer (number);

CREATE TABLE collective_member (
    number TEXT NOT NULL REFERENCES collective (number),
    ksef_number TEXT NOT NULL,
    paid INTEGER, -- minor units
    paid_text TEXT, -- an amount that is no whole number of them
    currency TEXT,
    description TEXT, -- as told
    hidden INTEGER NOT NULL, -- details were stated and told to no firm here
    PRIMARY KEY (number, ksef_number)
) STRICT, WITHOUT ROWID;
CREATE INDEX collective_member_by_invoice ON collective_member (ksef_number);

-- Up to where a firm's list was read whole, and when it was last asked for, with whatever outcome.
CREATE TABLE collective_asked (
    firm_id INTEGER PRIMARY KEY REFERENCES firm (id),
    until TEXT,
    tried TEXT
) STRICT;
