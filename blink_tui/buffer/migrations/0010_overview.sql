-- What the screens that tell how things stand are counted by: each is read in the order of its index.

-- Months: every count and sum of one month is one range; sums over months go in order.
CREATE INDEX document_by_month ON document (
    vat_month, direction, currency, firm_id, status, gross, received_date, issue_date
);
-- What waits for a decision, whatever number of documents is settled.
CREATE INDEX document_undecided ON document (
    direction, firm_id, currency, received_date, gross, attention, status
) WHERE status = 'fetched';
-- What went wrong, among a million events that did not.
CREATE INDEX fetch_log_errors ON fetch_log (firm_id)
    WHERE name IN ('pass-failed', 'login-failed', 'document-quarantined');
