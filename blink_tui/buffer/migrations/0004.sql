-- What a credential is good for stands firm by firm: one client withdraws a right, the others go on.
-- `linked` orders a firm's credentials, the newest counts. `accepted_at` is a day's first login that succeeded.
ALTER TABLE credential_firm ADD COLUMN linked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE credential_firm ADD COLUMN state TEXT NOT NULL DEFAULT 'unchecked';
ALTER TABLE credential_firm ADD COLUMN problem TEXT;
ALTER TABLE credential_firm ADD COLUMN problem_values TEXT; -- JSON: the places of the problem's sentence
ALTER TABLE credential_firm ADD COLUMN checked_at TEXT;
ALTER TABLE credential_firm ADD COLUMN accepted_at TEXT;
UPDATE credential_firm SET
    linked = credential_id,
    (state, problem, checked_at, accepted_at) = (
        SELECT c.state, c.problem, c.checked_at, iif(c.state = 'accepted', c.checked_at, NULL)
        FROM credential c WHERE c.id = credential_id
    );
ALTER TABLE credential DROP COLUMN state;
ALTER TABLE credential DROP COLUMN problem;
ALTER TABLE credential DROP COLUMN checked_at;
ALTER TABLE credential ADD COLUMN valid_to TEXT; -- last instant of a certificate
-- Which end, and how many days ahead of it, was last warned of.
ALTER TABLE credential ADD COLUMN warned_end TEXT;
ALTER TABLE credential ADD COLUMN warned_days INTEGER;

-- Firms in whose context it was asked who granted rights to them.
CREATE TABLE office (
    firm_id INTEGER PRIMARY KEY REFERENCES firm (id),
    discovered_at TEXT NOT NULL
) STRICT;

-- Contexts that granted an office the right to their invoices; whether one is a firm here shows in `firm`.
CREATE TABLE granted_context (
    office_id INTEGER NOT NULL REFERENCES office (firm_id),
    context_type TEXT NOT NULL,
    context_value TEXT NOT NULL,
    source TEXT NOT NULL, -- which list of KSeF names it
    kind TEXT NOT NULL, -- of the firm that it would be
    since TEXT,
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    withdrawn_at TEXT, -- when the list no longer named it
    ignored INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (office_id, context_type, context_value)
) STRICT, WITHOUT ROWID;
