-- Hand-overs to the books in several files, cancelling them, what the books are to put right, settings of exports.

CREATE TABLE batch_file (
    batch_id INTEGER NOT NULL REFERENCES batch (id),
    position INTEGER NOT NULL,
    file TEXT NOT NULL, -- where it is to stand
    temp TEXT NOT NULL, -- where it was written
    sha256 BLOB NOT NULL,
    size INTEGER, -- NULL: written before sizes were kept
    packed TEXT NOT NULL DEFAULT '', -- of an encrypted zip: JSON of the names and SHA-256 of the files within
    folder INTEGER, -- number of the folder's inode, by which it is known again; NULL: written before that was kept
    PRIMARY KEY (batch_id, position)
) STRICT, WITHOUT ROWID;
INSERT INTO batch_file (batch_id, position, file, temp, sha256) SELECT id, 0, file, temp, sha256 FROM batch;
ALTER TABLE batch DROP COLUMN file;
ALTER TABLE batch DROP COLUMN temp;
ALTER TABLE batch DROP COLUMN sha256;

ALTER TABLE batch ADD COLUMN settings TEXT NOT NULL DEFAULT '{}'; -- JSON: by which the files were made
ALTER TABLE batch ADD COLUMN amends INTEGER NOT NULL DEFAULT 0; -- its documents are in the books already, to be put right
ALTER TABLE batch ADD COLUMN cancelled_at TEXT;
ALTER TABLE batch ADD COLUMN cancelled_by TEXT;
ALTER TABLE batch ADD COLUMN cancel_reason TEXT;
CREATE INDEX batch_unsettled ON batch (state) WHERE state IN ('placing', 'withdrawing');

-- Documents that the books have and are to put right: handed over as such, never as new, as long as the row is there.
CREATE TABLE amendment (
    document_id INTEGER PRIMARY KEY REFERENCES document (id),
    batch_id INTEGER REFERENCES batch (id), -- by which the books got it; NULL: without one
    again_in INTEGER REFERENCES batch (id), -- by which it was handed over to be put right; NULL: that is still to come
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    reason TEXT NOT NULL
) STRICT;
CREATE INDEX amendment_waiting ON amendment (document_id) WHERE again_in IS NULL;

CREATE TABLE export_setting (
    firm_id INTEGER NOT NULL REFERENCES firm (id),
    format TEXT NOT NULL, -- empty: of the firm itself, for all formats
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (firm_id, format, name)
) STRICT, WITHOUT ROWID;
