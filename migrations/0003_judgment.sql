-- What is said of items: an append-only log, what was on the screen for it, and the last word derived from it.

-- What was on the screen. 64-bit counts without a sign are stored as the signed number of the same bits.
CREATE TABLE showing (
    id INTEGER PRIMARY KEY,
    -- Candidate indices from left to right: '1,0'.
    candidate_order TEXT NOT NULL,
    models_visible INTEGER NOT NULL CHECK (models_visible IN (0, 1)),
    scores_visible INTEGER NOT NULL CHECK (scores_visible IN (0, 1)),
    shown_at INTEGER NOT NULL,
    first_input_at INTEGER,
    submitted_at INTEGER NOT NULL,
    active_ms INTEGER NOT NULL,
    idle_ms INTEGER NOT NULL,
    utc_offset_minutes INTEGER NOT NULL,
    app_version TEXT NOT NULL,
    session INTEGER NOT NULL,
    -- How the item came to be offered, and with what probability: cannot be recovered later.
    acquisition_method TEXT NOT NULL,
    acquisition_score REAL,
    propensity REAL NOT NULL,
    -- Points, points, pixels per point.
    window_width REAL NOT NULL,
    window_height REAL NOT NULL,
    pixels_per_point REAL NOT NULL
) STRICT;

CREATE TABLE judgment (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    item_id INTEGER NOT NULL REFERENCES item (id),
    annotator_id INTEGER NOT NULL REFERENCES annotator (id),
    -- 1, 2, 3, … for each annotator and item.
    revision INTEGER NOT NULL CHECK (revision >= 1),
    -- The id of the revision before.
    supersedes BLOB CHECK (length(supersedes) = 16),
    verdict TEXT NOT NULL CHECK (verdict = 'judged' OR verdict = 'skipped' OR verdict = 'withdrawn'),
    flagged INTEGER NOT NULL CHECK (flagged IN (0, 1)),
    comment TEXT NOT NULL,
    rubric_version INTEGER NOT NULL,
    showing_id INTEGER REFERENCES showing (id),
    origin TEXT NOT NULL CHECK (origin IN ('screen', 'label')),
    recorded_at INTEGER NOT NULL,
    UNIQUE (annotator_id, item_id, revision)
) STRICT;

-- A showing is of one judgment; labels have none.
CREATE UNIQUE INDEX judgment_of_showing ON judgment (showing_id) WHERE showing_id IS NOT NULL;

CREATE TABLE answer (
    -- The judgment's number * 64 + the answer's place in it.
    id INTEGER PRIMARY KEY,
    question TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (
        outcome = 'a' OR outcome = 'b' OR outcome = 'tie' OR outcome = 'both_bad' OR outcome = 'unratable'
    ),
    strength TEXT CHECK (strength = 'slightly' OR strength = 'clearly' OR strength = 'much'),
    reason TEXT
) STRICT;

-- Derived: the highest revision of each annotator on each item, with its first answer.
CREATE TABLE latest (
    annotator_id INTEGER NOT NULL,
    item_id INTEGER NOT NULL,
    -- Its number in the log.
    judgment INTEGER NOT NULL,
    -- verdict, outcome, strength and flag in one number, because a project of a million judgments reads all
    -- of them when it opens: verdict (0 withdrawn, 1 skipped, 2 judged) + 4 * outcome (0 none, 1 a, 2 b,
    -- 3 tie, 4 both bad, 5 unratable) + 32 * strength (0 none, 1 to 3) + 128 * flagged.
    state INTEGER NOT NULL,
    PRIMARY KEY (annotator_id, item_id)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER judgment_is_kept BEFORE UPDATE ON judgment
BEGIN SELECT RAISE (ABORT, 'judgments are append-only'); END;

CREATE TRIGGER judgment_is_not_deleted BEFORE DELETE ON judgment
BEGIN SELECT RAISE (ABORT, 'judgments are append-only'); END;

CREATE TRIGGER showing_is_kept BEFORE UPDATE ON showing
BEGIN SELECT RAISE (ABORT, 'showings are append-only'); END;

CREATE TRIGGER showing_is_not_deleted BEFORE DELETE ON showing
BEGIN SELECT RAISE (ABORT, 'showings are append-only'); END;

CREATE TRIGGER answer_is_kept BEFORE UPDATE ON answer
BEGIN SELECT RAISE (ABORT, 'answers are append-only'); END;

CREATE TRIGGER answer_is_not_deleted BEFORE DELETE ON answer
BEGIN SELECT RAISE (ABORT, 'answers are append-only'); END;
