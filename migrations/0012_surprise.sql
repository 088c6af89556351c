-- Votes that a model held for unlikely, and what a second look decided of them. Kept with the review: a model that has
-- learned from it is surprised no more, and a vote that was given anew is another one.
CREATE TABLE surprise (
    -- The review's number in the log.
    review INTEGER PRIMARY KEY REFERENCES review (judgment),
    -- The id of the vote.
    vote BLOB NOT NULL CHECK (length(vote) = 16),
    -- Whether the reviewer agreed with it: the model was wrong, and the pair is one to train on.
    model_was_wrong INTEGER NOT NULL CHECK (model_was_wrong IN (0, 1))
) STRICT;

CREATE TRIGGER surprise_is_kept BEFORE UPDATE ON surprise
BEGIN SELECT RAISE (ABORT, 'judgments are append-only'); END;

CREATE TRIGGER surprise_is_not_deleted BEFORE DELETE ON surprise
BEGIN SELECT RAISE (ABORT, 'judgments are append-only'); END;
