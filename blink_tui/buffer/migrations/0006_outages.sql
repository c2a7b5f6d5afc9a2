-- Failures and maintenance of KSeF, told by the Ministry's status service, which forgets them after a month.
CREATE TABLE outage (
    env TEXT NOT NULL,
    event TEXT NOT NULL,
    category TEXT NOT NULL,
    started TEXT NOT NULL, -- instants as they were told
    ended TEXT,
    title TEXT NOT NULL,
    PRIMARY KEY (env, event)
) STRICT, WITHOUT ROWID;

-- How each environment is, in that service's words, and when it was asked.
CREATE TABLE system_state (
    env TEXT NOT NULL PRIMARY KEY,
    asked TEXT NOT NULL,
    status TEXT,
    told TEXT, -- when it last told the status
    silent INTEGER NOT NULL -- it did not answer when it was last asked
) STRICT, WITHOUT ROWID;
