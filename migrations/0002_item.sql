-- What is judged, and the files it came from.

CREATE TABLE source (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    media_folder TEXT,
    fetches_addresses INTEGER NOT NULL CHECK (fetches_addresses IN (0, 1)),
    blake3 TEXT NOT NULL,
    imported_at INTEGER NOT NULL
) STRICT;

-- Runs of items with one source: the source of a million items is known without looking at one.
CREATE TABLE source_range (
    first_item INTEGER PRIMARY KEY,
    last_item INTEGER NOT NULL CHECK (last_item >= first_item),
    source_id INTEGER NOT NULL REFERENCES source (id)
) STRICT;

-- Rows are numbered 1, 2, 3, … in file order and never removed.
CREATE TABLE item (
    id INTEGER PRIMARY KEY,
    -- tiebreak_domain::Item::key; 16 bytes.
    content_key BLOB NOT NULL UNIQUE,
    source_id INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'excluded', 'deleted')),
    external_id TEXT,
    -- JSON: the parts of the prompt.
    prompt TEXT NOT NULL,
    -- JSON: an object; null where it would be empty.
    metadata TEXT
) STRICT;

CREATE INDEX item_out_of_play ON item (status) WHERE status <> 'active';

-- id = item_id * 16 + index, so that candidates lie in the order of their items and need no other index.
CREATE TABLE candidate (
    id INTEGER PRIMARY KEY,
    model TEXT,
    -- JSON: its parts.
    parts TEXT NOT NULL,
    -- JSON: an object; null where it would be empty.
    metadata TEXT
) STRICT;

CREATE TRIGGER item_content_is_kept
BEFORE UPDATE OF id, content_key, source_id, external_id, prompt, metadata ON item
BEGIN SELECT RAISE (ABORT, 'the content of an item never changes'); END;

CREATE TRIGGER item_is_kept BEFORE DELETE ON item
BEGIN SELECT RAISE (ABORT, 'an item is never removed, only its status changes'); END;

CREATE TRIGGER candidate_content_is_kept BEFORE UPDATE ON candidate
BEGIN SELECT RAISE (ABORT, 'the content of a candidate never changes'); END;

CREATE TRIGGER candidate_is_kept BEFORE DELETE ON candidate
BEGIN SELECT RAISE (ABORT, 'a candidate is never removed'); END;
