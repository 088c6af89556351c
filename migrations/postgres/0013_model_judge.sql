-- Whether a model holds the two candidates of a pair against each other.
ALTER TABLE model ADD COLUMN is_judge BIGINT CHECK (is_judge IN (0, 1));
