-- Since when a firm is fetched for without a break: added, switched on again, or no longer paused. NULL: since ever.

ALTER TABLE firm ADD COLUMN watched_since TEXT;
