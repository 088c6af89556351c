-- How items came to be offered to people who judge over a network.
CREATE TABLE offer (
    annotator_id BIGINT NOT NULL REFERENCES annotator (id) ON DELETE CASCADE,
    item_id BIGINT NOT NULL REFERENCES item (id) ON DELETE CASCADE,
    acquisition_method TEXT NOT NULL,
    acquisition_score DOUBLE PRECISION,
    propensity DOUBLE PRECISION NOT NULL,
    scores_visible BIGINT NOT NULL CHECK (scores_visible IN (0, 1)),
    PRIMARY KEY (annotator_id, item_id)
);
