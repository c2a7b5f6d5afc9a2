-- Books that another program keeps, read back and compared with the buffer's documents.

CREATE TABLE book_import (
    id INTEGER PRIMARY KEY,
    firm_id INTEGER NOT NULL REFERENCES firm (id),
    source TEXT NOT NULL, -- jpk_v7m, jpk_pkpir, csv …
    month TEXT NOT NULL, -- YYYY-MM, or the year of a yearly book; a newer import of the same takes the older one's place
    file TEXT NOT NULL,
    sha256 BLOB NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    replaced INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX book_import_by_firm ON book_import (firm_id, source, month) WHERE replaced = 0;

CREATE TABLE book_row (
    import_id INTEGER NOT NULL REFERENCES book_import (id),
    firm_id INTEGER NOT NULL REFERENCES firm (id),
    register TEXT NOT NULL,
    position INTEGER NOT NULL,
    month TEXT NOT NULL,
    ksef_number TEXT NOT NULL, -- empty: it has none
    contractor TEXT NOT NULL,
    number_key TEXT NOT NULL, -- `model.matching.number_key`
    issued TEXT NOT NULL,
    gross INTEGER, -- grosze
    body TEXT NOT NULL, -- JSON of model.book_rows.BookRow
    document_id INTEGER REFERENCES document (id), -- the same document, by its number or by a person's answer
    current INTEGER NOT NULL DEFAULT 1, -- 0: its import was replaced
    PRIMARY KEY (import_id, register, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX book_row_by_ksef ON book_row (firm_id, ksef_number) WHERE current = 1 AND ksef_number <> '';
CREATE INDEX book_row_by_number ON book_row (firm_id, contractor, number_key) WHERE current = 1;
CREATE INDEX book_row_by_document ON book_row (document_id) WHERE document_id IS NOT NULL;

-- What a person said of a row of the books and a document that may be the same; it outlives a newer import.
CREATE TABLE book_answer (
    firm_id INTEGER NOT NULL REFERENCES firm (id),
    document_id INTEGER NOT NULL REFERENCES document (id),
    row_key TEXT NOT NULL, -- register, contractor, number key, issue day, gross: the row in whatever import
    answer TEXT NOT NULL, -- same, another, doubled
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    PRIMARY KEY (document_id, row_key)
) STRICT, WITHOUT ROWID;
