-- Who works on a firm's role right now; a lease that is not renewed ends by itself.
CREATE TABLE lease (
    firm_id INTEGER NOT NULL REFERENCES firm (id),
    role TEXT NOT NULL,
    holder TEXT NOT NULL,
    until TEXT NOT NULL, -- sortable key of an instant
    PRIMARY KEY (firm_id, role)
) STRICT, WITHOUT ROWID;
CREATE INDEX lease_by_holder ON lease (holder);
