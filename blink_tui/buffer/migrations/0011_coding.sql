-- Books of firms, rules and schemes, what documents become in the books, months that are closed.
-- `body` is JSON of the model's values (`buffer.bodies`); what is asked for stands in columns beside it.

CREATE TABLE books (
    firm_id INTEGER PRIMARY KEY REFERENCES firm (id),
    body TEXT NOT NULL,
    -- Of the body, for conditions:
    sales_elsewhere INTEGER NOT NULL,
    purchases_elsewhere INTEGER NOT NULL,
    four_eyes_from INTEGER, -- gross in grosze; NULL: no four eyes
    stamp INTEGER NOT NULL DEFAULT 1, -- grows with whatever proposals rest on: those of an earlier one are made anew
    version INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE TABLE account (
    firm_id INTEGER NOT NULL REFERENCES firm (id),
    number TEXT NOT NULL,
    name TEXT NOT NULL,
    open INTEGER NOT NULL DEFAULT 1,
    search TEXT NOT NULL, -- number and name, folded
    PRIMARY KEY (firm_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE contractor (
    firm_id INTEGER NOT NULL REFERENCES firm (id),
    nip TEXT NOT NULL,
    name TEXT NOT NULL,
    code TEXT NOT NULL,
    payable TEXT NOT NULL,
    receivable TEXT NOT NULL,
    PRIMARY KEY (firm_id, nip)
) STRICT, WITHOUT ROWID;

CREATE TABLE dimension_value (
    firm_id INTEGER NOT NULL REFERENCES firm (id),
    dimension TEXT NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (firm_id, dimension, code)
) STRICT, WITHOUT ROWID;

CREATE TABLE exchange_rate (
    currency TEXT NOT NULL,
    day TEXT NOT NULL,
    rate TEXT NOT NULL, -- decimal
    table_number TEXT NOT NULL,
    PRIMARY KEY (currency, day)
) STRICT, WITHOUT ROWID;

-- Rules and schemes, every version for ever: an event names the one that was used. Firm 0 is the whole office.
CREATE TABLE rulebook (
    firm_id INTEGER NOT NULL,
    kind TEXT NOT NULL, -- 'rule', 'scheme' or 'source' (what a direction and kind become in the target)
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    text TEXT NOT NULL, -- TOML; empty: taken out of use
    digest TEXT NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    shipped INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (firm_id, kind, name, version)
) STRICT, WITHOUT ROWID;

-- `books.stamp` with which the document's proposal was made; a smaller one, as 0, waits for a new one. A negative one waits
-- as well, but holds until then: more is known by now, and what it rests on is still so.
ALTER TABLE document ADD COLUMN proposed INTEGER NOT NULL DEFAULT 0;
CREATE INDEX document_to_propose ON document (firm_id, proposed, id) WHERE status = 'fetched';

-- What the program would do; derived, so it can be made anew at any time.
CREATE TABLE proposal (
    document_id INTEGER PRIMARY KEY REFERENCES document (id),
    why TEXT NOT NULL, -- Proposal without its coding
    automatic INTEGER NOT NULL, -- 1: to be coded without a person; 0 again once that was tried
    body TEXT NOT NULL, -- Coding
    -- Of the body, so that coding a hundred thousand documents reads none of them:
    ground TEXT NOT NULL, -- rule, scheme and digest of the body, as the event names them
    scheme TEXT NOT NULL, -- name; empty: none
    rule TEXT NOT NULL,
    parameters TEXT NOT NULL, -- JSON
    complete INTEGER NOT NULL,
    vat_month TEXT NOT NULL, -- YYYY-MM; empty where it is not known
    months TEXT NOT NULL, -- every month that it puts something into, separated by spaces
    registers TEXT NOT NULL, -- JSON: month, register, field, position, amount, marks
    teaches INTEGER NOT NULL -- whether no written rule decided, so that it is remembered for the contractor
) STRICT;

-- Counted over all firms without reading bodies.
CREATE INDEX proposal_ready ON proposal (document_id) WHERE complete = 1;
CREATE INDEX proposal_by_scheme ON proposal (scheme, complete);
CREATE INDEX proposal_automatic ON proposal (document_id) WHERE automatic = 1;

-- What a person or a rule decided; a draft until the document is coded.
CREATE TABLE coding (
    document_id INTEGER PRIMARY KEY REFERENCES document (id),
    firm_id INTEGER NOT NULL REFERENCES firm (id),
    direction TEXT NOT NULL,
    contractor TEXT NOT NULL, -- number of the seller, of the buyer for a sale; empty where it has none
    text_key TEXT NOT NULL, -- `document_trait.text_key`; empty where there is none
    state TEXT NOT NULL, -- 'draft' or 'coded'
    body TEXT NOT NULL,
    ground TEXT NOT NULL,
    scheme TEXT NOT NULL,
    rule TEXT NOT NULL,
    parameters TEXT NOT NULL,
    complete INTEGER NOT NULL,
    vat_month TEXT NOT NULL,
    months TEXT NOT NULL,
    registers TEXT NOT NULL,
    teaches INTEGER NOT NULL,
    month_before TEXT NOT NULL, -- document.vat_month as it is without the coding
    at TEXT NOT NULL,
    who TEXT NOT NULL, -- the coder: a user, or the program
    version INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX coding_draft ON coding (firm_id) WHERE state = 'draft';
CREATE INDEX coding_by_scheme ON coding (scheme);
CREATE INDEX coding_by_coder ON coding (who, state);
CREATE INDEX coding_of_contractor ON coding (firm_id, direction, contractor, at) WHERE state = 'coded';

-- Register amounts of coded documents, so that a month's registers are summed without reading bodies.
CREATE TABLE register_amount (
    firm_id INTEGER NOT NULL REFERENCES firm (id),
    month TEXT NOT NULL, -- empty until a payment tells it
    register TEXT NOT NULL,
    field TEXT NOT NULL,
    document_id INTEGER NOT NULL REFERENCES document (id),
    position INTEGER NOT NULL,
    amount INTEGER NOT NULL,
    marks TEXT NOT NULL,
    PRIMARY KEY (firm_id, month, register, field, document_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX register_amount_by_document ON register_amount (document_id);

-- What was accepted for a seller's documents of a kind: it proposes, it never decides.
CREATE TABLE learned (
    firm_id INTEGER NOT NULL REFERENCES firm (id),
    seller TEXT NOT NULL,
    direction TEXT NOT NULL,
    text_key TEXT NOT NULL, -- of the rows' names and rates; empty: any document of the seller
    scheme TEXT NOT NULL,
    parameters TEXT NOT NULL, -- JSON
    uses INTEGER NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (firm_id, seller, direction, text_key, scheme, parameters)
) STRICT, WITHOUT ROWID;

-- Closing pages as they were signed off; they outlive the lock and are never deleted.
CREATE TABLE closing_page (
    id INTEGER PRIMARY KEY, -- in the order of signing
    firm_id INTEGER NOT NULL REFERENCES firm (id),
    month TEXT NOT NULL,
    sha256 TEXT NOT NULL, -- of the body, in hex, as the event month-signed names it
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    body TEXT NOT NULL, -- JSON
    UNIQUE (firm_id, month, sha256)
) STRICT;

-- Months that nothing may be put into any more.
CREATE TABLE month_lock (
    firm_id INTEGER NOT NULL REFERENCES firm (id),
    month TEXT NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    chain_head BLOB NOT NULL,
    signed TEXT, -- sha256 of the closing page that was signed off; NULL: locked without one
    PRIMARY KEY (firm_id, month),
    FOREIGN KEY (firm_id, month, signed) REFERENCES closing_page (firm_id, month, sha256)
) STRICT, WITHOUT ROWID;
CREATE INDEX month_lock_by_month ON month_lock (month); -- of all firms

-- Questions about documents, numbered within a firm, with their answers.
CREATE TABLE question (
    firm_id INTEGER NOT NULL REFERENCES firm (id),
    number INTEGER NOT NULL,
    document_id INTEGER NOT NULL REFERENCES document (id),
    text TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    exported_at TEXT, -- when it was last put on a list for the client
    answer TEXT,
    answered_at TEXT,
    answered_by TEXT,
    closed_at TEXT, -- when the document went back to where it was
    taken_back INTEGER NOT NULL DEFAULT 0, -- the decision that asked it was undone
    PRIMARY KEY (firm_id, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX question_by_document ON question (document_id);
CREATE INDEX question_open ON question (firm_id) WHERE closed_at IS NULL;

-- Changes of a firm itself (books, rules, locked months), links of the same chain as its documents' events.
CREATE TABLE firm_event (
    firm_id INTEGER NOT NULL REFERENCES firm (id),
    seq INTEGER NOT NULL,
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL,
    before TEXT,
    after TEXT NOT NULL,
    reason TEXT,
    hash BLOB NOT NULL,
    PRIMARY KEY (firm_id, seq)
) STRICT, WITHOUT ROWID;

-- State, coder and time of a document's coding before a decision that changed them; NULL: it had none.
ALTER TABLE decision_document ADD COLUMN coding TEXT;
