-- What plays: how much of it was seen, and what was noted of its moments.

-- A word for each candidate in the data's order, 'to_end,partly': still, partly, to_end or broken. Null where
-- nothing plays, and where it was not kept yet.
ALTER TABLE showing ADD COLUMN watched TEXT;

-- JSON: an array of candidate, part, at_us and text; null where there is none.
ALTER TABLE judgment ADD COLUMN notes TEXT;

DROP TRIGGER judgment_is_kept;

CREATE TRIGGER judgment_is_kept
BEFORE UPDATE OF number, id, item_id, annotator_id, verdict, flagged, comment, rubric_version, showing_id, origin,
    recorded_at, notes ON judgment
BEGIN SELECT RAISE (ABORT, 'judgments are append-only'); END;
