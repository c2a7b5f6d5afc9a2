-- Books that another program keeps, read back and compared with the buffer's documents.

CREATE TABLE book_import (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice: what clears one away takes no other for it
    firm_id INTEGER NOT NULL REFERENCES firm (id),
    source TEXT NOT NULL, -- jpk_v7m, jpk_pkpir, table-sales …
    first_month TEXT NOT NULL, -- YYYY-MM; a newer import of a source takes the older one's place in its months
    last_month TEXT NOT NULL,
    version TEXT NOT NULL, -- of the form; empty for a table
    purpose TEXT NOT NULL, -- 1: filed first, 2: a correction; empty for a table
    filed INTEGER NOT NULL, -- it was sent to the tax office
    file TEXT NOT NULL,
    sha256 BLOB NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    rows INTEGER NOT NULL,
    state TEXT NOT NULL -- reading: nothing of it counts yet; current; replaced; past: its rows are cleared away
) STRICT;
CREATE INDEX book_import_of_firm ON book_import (firm_id, state, source);

CREATE TABLE book_row (
    import_id INTEGER NOT NULL REFERENCES book_import (id),
    register TEXT NOT NULL,
    position INTEGER NOT NULL,
    firm_id INTEGER NOT NULL REFERENCES firm (id),
    month TEXT NOT NULL,
    side TEXT NOT NULL, -- sale or purchase: whose document it is
    ksef_number TEXT NOT NULL, -- empty: it has none
    number_key TEXT NOT NULL, -- `model.matching.number_key`
    row_key TEXT NOT NULL, -- register, contractor, number key, day, gross: the row in whatever import
    body TEXT NOT NULL, -- JSON of model.book_rows.BookRow
    document_id INTEGER REFERENCES document (id), -- the same document, by its number or by a person's answer
    settled INTEGER NOT NULL DEFAULT 0, -- its document was booked, or cannot be
    PRIMARY KEY (import_id, register, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX book_row_by_ksef ON book_row (firm_id, ksef_number) WHERE ksef_number <> '';
CREATE INDEX book_row_by_number ON book_row (firm_id, number_key) WHERE document_id IS NULL AND number_key <> '';
CREATE INDEX book_row_by_document ON book_row (document_id) WHERE document_id IS NOT NULL;
CREATE INDEX book_row_to_settle ON book_row (firm_id) WHERE document_id IS NOT NULL AND settled = 0;

-- What the rows of an import make together, so that a month is summed without reading them; rows marked FP left out.
CREATE TABLE book_sum (
    import_id INTEGER NOT NULL REFERENCES book_import (id),
    month TEXT NOT NULL,
    register TEXT NOT NULL,
    field TEXT NOT NULL,
    amount INTEGER NOT NULL, -- grosze
    PRIMARY KEY (import_id, month, register, field)
) STRICT, WITHOUT ROWID;
CREATE INDEX book_sum_by_month ON book_sum (month);

-- A row and a document that may be the same and that nobody was asked about yet.
CREATE TABLE book_question (
    document_id INTEGER NOT NULL REFERENCES document (id),
    import_id INTEGER NOT NULL REFERENCES book_import (id),
    register TEXT NOT NULL,
    position INTEGER NOT NULL,
    differs TEXT NOT NULL, -- what does not agree (amount, date, number); empty: everything that is known does
    PRIMARY KEY (document_id, import_id, register, position),
    FOREIGN KEY (import_id, register, position) REFERENCES book_row (import_id, register, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX book_question_of_row ON book_question (import_id, register, position);

-- What a person said of a row of the books and a document that may be the same; it outlives a newer import.
CREATE TABLE book_answer (
    document_id INTEGER NOT NULL REFERENCES document (id),
    row_key TEXT NOT NULL,
    answer TEXT NOT NULL, -- same, another, doubled
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (document_id, row_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX book_answer_by_row ON book_answer (row_key);

-- Documents by their number, whoever issued them: rows of books often name nothing better.
CREATE INDEX document_trait_by_number ON document_trait (firm_id, number_key) WHERE number_key <> '';
