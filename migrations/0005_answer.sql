-- Answers of every kind, what stands beside a prompt, drafts, and logs that a merge can put in order.

CREATE TABLE answer_of_any_kind (
    -- The judgment's number * 4096 + the answer's place in it.
    id INTEGER PRIMARY KEY,
    question TEXT NOT NULL,
    -- By the data's order; null where the question is about all of them.
    candidate INTEGER CHECK (candidate >= 0),
    -- A preference: these three.
    outcome TEXT CHECK (
        outcome = 'a' OR outcome = 'b' OR outcome = 'tie' OR outcome = 'both_bad' OR outcome = 'unratable'
    ),
    strength TEXT CHECK (strength = 'slightly' OR strength = 'clearly' OR strength = 'much'),
    reason TEXT,
    -- A rating: its value.
    rating INTEGER,
    -- Any other kind: JSON, an object with the kind's name as its only key: {"choice":"safety"}.
    value TEXT,
    CHECK ((outcome IS NOT NULL) + (rating IS NOT NULL) + (value IS NOT NULL) = 1)
) STRICT;

INSERT INTO answer_of_any_kind (id, question, outcome, strength, reason)
SELECT (id / 64) * 4096 + id % 64, question, outcome, strength, reason FROM answer ORDER BY id;

-- Its triggers go with it.
DROP TABLE answer;

ALTER TABLE answer_of_any_kind RENAME TO answer;

CREATE TRIGGER answer_is_kept BEFORE UPDATE ON answer
BEGIN SELECT RAISE (ABORT, 'answers are append-only'); END;

CREATE TRIGGER answer_is_not_deleted BEFORE DELETE ON answer
BEGIN SELECT RAISE (ABORT, 'answers are append-only'); END;

-- JSON: an array of kind, title and parts; null where it would be empty.
ALTER TABLE item ADD COLUMN context TEXT;

DROP TRIGGER item_content_is_kept;

CREATE TRIGGER item_content_is_kept
BEFORE UPDATE OF id, content_key, source_id, external_id, prompt, candidates, metadata, context ON item
BEGIN SELECT RAISE (ABORT, 'the content of an item never changes'); END;

-- Answers that nobody has submitted. They change, are never exported, and go when a judgment is stored.
CREATE TABLE draft (
    annotator_id INTEGER NOT NULL REFERENCES annotator (id),
    item_id INTEGER NOT NULL REFERENCES item (id),
    -- JSON.
    body TEXT NOT NULL,
    saved_at INTEGER NOT NULL,
    PRIMARY KEY (annotator_id, item_id)
) STRICT, WITHOUT ROWID;

-- What was said never changes. Its place in its log does where a merge brings in what the same annotator said
-- of the same item in another copy; the log's last word is taken out first, and derived again after.
DROP TRIGGER judgment_is_kept;

CREATE TRIGGER judgment_is_kept
BEFORE UPDATE OF number, id, item_id, annotator_id, verdict, flagged, comment, rubric_version, showing_id, origin,
    recorded_at ON judgment
BEGIN SELECT RAISE (ABORT, 'judgments are append-only'); END;

CREATE TRIGGER judgment_stays_in_its_place
BEFORE UPDATE OF revision, supersedes ON judgment
WHEN EXISTS (SELECT 1 FROM latest l WHERE l.annotator_id = OLD.annotator_id AND l.item_id = OLD.item_id)
BEGIN SELECT RAISE (ABORT, 'judgments are append-only'); END;
