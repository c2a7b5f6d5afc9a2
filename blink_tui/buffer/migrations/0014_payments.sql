-- Lists of payments: each document in one, and what the register of VAT payers said of its account.

CREATE TABLE payment_batch (
    id INTEGER PRIMARY KEY,
    firm_id INTEGER NOT NULL REFERENCES firm (id),
    file TEXT NOT NULL,
    temp TEXT NOT NULL,
    sha256 BLOB NOT NULL,
    state TEXT NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    payments INTEGER NOT NULL,
    cancelled_at TEXT,
    cancelled_by TEXT,
    cancel_reason TEXT
) STRICT;
CREATE INDEX payment_batch_by_firm ON payment_batch (firm_id);

CREATE TABLE payment (
    batch_id INTEGER NOT NULL REFERENCES payment_batch (id),
    document_id INTEGER NOT NULL REFERENCES document (id),
    amount INTEGER NOT NULL, -- minor units of the currency; what is paid for this document
    currency TEXT NOT NULL,
    account TEXT NOT NULL,
    account_check TEXT NOT NULL, -- listed, missing, unchecked
    checked_on TEXT NOT NULL, -- day of the register's file; empty where unchecked
    cancelled INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (batch_id, document_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX payment_once ON payment (document_id) WHERE cancelled = 0;
