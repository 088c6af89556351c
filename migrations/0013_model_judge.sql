-- Whether a model holds the two candidates of a pair against each other; its one score of an item is kept at the first
-- candidate. NULL where it scored before this was kept.
ALTER TABLE model ADD COLUMN is_judge INTEGER CHECK (is_judge IN (0, 1));
