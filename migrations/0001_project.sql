-- The project itself: what it is called, what it asks, who judges. One file is one project.

CREATE TABLE migration (
    version INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    -- Of the SQL file's bytes, in hexadecimal: a file edited after landing is refused.
    blake3 TEXT NOT NULL
) STRICT;

CREATE TABLE project (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    key BLOB NOT NULL CHECK (length(key) = 16),
    name TEXT NOT NULL,
    -- Milliseconds since 1970-01-01T00:00:00Z, here and in every column that ends in _at.
    created_at INTEGER NOT NULL,
    is_sample INTEGER NOT NULL CHECK (is_sample IN (0, 1)),
    rubric_version INTEGER NOT NULL REFERENCES rubric (version) DEFERRABLE INITIALLY DEFERRED
) STRICT;

-- Every version ever asked: judgments keep the one they were given under.
CREATE TABLE rubric (
    version INTEGER PRIMARY KEY,
    body TEXT NOT NULL
) STRICT;

CREATE TABLE annotator (
    id INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE CHECK (length(key) = 16),
    name TEXT NOT NULL UNIQUE
) STRICT;
