-- Full-text search. The index holds no text, only which words an item has; its rows are item ids. Words are those
-- that the program makes of a text, the same for every database; phrases are looked for in the items found.

CREATE TABLE search (
    rowid BIGINT PRIMARY KEY,
    words TSVECTOR NOT NULL
);

CREATE INDEX search_words ON search USING gin (words);

CREATE TABLE search_progress (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    indexed_through BIGINT NOT NULL
);

INSERT INTO search_progress (id, indexed_through) VALUES (1, 0);
