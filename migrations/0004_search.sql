-- Full-text search. The index holds no text, only where words are; its rows are item ids.

CREATE VIRTUAL TABLE search USING fts5 (
    prompt,
    candidates,
    content = '',
    contentless_delete = 1,
    tokenize = 'unicode61 remove_diacritics 2'
);

-- Bytes gathered before they are written as one sorted run: fewer runs are merged later.
INSERT INTO search (search, rank) VALUES ('hashsize', 16777216);

-- Items up to and including this one are in the index; the rest is built after an import, in the background.
CREATE TABLE search_progress (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    indexed_through INTEGER NOT NULL
) STRICT;

INSERT INTO search_progress (id, indexed_through) VALUES (1, 0);
