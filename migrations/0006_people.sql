-- People: what a study asks of them, who they are, and how their work is shared out and looked after.

-- Every version ever set up; the highest is in force.
CREATE TABLE study (
    version INTEGER PRIMARY KEY,
    -- JSON.
    body TEXT NOT NULL,
    set_at INTEGER NOT NULL
) STRICT;

CREATE TRIGGER study_is_kept BEFORE UPDATE ON study
BEGIN SELECT RAISE (ABORT, 'a version of the study never changes'); END;

CREATE TRIGGER study_is_not_deleted BEFORE DELETE ON study
BEGIN SELECT RAISE (ABORT, 'a version of the study is never removed'); END;

-- What is known of an annotator beside the name. An empty project that becomes another lets its people go.
CREATE TABLE person (
    annotator_id INTEGER PRIMARY KEY REFERENCES annotator (id) ON DELETE CASCADE,
    is_lead INTEGER NOT NULL DEFAULT 0 CHECK (is_lead IN (0, 1)),
    -- JSON: an array of strings.
    tags TEXT NOT NULL DEFAULT '[]',
    consented_at INTEGER,
    -- The version of the study whose consent was given.
    consented_version INTEGER,
    arm TEXT,
    -- 0, 1, 2, … in the order in which people were drawn.
    arm_place INTEGER,
    -- Argon2id of the PIN, 32 bytes, under the salt.
    pin_salt BLOB CHECK (length(pin_salt) = 16),
    pin_hash BLOB CHECK (length(pin_hash) = 32),
    -- In a row, and when the last of them was given.
    wrong_pins INTEGER NOT NULL DEFAULT 0,
    wrong_pin_at INTEGER NOT NULL DEFAULT 0,
    CHECK ((pin_salt IS NULL) = (pin_hash IS NULL)),
    CHECK ((arm IS NULL) = (arm_place IS NULL))
) STRICT;

CREATE TABLE profile_answer (
    annotator_id INTEGER NOT NULL REFERENCES annotator (id) ON DELETE CASCADE,
    -- The field's key.
    field TEXT NOT NULL,
    -- JSON, an object with the kind's name as its only key: {"choice":"uk"}.
    value TEXT NOT NULL,
    answered_at INTEGER NOT NULL,
    PRIMARY KEY (annotator_id, field)
) STRICT, WITHOUT ROWID;

-- Items that are for something else than to be judged.
CREATE TABLE item_role (
    item_id INTEGER PRIMARY KEY REFERENCES item (id),
    role TEXT NOT NULL CHECK (role = 'training' OR role = 'gold' OR role = 'attention'),
    -- JSON: the role with its expected answers.
    body TEXT NOT NULL
) STRICT;

-- Items that were offered and are kept for whoever was offered them until then.
CREATE TABLE lease (
    item_id INTEGER NOT NULL REFERENCES item (id),
    annotator_id INTEGER NOT NULL REFERENCES annotator (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (item_id, annotator_id)
) STRICT, WITHOUT ROWID;

-- What was said of items that were offered again unannounced: a log of its own, so that it never takes the place
-- of the judgment it is held against. Of each annotator on each item the last row counts; it may be withdrawn.
CREATE TABLE repeat_judgment (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    annotator_id INTEGER NOT NULL REFERENCES annotator (id),
    item_id INTEGER NOT NULL REFERENCES item (id),
    -- The id of the judgment that was in force when the item was offered again.
    repeat_of BLOB NOT NULL CHECK (length(repeat_of) = 16),
    -- JSON: the judgment as it was handed over, its showing included.
    body TEXT NOT NULL,
    recorded_at INTEGER NOT NULL
) STRICT;

CREATE INDEX repeat_judgment_of ON repeat_judgment (annotator_id, item_id);

CREATE TRIGGER repeat_judgment_is_kept BEFORE UPDATE ON repeat_judgment
BEGIN SELECT RAISE (ABORT, 'judgments are append-only'); END;

CREATE TRIGGER repeat_judgment_is_not_deleted BEFORE DELETE ON repeat_judgment
BEGIN SELECT RAISE (ABORT, 'judgments are append-only'); END;

-- Judgments that are reviews: their origin, which has no word in the table of judgments.
CREATE TABLE review (
    -- Its number in the log.
    judgment INTEGER PRIMARY KEY REFERENCES judgment (number)
) STRICT;

CREATE TRIGGER review_is_kept BEFORE UPDATE ON review
BEGIN SELECT RAISE (ABORT, 'judgments are append-only'); END;

CREATE TRIGGER review_is_not_deleted BEFORE DELETE ON review
BEGIN SELECT RAISE (ABORT, 'judgments are append-only'); END;

-- Where a merge found that somebody had judged an item in both copies.
CREATE TABLE merge_conflict (
    item_id INTEGER NOT NULL REFERENCES item (id),
    annotator_id INTEGER NOT NULL REFERENCES annotator (id),
    PRIMARY KEY (item_id, annotator_id)
) STRICT, WITHOUT ROWID;
