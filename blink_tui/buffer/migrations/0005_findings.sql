-- What the second stage finds: in a document's content, beside the firm's other documents, and what joins them.

ALTER TABLE document ADD COLUMN attention INTEGER NOT NULL DEFAULT 0; -- the gravest finding; 0 is none
-- Version of the comparison with other documents. It waits for one below 1: even numbers mean not yet compared, odd
-- ones again, since another one has changed; each further change takes 2 off.
ALTER TABLE document ADD COLUMN compared INTEGER NOT NULL DEFAULT 0;
CREATE INDEX document_to_compare ON document (firm_id) WHERE compared < 1 AND derived_version > 0;

-- English sentences of findings, each once.
CREATE TABLE sentence (
    id INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE document_finding (
    document_id INTEGER NOT NULL REFERENCES document (id),
    source TEXT NOT NULL, -- content or history
    position INTEGER NOT NULL,
    kind TEXT NOT NULL,
    severity INTEGER NOT NULL,
    sentence_id INTEGER NOT NULL REFERENCES sentence (id),
    places TEXT NOT NULL, -- JSON: what stands in the sentence's places
    fields TEXT NOT NULL, -- JSON: fields that were looked at
    PRIMARY KEY (document_id, source, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_finding_by_kind ON document_finding (kind, document_id);

-- What documents are compared by; a seller's history in a firm is one range of it.
CREATE TABLE document_trait (
    firm_id INTEGER NOT NULL REFERENCES firm (id),
    seller TEXT NOT NULL,
    received_date TEXT NOT NULL,
    document_id INTEGER NOT NULL REFERENCES document (id),
    ksef_number TEXT NOT NULL,
    kind TEXT NOT NULL,
    number_key TEXT NOT NULL,
    issued TEXT NOT NULL,
    term INTEGER, -- days from issue to the first due date; NULL where there is none or it is paid
    gross INTEGER,
    currency TEXT NOT NULL,
    text_key INTEGER,
    accounts TEXT NOT NULL, -- of purchases, separated by spaces
    PRIMARY KEY (firm_id, seller, received_date, document_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_trait_by_gross ON document_trait (seller, gross, issued);
CREATE INDEX document_trait_by_text ON document_trait (text_key, received_date) WHERE text_key IS NOT NULL;

-- Since when an account was seen with a seller, a factor's accounts left out.
CREATE TABLE seller_account (
    account TEXT NOT NULL,
    seller TEXT NOT NULL,
    name TEXT NOT NULL,
    since TEXT NOT NULL,
    PRIMARY KEY (account, seller)
) STRICT, WITHOUT ROWID;

CREATE TABLE document_link (
    document_id INTEGER NOT NULL REFERENCES document (id),
    position INTEGER NOT NULL,
    firm_id INTEGER NOT NULL REFERENCES firm (id),
    seller TEXT NOT NULL,
    kind TEXT NOT NULL,
    to_ksef TEXT,
    to_number TEXT NOT NULL,
    to_key TEXT NOT NULL, -- number key of to_number
    issued TEXT NOT NULL,
    was_buyer TEXT,
    PRIMARY KEY (document_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX document_link_by_ksef ON document_link (to_ksef) WHERE to_ksef IS NOT NULL;
CREATE INDEX document_link_by_number ON document_link (firm_id, seller, to_key) WHERE to_ksef IS NULL;
