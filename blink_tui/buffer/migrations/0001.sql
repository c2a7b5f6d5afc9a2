-- The first shape of the buffer.
-- Days are ISO text, instants KSeF's own text, amounts whole minor units, truth 0 or 1.
-- `version` of a mutable row grows with every decided change.

CREATE TABLE setting (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE TABLE firm (
    id INTEGER PRIMARY KEY,
    nip TEXT NOT NULL,
    context_type TEXT NOT NULL,
    context_value TEXT NOT NULL,
    name TEXT NOT NULL,
    env TEXT NOT NULL,
    kind TEXT NOT NULL,
    ledger_format TEXT NOT NULL,
    first_day TEXT,
    enabled INTEGER NOT NULL DEFAULT 1,
    version INTEGER NOT NULL DEFAULT 1,
    UNIQUE (context_value, context_type, env)
) STRICT;

-- Last link of each firm's chain of document events.
CREATE TABLE chain (
    firm_id INTEGER PRIMARY KEY REFERENCES firm (id),
    length INTEGER NOT NULL,
    head BLOB NOT NULL
) STRICT;

CREATE TABLE credential (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    vault_name TEXT NOT NULL UNIQUE,
    label TEXT NOT NULL,
    state TEXT NOT NULL,
    checked_at TEXT,
    problem TEXT,
    version INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE TABLE credential_firm (
    credential_id INTEGER NOT NULL REFERENCES credential (id) ON DELETE CASCADE,
    firm_id INTEGER NOT NULL REFERENCES firm (id),
    PRIMARY KEY (firm_id, credential_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX credential_firm_by_credential ON credential_firm (credential_id);

-- Written only in the transaction that stores the last document before `until`.
CREATE TABLE mark (
    firm_id INTEGER NOT NULL REFERENCES firm (id),
    role TEXT NOT NULL,
    since TEXT NOT NULL,
    until TEXT NOT NULL,
    until_key TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (firm_id, role)
) STRICT, WITHOUT ROWID;

CREATE TABLE pending_export (
    id INTEGER PRIMARY KEY,
    firm_id INTEGER NOT NULL REFERENCES firm (id),
    role TEXT NOT NULL,
    window_from TEXT NOT NULL,
    window_to TEXT,
    wrapped_key BLOB NOT NULL,
    iv BLOB NOT NULL,
    reference TEXT,
    asked_at TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX pending_export_by_firm ON pending_export (firm_id);

-- The bytes as KSeF sent them, once per KSeF number.
CREATE TABLE invoice_xml (
    ksef_number TEXT PRIMARY KEY,
    sha256 BLOB NOT NULL,
    body BLOB NOT NULL,
    dictionary INTEGER NOT NULL,
    size INTEGER NOT NULL
) STRICT;

CREATE TABLE document (
    id INTEGER PRIMARY KEY,
    firm_id INTEGER NOT NULL REFERENCES firm (id),
    ksef_number TEXT NOT NULL REFERENCES invoice_xml (ksef_number),
    direction TEXT NOT NULL,
    direction_by TEXT, -- who set the direction by hand; it is then no longer derived
    status TEXT NOT NULL,
    previous TEXT, -- where a queried or excluded document came from
    form TEXT NOT NULL,
    kind TEXT NOT NULL,
    invoice_number TEXT NOT NULL,
    issue_date TEXT NOT NULL, -- empty when unknown, so that it can be sorted by
    received TEXT,
    received_date TEXT NOT NULL, -- as issue_date
    stored TEXT,
    seller_type TEXT NOT NULL,
    seller_value TEXT,
    seller_name TEXT,
    seller_key TEXT NOT NULL, -- Polish sort key of the name
    buyer_type TEXT NOT NULL,
    buyer_value TEXT,
    buyer_name TEXT,
    net INTEGER,
    vat INTEGER,
    gross INTEGER,
    gross_order INTEGER NOT NULL, -- gross, the lowest number when unknown
    currency TEXT NOT NULL,
    offline INTEGER NOT NULL,
    self_invoicing INTEGER NOT NULL,
    has_attachment INTEGER NOT NULL,
    due_date TEXT,
    problem TEXT,
    derived_version INTEGER NOT NULL DEFAULT 0,
    version INTEGER NOT NULL DEFAULT 1,
    UNIQUE (ksef_number, firm_id)
) STRICT;
CREATE INDEX document_to_derive ON document (derived_version);
CREATE INDEX document_by_status ON document (status, direction, firm_id);
-- Over all firms: the trailing columns let a filter be decided inside the index.
CREATE INDEX document_by_issue ON document (issue_date, id, firm_id, direction, status);
CREATE INDEX document_by_receipt ON document (received_date, id, firm_id, direction, status);
CREATE INDEX document_by_gross ON document (gross_order, id, firm_id, direction, status);
CREATE INDEX document_by_seller ON document (seller_key, id, firm_id, direction, status);
-- Within one firm; in its other orders the indexes above serve it well enough, and each index costs every insert.
CREATE INDEX document_of_firm_by_issue ON document (firm_id, issue_date, id);
CREATE INDEX document_of_firm_by_receipt ON document (firm_id, received_date, id);
CREATE INDEX document_of_firm_by_arrival ON document (firm_id, id, direction, status);

CREATE TABLE document_role (
    document_id INTEGER NOT NULL REFERENCES document (id),
    role TEXT NOT NULL,
    PRIMARY KEY (document_id, role)
) STRICT, WITHOUT ROWID;

CREATE TABLE document_search (
    document_id INTEGER PRIMARY KEY REFERENCES document (id),
    text TEXT NOT NULL
) STRICT;

CREATE TABLE document_vat (
    document_id INTEGER NOT NULL REFERENCES document (id),
    position INTEGER NOT NULL,
    rate TEXT NOT NULL,
    net INTEGER NOT NULL,
    vat INTEGER,
    vat_pln INTEGER,
    PRIMARY KEY (document_id, position)
) STRICT, WITHOUT ROWID;

-- Never changed: each hash covers its row and the hash before it.
CREATE TABLE document_event (
    firm_id INTEGER NOT NULL REFERENCES firm (id),
    seq INTEGER NOT NULL,
    document_id INTEGER NOT NULL REFERENCES document (id),
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL,
    before TEXT,
    after TEXT NOT NULL,
    reason TEXT,
    hash BLOB NOT NULL,
    PRIMARY KEY (firm_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_event_by_document ON document_event (document_id);

CREATE TABLE batch (
    id INTEGER PRIMARY KEY,
    firm_id INTEGER NOT NULL REFERENCES firm (id),
    format TEXT NOT NULL,
    file TEXT NOT NULL,
    temp TEXT NOT NULL,
    sha256 BLOB NOT NULL,
    who TEXT NOT NULL,
    state TEXT NOT NULL,
    made_at TEXT NOT NULL,
    documents INTEGER NOT NULL,
    chain_head BLOB NOT NULL,
    version INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX batch_by_firm ON batch (firm_id);

CREATE TABLE batch_document (
    batch_id INTEGER NOT NULL REFERENCES batch (id),
    document_id INTEGER NOT NULL REFERENCES document (id),
    PRIMARY KEY (batch_id, document_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX batch_document_by_document ON batch_document (document_id);

CREATE TABLE fetch_log (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    firm_id INTEGER REFERENCES firm (id),
    name TEXT NOT NULL,
    payload TEXT NOT NULL
) STRICT;
CREATE INDEX fetch_log_by_firm ON fetch_log (firm_id);
