-- How items came to be offered to people who judge over a network. They are not told: that an answer is known, that an
-- item was judged before, or what a model holds it for would lead them. So their judgments cannot bring it along, and
-- get it from here. The latest offer of an item counts; one that is made in the file's order is not written down.
CREATE TABLE offer (
    annotator_id INTEGER NOT NULL REFERENCES annotator (id) ON DELETE CASCADE,
    item_id INTEGER NOT NULL REFERENCES item (id) ON DELETE CASCADE,
    -- As in a showing.
    acquisition_method TEXT NOT NULL,
    acquisition_score REAL,
    propensity REAL NOT NULL,
    -- Whether the annotator saw with it, or was told since, what models say of the item.
    scores_visible INTEGER NOT NULL CHECK (scores_visible IN (0, 1)),
    PRIMARY KEY (annotator_id, item_id)
) STRICT, WITHOUT ROWID;
