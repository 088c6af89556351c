-- What plays: how much of it was seen, and what was noted of its moments.

ALTER TABLE showing ADD COLUMN watched TEXT;

ALTER TABLE judgment ADD COLUMN notes TEXT;

DROP TRIGGER judgment_is_kept ON judgment;

CREATE TRIGGER judgment_is_kept
BEFORE UPDATE OF number, id, item_id, annotator_id, verdict, flagged, comment, rubric_version, showing_id, origin,
    recorded_at, notes ON judgment
FOR EACH ROW EXECUTE FUNCTION refuse('judgments are append-only');
