-- Firms of a restored buffer whose hand-overs after its backup are not known: nothing of them is handed over until a
-- person says what was.
CREATE TABLE restored_firm (
    firm_id INTEGER PRIMARY KEY REFERENCES firm (id),
    backup_at TEXT NOT NULL,
    at TEXT NOT NULL -- when it was restored
) STRICT;

-- Hand-overs after the backup, out of the journal; a firm that was added since need not be there (again) yet.
CREATE TABLE lost_batch (
    id INTEGER PRIMARY KEY,
    handed_to TEXT NOT NULL, -- books or bank
    number INTEGER NOT NULL, -- of the batch as it was before the restore
    context_type TEXT NOT NULL,
    context_value TEXT NOT NULL,
    env TEXT NOT NULL,
    at TEXT NOT NULL, -- when it was made; another one may have its number
    body TEXT NOT NULL, -- JSON of model.hand_overs.HandOver without its documents
    batch_id INTEGER REFERENCES batch (id), -- as it is now; NULL: no document of it was marked yet
    UNIQUE (context_value, context_type, handed_to, number, at)
) STRICT;

-- Their documents, until each is marked as handed over again: no other batch takes them.
CREATE TABLE lost_document (
    ksef_number TEXT NOT NULL,
    lost_id INTEGER NOT NULL REFERENCES lost_batch (id),
    PRIMARY KEY (ksef_number, lost_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX lost_document_of_batch ON lost_document (lost_id);
