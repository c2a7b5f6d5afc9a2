-- The schedule "Businesslink", history beside the forward mark, quarantine, proofs of completeness.

ALTER TABLE firm ADD COLUMN paused INTEGER NOT NULL DEFAULT 0;

-- How often each role of a firm is asked for, and what came of it; made with the firm.
CREATE TABLE schedule (
    firm_id INTEGER NOT NULL REFERENCES firm (id),
    role TEXT NOT NULL,
    every INTEGER, -- minutes; 0 is once a night, -1 never, NULL what the firm's kind asks for
    asked TEXT, -- instant at which the last pass began
    wanted TEXT, -- instant at which a person wanted a pass of whoever runs the schedule
    not_before TEXT, -- instant before which the schedule leaves the role alone
    problem TEXT, -- code of what stopped the last pass
    brought INTEGER NOT NULL DEFAULT 0, -- documents that the last pass brought
    brought_before INTEGER NOT NULL DEFAULT 0,
    swept TEXT, -- instant of the last nightly comparison with KSeF's list
    PRIMARY KEY (firm_id, role)
) STRICT, WITHOUT ROWID;
INSERT INTO schedule (firm_id, role)
SELECT firm.id, roles.role FROM firm,
    (SELECT 'seller' AS role UNION SELECT 'buyer' UNION SELECT 'third_party' UNION SELECT 'authorized') AS roles;

-- History that is fetched beside the forward mark, each range with a mark of its own.
CREATE TABLE history_range (
    id INTEGER PRIMARY KEY,
    firm_id INTEGER NOT NULL REFERENCES firm (id),
    role TEXT NOT NULL,
    since TEXT NOT NULL,
    until TEXT NOT NULL,
    reached TEXT NOT NULL -- everything in [since, reached) is in the buffer; moved as a mark is
) STRICT;
CREATE INDEX history_range_of_role ON history_range (firm_id, role);

ALTER TABLE lease ADD COLUMN until_steady REAL NOT NULL DEFAULT 0; -- `until` by a clock that nobody sets

ALTER TABLE pending_export ADD COLUMN range_id INTEGER; -- the range that it moves; NULL is the forward mark

-- What KSeF's accounts of one document disagree on; after three fresh packages it stands in quarantine.
CREATE TABLE mismatch (
    firm_id INTEGER NOT NULL REFERENCES firm (id),
    role TEXT NOT NULL,
    subject TEXT NOT NULL, -- KSeF number, or `package` where only the number of documents disagrees
    listed TEXT NOT NULL, -- hash in the list in hexadecimal, or a count; empty where it is not listed
    found TEXT NOT NULL, -- hash of the bytes, or a count; empty where there are none
    times INTEGER NOT NULL,
    first_at TEXT NOT NULL,
    last_at TEXT NOT NULL,
    accepted_by TEXT,
    reason TEXT,
    PRIMARY KEY (firm_id, role, subject, listed, found)
) STRICT, WITHOUT ROWID;

-- The last comparison of each role with KSeF's own list.
CREATE TABLE proof (
    firm_id INTEGER NOT NULL REFERENCES firm (id),
    role TEXT NOT NULL,
    at TEXT NOT NULL,
    since TEXT NOT NULL,
    until TEXT NOT NULL,
    listed INTEGER NOT NULL,
    missing INTEGER NOT NULL,
    different INTEGER NOT NULL,
    unlisted INTEGER NOT NULL,
    PRIMARY KEY (firm_id, role)
) STRICT, WITHOUT ROWID;

ALTER TABLE document ADD COLUMN vat_month TEXT NOT NULL DEFAULT ''; -- YYYY-MM as proposed; empty until known
