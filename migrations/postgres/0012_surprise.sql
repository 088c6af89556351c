-- Votes that a model held for unlikely, and what a second look decided of them.
CREATE TABLE surprise (
    review BIGINT PRIMARY KEY REFERENCES review (judgment),
    vote BYTEA NOT NULL CHECK (length(vote) = 16),
    model_was_wrong BIGINT NOT NULL CHECK (model_was_wrong IN (0, 1))
);

CREATE TRIGGER surprise_is_kept BEFORE UPDATE ON surprise
FOR EACH ROW EXECUTE FUNCTION refuse('judgments are append-only');

CREATE TRIGGER surprise_is_not_deleted BEFORE DELETE ON surprise
FOR EACH ROW EXECUTE FUNCTION refuse('judgments are append-only');
