-- What a person decided, on however many documents at once, so that all of it can be taken back.
CREATE TABLE decision (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    action TEXT NOT NULL,
    reason TEXT,
    documents INTEGER NOT NULL, -- whose status it changed
    undone_at TEXT, -- when all of it that could be taken back was
    undone_by TEXT
) STRICT;
CREATE INDEX decision_to_undo ON decision (who, id) WHERE undone_at IS NULL;

CREATE TABLE decision_document (
    decision_id INTEGER NOT NULL REFERENCES decision (id),
    document_id INTEGER NOT NULL REFERENCES document (id),
    status TEXT NOT NULL, -- before the decision
    previous TEXT,
    version_before INTEGER NOT NULL,
    version_after INTEGER NOT NULL, -- nothing else has happened to the document while it has this version
    undone INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (decision_id, document_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX decision_document_by_document ON decision_document (document_id);
