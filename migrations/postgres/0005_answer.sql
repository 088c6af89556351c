-- Answers of every kind, what stands beside a prompt, drafts, and logs that a merge can put in order.

CREATE TABLE answer (
    id BIGINT PRIMARY KEY,
    question TEXT NOT NULL,
    candidate BIGINT CHECK (candidate >= 0),
    outcome TEXT CHECK (
        outcome = 'a' OR outcome = 'b' OR outcome = 'tie' OR outcome = 'both_bad' OR outcome = 'unratable'
    ),
    strength TEXT CHECK (strength = 'slightly' OR strength = 'clearly' OR strength = 'much'),
    reason TEXT,
    rating BIGINT,
    value TEXT,
    CHECK (num_nonnulls(outcome, rating, value) = 1)
);

CREATE TRIGGER answer_is_kept BEFORE UPDATE ON answer
FOR EACH ROW EXECUTE FUNCTION refuse('answers are append-only');

CREATE TRIGGER answer_is_not_deleted BEFORE DELETE ON answer
FOR EACH ROW EXECUTE FUNCTION refuse('answers are append-only');

ALTER TABLE item ADD COLUMN context TEXT;

DROP TRIGGER item_content_is_kept ON item;

CREATE TRIGGER item_content_is_kept
BEFORE UPDATE OF id, content_key, source_id, external_id, prompt, candidates, metadata, context ON item
FOR EACH ROW EXECUTE FUNCTION refuse('the content of an item never changes');

CREATE TABLE draft (
    annotator_id BIGINT NOT NULL REFERENCES annotator (id),
    item_id BIGINT NOT NULL REFERENCES item (id),
    body TEXT NOT NULL,
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (annotator_id, item_id)
);

CREATE TRIGGER judgment_is_kept
BEFORE UPDATE OF number, id, item_id, annotator_id, verdict, flagged, comment, rubric_version, showing_id, origin,
    recorded_at ON judgment
FOR EACH ROW EXECUTE FUNCTION refuse('judgments are append-only');

CREATE FUNCTION refuse_move_of_last_word() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM latest l WHERE l.annotator_id = OLD.annotator_id AND l.item_id = OLD.item_id
    ) THEN
        RAISE EXCEPTION 'judgments are append-only';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER judgment_stays_in_its_place
BEFORE UPDATE OF revision, supersedes ON judgment
FOR EACH ROW EXECUTE FUNCTION refuse_move_of_last_word();
