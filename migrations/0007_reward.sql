-- Reward models: what they said of candidates, and what was predicted of votes before they were given.

-- Models whose scores the project holds, whether they are on this machine or not.
CREATE TABLE model (
    id INTEGER PRIMARY KEY,
    -- tiebreak_domain::ModelKey.
    key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    -- JSON: an array of strings, what its numbers are about.
    dimensions TEXT NOT NULL
) STRICT;

-- Derived: what can be computed again from the content by the same model.
CREATE TABLE score (
    model_id INTEGER NOT NULL REFERENCES model (id),
    -- The item's number * 16 + the candidate's place in the data's order.
    candidate INTEGER NOT NULL,
    -- Of the content as the model reads it: what is equal is scored once.
    input_key BLOB NOT NULL CHECK (length(input_key) = 16),
    -- Little-endian 32-bit floats, one a dimension; empty for a model that only embeds.
    scores BLOB NOT NULL,
    -- The same of its embedding; null where it gives none.
    embedding BLOB,
    PRIMARY KEY (model_id, candidate)
) STRICT, WITHOUT ROWID;

-- What was said of a vote before it was given: cannot be recovered later, because heads go on learning.
CREATE TABLE prediction (
    -- The judgment's id; a repeat that stands beside the log has one too.
    judgment BLOB NOT NULL CHECK (length(judgment) = 16),
    -- 'head', or a model's key.
    scorer TEXT NOT NULL,
    -- The question that was answered.
    question TEXT NOT NULL,
    -- The probability of each outcome, in the data's order.
    a REAL NOT NULL,
    tie REAL NOT NULL,
    b REAL NOT NULL,
    PRIMARY KEY (judgment, scorer, question)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER prediction_is_kept BEFORE UPDATE ON prediction
BEGIN SELECT RAISE (ABORT, 'predictions are append-only'); END;

CREATE TRIGGER prediction_is_not_deleted BEFORE DELETE ON prediction
BEGIN SELECT RAISE (ABORT, 'predictions are append-only'); END;

-- What was taken from a model in bulk: never among the judgments of people.
CREATE TABLE model_label (
    item_id INTEGER PRIMARY KEY REFERENCES item (id),
    scorer TEXT NOT NULL,
    a REAL NOT NULL,
    tie REAL NOT NULL,
    b REAL NOT NULL,
    accepted_at INTEGER NOT NULL
) STRICT;
