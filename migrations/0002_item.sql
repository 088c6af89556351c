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
    content_key BLOB NOT NULL,
    source_id INTEGER NOT NULL,
    -- Spelled out, here and below: for IN with three words and more SQLite builds a table at every insert.
    status TEXT NOT NULL CHECK (status = 'active' OR status = 'excluded' OR status = 'deleted'),
    external_id TEXT,
    -- JSON: an array of the prompt's parts, in which a string is a Markdown text; of a single one the string.
    prompt TEXT NOT NULL,
    -- JSON: an array of the candidates in their order. Each is its parts, written as in the prompt, or an
    -- object of parts, model and metadata where there are such.
    candidates TEXT NOT NULL,
    -- JSON: an object; null where it would be empty.
    metadata TEXT
) STRICT;

CREATE INDEX item_out_of_play ON item (status) WHERE status <> 'active';

-- The item of each key. A table of its own and no index, so that an import can fill it in the order of keys
-- when its items are in: keys are random, and one by one each would touch another page.
CREATE TABLE item_key (
    content_key BLOB PRIMARY KEY CHECK (length(content_key) = 16),
    item_id INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER item_content_is_kept
BEFORE UPDATE OF id, content_key, source_id, external_id, prompt, candidates, metadata ON item
BEGIN SELECT RAISE (ABORT, 'the content of an item never changes'); END;

CREATE TRIGGER item_is_kept BEFORE DELETE ON item
BEGIN SELECT RAISE (ABORT, 'an item is never removed, only its status changes'); END;

CREATE TRIGGER item_key_stays BEFORE UPDATE ON item_key
BEGIN SELECT RAISE (ABORT, 'the key of an item never changes'); END;

CREATE TRIGGER item_key_is_kept BEFORE DELETE ON item_key
BEGIN SELECT RAISE (ABORT, 'the key of an item is never removed'); END;
