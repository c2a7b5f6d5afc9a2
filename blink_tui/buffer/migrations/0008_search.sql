-- Search at a million documents, whose firms are whose, filters that people keep.

-- Three letters at a time of the search texts, which stay in their table: LIKE on this finds a rare word at once.
CREATE VIRTUAL TABLE document_words USING fts5 (
    text, content = 'document_search', content_rowid = 'document_id', tokenize = 'trigram', detail = none, columnsize = 0
);
INSERT INTO document_words (document_words) VALUES ('rebuild');
CREATE TRIGGER document_search_added AFTER INSERT ON document_search BEGIN
    INSERT INTO document_words (rowid, text) VALUES (new.document_id, new.text);
END;
CREATE TRIGGER document_search_changed AFTER UPDATE OF text ON document_search BEGIN
    INSERT INTO document_words (document_words, rowid, text) VALUES ('delete', old.document_id, old.text);
    INSERT INTO document_words (rowid, text) VALUES (new.document_id, new.text);
END;
CREATE TRIGGER document_search_removed AFTER DELETE ON document_search BEGIN
    INSERT INTO document_words (document_words, rowid, text) VALUES ('delete', old.document_id, old.text);
END;

ALTER TABLE firm ADD COLUMN accountant TEXT NOT NULL DEFAULT ''; -- a user of the system; empty: nobody's
ALTER TABLE firm ADD COLUMN labels TEXT NOT NULL DEFAULT ''; -- separated by commas

CREATE TABLE saved_filter (
    who TEXT NOT NULL,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    created TEXT NOT NULL, -- instant
    PRIMARY KEY (who, name)
) STRICT, WITHOUT ROWID;
