-- What a label of a model was taken from, in words that stay true where the model is not at hand.

-- 'model:NAME@PRECISION', as exports name whoever said it; empty where it was taken before this was kept.
ALTER TABLE model_label ADD COLUMN source TEXT NOT NULL DEFAULT '';

-- The question that it answers; empty likewise.
ALTER TABLE model_label ADD COLUMN question TEXT NOT NULL DEFAULT '';
