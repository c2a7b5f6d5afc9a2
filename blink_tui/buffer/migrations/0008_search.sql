-- Search at a million documents, whose firms are whose, filters that people keep.

-- Three letters at a time of the search texts, which stay in their table: LIKE on this finds a rare word at once.
-- Both are written by `buffer.search_text` alone.
CREATE VIRTUAL TABLE document_words USING fts5 (
    text, content = 'document_search', content_rowid = 'document_id', tokenize = 'trigram', detail = none, columnsize = 0
);
INSERT INTO document_words (document_words) VALUES ('rebuild');

-- Everything short that filters compare, in a sixth of the table's room and in the order of arrival: any filter over a
-- million documents is one reading of this, and a new document is only put at its end.
CREATE INDEX document_facts ON document (
    id, firm_id, direction, status, kind, currency, issue_date, received_date, gross_order, vat_month, attention,
    seller_value, buyer_value
);
-- What is rare is found at once; what most documents have in common is not kept.
CREATE INDEX document_unread ON document (id) WHERE problem IS NOT NULL;
CREATE INDEX document_foreign ON document (currency) WHERE currency <> 'PLN';
CREATE INDEX document_of_kind ON document (kind) WHERE kind <> 'Vat';
CREATE INDEX document_to_heed ON document (attention) WHERE attention > 1;
CREATE INDEX document_by_vat_month ON document (vat_month);

ALTER TABLE firm ADD COLUMN accountant TEXT NOT NULL DEFAULT ''; -- a user of the system; empty: nobody's
ALTER TABLE firm ADD COLUMN labels TEXT NOT NULL DEFAULT ''; -- separated by commas

CREATE TABLE saved_filter (
    who TEXT NOT NULL,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    created TEXT NOT NULL, -- instant
    PRIMARY KEY (who, name)
) STRICT, WITHOUT ROWID;
