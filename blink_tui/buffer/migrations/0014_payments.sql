-- Lists of payments: each document in one, and what the register of VAT payers said of its account.

CREATE TABLE payment_batch (
    id INTEGER PRIMARY KEY,
    firm_id INTEGER NOT NULL REFERENCES firm (id),
    currency TEXT NOT NULL,
    file TEXT NOT NULL, -- where it is to stand
    temp TEXT NOT NULL, -- where it was written
    sha256 BLOB NOT NULL,
    size INTEGER NOT NULL,
    folder INTEGER, -- number of the folder's inode, by which it is known again
    state TEXT NOT NULL, -- placing, placed, withdrawing, cancelled
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    documents INTEGER NOT NULL,
    total INTEGER NOT NULL, -- minor units of the currency
    cancelled_at TEXT,
    cancelled_by TEXT,
    cancel_reason TEXT
) STRICT;
CREATE INDEX payment_batch_by_firm ON payment_batch (firm_id);
CREATE INDEX payment_batch_unsettled ON payment_batch (state) WHERE state IN ('placing', 'withdrawing');

CREATE TABLE payment (
    batch_id INTEGER NOT NULL REFERENCES payment_batch (id),
    document_id INTEGER NOT NULL REFERENCES document (id),
    amount INTEGER NOT NULL, -- minor units; of the document itself, below zero for a correction
    account TEXT NOT NULL,
    account_check TEXT NOT NULL, -- model.transfers.AccountCheck
    checked_on TEXT NOT NULL, -- day of the register's file; empty where it was not asked
    title TEXT NOT NULL,
    pays_with INTEGER REFERENCES document (id), -- of a correction: the document whose payment it lessens
    cancelled INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (batch_id, document_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX payment_once ON payment (document_id) WHERE cancelled = 0;
