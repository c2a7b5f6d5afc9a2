-- Since when a firm is fetched for without a break: added, switched on again, or no longer paused. NULL: since ever.

ALTER TABLE firm ADD COLUMN watched_since TEXT;

-- What the fetch log told in all since the buffer was made; the row 'upto' is the last one that was counted.
CREATE TABLE counter (
    name TEXT NOT NULL,
    label TEXT NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (name, label)
) STRICT, WITHOUT ROWID;
